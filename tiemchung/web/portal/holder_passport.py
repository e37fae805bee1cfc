"""The passport of somebody who looked themselves up: on the screen, as PDF, or sent to a mailbox."""

from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from tiemchung.certificates.actions import mail_passport
from tiemchung.certificates.reads import PassportView, passport_of
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import note_look
from tiemchung.core.verdict import Refused
from tiemchung.people.reads import NotFound
from tiemchung.web.portal.feedback.frame import first_words, private_page
from tiemchung.web.portal.holder_lookup import proven_person, result_page
from tiemchung.web.shared.gate import open_to_public
from tiemchung.web.shared.language import spoken_language
from tiemchung.web.shared.passport_name import take_word
from tiemchung.web.shared.passport_page import passport_page, pdf_answer
from tiemchung.web.shared.typed import line_in
from tiemchung.web.shared.words import say

TOLD = "holder_passport_told"
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1
_valid = EmailValidator()


def address_in(request: HttpRequest) -> str:
    """Give the typed mail address, empty where it is none; letters beyond ASCII would need every server's help."""
    typed = line_in(request.POST, "address", LONGEST_ADDRESS)
    try:
        _valid(typed)
    except ValidationError:
        return ""
    return typed if typed.isascii() else ""


@require_POST
@open_to_public
def choose_page(request: HttpRequest) -> HttpResponse:
    """Take how the holder wants the passport: the screen shows it, a letter brings it."""
    person_id = proven_person(request)
    if person_id is None:
        return redirect("portal:holder_ask")
    if request.POST.get("how") != "mail" or not settings.MAIL:
        return redirect("portal:holder_passport")
    address = address_in(request)
    if not address:
        return result_page(request, person_id, errors={"address": say("passport.lookup.address_wrong")})
    by = Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id}))
    try:
        mail_passport(by=by, at=clock.now(), person_id=person_id, address=address, lang=spoken_language())
    except Refused as refused:
        return result_page(request, person_id, errors={"address": first_words(refused.verdict)})
    except NotFound:
        return redirect("portal:holder_ask")
    return result_page(request, person_id, told=say("passport.lookup.sent"))


@require_safe
@open_to_public
def passport_screen(request: HttpRequest) -> HttpResponse:
    """Show the passport to whoever proved the phone on file, for a quarter of an hour."""
    view = _proven_passport(request)
    if view is None:
        return redirect("portal:holder_ask")
    at = clock.now()
    told = request.session.pop(TOLD, None)
    facts = {"page": passport_page(view, at, spoken_language()), "shown_at": at, "told": told}
    return private_page(request, "portal/holder_passport.html", facts)


@require_POST
@open_to_public
def confirm_name_page(request: HttpRequest) -> HttpResponse:
    """Take the holder's word that both forms of the name are right."""
    person_id = proven_person(request)
    if person_id is None:
        return redirect("portal:holder_ask")
    by = Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id}))
    try:
        request.session[TOLD] = take_word(request, by, person_id)
    except NotFound:
        return redirect("portal:holder_ask")
    return redirect("portal:holder_passport")


@require_safe
@open_to_public
def passport_paper(request: HttpRequest) -> HttpResponse:
    """Give the passport as PDF; without a certificate the page says why there is none."""
    view = _proven_passport(request)
    if view is None:
        return redirect("portal:holder_ask")
    if not view.in_force(clock.now()):
        return redirect("portal:holder_passport")
    return pdf_answer(view, request.GET.get("giay", "A4"), spoken_language())


def _proven_passport(request: HttpRequest) -> PassportView | None:
    person_id: UUID | None = proven_person(request)
    if person_id is None:
        return None
    by, at = Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id})), clock.now()
    try:
        view = passport_of(by, person_id, at)
    except NotFound:
        return None
    note_look(by=by, at=at, action="portal.view_passport", subject_ids=[view.person_id], purpose="holder look-up")
    return view


urlpatterns = [
    path("tra-cuu/ho-chieu", passport_screen, name="holder_passport"),
    path("tra-cuu/ho-chieu/ten", confirm_name_page, name="holder_name"),
    path("tra-cuu/ho-chieu/nhan", choose_page, name="holder_choose"),
    path("tra-cuu/ho-chieu/giay", passport_paper, name="holder_paper"),
]
