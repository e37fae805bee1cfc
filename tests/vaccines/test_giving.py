"""What the desk refuses and warns of, and what back-entry only warns of."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vaccines.given import BORN, NOON, TODAY, day, dose, histories, lot_of, unhurried
from tiemchung.core.verdict import Reason, Refused, Severity, Verdict
from tiemchung.vaccines.rules import (
    CODES,
    Birth,
    BirthSpan,
    Condition,
    GivenDose,
    LotFacts,
    Mode,
    course_of,
    may_give,
    the_book,
)


def ask(product: str, *history: GivenDose, **facts: object) -> Verdict:
    """Ask at the desk on the day of the tests, with a lot in order, unless told otherwise."""
    on = facts.get("on", TODAY)
    assert isinstance(on, dt.date)
    return may_give(
        product,
        lot=facts.get("lot", lot_of(product)),  # type: ignore[arg-type]
        history=history,
        birth_date=facts.get("birth_date", BORN),  # type: ignore[arg-type]
        on=on,
        at=facts.get("at", NOON),  # type: ignore[arg-type]
        mode=facts.get("mode", Mode.DESK),  # type: ignore[arg-type]
        conditions=facts.get("conditions", frozenset()),  # type: ignore[arg-type]
    )


def reason(verdict: Verdict, code: str) -> Reason:
    """Give the one reason with this code."""
    (found,) = [r for r in verdict.reasons if r.code == code]
    return found


@pytest.mark.parametrize("code", sorted(the_book().products))
def test_an_adult_without_doses_may_get_any_product_and_hears_nothing(code: str) -> None:
    assert ask(code, lot=lot_of(code, component=(*the_book().products[code].components, None)[0])).reasons == ()


def test_a_dose_too_soon_says_when_to_come_back() -> None:
    verdict = ask("PFIZER", dose("PFIZER", "2026-11-06"))
    refusal = reason(verdict, "TOO_SOON")
    assert (refusal.facts["days_left"], refusal.facts["earliest_on"]) == (5, day("2026-11-27"))
    assert verdict.needs_override


def test_the_grace_of_counting_is_not_given_at_the_desk() -> None:
    assert reason(ask("PFIZER", dose("PFIZER", "2026-11-03")), "TOO_SOON").severity is Severity.REFUSE
    assert ask("PFIZER", dose("PFIZER", "2026-11-01")).allowed


@pytest.mark.parametrize("code", sorted(c for c, p in the_book().products.items() if p.primary_doses > 1))
def test_every_product_is_refused_a_day_early_and_allowed_on_its_day(code: str) -> None:
    (rule,) = [r for r in the_book().products[code].intervals if not r.after and r.ages.holds(30) and not r.valid_to]
    first = dose(code, "2026-09-01")
    on = rule.minimum.after(first.given_on)
    late = dt.datetime.combine(on, dt.time(5), dt.UTC)
    lot = lot_of(code, component=(*the_book().products[code].components, None, None)[1])
    assert ask(code, first, on=on, at=late, lot=lot).allowed
    early = ask(code, first, on=on - dt.timedelta(days=1), at=late, lot=lot)
    assert not early.allowed
    assert early.needs_override


def test_the_same_day_is_refused_alone_and_no_reason_helps() -> None:
    verdict = ask("MODERNA", dose("PFIZER", TODAY))
    assert [r.code for r in verdict.refusals] == ["SAME_DAY"]
    with pytest.raises(Refused):
        verdict.or_raise("she asks for it")


def test_the_same_product_within_two_weeks_is_taken_for_a_double_entry() -> None:
    verdict = ask("PFIZER", dose("PFIZER", "2026-11-13"))
    assert [r.code for r in verdict.refusals] == ["POSSIBLE_DUPLICATE"]
    assert reason(verdict, "POSSIBLE_DUPLICATE").facts == {"other_on": day("2026-11-13"), "days": 9}


def test_any_dose_days_ago_stops_the_next_one_even_if_it_does_not_count() -> None:
    history = (dose("VERO_CELL", "2026-10-01"), dose("ASTRAZENECA", "2026-11-15"))
    verdict = ask("VERO_CELL", *history)
    assert reason(verdict, "TOO_SOON").facts["earliest_on"] == day("2026-11-29")
    assert not verdict.allowed


def test_a_declared_dose_nearby_is_asked_about_and_refuses_nothing() -> None:
    verdict = ask("PFIZER", dose("PFIZER", "2026-11-20", counted=False))
    assert verdict.allowed
    assert [r.code for r in verdict.warnings] == ["DECLARED_DOSE_NEAR"]


def test_a_lot_is_refused_after_its_last_day_and_not_on_it() -> None:
    assert ask("PFIZER", lot=lot_of("PFIZER", expires_on=TODAY)).allowed
    verdict = ask("PFIZER", lot=lot_of("PFIZER", expires_on=TODAY - dt.timedelta(days=1)))
    assert [r.code for r in verdict.refusals] == ["LOT_EXPIRED"]
    assert not verdict.needs_override


@pytest.mark.parametrize(
    ("lot", "code", "overridable"),
    [
        (None, "LOT_UNKNOWN", True),
        (lot_of("MODERNA"), "LOT_OF_OTHER_PRODUCT", False),
        (lot_of("PFIZER", recalled_at=NOON, recalled_because="cold chain"), "LOT_RECALLED", False),
    ],
)
def test_a_wrong_lot_is_refused(lot: LotFacts | None, code: str, overridable: bool) -> None:
    verdict = ask("PFIZER", lot=lot)
    assert [r.code for r in verdict.refusals] == [code]
    assert verdict.needs_override is overridable


def test_the_component_of_the_lot_must_be_the_one_that_is_due() -> None:
    first = dose("SPUTNIK_V", "2026-10-01", component="I")
    assert ask("SPUTNIK_V", first, lot=lot_of("SPUTNIK_V", component="II")).allowed
    assert reason(ask("SPUTNIK_V", first, lot=lot_of("SPUTNIK_V", component="I")), "WRONG_COMPONENT").overridable


def test_a_mix_that_is_allowed_warns_that_consent_is_needed() -> None:
    verdict = ask("PFIZER", dose("ASTRAZENECA", "2026-09-01"))
    assert verdict.allowed
    assert [r.code for r in verdict.warnings] == ["MIX_NEEDS_CONSENT"]


def test_a_mix_that_is_not_allowed_needs_a_reason() -> None:
    verdict = ask("ASTRAZENECA", dose("VERO_CELL", "2026-09-01"))
    assert [r.code for r in verdict.refusals] == ["MIX_NOT_ALLOWED"]
    assert verdict.or_raise("no other vaccine, physician decided") is verdict


@pytest.mark.parametrize(
    ("product", "birth", "code"),
    [
        ("ASTRAZENECA", day("2008-11-23"), "AGE_TOO_YOUNG"),
        ("ASTRAZENECA", BirthSpan.of_year(2009), "AGE_TOO_YOUNG"),
        ("ASTRAZENECA", BirthSpan.of_year(2008), "AGE_UNSURE"),
        ("PFIZER", day("2021-11-23"), "AGE_TOO_YOUNG"),
        ("PFIZER", None, "BIRTH_DATE_UNKNOWN"),
    ],
)
def test_age_is_judged_as_exactly_as_the_birth_is_known(product: str, birth: Birth, code: str) -> None:
    verdict = ask(product, birth_date=birth)
    assert [r.code for r in verdict.reasons] == [code]
    assert verdict.allowed is (code != "AGE_TOO_YOUNG")
    assert not verdict.needs_override


def test_the_eighteenth_birthday_opens_an_adult_vaccine() -> None:
    assert ask("ASTRAZENECA", birth_date=day("2008-11-22")).allowed
    young = ask("ASTRAZENECA", birth_date=day("2008-11-23"))
    assert reason(young, "AGE_TOO_YOUNG").facts["from_on"] == day("2026-11-23")


def test_who_has_everything_is_refused_until_a_reason_is_given() -> None:
    history = [dose("PFIZER", text) for text in ("2021-09-01", "2021-09-29", "2022-02-01")]
    verdict = ask("PFIZER", *history)
    assert [r.code for r in verdict.refusals] == ["COMPLETE_ALREADY"]
    assert verdict.needs_override
    assert ask("PFIZER", *history, birth_date=day("1976-11-22")).allowed
    assert ask("PFIZER", *history, conditions=frozenset({Condition.HIGH_EXPOSURE})).allowed


def test_an_early_third_dose_is_for_weak_immunity_only_and_says_when_the_booster_is_due() -> None:
    history = [dose("PFIZER", text) for text in ("2026-09-01", "2026-09-29")]
    verdict = ask("PFIZER", *history)
    assert reason(verdict, "ADDITIONAL_ONLY_FOR_SOME").facts["booster_on"] == day("2026-12-29")
    assert ask("PFIZER", *history, conditions=frozenset({Condition.IMMUNOCOMPROMISED})).allowed


def test_a_booster_of_a_wrong_product_names_the_right_ones() -> None:
    history = [dose("PFIZER", text) for text in ("2021-09-01", "2021-09-29")]
    refusal = reason(ask("VERO_CELL", *history), "BOOSTER_PRODUCT_NOT_ALLOWED")
    assert refusal.facts["products"] == "AstraZeneca, Moderna, Pfizer"


def test_back_entry_warns_where_the_desk_refuses() -> None:
    history = (dose("PFIZER", "2021-09-01"),)
    expired = lot_of("PFIZER", expires_on=day("2021-09-05"), recalled_at=NOON, recalled_because="x")
    verdict = ask("PFIZER", *history, on=day("2021-09-16"), lot=expired, mode=Mode.BACKLOG)
    assert verdict.allowed
    assert [r.code for r in verdict.warnings] == ["TOO_SOON", "LOT_EXPIRED", "LOT_RECALLED"]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("product", "on", "code"),
    [
        ("PFIZER", day("1980-04-30"), "BEFORE_BIRTH"),
        ("PFIZER", TODAY + dt.timedelta(days=1), "FUTURE_DATE"),
        ("NANOCOVAX", TODAY, "UNKNOWN_PRODUCT"),
    ],
)
def test_nonsense_is_refused_everywhere(product: str, on: dt.date, code: str, mode: Mode) -> None:
    verdict = ask(product, on=on, mode=mode)
    assert code in [r.code for r in verdict.refusals]
    assert not verdict.needs_override


def test_the_day_turns_at_midnight_in_vietnam() -> None:
    just_after = dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)
    just_before = just_after - dt.timedelta(seconds=1)
    tomorrow = day("2026-11-23")
    assert ask("PFIZER", on=tomorrow, at=just_after).allowed
    assert "FUTURE_DATE" in [r.code for r in ask("PFIZER", on=tomorrow, at=just_before).refusals]


def test_an_old_dose_entered_before_later_ones_says_what_it_would_undo() -> None:
    history = (dose("ABDALA", "2021-10-20"), dose("ABDALA", "2021-11-03"))
    harmless = ask("ABDALA", *history, on=day("2021-10-06"), mode=Mode.BACKLOG)
    assert harmless.reasons == ()
    shifting = ask("ABDALA", *history, on=day("2021-10-27"), mode=Mode.BACKLOG)
    assert [r.code for r in shifting.reasons] == ["POSSIBLE_DUPLICATE"]
    pair = (dose("PFIZER", "2021-09-01"), dose("PFIZER", "2021-09-29"))
    undoing = ask("JANSSEN", *pair, on=day("2021-08-01"), mode=Mode.BACKLOG)
    assert reason(undoing, "LATER_DOSE_AFFECTED").facts == {"doses": 1}


def test_a_refusal_set_aside_makes_a_dose_that_counts() -> None:
    history = (dose("VERO_CELL", "2026-09-01"),)
    assert ask("PFIZER", *history).needs_override
    course = course_of((*history, dose("PFIZER", TODAY, accepted=True)), birth_date=BORN, on=TODAY)
    assert course.complete


@unhurried
@given(histories(most=4), st.sampled_from(sorted(the_book().products)), st.integers(0, 400))
def test_what_the_desk_allows_always_counts(doses: list[GivenDose], product: str, wait: int) -> None:
    last = max((d.given_on for d in doses), default=day("2022-01-01"))
    on = last + dt.timedelta(days=wait)
    at = dt.datetime.combine(on, dt.time(5), dt.UTC)
    verdict = ask(product, *doses, on=on, at=at)
    if verdict.allowed:
        given_now = dose(product, on)
        row = course_of((*doses, given_now), birth_date=BORN, on=on).row(given_now.id)
        assert row.counted
        assert row.number is not None


@unhurried
@given(
    histories(most=4),
    st.sampled_from(sorted(the_book().products)),
    st.integers(-300, 400),
    st.sampled_from(Mode),
)
def test_every_reason_has_a_known_code_with_its_facts(
    doses: list[GivenDose], product: str, wait: int, mode: Mode
) -> None:
    on = max((d.given_on for d in doses), default=day("2022-01-01")) + dt.timedelta(days=wait)
    verdict = ask(product, *doses, on=on, mode=mode)
    for told in verdict.reasons:
        assert set(told.facts) == CODES[told.code]
    if mode is Mode.BACKLOG:
        assert not any(told.overridable for told in verdict.reasons)


@unhurried
@given(st.dates(), st.dates(max_value=TODAY), st.sampled_from(sorted(the_book().products)), st.sampled_from(Mode))
def test_no_date_of_birth_or_dose_breaks_the_rule(birth: dt.date, on: dt.date, product: str, mode: Mode) -> None:
    verdict = ask(product, dose("PFIZER", "2026-06-01"), birth_date=birth, on=on, mode=mode)
    assert on >= birth or "BEFORE_BIRTH" in [r.code for r in verdict.refusals]
    assert ask(product, birth_date=BirthSpan(birth, birth), on=on, mode=mode) == ask(
        product, birth_date=birth, on=on, mode=mode
    )
