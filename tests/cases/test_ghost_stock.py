"""Whether a facility ever had a dose's lot is asked only of those that kept stock by that day."""

import datetime as dt
from uuid import UUID

import pytest

from tests.builders import NOW, a_dose, a_facility, a_lot, a_nurse, a_person, a_stock
from tiemchung.cases.reads.ghost_traces import looked_at
from tiemchung.core.clock import local
from tiemchung.places.reads import FacilityView
from tiemchung.vaccines.rules import LotFacts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
TODAY, DAY = local(NOW).date(), dt.timedelta(days=1)


def held(facility: FacilityView, lot: LotFacts, ago: int = 0) -> bool | None:
    """Give a dose so many days ago and say what the night makes of its lot."""
    given_on = TODAY - ago * DAY
    dose: UUID = a_dose(a_person().profile_id, given_on=given_on, by=a_nurse(facility), lot=lot).dose.id
    return next(one.trace.lot_held for one in looked_at([(facility.id, given_on)]) if one.dose.dose_id == dose)


def test_a_lot_of_our_own_shelf_was_held_and_a_strange_one_was_not() -> None:
    facility = a_facility()
    ours = a_stock(facility, on_day=TODAY - 5 * DAY)
    assert (held(facility, ours), held(facility, ours, ago=5), held(facility, a_lot())) == (True, True, False)


def test_a_facility_that_keeps_no_stock_is_not_asked() -> None:
    assert held(a_facility(), a_lot()) is None


def test_nothing_is_asked_of_days_before_the_facility_kept_stock() -> None:
    facility = a_facility()
    a_stock(facility, on_day=TODAY - 5 * DAY)
    assert held(facility, a_lot(), ago=6) is None
    assert held(facility, a_lot(), ago=5) is False


def test_paper_that_comes_late_with_its_true_day_acquits_the_doses_given_meanwhile() -> None:
    facility, lot = a_facility(), a_lot()
    a_stock(facility, on_day=TODAY - 9 * DAY)
    assert held(facility, lot, ago=2) is False
    a_stock(facility, lot, on_day=TODAY - 3 * DAY)
    assert held(facility, lot, ago=2) is True
