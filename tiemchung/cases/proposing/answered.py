"""What other desks have done of a report: taken out of what is proposed to the desk that has the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.proposing.parts import sketch, sketch_of
from tiemchung.cases.proposing.picture import Picture, Side
from tiemchung.cases.rules import ClaimedDose
from tiemchung.cases.rules.nearness import dose_nearness
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseView


@dataclass(frozen=True, slots=True)
class Answered:
    """The places in the claim of the told doses that are done, the recorded doses that are theirs, and the places
    whose desk has to answer again because what it did was voided since.
    """

    told: frozenset[int]
    taken: frozenset[UUID]
    again: frozenset[UUID | None]


def answered(picture: Picture, own: Side) -> Answered:
    """Give what the desks that did their part have answered.

    A done told dose has what its desk put on record or corrected, however far from what was told: that desk had the
    book. Else it has what lies at its place, the nearest first. Without either it is done all the same, unless what was
    done does not stand any more.
    """
    theirs = [n for n, told in enumerate(picture.claim.doses) if picture.rest.was_done(told.facility_id)]
    if not theirs:
        return Answered(frozenset(), frozenset(), frozenset())
    doses = picture.claim.doses
    held = _held(picture, own, [(n, doses[n]) for n in theirs])
    undone = any(d.id in picture.done_doses and d.state is DoseState.VOIDED for d in own.doses)
    again = frozenset(n for n in theirs if undone and n not in held)
    return Answered(
        told=frozenset(theirs) - again,
        taken=frozenset(held.values()) | picture.done_doses,
        again=frozenset(doses[n].facility_id for n in again),
    )


def _held(picture: Picture, own: Side, told: Sequence[tuple[int, ClaimedDose]]) -> dict[int, UUID]:
    """Give each done told dose the recorded one that is its own, none two of them."""
    fits = [
        (dose.id in picture.done_doses, dose_nearness(sketch(one), sketch_of(dose)).score, n, dose.id)
        for n, one in told
        for dose in own.standing
        if dose.id in picture.done_doses or _lies_at(dose, one)
    ]
    held: dict[int, UUID] = {}
    for _, _, n, dose_id in sorted(fits, key=lambda fit: (not fit[0], -fit[1], fit[2], str(fit[3]))):
        if n not in held and dose_id not in held.values():
            held[n] = dose_id
    return held


def _lies_at(dose: DoseView, told: ClaimedDose) -> bool:
    return dose.facts.facility_id == told.facility_id
