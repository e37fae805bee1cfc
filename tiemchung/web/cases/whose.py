"""Whose record stands beside the report: the one the reader chose, the case's own, or nobody's yet."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from tiemchung.cases.reads import AtHand
from tiemchung.doses.values import DoseView
from tiemchung.people.actions import PersonView, open_person
from tiemchung.people.reads import NotFound
from tiemchung.web.cases.frame import Opened


@dataclass(frozen=True, slots=True)
class Whose:
    """The person on record and their doses; `hidden` where there is one whom the reader may not see."""

    person: PersonView | None
    doses: tuple[DoseView, ...]
    chosen: bool
    hidden: bool

    @property
    def person_id(self) -> UUID | None:
        """Give the person, None where nobody is known or shown."""
        return self.person.person_id if self.person else None

    def dose(self, dose_id: UUID | None) -> DoseView | None:
        """Give one of the doses."""
        return next((dose for dose in self.doses if dose.id == dose_id), None)


def asked_person(request: HttpRequest) -> UUID | None:
    """Give the person that the address or the form names."""
    text = request.POST.get("nguoi") or request.GET.get("nguoi") or ""
    try:
        return UUID(text[:40]) if text else None
    except ValueError:
        return None


def whose_record(
    request: HttpRequest, case: Opened, *, likely: UUID | None = None, hand: AtHand | None = None
) -> Whose:
    """Open the person whose record is compared, leaving the line of the look; `likely` is the best suggestion."""
    hand = hand or AtHand()
    asked = asked_person(request)
    person_id = asked or case.file.person_id or likely
    found = seen(case, person_id, hand)
    if found is None:
        return Whose(None, (), asked is not None, person_id is not None)
    given = hand.doses_of(profile.profile_id for profile in found.profiles)
    return Whose(found, given, asked is not None and asked != case.file.person_id, False)


def seen(case: Opened, person_id: UUID | None, hand: AtHand | None = None) -> PersonView | None:
    """Give a person as the reader may see them, None for everybody else alike; what is at `hand` is not read again."""
    if person_id is None:
        return None
    known = hand.people if hand else None
    try:
        return open_person(by=case.by, at=case.at, person_id=person_id, purpose=case.purpose, known=known)
    except NotFound:
        return None
