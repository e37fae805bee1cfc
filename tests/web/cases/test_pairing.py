"""Each told dose is laid beside the one on record that it most likely means, and each dose is shown once."""

import datetime as dt
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from tiemchung.cases.rules import ClaimedDose
from tiemchung.doses.rules import DoseSource, DoseState
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.web.cases.pairing import paired

AT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 5)


def recorded(product: str = "PFIZER", lot: str = "FA1", on: dt.date = DAY, key: UUID | None = None) -> DoseView:
    """Give a dose on record."""
    facts = DoseFacts(product, on, lot_number=lot)
    return DoseView(key or uuid4(), uuid4(), DoseState.CONFIRMED, DoseSource.DESK, facts, AT, AT, 1)


def test_a_dose_is_laid_beside_the_one_of_its_day() -> None:
    first, second = recorded(on=DAY), recorded(on=DAY + dt.timedelta(days=28))
    told = ClaimedDose(2, "PFIZER", "FA1", DAY + dt.timedelta(days=28))
    assert paired([told], [first, second]) == [(told, second), (None, first)]


def test_day_and_month_swapped_are_still_beside_each_other() -> None:
    dose = recorded(on=dt.date(2026, 5, 3))
    told = ClaimedDose(1, "PFIZER", "FA1", DAY)
    assert paired([told], [dose]) == [(told, dose)]


def test_the_dose_that_the_citizen_pointed_at_comes_before_every_likeness() -> None:
    alike, meant = recorded(), recorded("MODERNA", "X9", DAY - dt.timedelta(days=90))
    told = ClaimedDose(1, "PFIZER", "FA1", DAY, dose_id=meant.id)
    assert paired([told], [alike, meant]) == [(told, meant), (None, alike)]


def test_strangers_are_not_laid_side_by_side() -> None:
    told, dose = ClaimedDose(1, "VERO_CELL", "B7", dt.date(2021, 8, 1)), recorded()
    assert paired([told], [dose]) == [(told, None), (None, dose)]


_days = st.dates(DAY, DAY + dt.timedelta(days=40))
_lots, _products = st.sampled_from(["FA1", "FA2"]), st.sampled_from(["PFIZER", "MODERNA"])
_told = st.builds(ClaimedDose, st.integers(1, 4), st.just("") | _products, st.just("") | _lots, st.none() | _days)
_held = st.builds(recorded, _products, _lots, _days, st.uuids())


@given(st.lists(_told, max_size=4), st.lists(_held, max_size=5, unique_by=lambda dose: dose.id))
def test_every_told_and_every_recorded_dose_is_shown_exactly_once(
    told: list[ClaimedDose], held: list[DoseView]
) -> None:
    pairs = paired(told, held)
    assert [one for one, _ in pairs if one is not None] == told
    assert sorted(dose.id for _, dose in pairs if dose) == sorted(dose.id for dose in held)
