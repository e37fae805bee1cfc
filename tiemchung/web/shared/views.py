"""The pages that belong to no audience: switching the language, being offline, the kit for developers."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tiemchung.core import clock
from tiemchung.people.actions import choose_language as write_to_in
from tiemchung.web.shared.chosen_language import speak_on
from tiemchung.web.shared.gate import citizen_actor, open_to_public
from tiemchung.web.shared.kit import sample_facts
from tiemchung.web.shared.language import LANGUAGES


# No token is asked: a page kept on the phone carries a stale one, and a forged post only changes the language.
@csrf_exempt
@require_POST
@open_to_public
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language that was chosen and lead back to the page where it was chosen.

    Who is signed in is written to in it too. A post from another site brings no sign-in along (SameSite).
    """
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    lang = request.POST.get("lang", "")
    if lang not in LANGUAGES:
        return response
    reader = citizen_actor(request)
    if reader is not None:
        contact = bytes.fromhex(request.session["citizen_contact"])
        write_to_in(by=reader, at=clock.now(), contact_key=contact, language=lang)
    return speak_on(request, response, lang)


@require_GET
@open_to_public
def offline(request: HttpRequest) -> HttpResponse:
    """Show what a service worker shows when a page is not on the phone and the network is away."""
    return render(request, "errors/offline.html", using="jinja2")


@require_GET
@open_to_public
def kit(request: HttpRequest) -> HttpResponse:
    """Show every component in every state, for developers; `?layout=staff` shows the dense face."""
    layout = "staff" if request.GET.get("layout") == "staff" else "citizen"
    return render(request, f"kit/{layout}.html", sample_facts(), using="jinja2")
