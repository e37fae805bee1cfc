"""A nurse with a lot in her hand, and somebody in the chair."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import NOW
from tiemchung.core.actor import SYSTEM, Actor, Kind, Role
from tiemchung.doses import actions
from tiemchung.doses.values import DoseFacts
from tiemchung.people.actions import register_profile
from tiemchung.vaccines.actions import add_lot

TODAY = dt.date(2026, 11, 20)


def days_ago(days: int) -> dt.date:
    """Give the day that many days before the tests' present."""
    return TODAY - dt.timedelta(days=days)


@dataclass(frozen=True)
class Desk:
    """One facility's nurse and lead, a lot of Pfizer, and a person."""

    nurse: Actor
    lead: Actor
    profile_id: UUID
    facts: DoseFacts

    def record(self, key: str = "first", *, by: Actor | None = None, at: dt.datetime = NOW, **changes: Any):
        """Record a dose of today with the given facts changed."""
        because = changes.pop("because", "")
        return actions.record_dose(
            by=by or self.nurse, at=at, key=key, profile_id=self.profile_id,
            facts=self.facts.amended(changes), because=because,
        )


def somebody(key: str = "somebody") -> UUID:
    """Put a person on record and give the profile."""
    return register_profile(
        by=SYSTEM, at=NOW, key=key, full_name="Nguyễn Thị An", birth_date=dt.date(1985, 3, 5), source="DESK"
    ).profile_id


@pytest.fixture
def make_desk() -> Callable[[], Desk]:
    """Give a maker of desks, for tests that commit."""

    def make() -> Desk:
        facility, nurse_id = uuid4(), uuid4()
        nurse = Actor(kind=Kind.STAFF, id=nurse_id, name="Dũng", role=Role.VACCINATOR, facility_id=facility)
        lot = add_lot(product="PFIZER", number="FA1234", expires_on=dt.date(2027, 3, 1), by=SYSTEM, at=NOW, key="lot")
        facts = DoseFacts(
            product="PFIZER", given_on=TODAY, lot_id=lot.id, lot_number=lot.number, facility_id=facility,
            place_name="Trạm Y tế Bến Nghé", vaccinator_id=nurse_id,
        )
        lead = replace(nurse, id=uuid4(), name="Lan", role=Role.FACILITY_LEAD)
        return Desk(nurse, lead, somebody(), facts)

    return make


@pytest.fixture
def desk(db: None, make_desk: Callable[[], Desk]) -> Desk:
    """Give one desk."""
    return make_desk()
