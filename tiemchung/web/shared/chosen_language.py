"""The language of a page and the language of messages: who chose one for the page is written to in it, and back."""

from django.http import HttpRequest, HttpResponse

from tiemchung.core import clock
from tiemchung.core.outbox import contact_key
from tiemchung.people import actions, reads
from tiemchung.web.shared.language import COOKIE, LANGUAGES, spoken_language

A_YEAR = 365 * 24 * 3600


def picked_language(request: HttpRequest) -> str:
    """Give the language that was chosen in this browser, empty where nobody chose: the page is Vietnamese then."""
    kept = request.COOKIES.get(COOKIE, "")
    return kept if kept in LANGUAGES else ""


def speak_on(request: HttpRequest, answer: HttpResponse, lang: str) -> HttpResponse:
    """Let this browser's pages speak a language from now on; give the answer back."""
    answer.set_cookie(COOKIE, lang, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return answer


def keep_picked(request: HttpRequest, contact: bytes) -> str:
    """Write to this phone, which was just proved, as its browser speaks; give what was picked there, empty for nothing.

    No statement where nobody chose anything.
    """
    picked = picked_language(request)
    if picked:
        by = request.actor  # type: ignore[attr-defined]
        actions.choose_language(by=by, at=clock.now(), contact_key=contact, language=picked)
    return picked


def agree_on(request: HttpRequest, answer: HttpResponse, contact: bytes) -> HttpResponse:
    """Let browser and phone agree once somebody has signed in: what was chosen here, else what was chosen before."""
    if keep_picked(request, contact):
        return answer
    chosen = reads.chosen_language(contact)
    return speak_on(request, answer, chosen) if chosen else answer


def code_language(request: HttpRequest, phone: str) -> str:
    """Give the language of a code for this phone: that of the browser, else that of the phone, else the page's."""
    return picked_language(request) or reads.chosen_language(contact_key(phone)) or spoken_language()
