"""What an officer of an area does about one thing in the way of a passport: one deed by role, and its page.

A facility's work list has its own deeds (web/facility/passport_deeds.py); what lies at no facility is done here alone.
"""

from django.urls import reverse

from tiemchung.certificates.reads import TaskView
from tiemchung.certificates.rules import Lack, may_sign_centrally
from tiemchung.core.actor import Actor, Role
from tiemchung.doses.rules import AREA_CORRECTORS
from tiemchung.people.rules.identity import REVIEWERS
from tiemchung.people.rules.sight import MAY_AMEND
from tiemchung.web.shared.words import say

Deed = tuple[str, str]  # words, address
_OF_PROFILE = frozenset({Lack.NAME_MISSING, Lack.BIRTH_INCOMPLETE, Lack.SEX_MISSING, Lack.NOT_ISSUABLE})
_OF_IDENTITY = frozenset(
    {Lack.NUMBER_MISSING, Lack.IDENTITY_MISMATCHED, Lack.IDENTITY_NOT_FOUND, Lack.IDENTITY_DUPLICATE}
)
_PLACED_FIRST = frozenset({Lack.PLACE_UNKNOWN, Lack.DOSE_UNVERIFIED})


def deed_of(by: Actor, task: TaskView, *, at_facility: bool) -> Deed | None:
    """Give what this reader does about a line of the list, None where another does or nothing is to be done.

    A dose is placed by the officers who correct where its holder lives, and verified by the province's corrector; a
    dose without a facility is placed first, for then its facility verifies and signs it. Whom the centre's trial
    refused is corrected where they live, and tried again by the ministry.
    """
    if task.reason == Lack.NOT_ISSUABLE and may_sign_centrally(by).allowed:
        return str(say("set_aside.deed")), reverse("authority:retry_passport", args=[task.person_id])
    if task.dose_id is not None and not at_facility and task.reason in _PLACED_FIRST:
        page = _of_dose("place_dose", task) if by.role in AREA_CORRECTORS else None
        return (str(say("dose_place.deed")), page) if page else None
    page = _page(by, task)
    return (str(say(f"passports.reason.{task.reason}.deed")), page) if page else None


def _page(by: Actor, task: TaskView) -> str | None:
    reason = task.reason
    if reason == Lack.DOSE_UNVERIFIED and by.role is Role.DATA_CORRECTOR:
        return _of_dose("verify_dose", task)
    if reason == Lack.PRODUCT_NOT_ACCEPTED and by.role in AREA_CORRECTORS:
        return _of_dose("dose", task)
    if reason in _OF_PROFILE and by.role in MAY_AMEND:
        return reverse("authority:amend_person", args=[task.person_id])
    if reason in _OF_IDENTITY and by.role in REVIEWERS:
        return reverse("facility:identity", args=[task.person_id])
    # Read with the person before one: what is missing shows there.
    looks = reason == Lack.SERIES_INCOMPLETE and by.role in MAY_AMEND
    return reverse("authority:person", args=[task.person_id]) if looks else None


def _of_dose(name: str, task: TaskView) -> str | None:
    return reverse(f"authority:{name}", args=[task.person_id, task.dose_id]) if task.dose_id else None
