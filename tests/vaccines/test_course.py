"""What a person's doses add up to."""

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles import course as oracle
from tests.vaccines.given import BORN, TODAY, day, dose, histories, unhurried
from tiemchung.vaccines.rules import BirthSpan, Condition, Course, DoseRole, GivenDose, course_of, the_book

ADULT_PRODUCTS = sorted(the_book().products)


def course(*doses: GivenDose, on: dt.date = TODAY, **facts: object) -> Course:
    return course_of(doses, birth_date=facts.pop("birth_date", BORN), on=on, **facts)  # type: ignore[arg-type]


def series(product: str, count: int, first: str = "2021-12-01") -> list[GivenDose]:
    """Give doses of one product, each eight weeks after the one before."""
    return [dose(product, day(first) + dt.timedelta(weeks=8 * n)) for n in range(count)]


@pytest.mark.parametrize("code", ADULT_PRODUCTS)
def test_a_product_is_complete_at_its_own_number_of_doses_and_not_before(code: str) -> None:
    needed = the_book().products[code].primary_doses
    for count in range(1, needed + 1):
        seen = course(*series(code, count))
        assert (seen.complete, seen.still_needed) == (count == needed, needed - count)
        assert [row.number for row in seen.doses] == list(range(1, count + 1))
        assert {row.role for row in seen.doses} == {DoseRole.PRIMARY}


def test_janssen_is_complete_at_one_and_abdala_only_at_three() -> None:
    assert course(dose("JANSSEN", "2021-09-01")).completed_on == day("2021-09-01")
    assert not course(*series("ABDALA", 2)).complete
    assert course(*series("ABDALA", 3)).completed_on == day("2022-03-23")


@pytest.mark.parametrize(
    ("first", "second", "on", "counts"),
    [
        ("ASTRAZENECA", "PFIZER", "2021-07-26", False),
        ("ASTRAZENECA", "PFIZER", "2021-07-27", True),
        ("ASTRAZENECA", "MODERNA", "2021-09-07", False),
        ("ASTRAZENECA", "MODERNA", "2021-09-08", True),
        ("PFIZER", "MODERNA", "2021-09-07", False),
        ("PFIZER", "MODERNA", "2021-09-08", True),
        ("MODERNA", "PFIZER", "2021-09-08", True),
        ("PFIZER", "ASTRAZENECA", "2022-09-08", False),
        ("VERO_CELL", "PFIZER", "2022-09-08", False),
        ("SPUTNIK_V", "ASTRAZENECA", "2022-09-08", False),
        ("VERO_CELL", "HAYAT_VAX", "2022-09-08", False),
    ],
)
def test_a_mixed_pair_counts_from_the_day_it_was_allowed(first: str, second: str, on: str, counts: bool) -> None:
    earlier = dose(first, day(on) - dt.timedelta(weeks=8))
    seen = course(earlier, dose(second, on))
    assert seen.complete is counts
    if not counts:
        assert "MIX_NOT_ALLOWED" in seen.doses[1].codes
        assert seen.doses[1].role is None
        assert seen.doses[1].number == 2


def test_mixing_after_astrazeneca_needed_eight_weeks_until_the_interval_could_be_shortened() -> None:
    before = course(dose("ASTRAZENECA", "2021-08-01"), dose("PFIZER", "2021-09-19"))
    since = course(dose("ASTRAZENECA", "2021-08-02"), dose("PFIZER", "2021-09-20"))
    assert before.doses[1].codes >= {"TOO_SOON"}
    assert not before.complete
    assert since.complete


def test_a_child_under_twelve_is_not_mixed() -> None:
    pair = (dose("PFIZER", "2022-04-20"), dose("MODERNA", "2022-06-01"))
    assert not course(*pair, birth_date=day("2012-01-10")).complete
    assert course(*pair, birth_date=day("2009-01-10")).complete


def test_a_child_waits_four_weeks_where_an_adult_waits_three() -> None:
    pair = (dose("PFIZER", "2022-04-20"), dose("PFIZER", "2022-05-12"))
    assert not course(*pair, birth_date=day("2015-01-10")).complete
    assert course(*pair).complete


def test_four_days_too_early_counts_and_five_do_not() -> None:
    early = course(dose("PFIZER", "2021-08-01"), dose("PFIZER", "2021-08-18"))
    too_early = course(dose("PFIZER", "2021-08-01"), dose("PFIZER", "2021-08-17"))
    assert early.complete
    assert early.doses[1].codes == {"TOO_SOON"}
    assert not too_early.complete


def test_a_dose_accepted_with_a_reason_counts_against_the_rule() -> None:
    seen = course(dose("VERO_CELL", "2021-08-01"), dose("PFIZER", "2021-08-12", accepted=True))
    assert seen.complete
    assert seen.doses[1].role is DoseRole.PRIMARY
    assert "MIX_NOT_ALLOWED" in seen.doses[1].codes


def test_one_injection_recorded_twice_is_one_dose_with_one_number() -> None:
    seen = course(dose("PFIZER", "2021-08-01"), dose("PFIZER", "2021-08-01"), dose("PFIZER", "2021-08-09"))
    assert [row.number for row in seen.doses] == [1, None, None]
    assert [row.codes for row in seen.doses] == [set(), {"SAME_DAY"}, {"POSSIBLE_DUPLICATE"}]
    assert seen.still_needed == 1


def test_abdala_two_weeks_apart_is_no_duplicate() -> None:
    seen = course(*(dose("ABDALA", text) for text in ("2021-10-06", "2021-10-20", "2021-11-03")))
    assert seen.complete
    assert not any(row.flags for row in seen.doses)


def test_an_odd_first_dose_does_not_cost_the_series_that_follows() -> None:
    seen = course(dose("VERO_CELL", "2021-07-01"), dose("PFIZER", "2021-09-01"), dose("PFIZER", "2021-09-29"))
    assert seen.complete
    assert [row.counted for row in seen.doses] == [False, True, True]
    assert seen.doses[0].codes == {"NOT_IN_COURSE"}


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        (dose("PFIZER", "1979-01-01"), "BEFORE_BIRTH"),
        (dose("PFIZER", "2026-11-23"), "FUTURE_DATE"),
        (dose("NANOCOVAX", "2022-01-01"), "UNKNOWN_PRODUCT"),
        (dose("PFIZER", "2022-01-01", counted=False), "NOT_VERIFIED"),
    ],
)
def test_an_impossible_dose_is_shown_and_not_counted_even_when_accepted(odd: GivenDose, code: str) -> None:
    accepted = GivenDose(odd.id, odd.product, odd.lot, odd.given_on, counted=odd.counted, accepted=True)
    seen = course(accepted)
    assert (seen.counted, seen.reason) == ((), "NONE_COUNTED")
    assert seen.doses[0].codes == {code}


def test_sputnik_needs_its_second_component_second() -> None:
    right = course(dose("SPUTNIK_V", "2021-08-01", component="I"), dose("SPUTNIK_V", "2021-08-25", component="II"))
    twice = course(dose("SPUTNIK_V", "2021-08-01", component="I"), dose("SPUTNIK_V", "2021-08-25", component="I"))
    unknown = course(dose("SPUTNIK_V", "2021-08-01"), dose("SPUTNIK_V", "2021-08-25"))
    assert right.complete
    assert unknown.complete
    assert "WRONG_COMPONENT" in twice.doses[1].codes
    assert not twice.complete


def test_the_third_dose_is_additional_within_three_months_of_sinopharm_and_a_booster_later() -> None:
    primary = (dose("VERO_CELL", "2021-10-01"), dose("VERO_CELL", "2021-10-29"))
    soon, late = (
        course(*primary, dose("PFIZER", "2022-01-10")),
        course(*primary, dose("PFIZER", "2022-02-10")),
    )
    assert (soon.doses[2].role, soon.doses[2].role_index) == (DoseRole.ADDITIONAL, 1)
    assert (late.doses[2].role, late.doses[2].role_index) == (DoseRole.BOOSTER, 1)
    assert soon.doses[2].number == late.doses[2].number == 3


def test_boosters_are_numbered_and_keep_to_their_gaps() -> None:
    primary = (dose("PFIZER", "2021-09-01"), dose("PFIZER", "2021-09-29"))
    seen = course(*primary, dose("MODERNA", "2022-01-05"), dose("PFIZER", "2022-05-05"), dose("PFIZER", "2022-07-01"))
    assert [(r.role, r.role_index) for r in seen.doses[2:4]] == [(DoseRole.BOOSTER, 1), (DoseRole.BOOSTER, 2)]
    assert not seen.doses[4].counted
    assert "TOO_SOON" in seen.doses[4].codes


def test_three_months_end_on_the_last_day_of_a_short_month() -> None:
    primary = (dose("PFIZER", "2023-11-01"), dose("PFIZER", "2023-11-30"))
    due = course(*primary).next_due
    assert due is not None
    assert due.earliest_on == day("2024-02-29")


def test_who_is_born_on_a_leap_day_turns_twelve_on_the_first_of_march() -> None:
    born = day("2012-02-29")
    pair = (dose("PFIZER", "2024-02-28"), dose("MODERNA", "2024-03-30"))
    assert course(*pair, birth_date=born).complete
    child = course(on=day("2022-02-28"), birth_date=day("2020-02-29"))
    assert child.next_due is not None
    assert (child.next_due.earliest_on, child.next_due.products) == (day("2025-03-01"), ("PFIZER",))


def test_a_later_change_of_rules_leaves_a_dose_as_it_was_on_its_day() -> None:
    forbidden_then = (dose("ASTRAZENECA", "2021-06-01"), dose("MODERNA", "2021-08-10"))
    assert not course(*forbidden_then, on=day("2021-08-10")).complete
    assert not course(*forbidden_then, on=TODAY).complete


def test_the_next_dose_tells_its_days_and_every_product_that_may_be_used() -> None:
    due = course(dose("ASTRAZENECA", "2026-10-01")).next_due
    assert due is not None
    assert (due.role, due.role_index) == (DoseRole.PRIMARY, 2)
    assert (due.earliest_on, due.recommended_on) == (day("2026-10-29"), day("2026-11-26"))
    assert due.products == ("ASTRAZENECA", "MODERNA", "PFIZER")


def test_conditions_open_doses_that_others_do_not_get() -> None:
    doses = [*series("PFIZER", 2, "2026-07-01"), dose("PFIZER", "2026-12-01")]
    primary = course_of(doses[:2], birth_date=BORN, on=day("2026-09-30"))
    weak = course_of(
        doses[:2], birth_date=BORN, on=day("2026-09-30"), conditions=frozenset({Condition.IMMUNOCOMPROMISED})
    )
    assert primary.next_due is not None
    assert primary.next_due.role is DoseRole.BOOSTER
    assert weak.next_due is not None
    assert weak.next_due.role is DoseRole.ADDITIONAL
    boosted = course_of(doses, birth_date=BORN, on=day("2027-05-01"))
    older = course_of(doses, birth_date=day("1970-01-01"), on=day("2027-05-01"))
    assert boosted.next_due is None
    assert older.next_due is not None


def test_a_birth_year_alone_refuses_nothing_that_the_year_leaves_open() -> None:
    unsure = course(dose("ASTRAZENECA", "2022-06-01"), birth_date=BirthSpan.of_year(2004))
    sure = course(dose("ASTRAZENECA", "2022-06-01"), birth_date=BirthSpan.of_year(2003))
    young = course(dose("ASTRAZENECA", "2022-06-01"), birth_date=BirthSpan.of_year(2005))
    assert [c.doses[0].codes for c in (unsure, sure, young)] == [{"AGE_UNSURE"}, set(), {"AGE_TOO_YOUNG"}]
    assert all(c.counted for c in (unsure, sure, young))


@unhurried
@given(histories(), st.randoms())
def test_the_order_of_entry_changes_nothing(doses: list[GivenDose], random: object) -> None:
    shuffled = list(doses)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert course(*shuffled) == course(*doses)


@unhurried
@given(histories(most=5), histories(most=1))
def test_a_dose_added_never_takes_away_what_the_others_gave(doses: list[GivenDose], more: list[GivenDose]) -> None:
    added = [GivenDose(UUID(int=99), d.product, d.lot, d.given_on) for d in more]
    before, after = course(*doses), course(*doses, *added)
    assert after.complete or not before.complete
    assert (after.still_needed if after.counted else 9) <= (before.still_needed if before.counted else 9)
    if after.still_needed == before.still_needed:
        assert len(after.counted) >= len(before.counted)


@unhurried
@given(histories())
def test_it_agrees_with_the_slow_oracle(doses: list[GivenDose]) -> None:
    complete, counted, missing, _ = oracle.course([(d.product, d.given_on) for d in doses])
    seen = course(*doses)
    assert (seen.complete, len(seen.counted), seen.still_needed) == (complete, counted, missing)
    slow = oracle.roles_of(tuple((row.dose.product, row.dose.given_on) for row in seen.counted)) if counted else []
    assert [row.role for row in seen.counted] == slow


@unhurried
@given(histories())
def test_every_dose_is_on_the_list_once_and_says_why_it_does_not_count(doses: list[GivenDose]) -> None:
    seen = course(*doses)
    assert sorted(row.dose.id for row in seen.doses) == sorted(d.id for d in doses)
    assert [row.dose.given_on for row in seen.doses] == sorted(d.given_on for d in doses)
    for row in seen.doses:
        assert row.counted or any(flag.blocks for flag in row.flags)
        assert row.counted == (row.role is not None) == (row.role_index is not None)
    numbers = [row.number for row in seen.doses if row.number]
    assert numbers == list(range(1, len(numbers) + 1))


@unhurried
@given(histories(), st.frozensets(st.sampled_from(Condition)))
def test_roles_do_not_hang_on_conditions(doses: list[GivenDose], conditions: frozenset[Condition]) -> None:
    plain, known = course(*doses), course(*doses, conditions=conditions)
    assert [(r.role, r.role_index, r.number) for r in plain.doses] == [
        (r.role, r.role_index, r.number) for r in known.doses
    ]


def test_hundreds_of_doses_on_one_profile_are_read_without_harm() -> None:
    doses = [dose(ADULT_PRODUCTS[n % 9], dt.date(2021, 3, 8) + dt.timedelta(days=3 * n)) for n in range(400)]
    assert len(course(*doses).doses) == 400
