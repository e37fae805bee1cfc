"""One facility with its lead, the officer above it, and a lot."""

import datetime as dt
from dataclasses import dataclass

import pytest

from tests.builders import NOW, a_facility, a_key, a_lead, a_lot, an_officer, country  # noqa: F401 - a fixture
from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.places.reads import FacilityView
from tiemchung.stock import actions, reads
from tiemchung.stock.reads import ShelfView
from tiemchung.vaccines.rules import LotFacts

TODAY, DAY = local(NOW).date(), dt.timedelta(days=1)
WHY = "Đã đối chiếu với phiếu và đếm lại hai lần"


@dataclass
class Store:
    """A facility and those who keep its stock."""

    facility: FacilityView
    lead: Actor
    officer: Actor
    lot: LotFacts

    def issue(self, doses: int = 100, paper: str = "PXK-7", **more: object) -> object:
        """Send a delivery and give its id."""
        facts = {"by": self.officer, "at": NOW, "key": a_key(), "facility_id": self.facility.id, "lot_id": self.lot.id,
                 "doses": doses, "paper": paper, "sent_on": TODAY - DAY}  # fmt: skip
        return actions.issue_lot(**facts | more)  # type: ignore[arg-type]

    def receive_issue(self, issue_id: object, arrived: int = 100, **more: object) -> None:
        """Confirm a delivery."""
        facts = {"by": self.lead, "at": NOW, "key": a_key(), "facility_id": self.facility.id, "issue_id": issue_id,
                 "arrived": arrived, "on_day": TODAY}  # fmt: skip
        actions.receive_issue(**facts | more)  # type: ignore[arg-type]

    def receive(self, doses: int = 100, **more: object) -> None:
        """Take in a delivery by its paper."""
        facts = {"doses": doses, "paper": f"PXK-{a_key()}", "on_day": TODAY}
        self.move(actions.receive_lot, **facts | more)

    def move(self, action: object, **more: object) -> object:
        """Let the lead do something with the lot."""
        facts = {"by": self.lead, "at": NOW, "key": a_key(), "facility_id": self.facility.id, "lot_id": self.lot.id}
        return action(**facts | more)  # type: ignore[operator]

    def shelf(self) -> ShelfView:
        """Give the shelf as the lead sees it."""
        (found,) = reads.shelves_at(self.lead)
        return found


@pytest.fixture
def store(country: None, db: None) -> Store:
    """Give a facility that keeps stock."""
    facility = a_facility("Trạm Y tế Bến Nghé")
    return Store(facility, a_lead(facility), an_officer(), a_lot())
