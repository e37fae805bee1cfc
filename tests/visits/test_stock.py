"""No dose is drawn from a lot that the station does not hold, unless somebody says why."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, a_facility, a_key, a_lot, a_nurse, a_person, a_stock
from tests.following import unsettled_too
from tests.visits.conftest import ALL_NO, Station
from tiemchung.core.actor import SYSTEM
from tiemchung.core.clock import local
from tiemchung.core.kept import forget_all
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.stock.actions import discard_doses, receive_lot
from tiemchung.stock.rules import Loss
from tiemchung.stock.tasks import follow_ledger
from tiemchung.vaccines.rules import LotFacts
from tiemchung.visits.actions import Injection, choose_day, inject
from tiemchung.visits.models import Visit
from tiemchung.visits.reads import day_choice
from tiemchung.visits.tracing import given_despite

TODAY, DAY = local(NOW).date(), dt.timedelta(days=1)
WHY = "Lọ đang cầm trên tay, phiếu xuất kho về sau"


def give(station: Station, lot: LotFacts, because: str = "", key: str = "") -> Injection:
    """Inject somebody new."""
    return inject(by=station.nurse, at=NOW, key=key or a_key(), profile_id=a_person().profile_id, screening=ALL_NO,
                  product="PFIZER", lot_id=lot.id, because=because)  # fmt: skip


def follow() -> None:
    """Do what the worker does."""
    with unsettled_too():
        follow_ledger(NOW)
    forget_all()  # as half a minute later


def test_a_lot_that_the_station_never_received_gives_no_dose_and_leaves_no_visit(station: Station) -> None:
    with pytest.raises(Refused, match="LOT_NOT_IN_STOCK") as refused:
        give(station, a_lot())
    assert refused.value.verdict.needs_override
    assert not Visit.objects.exists()


def test_a_lot_of_another_station_is_none_of_ours(station: Station) -> None:
    with pytest.raises(Refused, match="LOT_NOT_IN_STOCK"):
        give(station, a_stock(a_facility()))


def test_a_reason_sets_it_aside_and_the_visit_the_audit_and_the_weeks_share_know(station: Station) -> None:
    done = give(station, a_lot(), WHY)
    assert [reason.code for reason in done.verdict.refusals] == ["LOT_NOT_IN_STOCK"]
    line = AuditLine.objects.get(action="inject_unheld_lot", object_id=done.visit.id)
    assert (line.because, line.facts) == (WHY, {"reasons": ["refuse:LOT_NOT_IN_STOCK"]})
    week = given_despite([station.facility.id], TODAY - 7 * DAY, TODAY + DAY)
    assert week == {station.facility.id: {done.recorded.dose.id}}


def test_a_dose_from_our_own_stock_counts_for_no_share(station: Station) -> None:
    give(station, station.lot, "Một lý do đã ghi mà không cần")
    assert given_despite([station.facility.id], TODAY - 7 * DAY, TODAY + DAY) == {}


def test_a_box_taken_in_a_second_ago_may_be_opened(station: Station) -> None:
    lot = a_lot()
    with pytest.raises(Refused, match="LOT_NOT_IN_STOCK"):
        give(station, lot)
    receive_lot(by=SYSTEM, at=NOW, key=a_key(), facility_id=station.facility.id, lot_id=lot.id, doses=5,
                paper="PXK-1", on_day=TODAY)  # fmt: skip
    assert give(station, lot).stock.allowed


def test_as_many_doses_as_came_are_given_and_not_one_more(station: Station) -> None:
    lot = a_stock(station.facility, doses=2)
    for _ in range(2):
        give(station, lot)
    follow()
    with pytest.raises(Refused, match="LOT_USED_UP"):
        give(station, lot)
    give(station, lot, WHY)


def test_a_lot_that_was_all_thrown_away_is_not_in_stock(station: Station) -> None:
    lot = a_stock(station.facility, doses=10)
    discard_doses(by=SYSTEM, at=NOW, key=a_key(), facility_id=station.facility.id, lot_id=lot.id, doses=10,
                  loss=Loss.COLD_CHAIN)  # fmt: skip
    with pytest.raises(Refused, match="LOT_NOT_IN_STOCK"):
        give(station, lot)


def test_an_empty_shelf_does_not_hide_that_the_lot_is_expired_or_recalled(station: Station) -> None:
    for lot, code in ((a_lot(expires_on=TODAY - DAY), "LOT_EXPIRED"), (a_lot(recalled=True), "LOT_RECALLED")):
        with pytest.raises(Refused, match=f"^{code}$"):
            give(station, lot, WHY)


def test_a_repeated_call_is_answered_though_the_lot_has_gone_meanwhile(station: Station) -> None:
    lot = a_stock(station.facility, doses=1)
    person = a_person().profile_id
    asked = {"by": station.nurse, "key": "once-and-again", "profile_id": person, "screening": ALL_NO,
             "product": "PFIZER", "lot_id": lot.id}  # fmt: skip
    first = inject(at=NOW, **asked)
    follow()
    again = inject(at=NOW + dt.timedelta(minutes=2), **asked)
    assert (again.recorded.repeated, again.recorded.dose) == (True, first.recorded.dose)


def test_a_dose_after_another_asks_the_shelf_no_more(station: Station) -> None:
    give(station, station.lot)
    with CaptureQueriesContext(connection) as asked:
        give(station, station.lot)
    assert [one["sql"] for one in asked if "stock_" in one["sql"]] == []


def test_choosing_a_lot_that_is_not_there_only_warns_and_the_page_knows_before_the_dose(station: Station) -> None:
    lot = a_lot()
    choose_day(by=station.nurse, at=NOW, product="PFIZER", lot_id=lot.id)
    chosen = day_choice(station.nurse, TODAY)
    assert chosen is not None
    assert [reason.code for reason in chosen.stock.refusals] == ["LOT_NOT_IN_STOCK"]
    assert day_choice(a_nurse(station.facility), TODAY) is None
