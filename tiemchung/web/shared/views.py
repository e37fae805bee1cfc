"""The pages that belong to no audience: switching the language, being offline, the kit for developers."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tiemchung.web.shared.gate import open_to_public
from tiemchung.web.shared.kit import sample_facts
from tiemchung.web.shared.language import COOKIE, LANGUAGES

A_YEAR = 365 * 24 * 3600


# No token is asked: a page kept on the phone carries a stale one, and a forged post only changes the language.
@csrf_exempt
@require_POST
@open_to_public
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language that was chosen and lead back to the page where it was chosen."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    lang = request.POST.get("lang", "")
    if lang in LANGUAGES:
        response.set_cookie(
            COOKIE, lang, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


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
