"""What may happen to a dose, read off one table."""

import datetime as dt
from itertools import product
from uuid import uuid4

import pytest

from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind, Role
from tiemchung.doses.rules import (
    COUNTED,
    TRANSITIONS,
    DosePlace,
    DoseSource,
    DoseState,
    EntryKind,
    may_correct,
    may_declare,
    may_follow,
    may_move,
    may_record,
    reason_given,
    state_after,
)

HERE, ELSEWHERE, AREA = uuid4(), uuid4(), uuid4()
NURSE, OTHER_NURSE = uuid4(), uuid4()
TODAY = dt.date(2026, 11, 22)


def staff(role: Role, *, facility=HERE, areas=frozenset(), id=NURSE) -> Actor:  # type: ignore[no-untyped-def]
    return Actor(kind=Kind.STAFF, id=id, role=role, facility_id=facility, area_ids=areas)


def test_nothing_leads_out_of_voided() -> None:
    assert all(state_after(DoseState.VOIDED, kind) is None for kind in EntryKind)
    assert may_follow(DoseState.VOIDED, EntryKind.AMENDED).refusals[0].code == "DOSE_VOIDED"


def test_every_dose_can_be_voided_until_it_is() -> None:
    for state in set(DoseState) - {DoseState.VOIDED}:
        assert state_after(state, EntryKind.VOIDED) is DoseState.VOIDED


def test_a_declared_dose_counts_only_through_verification() -> None:
    into_counted = {
        (before, kind) for (before, kind), after in TRANSITIONS.items() if after in COUNTED and before not in COUNTED
    }
    assert into_counted == {(None, EntryKind.RECORDED), (DoseState.DECLARED, EntryKind.VERIFIED)}


def test_an_amended_dose_has_to_be_signed_again() -> None:
    assert state_after(DoseState.SIGNED, EntryKind.AMENDED) is DoseState.CONFIRMED


@pytest.mark.parametrize(("role", "source"), list(product(Role, DoseSource)))
def test_the_desk_records_for_its_own_facility_alone(role: Role, source: DoseSource) -> None:
    own = may_record(staff(role), DosePlace(HERE, frozenset()), source)
    other = may_record(staff(role), DosePlace(ELSEWHERE, frozenset()), source)
    assert bool(own) == (role in {Role.VACCINATOR, Role.FACILITY_LEAD})
    assert not other


def test_a_corrector_enters_what_was_missed_in_the_province_and_nothing_at_a_desk() -> None:
    corrector = staff(Role.DATA_CORRECTOR, facility=None, areas=frozenset({AREA}))
    place = DosePlace(ELSEWHERE, frozenset({AREA}))
    assert may_record(corrector, place, DoseSource.BACKLOG)
    assert not may_record(corrector, place, DoseSource.DESK)
    assert not may_record(corrector, DosePlace(ELSEWHERE, frozenset({uuid4()})), DoseSource.BACKLOG)


def test_a_facility_of_nobody_belongs_to_nobody() -> None:
    assert not may_record(staff(Role.VACCINATOR, facility=None), DosePlace(None, frozenset()), DoseSource.DESK)


def test_the_vaccinator_undoes_until_midnight_and_only_their_own() -> None:
    mine = DosePlace(HERE, frozenset(), NURSE)
    assert may_correct(staff(Role.VACCINATOR), mine, TODAY, TODAY)
    late = may_correct(staff(Role.VACCINATOR), mine, TODAY - dt.timedelta(days=1), TODAY)
    assert [r.code for r in late.refusals] == ["UNDO_WINDOW_OVER"]
    assert not may_correct(staff(Role.VACCINATOR, id=OTHER_NURSE), mine, TODAY, TODAY)


def test_the_lead_and_the_provinces_corrector_correct_at_any_time() -> None:
    place, long_ago = DosePlace(HERE, frozenset({AREA}), NURSE), TODAY - dt.timedelta(days=900)
    assert may_correct(staff(Role.FACILITY_LEAD), place, long_ago, TODAY)
    assert may_correct(staff(Role.DATA_CORRECTOR, facility=None, areas=frozenset({AREA})), place, long_ago, TODAY)
    assert not may_correct(staff(Role.FACILITY_LEAD, facility=ELSEWHERE), place, long_ago, TODAY)


AREA_OFFICERS = [Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR]


@pytest.mark.parametrize("role", list(Role))
def test_the_officers_of_the_area_record_and_correct_what_a_case_proves(role: Role) -> None:
    """R44: department and CDC, district centre, commune station and unit review, answer and update."""
    officer, place = staff(role, facility=None, areas=frozenset({AREA})), DosePlace(ELSEWHERE, frozenset({AREA}))
    assert bool(may_record(officer, place, DoseSource.CASE)) == (role in AREA_OFFICERS)
    assert bool(may_correct(officer, place, TODAY, TODAY)) == (role in AREA_OFFICERS)
    assert not may_record(officer, place, DoseSource.DESK)
    assert not may_correct(officer, DosePlace(ELSEWHERE, frozenset({uuid4()})), TODAY, TODAY)


@pytest.mark.parametrize("role", AREA_OFFICERS)
def test_a_dose_without_a_facility_is_corrected_where_its_person_lives(role: Role) -> None:
    officer = staff(role, facility=None, areas=frozenset({AREA}))
    assert may_correct(officer, DosePlace(None, frozenset({AREA})), TODAY, TODAY)
    assert not may_correct(officer, DosePlace(None, frozenset()), TODAY, TODAY)
    assert not may_correct(staff(Role.FACILITY_LEAD), DosePlace(None, frozenset({AREA})), TODAY, TODAY)


def test_a_dose_is_moved_only_by_who_answers_for_where_it_lay() -> None:
    other = uuid4()
    here, there = DosePlace(HERE, frozenset({AREA})), DosePlace(ELSEWHERE, frozenset({other}))
    lead = staff(Role.FACILITY_LEAD)
    assert may_move(lead, here, here)
    assert not may_move(lead, here, there)
    for role in AREA_OFFICERS:
        of_old = staff(role, facility=None, areas=frozenset({AREA}))
        assert may_move(of_old, here, there)
        assert may_move(staff(role, facility=None, areas=frozenset({AREA, other})), there, here)
    unlisted = DosePlace(None, frozenset({AREA}))
    assert may_move(staff(Role.COMMUNE_OFFICER, facility=None, areas=frozenset({AREA})), unlisted, there)
    assert may_move(SYSTEM, here, there)


@pytest.mark.parametrize("role", [Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER, Role.HOTLINE_AGENT, Role.ADMIN])
def test_whoever_only_watches_corrects_nothing(role: Role) -> None:
    watcher = staff(role, facility=None, areas=frozenset({AREA}))
    assert not may_correct(watcher, DosePlace(HERE, frozenset({AREA}), NURSE), TODAY, TODAY)


def test_a_citizen_declares_for_persons_proven_to_be_theirs() -> None:
    mine, other = uuid4(), uuid4()
    citizen = Actor(kind=Kind.CITIZEN, person_ids=frozenset({mine}))
    assert may_declare(citizen, mine)
    assert not may_declare(citizen, other)
    assert not may_declare(PUBLIC, mine)
    assert may_declare(SYSTEM, other)


@pytest.mark.parametrize("because", ["", "   ", "sai", "         x"])
def test_a_correction_needs_a_reason_that_says_something(because: str) -> None:
    assert not reason_given(because)
    assert reason_given("nhập nhầm lô vắc xin")
