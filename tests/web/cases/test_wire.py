"""Solutions travel through a form unchanged, and anything else that comes back is no solution."""

import datetime as dt
import json
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.solutions import Solution
from tiemchung.doses.values import DoseFacts
from tiemchung.web.cases.wire import LONGEST, BadPacket, pack, unpack

_words = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
_days = st.dates(dt.date(2020, 1, 1), dt.date(2027, 1, 1))
_facts = st.builds(
    DoseFacts, product=_words.filter(bool), given_on=_days, lot_number=_words, place_name=_words,
    facility_id=st.none() | st.uuids(),
)  # fmt: skip
_changes = st.fixed_dictionaries({}, optional={"lot_number": _words, "given_on": _days, "facility_id": st.uuids()})
_person = st.fixed_dictionaries(
    {}, optional={"full_name": _words, "birth_date": _days, "birth_precision": st.just("DAY"), "sex": st.just("MALE")}
)
_ids = st.none() | st.uuids()
_solutions = st.one_of(
    st.builds(Solution, st.just(SolutionKind.RECORD), profile_id=_ids, facts=_facts),
    st.builds(Solution, st.just(SolutionKind.AMEND), profile_id=_ids, dose_id=_ids, version=st.integers(0, 99),
              changes=_changes),
    st.builds(Solution, st.just(SolutionKind.AMEND_PERSON), profile_id=_ids, version=st.integers(0, 99),
              changes=_person),
    st.builds(Solution, st.just(SolutionKind.LINK), keep_person=_ids, join_person=_ids),
    st.builds(Solution, st.just(SolutionKind.ADD_NUMBER), profile_id=_ids, system=st.just("CCCD"),
              number=_words, override=_words),
)  # fmt: skip


@given(st.lists(_solutions, max_size=4))
def test_what_is_packed_comes_back_the_same(solutions: list[Solution]) -> None:
    packet = pack(solutions)
    assert len(packet) <= LONGEST
    assert unpack(packet) == tuple(solutions)


@given(st.text(max_size=60) | st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda x: (
    st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["kind", "version", "dose_id", "facts", "changes"]), x)
), max_leaves=6).map(json.dumps))  # fmt: skip
def test_whatever_else_comes_back_is_refused_or_a_whole_value(text: str) -> None:
    try:
        found = unpack(text)
    except BadPacket:
        return
    assert all(isinstance(one, Solution) for one in found)


@pytest.mark.parametrize("row", [
    {"kind": "AMEND", "changes": {"state": "VOIDED"}}, {"kind": "AMEND", "changes": {"given_on": "x"}},
    {"kind": "ADD_NUMBER", "system": "X", "number": "1"}, {"kind": "ADD_PHONE", "system": "CCCD", "number": "1"},
    {"kind": "AMEND_PERSON", "changes": {"sex": "X"}}, {"kind": "AMEND_PERSON", "changes": {"birth_precision": "X"}},
    {"kind": "RECORD", "facts": {"product": "PFIZER"}}, {"kind": "VOID", "dose_id": "1"}, {"kind": ""}, {}, [], "VOID",
])  # fmt: skip
def test_a_row_that_is_no_solution_is_refused(row: object) -> None:
    with pytest.raises(BadPacket):
        unpack(json.dumps([row]))


def test_a_list_longer_than_any_case_needs_is_refused() -> None:
    with pytest.raises(BadPacket):
        unpack(pack([Solution(SolutionKind.NOTHING)] * 21))


def test_a_hidden_nul_is_refused() -> None:
    with pytest.raises(BadPacket):
        unpack(json.dumps([{"kind": "ADD_NUMBER", "system": "CCCD", "number": "1\x00"}]))


def test_only_a_profiles_own_facts_travel() -> None:
    row = {"kind": "AMEND_PERSON", "profile_id": str(uuid4()), "changes": {"full_name": "An", "died_on": "2026-01-01"}}
    (found,) = unpack(json.dumps([row]))
    assert dict(found.changes) == {"full_name": "An"}
    assert isinstance(found.profile_id, UUID)
