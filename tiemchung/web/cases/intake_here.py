"""Who stands at the desk and reports: somebody on record with an identity paper in their hand, or nobody known yet."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse

from tiemchung.cases.rules.papers import PaperSeen
from tiemchung.core import clock
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.doses.reads import doses_of
from tiemchung.doses.values import DoseView
from tiemchung.people.actions import PersonView, open_person
from tiemchung.people.reads import NotFound
from tiemchung.people.rules import birth_text
from tiemchung.web.cases.sides import dose_line
from tiemchung.web.shared.staff_page import actor_of
from tiemchung.web.shared.words import say

PURPOSE = "COMPLAINT"


@dataclass(frozen=True, slots=True)
class Here:
    """The person on record who stands here, and the dose of theirs that they report on; None for neither."""

    person: PersonView | None = None
    dose: DoseView | None = None

    @property
    def doses(self) -> tuple[DoseView, ...]:
        """Give the dose as the only one to choose from."""
        return (self.dose,) if self.dose else ()

    @property
    def address(self) -> str:
        """Give where the form is sent."""
        if self.person is None:
            return reverse("cases:intake")
        parts = {"person_id": self.person.person_id} | ({"dose_id": self.dose.id} if self.dose else {})
        return reverse("cases:intake_dose" if self.dose else "cases:intake_person", kwargs=parts)

    @property
    def words(self) -> list[dict[str, str]]:
        """Give the person, and the dose, as a list of facts."""
        if self.person is None:
            return []
        main = self.person.main
        born = birth_text(main.birth_date, main.birth_precision)
        rows = [("person", say("cases.at_desk.who", name=main.full_name, born=born))]
        rows += [("dose", dose_line(self.dose.facts))] if self.dose else []
        return [{"key": say(f"cases.at_desk.{key}"), "value": value} for key, value in rows]

    def who(self, typed: dict[str, Any]) -> dict[str, Any]:
        """Give who the report is about: as on record, else as it was typed."""
        if self.person is None:
            birth = typed["birth"]
            return {"full_name": typed["full_name"], "birth_date": birth.day, "birth_precision": birth.precision}
        main = self.person.main
        return {"full_name": main.full_name, "birth_date": main.birth_date, "birth_precision": main.birth_precision}

    def may_begin(self, paper: str) -> Verdict:
        """Say whether a report may be begun: somebody on record is not believed without a paper that was seen."""
        return YES if self.person is None or paper in set(PaperSeen) else refuse("PAPER_NOT_NAMED")


NOBODY = Here()


def begun(words: str) -> str:
    """Give words that stand inside sentences as the begin of one."""
    return words[:1].upper() + words[1:]


def who_stands_here(request: HttpRequest, person_id: UUID, dose_id: UUID | None) -> Here:
    """Open the person, with the line of the look; Http404 for whom or what the reader may not see."""
    try:
        person = open_person(by=actor_of(request), at=clock.now(), person_id=person_id, purpose=PURPOSE)
    except NotFound:
        raise Http404 from None
    if dose_id is None:
        return Here(person)
    standing = doses_of([profile.profile_id for profile in person.profiles])
    dose = next((one for one in standing if one.id == dose_id), None)
    if dose is None:
        raise Http404
    return Here(person, dose)
