"""The screening concludes as the ministry's forms do."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.vaccines.rules import BirthSpan
from tiemchung.visits.rules import (
    BadForm,
    Form,
    Outcome,
    Screening,
    Vitals,
    conclude,
    form_for,
    forms,
    judge_screening,
    read_form,
    the_form,
    vitals_abnormal,
)

TODAY = dt.date(2026, 11, 20)
ADULT_BORN, PRODUCT = dt.date(1985, 3, 5), "PFIZER"


def form(code: str) -> Form:
    found = the_form(code)
    assert found is not None
    return found


ADULT = form("ADULT_2021_12")


def answers(*items: str, asked: Form = ADULT, **more: object) -> Screening:
    return Screening(asked.code, answered=True, consented=True, true_items=frozenset(items), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "item", "outcome"),
    [
        ("ADULT_2021_12", "ANAPHYLAXIS_COVID_VACCINE", Outcome.CONTRAINDICATED),
        ("ADULT_2021_09", "COVID_SIX_MONTHS", Outcome.DEFERRED),
        ("ADULT_2021_12", "ACUTE_ILLNESS", Outcome.DEFERRED),
        ("ADULT_2021_12", "PREGNANT_EARLY", Outcome.DEFERRED),
        ("ADULT_2021_12", "PREGNANT_LATER", Outcome.CAUTION),
        ("ADULT_2021_12", "ANAPHYLAXIS_SEVERE", Outcome.REFER),
        ("ADULT_2021_12", "IMMUNODEFICIENCY", Outcome.CAUTION),
        ("ADULT_2021_12", "ALLERGY", Outcome.CAUTION),
        ("ADULT_2021_12", "COAGULATION", Outcome.CAUTION),
        ("ADULT_2021_12", "CONSCIOUSNESS", Outcome.CAUTION),
        ("ADULT_2021_12", "ABNORMAL_VITALS", Outcome.CAUTION),
        ("YOUTH_2021_10", "ALLERGY", Outcome.CAUTION),
        ("CHILD_2021_10", "ANAPHYLAXIS_COVID_VACCINE", Outcome.CONTRAINDICATED),
        ("CHILD_2021_10", "ACUTE_OR_PROGRESSIVE", Outcome.DEFERRED),
        ("CHILD_2021_10", "ALLERGY", Outcome.CAUTION),
        ("CHILD_2021_10", "CHRONIC_ORGAN", Outcome.REFER),
        ("CHILD_2021_10", "HEART_LUNG_SOUNDS", Outcome.REFER),
        ("CHILD_2021_10", "ANAPHYLAXIS_SEVERE", Outcome.REFER),
    ],
)
def test_each_item_leads_where_the_form_says(code: str, item: str, outcome: Outcome) -> None:
    asked = form(code)
    assert conclude(asked, answers(item, asked=asked), PRODUCT) is outcome


def test_all_no_and_consent_is_eligible_without_a_word() -> None:
    assert conclude(ADULT, answers(), PRODUCT) is Outcome.ELIGIBLE
    assert judge_screening(ADULT, answers(), PRODUCT).reasons == ()


@pytest.mark.parametrize("item", ["ANAPHYLAXIS_COVID_VACCINE", "ACUTE_ILLNESS", "PREGNANT_EARLY"])
def test_no_reason_sets_a_contraindication_or_a_delay_aside(item: str) -> None:
    verdict = judge_screening(ADULT, answers(item), PRODUCT)
    assert not verdict.allowed
    assert not verdict.needs_override
    assert verdict.refusals[0].code == f"SCREENED_{item}"


def test_a_place_that_can_treat_anaphylaxis_may_go_on_with_a_reason() -> None:
    assert judge_screening(ADULT, answers("ANAPHYLAXIS_SEVERE"), PRODUCT).needs_override


def test_care_only_warns() -> None:
    verdict = judge_screening(ADULT, answers("ALLERGY", "COAGULATION"), PRODUCT)
    assert verdict.allowed
    assert [r.code for r in verdict.warnings] == ["SCREENED_ALLERGY", "SCREENED_COAGULATION"]


def test_anaphylaxis_contraindicates_the_same_vaccine_and_refers_for_another() -> None:
    same = answers("ANAPHYLAXIS_COVID_VACCINE", reacted_to=PRODUCT)
    other = answers("ANAPHYLAXIS_COVID_VACCINE", reacted_to="VERO_CELL")
    assert conclude(ADULT, same, PRODUCT) is Outcome.CONTRAINDICATED
    assert conclude(ADULT, other, PRODUCT) is Outcome.REFER
    assert judge_screening(ADULT, other, PRODUCT).needs_override


@pytest.mark.parametrize("item", ["PREGNANT_EARLY", "PREGNANT_LATER"])
def test_sputnik_is_never_given_in_pregnancy(item: str) -> None:
    verdict = judge_screening(ADULT, answers(item), "SPUTNIK_V")
    assert [r.code for r in verdict.refusals] == ["SCREENED_NEVER_WITH_PRODUCT"]
    assert not verdict.needs_override


def test_without_an_answer_or_consent_nothing_is_injected() -> None:
    silent = Screening(ADULT.code, answered=False, consented=False)
    unwilling = Screening(ADULT.code, answered=True, consented=False)
    assert judge_screening(ADULT, silent, PRODUCT).refusals[0].code == "SCREENING_INCOMPLETE"
    assert judge_screening(ADULT, unwilling, PRODUCT).refusals[0].code == "CONSENT_MISSING"


def test_answers_to_another_form_are_refused() -> None:
    child = form("CHILD_2021_10")
    assert judge_screening(ADULT, answers(asked=child), PRODUCT).refusals[0].code == "SCREENING_FORM_CHANGED"
    assert judge_screening(ADULT, answers("NO_SUCH_ITEM"), PRODUCT).refusals[0].code == "SCREENING_FORM_CHANGED"


@pytest.mark.parametrize(
    ("vitals", "abnormal"),
    [
        (Vitals(temperature=35.4), ("temperature",)),
        (Vitals(temperature=35.5), ()),
        (Vitals(temperature=37.5), ()),
        (Vitals(temperature=37.6), ("temperature",)),
        (Vitals(pulse=59), ("pulse",)),
        (Vitals(pulse=60), ()),
        (Vitals(pulse=101), ("pulse",)),
        (Vitals(systolic=89, diastolic=59), ("systolic", "diastolic")),
        (Vitals(systolic=140, diastolic=90), ()),
        (Vitals(systolic=141, diastolic=91), ("systolic", "diastolic")),
        (Vitals(breaths=25), ()),
        (Vitals(breaths=26), ("breaths",)),
        (Vitals(systolic=131, usual_systolic=100), ("systolic",)),
        (Vitals(systolic=130, usual_systolic=100), ()),
        (Vitals(), ()),
    ],
)
def test_vital_signs_are_judged_by_the_acts_bounds(vitals: Vitals, abnormal: tuple[str, ...]) -> None:
    assert vitals_abnormal(vitals, ADULT.thresholds) == abnormal


def test_a_measured_fever_counts_though_nobody_ticked_it() -> None:
    verdict = judge_screening(ADULT, answers(vitals=Vitals(temperature=38.5)), PRODUCT)
    assert [r.code for r in verdict.warnings] == ["SCREENED_ABNORMAL_VITALS"]


@pytest.mark.parametrize(
    ("born", "on", "code"),
    [
        (dt.date(1985, 3, 5), dt.date(2021, 9, 12), "ADULT_2021_09"),
        (dt.date(1985, 3, 5), dt.date(2021, 12, 20), "ADULT_2021_09"),
        (dt.date(1985, 3, 5), dt.date(2021, 12, 21), "ADULT_2021_12"),
        (dt.date(2008, 11, 20), TODAY, "ADULT_2021_12"),
        (dt.date(2008, 11, 21), TODAY, "YOUTH_2021_10"),
        (dt.date(2014, 11, 20), TODAY, "YOUTH_2021_10"),
        (dt.date(2014, 11, 21), TODAY, "CHILD_2021_10"),
        (BirthSpan.of_year(1950), TODAY, "ADULT_2021_12"),
        (None, TODAY, "ADULT_2021_12"),
    ],
)
def test_age_and_day_choose_the_form(born: dt.date | BirthSpan | None, on: dt.date, code: str) -> None:
    chosen = form_for(born, on)
    assert chosen is not None
    assert chosen.code == code


def test_before_the_children_had_a_form_there_is_none() -> None:
    assert form_for(dt.date(2014, 1, 1), dt.date(2021, 9, 1)) is None


@given(st.dates(dt.date(2021, 10, 27), dt.date(2030, 1, 1)), st.integers(0, 110))
def test_everybody_has_exactly_one_form_on_a_day(on: dt.date, age: int) -> None:
    fitting = [
        f
        for f in forms()
        if f.min_age <= age <= f.max_age and f.valid_from <= on and (f.valid_to is None or on < f.valid_to)
    ]
    assert len(fitting) == 1


@given(st.sets(st.sampled_from([item.code for item in ADULT.items])))
def test_more_findings_never_make_the_conclusion_milder(codes: set[str]) -> None:
    whole = conclude(ADULT, answers(*codes), PRODUCT)
    for left_out in codes:
        assert conclude(ADULT, answers(*(codes - {left_out})), PRODUCT).weight <= whole.weight


@given(st.sets(st.sampled_from([item.code for item in ADULT.items])))
def test_the_verdict_allows_exactly_what_the_conclusion_says(codes: set[str]) -> None:
    outcome = conclude(ADULT, answers(*codes), PRODUCT)
    verdict = judge_screening(ADULT, answers(*codes), PRODUCT)
    assert verdict.allowed == (outcome in {Outcome.ELIGIBLE, Outcome.CAUTION})
    assert verdict.needs_override == (outcome is Outcome.REFER)


@pytest.mark.parametrize("text", ["", "code = 'X'", "code = 1\nages=[5,1]"])
def test_a_form_that_contradicts_itself_is_not_read(text: str) -> None:
    with pytest.raises(BadForm):
        read_form(text)
