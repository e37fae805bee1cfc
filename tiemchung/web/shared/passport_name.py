"""The holder's word about both forms of their name, taken alike in the book, behind the look-up and at the desk."""

from uuid import UUID

from django.http import HttpRequest

from tiemchung.certificates.actions import confirm_name
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.web.shared.words import say, say_reason


def take_word(request: HttpRequest, by: Actor, person_id: UUID) -> tuple[str, bool]:
    """Keep that the forms of the name shown are right, and give what to tell and whether it went.

    The form's `mark` says which forms they were. Raises NotFound for a person that is not theirs.
    """
    verdict = confirm_name(by=by, at=clock.now(), person_id=person_id, mark=_mark(request.POST.get("mark", "")))
    words = say("passport.name.thanks") if verdict.allowed else say_reason(verdict.refusals[0])
    return str(words), verdict.allowed


def _mark(text: str) -> bytes:
    try:
        return bytes.fromhex(text[:64])
    except ValueError:
        return b""
