"""What a facility does about one thing in the way of a passport: the deed, and the page where it is done."""

from dataclasses import dataclass
from uuid import UUID

from tiemchung.certificates.reads import TaskView
from tiemchung.certificates.rules import TO_SIGN, Lack
from tiemchung.core.actor import Actor, Role
from tiemchung.people.reads import PersonSight
from tiemchung.web.shared.staff_page import CASE_ROLES, address_of
from tiemchung.web.shared.words import say

_OF_DOSE = {
    Lack.DOSE_UNVERIFIED: "authority:verify_dose",
    Lack.PRODUCT_NOT_ACCEPTED: "authority:dose",
}
_OF_PROFILE = frozenset({Lack.NAME_MISSING, Lack.BIRTH_INCOMPLETE, Lack.SEX_MISSING, Lack.NOT_ISSUABLE})
_OF_IDENTITY = frozenset(
    {Lack.NUMBER_MISSING, Lack.IDENTITY_MISMATCHED, Lack.IDENTITY_NOT_FOUND, Lack.IDENTITY_DUPLICATE}
)


@dataclass(frozen=True, slots=True)
class Deed:
    """The words of a deed, and its page; without one there is nothing to do but wait, or another does it.

    What `takes_up` opens the person for a shift first: somebody registered elsewhere, whose dose lies here.
    """

    text: str
    href: str | None = None
    takes_up: bool = False


def deeds_of(by: Actor, task: TaskView, who: PersonSight) -> list[Deed]:
    """Give what to do about a line of the work list; nothing where all lines are one deed, signed together.

    Whoever is not in this facility's sight is taken up by the line itself, for they may have no number to be found by.
    """
    reason = task.reason
    if reason == TO_SIGN:
        return []
    if reason in (Lack.IDENTITY_WAITING, "TO_ISSUE"):
        return [Deed(say(f"passports.reason.{reason}.deed"))]
    if reason == Lack.DOSE_UNVERIFIED and by.role is not Role.FACILITY_LEAD:
        return [Deed(say("passports.lead_verifies"))]
    first = Deed(say(f"passports.reason.{reason}.deed"), page_of(by, task, who.person_id), takes_up=not who.seen)
    return [first, *_more(by, task, who)] if who.seen else [first]


def look_of(task: TaskView, who: PersonSight) -> str | None:
    """Give where a line is looked at: its dose with all that happened to it, else its person; None for a stranger."""
    if not who.seen:
        return None
    if task.dose_id is not None:
        return address_of("authority:dose", person_id=who.person_id, dose_id=task.dose_id)
    return address_of("authority:person", person_id=who.person_id)


def _more(by: Actor, task: TaskView, who: PersonSight) -> list[Deed]:
    """Give the other way where there are two: doses given elsewhere are reported with their paper."""
    if task.reason != Lack.SERIES_INCOMPLETE or by.role not in CASE_ROLES:
        return []
    return [Deed(say("passports.given_elsewhere"), address_of("cases:intake_person", person_id=who.person_id))]


def page_of(by: Actor, task: TaskView, person_id: UUID) -> str | None:
    """Give the page where a line's deed is done; None where this site does not serve it."""
    if task.reason in _OF_DOSE and task.dose_id is not None:
        return address_of(_OF_DOSE[Lack(task.reason)], person_id=person_id, dose_id=task.dose_id)
    if task.reason in _OF_PROFILE:
        return address_of("authority:amend_person", profile_id=person_id)
    if task.reason in _OF_IDENTITY:
        # The lead reviews; a vaccinator may look, and correct what is plainly wrong.
        reviews = by.role is Role.FACILITY_LEAD
        return address_of("facility:identity" if reviews else "authority:person", person_id=person_id)
    return address_of("facility:person", person_id=person_id)
