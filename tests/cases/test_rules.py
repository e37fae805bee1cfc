"""The rules of cases: states, clock, numbers, ladders; no database."""

import datetime as dt
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.cases import rules
from tiemchung.cases.kinds import KINDS, Door, kinds_at
from tiemchung.cases.receiving import may_receive
from tiemchung.cases.rules import (
    OPEN,
    OVER,
    THE_NATION,
    TRANSITIONS,
    CaseState,
    Claim,
    ClaimedDose,
    Desk,
    DeskLevel,
    Known,
    RouteReason,
    Step,
)

moments = st.datetimes(dt.datetime(2021, 1, 1), dt.datetime(2027, 1, 1)).map(lambda m: m.replace(tzinfo=dt.UTC))
TODAY = dt.date(2026, 11, 20)


def test_a_settled_case_is_never_settled_twice() -> None:
    for state in OVER:
        assert rules.may_step(state, Step.SETTLE).refusals[0].code == "CASE_OVER"


def test_every_open_state_can_come_to_an_end() -> None:
    reached = set(OPEN)
    for _ in range(len(CaseState)):
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}
    assert reached >= OVER
    for state in OPEN:
        assert any(before == state for before, _ in TRANSITIONS)


def test_nothing_is_asked_of_a_case_that_nobody_took() -> None:
    assert not rules.may_step(CaseState.ROUTED, Step.ASK_BACK).allowed
    assert not rules.may_step(CaseState.ROUTED, Step.SETTLE).allowed


@given(moments)
def test_a_case_is_due_48_elapsed_hours_after_its_recording(at: dt.datetime) -> None:
    assert (rules.due_at(at) - at).total_seconds() == 48 * 3600
    assert rules.first_alarm(at) - at == dt.timedelta(hours=24)


@pytest.mark.parametrize(
    "recorded",
    [
        dt.datetime(2027, 2, 5, 16, 59, 59, tzinfo=dt.UTC),  # a second before midnight, Tết's eve
        dt.datetime(2026, 12, 31, 17, 0, tzinfo=dt.UTC),  # midnight of 1 January
        dt.datetime(2028, 2, 28, 3, 0, tzinfo=dt.UTC),  # over 29 February
        dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC),  # a Saturday
    ],
)
def test_neither_midnight_nor_a_holiday_stops_the_clock(recorded: dt.datetime) -> None:
    due = rules.due_at(recorded)
    assert not rules.is_late(due, recorded + dt.timedelta(hours=47, minutes=59, seconds=59))
    assert rules.is_late(due, recorded + dt.timedelta(hours=48))


def test_a_late_case_climbs_at_once_and_then_daily_until_the_top() -> None:
    recorded = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
    due, sounded, seen = rules.due_at(recorded), rules.first_alarm(recorded), []
    for rung in range(5):
        after = rules.alarm_after(rung, sounded, due, 3)
        if after is None:
            break
        seen.append(after - recorded)
        sounded = after
    assert seen == [dt.timedelta(hours=48), dt.timedelta(hours=72), dt.timedelta(hours=96)]


def test_a_desk_with_nobody_above_is_late_at_the_due_time_and_once() -> None:
    recorded = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
    due = rules.due_at(recorded)
    assert rules.alarm_after(0, rules.first_alarm(recorded), due, 0) == due
    assert rules.alarm_after(1, due, due, 0) is None


@given(st.integers(0, 400))
def test_a_number_is_read_back_however_it_is_typed(n: int) -> None:
    ref = rules.new_ref()
    assert len(ref) == 10
    shown = rules.shown_ref(ref)
    assert {rules.clean_ref(t) for t in (ref, shown, shown.lower(), f" {ref[:5]}.{ref[5:]}")} == {ref}


@given(st.data())
def test_one_wrong_digit_or_a_swap_of_neighbours_is_no_number(data: st.DataObject) -> None:
    ref = rules.new_ref()
    place = data.draw(st.integers(0, 9))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != ref[place]]))
    assert rules.clean_ref(ref[:place] + digit + ref[place + 1 :]) == ""


@pytest.mark.parametrize("junk", ["", "PA", "123", "0" * 500, "١٢٣٤٥٦٧٨٩٠", "12345678901", "\x00" * 10])
def test_junk_is_no_number(junk: str) -> None:
    assert rules.clean_ref(junk) == ""


def ladder() -> tuple[Desk, ...]:
    return tuple(Desk(uuid4(), level) for level in (DeskLevel.FACILITY, DeskLevel.COMMUNE, DeskLevel.PROVINCE))


def test_the_lowest_desk_where_somebody_is_posted_answers() -> None:
    rungs = ladder()
    known = Known(rungs, RouteReason.FACILITY_OF_DOSE)
    first = rules.route(known, {d.unit_id for d in rungs})
    assert (first.desk, first.why) == (rungs[0], RouteReason.FACILITY_OF_DOSE)
    assert first.above == (rungs[1], rungs[2], THE_NATION)
    second = rules.route(known, {rungs[2].unit_id})
    assert (second.desk, second.why, second.above) == (rungs[2], RouteReason.NOBODY_BELOW, (THE_NATION,))


@given(st.sets(st.integers(0, 2)))
def test_every_case_has_a_desk_whoever_is_posted(places: set[int]) -> None:
    rungs = ladder()
    way = rules.route(Known(rungs, RouteReason.PLACE_KNOWN), {rungs[p].unit_id for p in places})
    assert way.desk == (rungs[min(places)] if places else THE_NATION)
    assert THE_NATION in (way.desk, *way.above)


def test_what_names_no_place_goes_to_the_ministry() -> None:
    way = rules.route(Known((), RouteReason.NOTHING_KNOWN), set())
    assert (way.desk, way.why, way.above) == (THE_NATION, RouteReason.NOTHING_KNOWN, ())


texts = st.text(max_size=20).filter(lambda t: "\x00" not in t)
claimed = st.builds(
    ClaimedDose, order=st.integers(1, 4), product=texts, lot_number=texts, given_on=st.none() | st.dates(),
    facility_id=st.none() | st.uuids(), point_id=st.none() | st.uuids(), place_name=texts,
    dose_id=st.none() | st.uuids(), profile_id=st.none() | st.uuids(),
)  # fmt: skip
claims = st.builds(
    Claim, full_name=texts, birth_date=st.none() | st.dates(), numbers=st.lists(st.tuples(texts, texts)).map(tuple),
    province_id=st.none() | st.uuids(), doses=st.lists(claimed, max_size=4).map(tuple),
    wanted=st.dictionaries(texts, texts, max_size=3), text=texts,
)  # fmt: skip


@given(claims)
def test_a_claim_is_read_as_it_was_kept(claim: Claim) -> None:
    import json

    assert Claim.from_json(json.loads(json.dumps(claim.as_json()))) == claim


def test_a_claim_of_another_version_keeps_what_is_known() -> None:
    assert Claim.from_json({"full_name": "An", "colour": "red"}).full_name == "An"


def a_claim(kind: str, **more: object) -> Claim:
    least = KINDS[kind].doses[0]
    doses = tuple(ClaimedDose(n + 1, "PFIZER", "FA1", dt.date(2021, 9, 1 + n)) for n in range(least))
    base = {"full_name": "Nguyễn Thị An", "birth_date": dt.date(1991, 3, 5), "doses": doses}
    return Claim(**(base | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_takes_in_a_whole_report(kind: str) -> None:
    door = next(iter(KINDS[kind].doors))
    assert may_receive(KINDS[kind], door, a_claim(kind), TODAY, evidence=1).allowed


def test_the_portal_offers_the_three_known_kinds_first() -> None:
    assert [kind.code for kind in kinds_at(Door.PORTAL)][:3] == ["DOSE1_MISSING", "DOSE2_MISSING", "BOTH_MISSING"]
    assert len(kinds_at(Door.PORTAL)) >= 8


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"full_name": " "}, "CLAIM_NAME_MISSING"),
        ({"birth_date": None}, "CLAIM_BIRTH_MISSING"),
        ({"birth_date": dt.date(2027, 1, 1)}, "CLAIM_BIRTH_FUTURE"),
        ({"doses": ()}, "CLAIM_DOSES_COUNT"),
        ({"doses": (ClaimedDose(1, given_on=dt.date(2027, 1, 1)),)}, "GIVEN_IN_FUTURE"),
        ({"doses": (ClaimedDose(1, given_on=dt.date(1990, 1, 1)),)}, "CLAIM_DOSE_BEFORE_BIRTH"),
        ({"doses": (ClaimedDose(1, given_on=dt.date(2020, 1, 1)),)}, "CLAIM_DOSE_TOO_EARLY"),
        ({"workplace": "x" * 301}, "TEXT_TOO_LONG"),
        ({"text": "x" * 2001}, "TEXT_TOO_LONG"),
    ],
)
def test_an_impossible_report_is_refused_with_its_reason(changes: dict[str, object], code: str) -> None:
    verdict = may_receive(KINDS["DOSE1_MISSING"], Door.PORTAL, a_claim("DOSE1_MISSING", **changes), TODAY, evidence=1)
    assert code in {reason.code for reason in verdict.refusals}


def test_the_portal_insists_on_the_paper_and_the_telephone_does_not() -> None:
    claim = a_claim("DOSE1_MISSING")
    portal = may_receive(KINDS["DOSE1_MISSING"], Door.PORTAL, claim, TODAY, evidence=0)
    assert [r.code for r in portal.refusals] == ["CLAIM_EVIDENCE_MISSING"]
    assert may_receive(KINDS["DOSE1_MISSING"], Door.HOTLINE, claim, TODAY, evidence=0).allowed


def test_a_second_dose_before_the_first_is_asked_about() -> None:
    doses = (ClaimedDose(1, given_on=dt.date(2021, 9, 20)), ClaimedDose(2, given_on=dt.date(2021, 9, 1)))
    verdict = may_receive(KINDS["BOTH_MISSING"], Door.PORTAL, a_claim("BOTH_MISSING", doses=doses), TODAY, evidence=1)
    assert [r.code for r in verdict.refusals] == ["CLAIM_DOSES_OUT_OF_ORDER"]


def test_the_nation_is_no_area_and_no_facility() -> None:
    assert THE_NATION.unit_id == UUID(int=1)
