"""A correction says where it has arrived, and where it is awaited."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from tests.builders import NOW
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.reads import travel_of
from tiemchung.cases.rules.travel import CHANGED, Stop, stops_of
from tiemchung.cases.values import EffectView
from tiemchung.core.receipts import note_receipts

LATER = NOW + dt.timedelta(minutes=1)


def effect(solution: str, *, entry: bool = True) -> EffectView:
    """Give what a solution did."""
    return EffectView(solution, uuid4(), uuid4(), uuid4() if entry else None, NOW)


def test_every_solution_that_changes_something_has_stops() -> None:
    assert set(CHANGED) == {str(kind) for kind in SolutionKind} - {"NOTHING"}
    assert stops_of("NOTHING") == ()
    assert all(stops_of(kind)[0] is Stop.LEDGER for kind in CHANGED)


@pytest.mark.django_db
def test_a_stop_without_a_receipt_is_awaited(settings: Any) -> None:
    settings.PC_COVID = "https://pc-covid.example"
    one, other = effect("AMEND"), effect("LINK")
    assert one.entry_id is not None
    note_receipts("card", [(one.profile_id, one.entry_id)], LATER)
    note_receipts("certificate", [(one.profile_id, one.entry_id)], LATER, issued=True)
    got = {(s.solution, s.stop): s.at for s in travel_of([one, other])}
    assert got == {
        ("AMEND", Stop.LEDGER): NOW,
        ("AMEND", Stop.CARD): LATER,
        ("AMEND", Stop.CERTIFICATE): LATER,
        ("AMEND", Stop.FIGURES): None,
        ("AMEND", Stop.PC_COVID): None,
        ("LINK", Stop.LEDGER): NOW,
        ("LINK", Stop.CARD): None,
        ("LINK", Stop.CERTIFICATE): None,
        ("LINK", Stop.PC_COVID): None,
    }


@pytest.mark.django_db
def test_a_partner_that_is_not_connected_is_not_waited_for(settings: Any) -> None:
    settings.PC_COVID = ""
    assert Stop.PC_COVID not in {s.stop for s in travel_of([effect("RECORD")])}


@pytest.mark.django_db
def test_what_changed_nothing_on_the_card_has_arrived_at_once() -> None:
    assert [s.at for s in travel_of([effect("ADD_PHONE", entry=False)])] == [NOW]
    assert travel_of([]) == ()
