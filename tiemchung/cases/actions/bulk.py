"""Correcting many doses that one cause made wrong: proposed, seen, approved by a second person, run, undone whole."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.cases.actions.bulk_cases import Correction, hold_settled, hold_unmet, reopen_undone, settle_met
from tiemchung.cases.actions.desk import demand_reason
from tiemchung.cases.models import BulkChange, BulkItem
from tiemchung.cases.reads.bulk import corrects_at
from tiemchung.cases.reads.desks import desk_of_actor
from tiemchung.cases.rules import clean_ref
from tiemchung.cases.rules.bulk import (
    MOST_DOSES,
    BulkCause,
    BulkCriteria,
    BulkState,
    BulkStep,
    ItemState,
    bulk_state_after,
    is_one_cause,
    may_approve_bulk,
    may_step_bulk,
)
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.ids import new_id
from tiemchung.core.once import once
from tiemchung.core.verdict import Refused, refuse
from tiemchung.doses.actions import amend_dose
from tiemchung.doses.reads import doses_at, place_of
from tiemchung.doses.rules import may_move
from tiemchung.doses.values import DoseFacts
from tiemchung.people.reads import NotFound

CHUNK = 25  # doses of one turn of the worker: a kill loses none, and other bulk corrections get their turn


def propose_bulk(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    cause: BulkCause,
    criteria: BulkCriteria,
    changes: Mapping[str, Any],
    because: str,
    case_ref: str = "",
) -> UUID:
    """List the doses that one cause made wrong and what they should be, and give the list's id; nothing is changed yet.

    `changes` are typed as a dose's facts. Asked twice with one key it is one list. Raises Refused with
    CASE_NO_DESK, NOT_YOUR_PLACE, REASON_MISSING, BULK_CHANGES_NOT_OF_CAUSE, BULK_DAYS, BULK_ONE_DAY, BULK_EMPTY or
    BULK_TOO_MANY.
    """
    if by.id is None:
        raise Refused(refuse("NOT_YOUR_PLACE"))
    demand_reason(because)
    is_one_cause(BulkCause(cause), criteria, changes).or_raise()
    corrects_at(by, criteria.facility_id, local(at).date()).or_raise()
    _may_move(by, criteria, changes)
    ask = {"by": by.id, "cause": cause, "criteria": criteria.as_json(), "changes": DoseFacts.plain(changes)}
    row = BulkChange(
        id=new_id(),
        state=BulkState.PROPOSED,
        cause=BulkCause(cause),
        criteria=criteria.as_json(),
        changes=DoseFacts.plain(changes),
        because=because,
        case_ref=clean_ref(case_ref),
        proposed_by=by.id,
        proposed_name=by.name,
        proposed_at=at,
    )
    answer = once(key, "cases.propose_bulk", ask | {"because": because}, at, lambda: _propose(by, at, row, criteria))
    return UUID(answer["bulk_id"])


def _may_move(by: Actor, criteria: BulkCriteria, changes: Mapping[str, Any]) -> None:
    old = DoseFacts("", criteria.since, facility_id=criteria.facility_id)
    may_move(by, place_of(by, old), place_of(by, old.amended(changes))).or_raise()


def _propose(by: Actor, at: dt.datetime, row: BulkChange, criteria: BulkCriteria) -> dict[str, Any]:
    desk = desk_of_actor(by, at)
    if desk is None:
        raise Refused(refuse("CASE_NO_DESK"))
    row.unit_id, row.unit_level = desk.unit_id, desk.level
    doses = doses_at(
        by,
        criteria.facility_id,
        criteria.since,
        criteria.until,
        product=criteria.product,
        lot_number=criteria.lot_number,
        vaccinator_id=criteria.vaccinator_id,
        limit=MOST_DOSES + 1,
    )
    changes = DoseFacts.typed(row.changes)
    wrong = [dose for dose in doses if dose.facts.amended(changes) != dose.facts]
    if not wrong:
        raise Refused(refuse("BULK_EMPTY"))
    if len(wrong) > MOST_DOSES:
        raise Refused(refuse("BULK_TOO_MANY", most=MOST_DOSES))
    row.total = len(wrong)
    row.save(force_insert=True)
    BulkItem.objects.bulk_create(
        (
            BulkItem(
                bulk_id=row.id,
                profile_id=dose.profile_id,
                dose_id=dose.id,
                seen_version=dose.version,
                facts_before=dose.facts.as_json(),
            )
            for dose in wrong
        ),
        batch_size=500,
    )
    _audit(by, at, "cases.propose_bulk", row, row.because)
    return {"bulk_id": str(row.id)}


@transaction.atomic
def approve_bulk(*, by: Actor, at: dt.datetime, bulk_id: UUID) -> None:
    """Let a proposed correction run, by a second person who may correct there; from then on the worker does it.

    Raises Refused with NO_SUCH_BULK, BULK_SECOND_PERSON, NOT_YOUR_PLACE or BULK_STEP_NOT_POSSIBLE.
    """
    row = _locked(by, at, bulk_id)
    may_approve_bulk(row.proposed_by, by.id).or_raise()
    _may_move(by, BulkCriteria.from_json(row.criteria), DoseFacts.typed(row.changes))
    _step(row, BulkStep.APPROVE)
    row.approved_by, row.approved_name, row.approved_at = by.id, by.name, at
    row.save(force_update=True)
    _audit(by, at, "cases.approve_bulk", row, "")


@transaction.atomic
def withdraw_bulk(*, by: Actor, at: dt.datetime, bulk_id: UUID, because: str) -> None:
    """Drop a proposal that is not approved yet; raise Refused as `approve_bulk`, and with REASON_MISSING."""
    demand_reason(because)
    row = _locked(by, at, bulk_id)
    _step(row, BulkStep.WITHDRAW)
    row.ended_at = at
    row.save(force_update=True)
    _audit(by, at, "cases.withdraw_bulk", row, because)


@transaction.atomic
def undo_bulk(*, by: Actor, at: dt.datetime, bulk_id: UUID, because: str) -> None:
    """Have every dose restored to what it was, as far as nobody changed it since; the worker does it.

    May be asked while the correction still runs: what waits is skipped. Raises Refused with NO_SUCH_BULK,
    REASON_MISSING, NOT_YOUR_PLACE or BULK_STEP_NOT_POSSIBLE.
    """
    demand_reason(because)
    row = _locked(by, at, bulk_id)
    _step(row, BulkStep.UNDO)
    row.undone_by, row.undone_at, row.undone_because, row.ended_at = by.id, at, because, None
    row.save(force_update=True)
    BulkItem.objects.filter(bulk_id=row.id, state=ItemState.WAITING).update(state=ItemState.SKIPPED)
    _audit(by, at, "cases.undo_bulk", row, because)


def _locked(by: Actor, at: dt.datetime, bulk_id: UUID) -> BulkChange:
    row = BulkChange.objects.select_for_update().filter(id=bulk_id).first()
    if row is None:
        raise Refused(refuse("NO_SUCH_BULK"))
    facility_id = BulkCriteria.from_json(row.criteria).facility_id
    if not corrects_at(by, facility_id, local(at).date()):
        raise Refused(refuse("NO_SUCH_BULK"))
    return row


def _step(row: BulkChange, step: BulkStep) -> None:
    may_step_bulk(BulkState(row.state), step).or_raise()
    row.state = bulk_state_after(BulkState(row.state), step) or row.state


def run_bulks(at: dt.datetime) -> int:
    """Do the next doses of every correction that is approved or being undone; give how many.

    One dose is one transaction with its item, so that a kill at any moment leaves each dose either done and marked or
    neither, and the next turn goes on.
    """
    with allow_cross_shard("the worker reads its whole node; what runs is a handful at a time"):
        running = BulkChange.objects.filter(state__in=[BulkState.APPROVED, BulkState.UNDOING])
        ids = list(running.order_by("approved_at").values_list("id", flat=True)[:50])
    return sum(_run(bulk_id, at) for bulk_id in ids)


def _run(bulk_id: UUID, at: dt.datetime) -> int:
    row = BulkChange.objects.get(id=bulk_id)
    undoing = row.state == BulkState.UNDOING
    wanted = ItemState.DONE if undoing else ItemState.WAITING
    items = BulkItem.objects.filter(bulk_id=bulk_id, state=wanted).order_by("id").values_list("id", flat=True)
    chunk = list(items[:CHUNK])
    for item_id in chunk:
        _one(row, item_id, wanted, at, undoing=undoing)
    if not chunk:
        _finish(bulk_id, at)
    return max(len(chunk), 1)


@transaction.atomic
def _one(row: BulkChange, item_id: UUID, wanted: ItemState, at: dt.datetime, *, undoing: bool) -> None:
    # The correction's own row is shared among its doses and closed to an undo that begins meanwhile.
    states = BulkChange.objects.select_for_update(no_key=True).filter(id=row.id).values_list("state", flat=True)
    if states.get() != row.state:
        return
    item = BulkItem.objects.select_for_update().get(bulk_id=row.id, id=item_id)
    if item.state != wanted:
        return
    (_restore if undoing else _correct)(row, item, at)
    item.save(force_update=True)


def _correct(row: BulkChange, item: BulkItem, at: dt.datetime) -> None:
    by = _in_the_name_of(row.approved_by, f"{row.proposed_name}, {row.approved_name}")
    done = _correction(row, item, by, at, _key(row, item), row.because)
    try:
        with transaction.atomic():
            held = hold_unmet(item.profile_id, item.dose_id)
            after = amend_dose(
                by=by,
                at=at,
                key=done.key,
                profile_id=item.profile_id,
                dose_id=item.dose_id,
                version=item.seen_version,
                changes=DoseFacts.typed(row.changes),
                because=row.because,
                evidence=_evidence(row),
            )
            settle_met(done, held)
    except (Refused, NotFound) as refused:
        item.state, item.problem = ItemState.REFUSED, _problem(refused)
    else:
        item.state, item.after_version = ItemState.DONE, after.dose.version


def _restore(row: BulkChange, item: BulkItem, at: dt.datetime) -> None:
    """Put back every fact as it was; a dose that somebody corrected since stays as they left it, its cases too."""
    assert item.after_version is not None
    by = _in_the_name_of(row.undone_by, row.approved_name)
    undone = _correction(row, item, by, at, f"unbulk:{row.id}:{item.dose_id}", row.undone_because)
    try:
        with transaction.atomic():
            held = hold_settled(item.profile_id, _key(row, item))
            amend_dose(
                by=by,
                at=at,
                key=undone.key,
                profile_id=item.profile_id,
                dose_id=item.dose_id,
                version=item.after_version,
                changes=DoseFacts.typed(item.facts_before),
                because=row.undone_because,
                evidence=_evidence(row),
            )
            reopen_undone(undone, held)
    except (Refused, NotFound) as refused:
        item.problem = _problem(refused)
        changed = item.problem in {"CHANGED_MEANWHILE", "DOSE_VOIDED"}
        item.state = ItemState.CHANGED if changed else ItemState.KEPT
    else:
        item.state = ItemState.RESTORED


def _key(row: BulkChange, item: BulkItem) -> str:
    return f"bulk:{row.id}:{item.dose_id}"


def _correction(row: BulkChange, item: BulkItem, by: Actor, at: dt.datetime, key: str, because: str) -> Correction:
    return Correction(by, at, item.profile_id, item.dose_id, key, row.cause, because)


def _problem(refused: Refused | NotFound) -> str:
    codes = [r.code for r in refused.verdict.refusals] if isinstance(refused, Refused) else ["NO_SUCH_DOSE"]
    first = "CHANGED_MEANWHILE"
    return first if first in codes else codes[0]


def _in_the_name_of(staff_id: UUID | None, names: str) -> Actor:
    """Give the system as it carries out what two people decided; their rights were asked when they did."""
    return Actor(kind=Kind.SYSTEM, id=staff_id, name=names[:120])


def _evidence(row: BulkChange) -> str:
    return f"bulk:{row.id}" + (f" case:{row.case_ref}" if row.case_ref else "")


@transaction.atomic
def _finish(bulk_id: UUID, at: dt.datetime) -> None:
    row = BulkChange.objects.select_for_update().get(id=bulk_id)
    if may_step_bulk(BulkState(row.state), BulkStep.FINISH):
        _step(row, BulkStep.FINISH)
        row.ended_at = at
        row.save(force_update=True)


def _audit(by: Actor, at: dt.datetime, action: str, row: BulkChange, because: str) -> None:
    facts = {"cause": row.cause, "doses": row.total, "case": row.case_ref}
    write_line(by=by, at=at, action=action, subject_id=row.id, object_id=row.id, because=because, facts=facts)
