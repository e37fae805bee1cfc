"""The passport in the health book: where it stands, its code and eleven fields, the name to confirm, the paper."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tiemchung.certificates.reads import PassportView, emitted_forms, gives_documents, passport_of
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look
from tiemchung.people.reads import NotFound
from tiemchung.web.citizen.book import frame
from tiemchung.web.shared.gate import open_to_citizen
from tiemchung.web.shared.language import spoken_language
from tiemchung.web.shared.passport_name import take_word
from tiemchung.web.shared.passport_page import passport_page, pdf_answer

TOLD = "passport_told"  # words, and whether what was asked went
# A health card names its issuer by an address on the web: without one nobody can be given any.
_NEEDS_HTTPS = frozenset({"shc"})


def offered_forms() -> tuple[str, ...]:
    """Give the other forms that this site can make at all; what one person lacks for one is said when they ask."""
    reachable = settings.PUBLIC_ADDRESS.startswith("https://")
    return tuple(form for form in emitted_forms() if reachable or form not in _NEEDS_HTTPS)


def _passport(request: HttpRequest, person_id: UUID) -> PassportView:
    """Give a passport of this book and note the look; of anybody else the page does not exist."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    at = clock.now()
    try:
        view = passport_of(by, person_id, at)
    except NotFound as unknown:
        raise Http404 from unknown
    note_look(
        by=by, at=at, action="citizen.view_passport", subject_ids=[view.person_id], purpose="health book: passport"
    )
    return view


@require_safe
@open_to_citizen
def show_passport(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show one person's passport; of a person that is not the reader's, nothing, as of one that does not exist."""
    view = _passport(request, person_id)
    if view.person_id != person_id:
        return redirect("citizen:passport", person_id=view.person_id)
    facts = {
        "page": passport_page(view, clock.now(), spoken_language()),
        "shown_at": clock.now(),
        "told": request.session.pop(TOLD, None),
        "other": {"forms": offered_forms(), "gives_document": gives_documents()},
        **frame(request),
    }
    return render(request, "citizen/passport.html", facts, using="jinja2")


@require_POST
@open_to_citizen
def confirm_passport_name(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Take the holder's word that both forms of the name are right."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    try:
        request.session[TOLD] = take_word(request, by, person_id)
    except NotFound as unknown:
        raise Http404 from unknown
    return redirect("citizen:passport", person_id=person_id)


@require_safe
@open_to_citizen
def passport_file(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Give the passport as PDF, A4 or for a wallet (`giay=THE`); without a certificate the page says why."""
    view = _passport(request, person_id)
    if not view.in_force(clock.now()):
        return redirect("citizen:passport", person_id=view.person_id)
    return pdf_answer(view, request.GET.get("giay", "A4"), spoken_language())
