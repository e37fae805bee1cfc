"""Which dose on record a told dose is laid beside; pure."""

from collections.abc import Sequence

from tiemchung.cases.rules import ClaimedDose
from tiemchung.cases.rules.nearness import DoseSketch, dose_nearness, lot_letters
from tiemchung.doses.values import DoseView

Pair = tuple[ClaimedDose | None, DoseView | None]
POINTED_AT = 1000  # above every likeness: the citizen named this very dose
LEAST = 35  # a day in common, or vaccine and lot; less would lay two strangers side by side


def paired(told: Sequence[ClaimedDose], recorded: Sequence[DoseView]) -> list[Pair]:
    """Give each told dose with the nearest dose on record, each used once, then the doses nobody told of."""
    scores = [(nearness(t, r), -i, -j) for i, t in enumerate(told) for j, r in enumerate(recorded)]
    best: dict[int, int] = {}
    for score, i, j in sorted(scores, reverse=True):
        if score >= LEAST and -i not in best and -j not in best.values():
            best[-i] = -j
    pairs: list[Pair] = [(t, recorded[best[i]] if i in best else None) for i, t in enumerate(told)]
    return pairs + [(None, r) for j, r in enumerate(recorded) if j not in best.values()]


def nearness(told: ClaimedDose, recorded: DoseView) -> int:
    """Give how near a told dose is to one on record; the one that the citizen pointed at is nearest of all."""
    if told.dose_id is not None:
        return POINTED_AT if told.dose_id == recorded.id else 0
    facts = recorded.facts
    one = DoseSketch(told.product, told.lot_number, told.given_on, told.facility_id)
    return dose_nearness(one, DoseSketch(facts.product, facts.lot_number, facts.given_on, facts.facility_id)).score


def same_lot(one: str, other: str) -> bool:
    """Tell whether two lot numbers are one, however they were typed."""
    return lot_letters(one) == lot_letters(other)
