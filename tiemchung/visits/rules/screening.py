"""What the answers of a screening come to: eligible, with care, at a hospital, later, or not with this vaccine."""

from collections.abc import Iterator
from dataclasses import dataclass

from tiemchung.core.verdict import Reason, Severity, Verdict, refuse
from tiemchung.visits.rules.forms import Form, Item, Outcome, Thresholds


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was measured; None where it was not. `usual_systolic` is that of a treated hypertension."""

    temperature: float | None = None
    pulse: int | None = None
    systolic: int | None = None
    diastolic: int | None = None
    breaths: int | None = None
    usual_systolic: int | None = None

    def as_json(self) -> dict[str, float]:
        """Give what was measured as plain values."""
        named = ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        return {name: value for name, value in named if value is not None}


@dataclass(frozen=True, slots=True)
class Screening:
    """The answers: which items are true, and consent. `reacted_to` is the vaccine of an earlier anaphylaxis."""

    form: str
    answered: bool
    consented: bool
    true_items: frozenset[str] = frozenset()
    vitals: Vitals = Vitals()
    reacted_to: str = ""


def vitals_abnormal(vitals: Vitals, limits: Thresholds) -> tuple[str, ...]:
    """Give the names of the vital signs that are out of bounds."""
    out = [
        name
        for name in ("temperature", "pulse", "systolic", "diastolic", "breaths")
        if (value := getattr(vitals, name)) is not None
        and not getattr(limits, name)[0] <= value <= getattr(limits, name)[1]
    ]
    # 5785/QĐ-BYT: with a treated hypertension on record, more than 30 mmHg above the usual value.
    if vitals.systolic is not None and vitals.usual_systolic is not None:
        risen = vitals.systolic - vitals.usual_systolic > 30
        if risen and "systolic" not in out:
            out.append("systolic")
    return tuple(out)


def found_items(form: Form, screening: Screening) -> tuple[Item, ...]:
    """Give the items that are true: those ticked, and the one that follows from measured figures."""
    ticked = set(screening.true_items)
    if vitals_abnormal(screening.vitals, form.thresholds):
        ticked |= {item.code for item in form.items if item.vital}
    return tuple(item for item in form.items if item.code in ticked)


def conclude(form: Form, screening: Screening, product: str) -> Outcome:
    """Give the conclusion: the heaviest of all that is true, eligible when nothing is."""
    return max(
        (_outcome(item, screening, product) for item in found_items(form, screening)),
        key=lambda outcome: outcome.weight,
        default=Outcome.ELIGIBLE,
    )


def judge_screening(form: Form, screening: Screening, product: str) -> Verdict:
    """Give the verdict on injecting this product now; each true item is one reason with its own words.

    Refuses without override: contraindicated, deferred, an unknown item, no answer, no consent. REFER refuses with
    override: a place that can treat anaphylaxis says so and goes on. CAUTION warns.
    """
    strange = screening.true_items - {item.code for item in form.items}
    if screening.form != form.code or strange:
        return refuse("SCREENING_FORM_CHANGED")
    if not screening.answered:
        return refuse("SCREENING_INCOMPLETE")
    verdict = Verdict() if screening.consented else refuse("CONSENT_MISSING")
    return verdict + Verdict(tuple(_reasons(form, screening, product)))


def _reasons(form: Form, screening: Screening, product: str) -> Iterator[Reason]:
    for item in found_items(form, screening):
        outcome = _outcome(item, screening, product)
        code = f"SCREENED_{item.code}"
        if product in item.never_with:
            yield Reason("SCREENED_NEVER_WITH_PRODUCT", Severity.REFUSE, False, {"product": product})
        elif item.outcome is Outcome.CONTRAINDICATED and outcome is Outcome.REFER:
            yield Reason("SCREENED_ANAPHYLAXIS_OTHER_VACCINE", Severity.REFUSE, True, {})
        elif outcome is Outcome.CAUTION:
            yield Reason(code, Severity.WARN, False, {})
        else:
            yield Reason(code, Severity.REFUSE, outcome is Outcome.REFER, {})


def _outcome(item: Item, screening: Screening, product: str) -> Outcome:
    if product in item.never_with:
        return Outcome.CONTRAINDICATED
    # "Contraindicated for the same vaccine": after an anaphylaxis to another one, a hospital may go on.
    if item.outcome is Outcome.CONTRAINDICATED and screening.reacted_to not in ("", product):
        return Outcome.REFER
    return item.outcome
