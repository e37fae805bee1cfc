"""A citizen who reports, and the desks that answer."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import NOW, a_facility, a_key, a_lead, a_phone, an_officer
from tests.cases.ward import Ward
from tiemchung.cases.actions import open_case
from tiemchung.cases.kinds import KINDS
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import PUBLIC, Actor, Role
from tiemchung.places.reads import FacilityView


class Office:
    """One facility with its lead, and the province's corrector above."""

    def __init__(self) -> None:
        self.facility: FacilityView = a_facility("Trạm Y tế Bến Nghé")
        self.lead: Actor = a_lead(self.facility)
        self.corrector: Actor = an_officer(Role.DATA_CORRECTOR)

    def claim(self, kind: str = "DOSE1_MISSING", **more: Any) -> Claim:
        """Give a whole claim of that kind about this facility."""
        least = KINDS[kind].doses[0]
        days = [dt.date(2026, 10, 1), dt.date(2026, 11, 1), dt.date(2026, 11, 10)]
        doses = tuple(
            ClaimedDose(n + 1, "PFIZER", "FA1234", days[n], facility_id=self.facility.id) for n in range(least)
        )
        base: dict[str, Any] = {"full_name": "Nguyễn Thị An", "birth_date": dt.date(1991, 3, 5), "doses": doses}
        return Claim(**(base | more))

    def report(self, kind: str = "DOSE1_MISSING", *, at: dt.datetime = NOW, **more: Any) -> OpenedCase:
        """Open a case by phone of somebody new, or with what is given."""
        claim = more.pop("claim", None) or self.claim(kind, full_name=more.pop("full_name", f"Nguyễn Văn {a_key()}"))
        values = {"by": PUBLIC, "key": a_key(), "door": "HOTLINE", "phone": a_phone()} | more
        return open_case(at=at, kind=kind, claim=claim, **values)


@pytest.fixture
def make_office() -> Callable[[], Office]:
    """Give a maker of offices, for tests that commit."""
    return Office


@pytest.fixture
def office(db: None) -> Office:
    """Give one office."""
    return Office()


@pytest.fixture
def ward(office: Office) -> Ward:
    """Give one ward of that office."""
    return Ward(office)
