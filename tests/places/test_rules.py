"""Decisions about places, without a database."""

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind, Role
from tiemchung.places import rules
from tiemchung.places.rules import Edge, Period, SuccessorState, build_graph

D2020, D2021, D2025 = dt.date(2020, 1, 1), dt.date(2021, 1, 1), dt.date(2025, 7, 1)
TODAY = dt.date(2026, 11, 22)
days = st.dates(D2020, dt.date(2027, 1, 1))


def key(number: int) -> UUID:
    return UUID(int=number)


@st.composite
def periods(draw):
    start = draw(days)
    return Period(start, draw(st.none() | st.dates(start + dt.timedelta(1), dt.date(2028, 1, 1))))


def graph_of(rows: dict[int, tuple[Period, int | None]], edges: list[tuple[int, int | None, dt.date, bool]]):
    return build_graph(
        {key(i): period for i, (period, _) in rows.items()},
        {key(i): key(parent) if parent else None for i, (_, parent) in rows.items()},
        [Edge(key(a), key(b) if b else None, on, partial) for a, b, on, partial in edges],
    )


@pytest.fixture
def country():
    """Old province 1 with wards 11, 12, 13; old province 2 with 21; new province 3 with 31, 32; 4 with 41."""
    old, new = Period(D2020, D2025), Period(D2025)
    rows = {i: (old, parent) for i, parent in [(1, None), (2, None), (11, 1), (12, 1), (13, 1), (21, 2)]}
    rows |= {i: (new, parent) for i, parent in [(3, None), (4, None), (31, 3), (32, 3), (41, 4)]}
    edges = [(1, 3, D2025, False), (2, 4, D2025, False), (11, 31, D2025, False), (12, 31, D2025, True)]
    edges += [(12, 32, D2025, True), (13, None, D2025, False), (21, 41, D2025, False)]
    return graph_of(rows, edges)


@given(periods(), days)
def test_a_period_holds_its_first_day_and_not_its_end(period, day):
    assert period.holds(period.start)
    assert period.end is None or not period.holds(period.end)
    assert period.holds(day) == (day in _days_of(period))


def _days_of(period: Period) -> range | set:
    end = period.end or dt.date(2030, 1, 1)
    return {period.start + dt.timedelta(i) for i in range((end - period.start).days)}


@given(periods(), periods())
def test_two_periods_meet_when_they_share_a_day(one, other):
    assert one.meets(other) == other.meets(one) == bool(_days_of(one) & _days_of(other))
    if one.end and other.end:
        assert one.covers(other) == (_days_of(other) <= _days_of(one))


def test_an_area_is_itself_while_it_lives(country):
    assert rules.successors_on(country, key(11), D2020) == (SuccessorState.EXACT, {key(11)})


def test_one_taker_is_exact_and_two_are_ambiguous_and_none_is_none(country):
    assert rules.successors_on(country, key(11), TODAY) == (SuccessorState.EXACT, {key(31)})
    assert rules.successors_on(country, key(12), TODAY) == (SuccessorState.AMBIGUOUS, {key(31), key(32)})
    assert rules.successors_on(country, key(13), TODAY) == (SuccessorState.NONE, frozenset())


def test_the_way_back_leads_to_all_that_an_area_was_made_of(country):
    assert rules.successors_on(country, key(31), D2021)[1] == {key(11), key(12)}


def test_an_area_that_ended_without_edges_is_what_its_children_became():
    rows = {1: (Period(D2020), None), 10: (Period(D2020, D2025), 1), 11: (Period(D2020, D2025), 10)}
    rows |= {12: (Period(D2020, D2025), 10), 21: (Period(D2025), 1)}
    graph = graph_of(rows, [(11, 21, D2025, False), (12, 21, D2025, False)])
    assert rules.successors_on(graph, key(10), TODAY) == (SuccessorState.EXACT, {key(21)})


def test_land_given_away_in_life_does_not_stand_for_the_whole():
    mid = dt.date(2025, 1, 1)
    rows = {10: (Period(D2020, D2025), None), 11: (Period(D2020, D2025), 10), 20: (Period(mid, D2025), None)}
    rows |= {21: (Period(mid, D2025), 20), 31: (Period(D2025), None), 32: (Period(D2025), None)}
    edges = [(10, 20, mid, True), (11, 31, D2025, False), (21, 32, D2025, False)]
    assert rules.successors_on(graph_of(rows, edges), key(10), TODAY)[1] == {key(31)}


def test_edges_in_a_circle_end_the_search():
    rows = {1: (Period(D2020, D2021), None), 2: (Period(D2020, D2021), None)}
    graph = graph_of(rows, [(1, 2, D2021, False), (2, 1, D2021, False)])
    assert rules.successors_on(graph, key(1), TODAY) == (SuccessorState.NONE, frozenset())


def test_a_scope_holds_what_lies_wholly_inside(country):
    assert rules.contained_in(country, [key(3)]) >= {key(3), key(31), key(32), key(11), key(12), key(1)}
    assert rules.contained_in(country, [key(31)]) == {key(31), key(11)}
    assert rules.contained_in(country, [key(4)]) == {key(4), key(41), key(2), key(21)}


def test_a_scope_of_one_who_was_swallowed_does_not_grow():
    rows = {1: (Period(D2020, D2025), None), 2: (Period(D2020), None)}
    graph = graph_of(rows, [(1, 2, D2025, False)])
    assert rules.contained_in(graph, [key(1)]) == {key(1)}
    assert rules.contained_in(graph, [key(2)]) == {key(1), key(2)}


def test_land_of_unknown_fate_is_in_no_commune_but_in_the_province_of_the_old_one(country):
    assert key(13) not in rules.contained_in(country, [key(31)])
    assert key(13) in rules.contained_in(country, [key(3)])


def test_touching_finds_what_shares_land(country):
    assert rules.touching(country, [key(32)]) == {key(32), key(12)}
    assert rules.touching(country, [key(12)]) == {key(12), key(31), key(32)}
    assert rules.contained_in(country, [key(3)]) <= rules.touching(country, [key(3)])


@given(st.sets(st.sampled_from([1, 2, 3, 4, 11, 12, 13, 21, 31, 32, 41])), st.sampled_from([1, 3, 11, 12, 31]))
def test_a_greater_posting_never_sees_less(roots, more):
    old, new = Period(D2020, D2025), Period(D2025)
    rows = {i: (old, parent) for i, parent in [(1, None), (2, None), (11, 1), (12, 1), (13, 1), (21, 2)]}
    rows |= {i: (new, parent) for i, parent in [(3, None), (4, None), (31, 3), (32, 3), (41, 4)]}
    edges = [(1, 3, D2025, False), (11, 31, D2025, False), (12, 31, D2025, True), (12, 32, D2025, True)]
    graph = graph_of(rows, edges)
    small = rules.contained_in(graph, [key(i) for i in roots])
    assert small <= rules.contained_in(graph, [key(i) for i in roots | {more}])


def test_ids_are_the_same_everywhere():
    assert str(rules.area_id_of("GSO", "79", "province", D2020)) == "8483b302-60d6-5af7-8a69-f6aa16bb6109"


@pytest.mark.parametrize(("code", "allowed"), [("79001", True), ("7900", False), ("79 01", False), ("79001-B", True)])
def test_facility_codes_have_five_characters_or_more(code, allowed):
    assert rules.may_name_code(code).allowed is allowed


def test_an_open_stay_ends_where_the_next_begins_and_a_closed_one_stays():
    assert rules.ended_by(Period(D2020), Period(D2021)) == Period(D2020, D2021)
    assert rules.ended_by(Period(D2021), Period(D2020)) == Period(D2021)
    assert rules.ended_by(Period(D2020, D2025), Period(D2021)) == Period(D2020, D2025)


@given(periods(), periods())
def test_no_stay_may_follow_one_that_it_meets(one, other):
    assert rules.may_follow([one], other).allowed is not one.meets(other)


@pytest.mark.parametrize("by", [PUBLIC, Actor(kind=Kind.CITIZEN), Actor(kind=Kind.STAFF, role=Role.ADMIN)])
def test_nobody_manages_places_by_default(by):
    assert not rules.may_manage_facility(by, key(1)).allowed
    assert not rules.may_manage_point(by, key(1), key(2)).allowed
    assert rules.may_manage_facility(SYSTEM, key(1)).allowed


def test_every_kind_has_its_words_in_both_languages():
    assert set(rules.FACILITY_KIND_WORDS) == set(rules.FacilityKind)
    assert set(rules.AREA_KIND_ENGLISH) == set(rules.AreaKind)
    assert all(vi and en and vi != en for vi, en in rules.FACILITY_KIND_WORDS.values())
