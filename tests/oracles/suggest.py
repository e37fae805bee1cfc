"""A second, slow reading of what should be offered for one told dose, written apart from the rules it judges."""

from collections.abc import Sequence

from tiemchung.cases.rules import ClaimedDose
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseView


def _agreement(told: ClaimedDose, dose: DoseView) -> int:
    """Give 2 for the same dose, 1 for one that may be meant, 0 for another."""
    day, other = told.given_on, dose.facts.given_on
    assert day is not None
    same = [day == other, told.product == dose.facts.product, told.lot_number == dose.facts.lot_number]
    if all(same):
        return 2
    swapped = (day.day, day.month, day.year) == (other.month, other.day, other.year)
    looks = told.lot_number.replace("O", "0") == dose.facts.lot_number.replace("O", "0")
    close = [same[0] or swapped, same[1], same[2] or looks]
    return 1 if sum(close) >= 2 and close[0] else 0


def expected_fix(told: ClaimedDose, doses: Sequence[DoseView], *, paper: bool) -> list[tuple[str, ...]]:
    """Give the kinds that are offered for one missing dose of a known person."""
    standing = [d for d in doses if d.state is not DoseState.VOIDED]
    meant = [d for d in standing if _agreement(told, d) > 0]
    if not meant:
        twin = any(_agreement(told, d) > 0 for d in doses if d.state is DoseState.VOIDED)
        return [("RECORD",)] if paper or twin else []
    exact = [d for d in meant if _agreement(told, d) == 2]
    best = min(exact or meant, key=lambda d: (-_score_class(told, d), str(d.id)))
    if best.state is DoseState.DECLARED:
        counted = [d for d in standing if d.counted and _may_be_same(best, d)]
        return [("VOID",)] if counted else [("VERIFY",)]
    return [("NOTHING",)] if _agreement(told, best) == 2 else [("AMEND",)]


def _score_class(told: ClaimedDose, dose: DoseView) -> float:
    """Order what may be meant: the day weighs most, then lot and product alike."""
    day = 40.0 if told.given_on == dose.facts.given_on else 32.0
    lot = 25.0 if told.lot_number == dose.facts.lot_number else 22.5
    product = 25.0 if told.product == dose.facts.product else 0.0
    return day + lot + product


def _may_be_same(one: DoseView, other: DoseView) -> bool:
    days = abs((one.facts.given_on - other.facts.given_on).days)
    same = one.facts.product == other.facts.product
    swapped = (one.facts.given_on.day, one.facts.given_on.month) == (
        other.facts.given_on.month,
        other.facts.given_on.day,
    )
    return same and (days < 14 or swapped)
