"""Bulk corrections as their desk, and who may approve them, see them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count

from tiemchung.access.reads import facility_scope
from tiemchung.cases.bulks import BulkLine, BulkPreview, BulkView
from tiemchung.cases.models import BulkChange, BulkItem
from tiemchung.cases.reads.desks import desk_of_actor
from tiemchung.cases.rules.bulk import BulkCause, BulkCriteria, BulkState, ItemState
from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.verdict import YES, Verdict
from tiemchung.doses.rules import DosePlace, DoseState, may_correct
from tiemchung.doses.trying import AskedChange, TriedChange, try_amendments
from tiemchung.doses.values import DoseFacts

PAGE = 100


def corrects_at(by: Actor, facility_id: UUID, today: dt.date) -> Verdict:
    """Say whether this actor corrects doses of that facility at any time: its lead, or an officer of its area."""
    return may_correct(by, DosePlace(facility_id, facility_scope(facility_id)), today, today)


def bulk_view(by: Actor, at: dt.datetime, bulk_id: UUID) -> BulkView | None:
    """Give a bulk correction to whoever may correct doses of its facility; None for everybody else alike."""
    row = BulkChange.objects.filter(id=bulk_id).first()
    if row is None or not _may_see(by, at, row):
        return None
    return view_of_bulk(row, _counts(bulk_id))


def _may_see(by: Actor, at: dt.datetime, row: BulkChange) -> bool:
    return corrects_at(by, BulkCriteria.from_json(row.criteria).facility_id, local(at).date()).allowed


def bulk_preview(
    by: Actor, at: dt.datetime, bulk_id: UUID, *, after: UUID | None = None, limit: int = PAGE
) -> BulkPreview | None:
    """Give a page of its doses, before and after, with what the rules say to each; None for who may not see it.

    What changed after the list was made, and what a rule refuses, is said before anything is done. The caller notes
    the look at the persons.
    """
    view = bulk_view(by, at, bulk_id)
    if view is None:
        return None
    rows = BulkItem.objects.filter(bulk_id=bulk_id).order_by("id")
    page = list((rows.filter(id__gt=after) if after else rows)[: limit + 1])
    shown = page[:limit]
    asked = [AskedChange(row.profile_id, row.dose_id, row.seen_version) for row in shown]
    tried = try_amendments(by=by, at=at, asked=asked, changes=view.changes, because=view.because)
    lines = tuple(_line(row, one, view.changes) for row, one in zip(shown, tried, strict=True))
    return BulkPreview(
        bulk=view,
        lines=lines,
        refused=sum(not line.verdict.allowed for line in lines),
        warned=sum(bool(line.verdict.warnings) for line in lines),
        more=shown[-1].id if len(page) > limit else None,
    )


def _line(row: BulkItem, tried: TriedChange, changes: Mapping[str, Any]) -> BulkLine:
    waiting = row.state == ItemState.WAITING
    words = tried.holder.full_name.split() if tried.holder else []
    before = DoseFacts.from_json(row.facts_before)
    after = tried.after if waiting else (tried.dose.facts if tried.dose else None)
    if row.state == ItemState.RESTORED:  # the dose is as before again: the list goes on telling what had been done
        after = before.amended(changes)
    signed = tried.dose is not None and tried.dose.state is DoseState.SIGNED
    return BulkLine(
        item_id=row.id,
        profile_id=row.profile_id,
        dose_id=row.dose_id,
        name=" ".join([*(f"{word[0]}." for word in words[:-1]), *words[-1:]]),
        state=ItemState(row.state),
        before=before,
        after=after,
        verdict=tried.verdict if waiting else YES,
        problem=row.problem,
        loses_signature=waiting and tried.verdict.allowed and signed,
    )


def bulks_of_desk(by: Actor, at: dt.datetime, *, limit: int = 50) -> tuple[BulkView, ...]:
    """Give the bulk corrections that the actor's desk proposed, newest first."""
    desk = desk_of_actor(by, at)
    if desk is None:
        return ()
    with allow_cross_shard("what one desk proposed; bulk_of_unit answers, a handful a year"):
        rows = list(BulkChange.objects.filter(unit_id=desk.unit_id).order_by("-proposed_at", "-id")[:limit])
    return tuple(view_of_bulk(row, _counts(row.id)) for row in rows)


def bulks_to_approve(by: Actor, at: dt.datetime) -> tuple[BulkView, ...]:
    """Give what waits for a second person and this one may approve, oldest first."""
    with allow_cross_shard("what waits for approval in the country is a handful at a time"):
        rows = list(BulkChange.objects.filter(state=BulkState.PROPOSED).order_by("proposed_at", "id")[:500])
    mine = [row for row in rows if row.proposed_by != by.id and _may_see(by, at, row)]
    return tuple(view_of_bulk(row, {ItemState.WAITING: row.total}) for row in mine)


def _counts(bulk_id: UUID) -> dict[ItemState, int]:
    rows = BulkItem.objects.filter(bulk_id=bulk_id).values("state").annotate(n=Count("id"))
    return {ItemState(row["state"]): row["n"] for row in rows}


def view_of_bulk(row: BulkChange, counts: dict[ItemState, int]) -> BulkView:
    """Give the frozen value of a row."""
    return BulkView(
        id=row.id,
        unit_id=row.unit_id,
        unit_level=row.unit_level,
        state=BulkState(row.state),
        cause=BulkCause(row.cause),
        criteria=BulkCriteria.from_json(row.criteria),
        changes=DoseFacts.typed(row.changes),
        because=row.because,
        case_ref=row.case_ref,
        proposed_by=row.proposed_by,
        proposed_name=row.proposed_name,
        proposed_at=row.proposed_at,
        approved_by=row.approved_by,
        approved_name=row.approved_name,
        approved_at=row.approved_at,
        ended_at=row.ended_at,
        undone_at=row.undone_at,
        undone_because=row.undone_because,
        total=row.total,
        items=counts,
    )
