"""A second, slow reading of what should be offered for one told dose, written apart from the rules it judges."""

from collections.abc import Sequence
from uuid import UUID

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


Offer = tuple[str, UUID | None]


def expected_offers(
    kind: str, told: ClaimedDose, doses: Sequence[DoseView], *, paper: bool, words: bool = False
) -> set[Offer]:
    """Give what is offered for one told dose of a known person, whatever the kind: (what is done, to which dose)."""
    never = kind == "NEVER_GIVEN"
    pointed = [d for d in doses if d.id == told.dose_id]
    fix = _never(told, doses, pointed) if never else _missing_or_wrong(told, doses, pointed, paper=paper)
    if kind == "DOSE_WRONG" and (words or told.dose_id is not None):
        # Whoever says that something is wrong, in words or by pointing, is asked what, and never told that it is right.
        fix = {("ASK", None) if offer == ("NOTHING", None) else offer for offer in fix}
    return fix | _entered_twice(doses)


def _entered_twice(doses: Sequence[DoseView]) -> set[Offer]:
    """Give the later entries of what may be one injection, in the order of recording."""
    counted = [d for d in doses if d.counted]
    return {("VOID", d.id) for n, d in enumerate(counted) if any(_may_be_same(first, d) for first in counted[:n])}


def _never(told: ClaimedDose, doses: Sequence[DoseView], pointed: Sequence[DoseView]) -> set[Offer]:
    """Give the one dose that is taken off; where that was done before, nothing; where none is meant, a question."""
    meant = list(pointed) or [d for d in doses if _agreement(told, d) > 0]
    if not meant:
        return {("ASK", None)}
    most = max(_score_class(told, d) for d in meant)
    alike = [d for d in meant if _score_class(told, d) == most]
    if any(d.state is DoseState.VOIDED for d in alike):
        return {("NOTHING", None)}
    return {("VOID", min(alike, key=lambda d: str(d.id)).id)}


def _missing_or_wrong(
    told: ClaimedDose, doses: Sequence[DoseView], pointed: Sequence[DoseView], *, paper: bool
) -> set[Offer]:
    standing = [d for d in doses if d.state is not DoseState.VOIDED]
    named = [d for d in standing if d in pointed]
    meant = named or [d for d in standing if _agreement(told, d) > 0]
    if not meant:
        twin = any(_agreement(told, d) > 0 for d in doses if d.state is DoseState.VOIDED)
        return {("RECORD", None)} if paper or twin else set()
    exact = [d for d in meant if _agreement(told, d) == 2]
    best = min(exact or meant, key=lambda d: (-_score_class(told, d), str(d.id)))
    if best.state is DoseState.DECLARED:
        counted = [d for d in standing if d.counted and _may_be_same(best, d)]
        return {("VOID" if counted else "VERIFY", best.id)}
    if _agreement(told, best) < 2:
        return {("AMEND", best.id)}
    twins = [d for d in standing if d is not best and d.counted and _may_be_same(best, d)]
    return {("VOID", best.id)} if named and twins else {("NOTHING", None)}


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
