"""What puts the told doses right under the person they are about."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.proposing.answered import answered
from tiemchung.cases.proposing.parts import (
    cells,
    made,
    nearest,
    note,
    notes,
    sketch,
    sketch_of,
    told_changes,
    twin_of,
    twin_reasons,
)
from tiemchung.cases.proposing.picture import Picture, Side
from tiemchung.cases.proposing.together import together
from tiemchung.cases.rules import ClaimedDose
from tiemchung.cases.rules.nearness import DoseNearness, dose_nearness, may_be_twins
from tiemchung.cases.solutions import Solution
from tiemchung.cases.suggestions import WHICH_DOSE, WHICH_FACT, Suggestion
from tiemchung.core.verdict import Reason
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseFacts, DoseView


def fixes_of(picture: Picture) -> Iterator[Suggestion]:
    """Give what each told dose needs under the person it is about, as one suggestion.

    What another desk has done in its part is left out, and the recorded dose that it did it to is no other's.
    """
    if picture.own is None:
        return
    done = answered(picture, picture.own)
    open_ = {n: told for n, told in enumerate(picture.claim.doses) if n not in done.told}
    pairs = _paired(open_, [dose for dose in picture.own.standing if dose.id not in done.taken])
    fixes = {n: _fix(picture, picture.own, told, pairs.get(n)) for n, told in open_.items()}
    found = [fix for fix in fixes.values() if fix is not None]
    untold = [open_[n].facility_id for n, fix in fixes.items() if fix is None]
    others = [place for place in untold if place is not None and not _records(picture, place)]
    if len(found) > 1 or (found and others):
        yield together(picture, found, others, done.again)
    else:
        yield from found


def _records(picture: Picture, place: UUID) -> bool:
    """Tell whether this desk may record a dose of that facility: then nothing speaks for anybody else's part there."""
    return picture.rights.may_record(DoseFacts(product="", given_on=dt.date.min, facility_id=place))


def _paired(told: Mapping[int, ClaimedDose], doses: Sequence[DoseView]) -> dict[int, tuple[DoseView, DoseNearness]]:
    """Give each told dose, by its place in the claim, the nearest recorded one; what one has, no other gets."""
    near = [(dose_nearness(sketch(t), sketch_of(d)), n, d) for n, t in told.items() for d in doses]
    pairs: dict[int, tuple[DoseView, DoseNearness]] = {}
    for how, n, dose in sorted(near, key=lambda p: (-p[0].score, p[1], str(p[2].id))):
        if how.near and n not in pairs and all(dose.id != taken.id for taken, _ in pairs.values()):
            pairs[n] = (dose, how)
    return pairs


def _fix(
    picture: Picture, own: Side, told: ClaimedDose, pair: tuple[DoseView, DoseNearness] | None
) -> Suggestion | None:
    """Give what puts one told dose right under the person it is about, or None where nothing speaks for anything."""
    pointed = told.dose_id or (picture.dose_id if len(picture.claim.doses) == 1 else None)
    target = next((d for d in own.doses if d.id == pointed), None) if pointed else None
    if picture.kind.code == "NEVER_GIVEN":
        # What was pointed at and is not theirs is never guessed at among what is.
        return _fix_never(picture, own, told, target, pair) if target or not pointed else None
    if target is not None and target in own.standing:
        return _fix_pointed(picture, own, told, target)
    if pair is not None:
        return _fix_near(picture, own, told, *pair)
    return _fix_missing(picture, own, told)


def _fix_never(
    picture: Picture, own: Side, told: ClaimedDose, pointed: DoseView | None, pair: tuple[DoseView, DoseNearness] | None
) -> Suggestion | None:
    """Offer to void the dose that was never given: the one pointed at, else the one that fits what was told.

    Where what fits best was voided before, the dose beside it is the true one: nothing is left to do. Where nothing
    fits, the citizen is asked which one they mean.
    """
    if pointed is None:
        voided, near = nearest(told, [d for d in own.doses if d.state is DoseState.VOIDED])
        if voided is not None and near.near and (pair is None or near.score >= pair[1].score):
            pointed = voided
    if pointed is not None and pointed.state is DoseState.VOIDED:
        why = [note("VOIDED_ALREADY", on=str(pointed.facts.given_on))]
        return _nothing(own, told, pointed, why)
    dose = pointed or (pair[0] if pair else None)
    if dose is None:
        return made(own, (), [note("NO_SUCH_DOSE")], 60, (), (), allowed=True, ask=WHICH_DOSE)
    twin = twin_of(dose, own)
    likeness = () if pointed or pair is None else notes(pair[1])
    why = [note("CITIZEN_NEVER_GIVEN"), *likeness, *twin_reasons(twin)]
    return _void(picture, own, dose, why, 90 if twin else 60)


def _fix_pointed(picture: Picture, own: Side, told: ClaimedDose, target: DoseView) -> Suggestion | None:
    near = dose_nearness(sketch(told), sketch_of(target))
    twin = twin_of(target, own)
    if target.state is DoseState.DECLARED:
        return _declared(picture, own, target, near)
    changes = told_changes(told, target)
    if changes:
        why = [note("CITIZEN_SAYS_OTHERWISE"), *notes(near)]
        return _amend(picture, own, told, target, changes, why, max(near.score, 50))
    return _void(picture, own, target, twin_reasons(twin), 70) if twin else _right_already(picture, own, told, target)


def _fix_near(picture: Picture, own: Side, told: ClaimedDose, dose: DoseView, near: DoseNearness) -> Suggestion:
    if dose.state is DoseState.DECLARED:
        return _declared(picture, own, dose, near)
    changes = told_changes(told, dose)
    if not changes:
        return _right_already(picture, own, told, dose)
    return _amend(picture, own, told, dose, changes, list(notes(near)), near.score)


def _fix_missing(picture: Picture, own: Side, told: ClaimedDose) -> Suggestion | None:
    """Offer to record what is nowhere on record: from the paper, or because it was voided before."""
    if not told.product or told.given_on is None:
        return None
    if own.died_on is not None and told.given_on > own.died_on:
        return None  # nobody puts a dose of the dead on record by one click, whatever paper there is
    voided, near = nearest(told, [d for d in own.doses if d.state is DoseState.VOIDED])
    twin = voided if voided is not None and near.near else None
    if twin is None and not picture.evidence:
        return None
    why = [note("VOIDED_TWIN", on=str(twin.facts.given_on))] if twin else []
    why += [note("EVIDENCE_ATTACHED")] if picture.evidence else []
    why.append(note("NOWHERE_ON_RECORD"))
    facts = DoseFacts(
        product=told.product,
        given_on=told.given_on,
        lot_number=told.lot_number,
        facility_id=told.facility_id,
        point_id=told.point_id,
        place_name=told.place_name,
    )
    solution = Solution(SolutionKind.RECORD, profile_id=own.profile_id, facts=facts)
    allowed = own.seen and picture.rights.may_record(facts)
    shown = (twin,) if twin else ()
    score = 55 if picture.evidence else 45
    return made(own, [solution], why, score, shown, cells(told, twin), allowed=allowed, place=facts.facility_id)


def _declared(picture: Picture, own: Side, dose: DoseView, near: DoseNearness) -> Suggestion:
    """Verify what the citizen declared, or void it where the facility's own record says the same."""
    sketch = sketch_of(dose)
    for other in own.standing:
        if other.counted and dose_nearness(sketch, sketch_of(other)).near and may_be_twins(sketch, sketch_of(other)):
            return _void(picture, own, dose, [note("FACILITY_HAS_IT", on=str(other.facts.given_on))], 90, beside=other)
    told = {picture.dose_id, *(one.dose_id for one in picture.claim.doses)}
    itself = picture.kind.declares and dose.id in told  # what a report put on the card says nothing for the report
    why = [note("DECLARED_BY_CITIZEN"), *(() if itself else notes(near))]
    why.append(note("EVIDENCE_ATTACHED" if picture.evidence else "NO_PAPER"))
    solution = Solution(SolutionKind.VERIFY, profile_id=dose.profile_id, dose_id=dose.id, version=dose.version)
    allowed = own.seen and picture.rights.may_correct(dose, dose.facts)
    score, place = 80 if picture.evidence else 50, dose.facts.facility_id
    return made(own, [solution], why, score, (dose,), (), allowed=allowed, place=place)


def _right_already(picture: Picture, own: Side, told: ClaimedDose, dose: DoseView) -> Suggestion:
    if _disputed(picture, told):
        return _ask(own, told, dose)
    return _nothing(own, told, dose, [note("ON_RECORD_ALREADY")])


def _disputed(picture: Picture, told: ClaimedDose) -> bool:
    """Tell whether something is said to be wrong that the told facts do not show: then none may call it right."""
    pointed = told.dose_id is not None or picture.dose_id is not None
    return picture.kind.code == "DOSE_WRONG" and (pointed or bool(picture.claim.text.strip()))


def _ask(own: Side, told: ClaimedDose, dose: DoseView) -> Suggestion:
    return made(own, (), [note("SAME_AS_RECORD")], 100, (dose,), cells(told, dose), allowed=True, ask=WHICH_FACT)


def _nothing(own: Side, told: ClaimedDose, dose: DoseView, why: Sequence[Reason]) -> Suggestion:
    solution = Solution(SolutionKind.NOTHING, profile_id=dose.profile_id)
    return made(own, [solution], why, 100, (dose,), cells(told, dose), allowed=own.seen)


def _amend(
    picture: Picture,
    own: Side,
    told: ClaimedDose,
    dose: DoseView,
    changes: dict[str, Any],
    why: Sequence[Reason],
    score: int,
) -> Suggestion:
    solution = Solution(
        SolutionKind.AMEND, profile_id=dose.profile_id, dose_id=dose.id, version=dose.version, changes=changes
    )
    allowed = own.seen and picture.rights.may_correct(dose, dose.facts.amended(changes))
    return made(own, [solution], why, score, (dose,), cells(told, dose), allowed=allowed, place=dose.facts.facility_id)


def _void(
    picture: Picture,
    own: Side,
    dose: DoseView,
    why: Sequence[Reason],
    score: int,
    *,
    beside: DoseView | None = None,
) -> Suggestion:
    solution = Solution(SolutionKind.VOID, profile_id=dose.profile_id, dose_id=dose.id, version=dose.version)
    shown = (dose, beside) if beside else (dose,)
    allowed = own.seen and picture.rights.may_correct(dose, dose.facts)
    return made(own, [solution], why, score, shown, (), allowed=allowed, place=dose.facts.facility_id)


def void_twins(picture: Picture) -> Iterator[Suggestion]:
    """Offer to void the later entry of what looks like one injection entered twice."""
    if picture.own is None:
        return
    counted = sorted((d for d in picture.own.standing if d.counted), key=lambda d: (d.recorded_at, d.id))
    for place, later in enumerate(counted):
        for first in counted[:place]:
            if may_be_twins(sketch_of(first), sketch_of(later)):
                yield _void(picture, picture.own, later, twin_reasons(first), 65, beside=first)
