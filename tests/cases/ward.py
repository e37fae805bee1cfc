"""A ward: one office, a person known there, and what they tell; and how its suggestions are looked at."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import (
    NOW,
    a_cccd,
    a_dose,
    a_lot,
    a_nurse,
    a_person,
)
from tiemchung.cases.actions import claim_case
from tiemchung.cases.models import Evidence
from tiemchung.cases.reads import suggestions
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.suggestions import Suggestion
from tiemchung.cases.values import CaseFile
from tiemchung.core.ids import new_id
from tiemchung.doses.values import DoseView

if TYPE_CHECKING:
    from tests.cases.conftest import Office

DAY = dt.date(2026, 8, 5)
NAME, BIRTH = "Nguyễn Thị An", dt.date(1991, 3, 5)


class Ward:
    """One office, a person known there, and what they tell."""

    def __init__(self, office: "Office") -> None:
        self.office = office
        self.nurse = a_nurse(office.facility)
        self.cccd = a_cccd("FEMALE", BIRTH)
        self.lot = a_lot(number="FA1O34")
        self.profile_id = self.person(identifiers=[("CCCD", self.cccd)])

    def person(self, name: str = NAME, **more: Any) -> Any:
        """Put somebody of this name and birth on record."""
        values: dict[str, Any] = {"identifiers": (), "phones": ()} | more
        return a_person(name, values.pop("birth_date", BIRTH), **values).profile_id

    def told(self, **more: Any) -> ClaimedDose:
        """Give the dose as it was told."""
        base: dict[str, Any] = {
            "order": 1, "product": "PFIZER", "lot_number": "FA1O34", "given_on": DAY,
            "facility_id": self.office.facility.id,
        }  # fmt: skip
        return ClaimedDose(**base | more)

    def claim(self, *doses: ClaimedDose, **more: Any) -> Claim:
        """Give a claim of this person."""
        base: dict[str, Any] = {
            "full_name": NAME, "birth_date": BIRTH, "sex": "FEMALE", "numbers": (("CCCD", self.cccd),),
            "doses": doses or (self.told(),),
        }  # fmt: skip
        return Claim(**base | more)

    def file(self, kind: str, claim: Claim, *, paper: bool = False, **more: Any) -> CaseFile:
        """Report it, and give the case as its desk has claimed it."""
        case_id = new_id()
        if paper:
            Evidence.objects.create(
                case_id=case_id, number=1, media_type="image/jpeg", bytes=1, width=1, height=1, digest=b"x",
                added_at=NOW, added_by="citizen",
            )  # fmt: skip
        held_by = more.pop("held_by", self.office.lead)
        opened = self.office.report(kind, claim=claim, case_id=case_id, **more)
        return claim_case(by=held_by, at=NOW, ref=opened.ref)

    def dose(self, profile_id: Any = None, day: dt.date = DAY, **more: Any) -> DoseView:
        """Put a dose on record at this office."""
        values = {"by": self.nurse, "lot": self.lot} | more
        return a_dose(profile_id or self.profile_id, given_on=day, **values).dose

    def first(self, file: CaseFile, by: Any = None) -> Suggestion:
        """Give what is offered first."""
        return suggestions(by or self.office.lead, NOW, file)[0]


def codes(suggestion: Suggestion) -> set[str]:
    """Give the codes of its reasons."""
    return {reason.code for reason in suggestion.reasons}


@contextmanager
def at_most(statements: int) -> Iterator[None]:
    """Demand no more statements than that."""
    with CaptureQueriesContext(connection) as seen:
        yield
    assert len(seen) <= statements, [q["sql"][:120] for q in seen.captured_queries]
