"""Doses that look as if nobody had been given them, and weeks of many set-aside refusals, for the authorities."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from tiemchung.cases.models import GhostFinding, OverrideWeek
from tiemchung.cases.rules.ghosts import DECIDED, DECIDERS, NOWHERE, FindingState
from tiemchung.core.actor import Actor
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.places import reads as places

MOST_SHOWN = 50
WEEKS_SHOWN = dt.timedelta(days=84)
_OPEN_BY_FACILITY = "SELECT facility_id, count(*) FROM cases_ghostfinding WHERE state = 'OPEN' GROUP BY 1"
_WHY = "an authority's list spans its facilities; the index holds open findings alone"
Place = tuple[int, UUID]


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One suspicious dose with its reasons, the heaviest first; it names nobody, the dose's own page does.

    `facility` is a name, empty for a place in no list. `because` says why it was once found true; an open one with a
    reason has more against it than it had then.
    """

    id: UUID
    facility_id: UUID
    facility: str
    given_on: dt.date
    dose_id: UUID
    profile_id: UUID
    product: str
    source: str
    recorded_at: dt.datetime
    recorded_by: UUID | None
    score: int
    signals: tuple[tuple[str, Mapping[str, Any]], ...]
    state: FindingState
    case_ref: str
    decided_by: UUID | None
    decided_at: dt.datetime | None
    because: str


@dataclass(frozen=True, slots=True)
class FacilityFindings:
    """How many open findings one facility has; the name is empty for places in no list."""

    facility_id: UUID
    name: str
    open: int


@dataclass(frozen=True, slots=True)
class OverrideLine:
    """One facility's week in which more refusals were set aside than the limit allows."""

    facility_id: UUID
    name: str
    week_on: dt.date
    doses: int
    overridden: int


@dataclass(frozen=True, slots=True)
class GhostPage:
    """What one authority sees: facilities with the most findings first, one page of findings, loud weeks.

    `more` is the place to read on from, None at the end.
    """

    facilities: tuple[FacilityFindings, ...]
    lines: tuple[FindingLine, ...]
    weeks: tuple[OverrideLine, ...]
    more: Place | None


def ghosts_under(
    by: Actor, today: dt.date, *, facility_id: UUID | None = None, decided: bool = False, after: Place | None = None
) -> GhostPage:
    """Give what lies in the actor's areas, of one facility when it is named; nothing to who is no authority above.

    Doses of no listed place are the ministry's. `decided` asks for those that became cases or were found true.
    Some six statements, however many findings there are.
    """
    if by.role not in DECIDERS:
        return GhostPage((), (), (), None)
    with allow_cross_shard(_WHY):
        facilities, weeks = _facilities(by), _weeks(by, today)
        rows = GhostFinding.objects.filter(state__in=DECIDED if decided else {FindingState.OPEN})
        rows = rows.filter(facility_id=facility_id) if facility_id else rows
        if not by.everywhere or facility_id:
            rows = rows.filter(facility_id__in=_seen(by, rows, facility_id))
        found = list(_after(rows, after).order_by("-score", "-id")[: MOST_SHOWN + 1])
    names = _names(by, {row.facility_id for row in found})
    lines = tuple(_line(row, names.get(row.facility_id, "")) for row in found[:MOST_SHOWN])
    more = (lines[-1].score, lines[-1].id) if len(found) > MOST_SHOWN else None
    return GhostPage(facilities, lines, weeks, more)


def finding_under(by: Actor, facility_id: UUID, finding_id: UUID) -> FindingLine | None:
    """Give one finding in the actor's areas; None alike for no such finding and for one elsewhere."""
    row = GhostFinding.objects.filter(facility_id=facility_id, id=finding_id).first()
    names = _names(by, {facility_id}) if by.role in DECIDERS else {}
    return _line(row, names[facility_id]) if row is not None and facility_id in names else None


def _after(rows: "QuerySet[GhostFinding]", after: Place | None) -> "QuerySet[GhostFinding]":
    if after is None:
        return rows
    score, row_id = after
    return rows.filter(Q(score__lt=score) | Q(score=score, id__lt=row_id))


def _seen(by: Actor, rows: "QuerySet[GhostFinding]", facility_id: UUID | None) -> list[UUID]:
    ids = {facility_id} if facility_id else set(rows.values_list("facility_id", flat=True).distinct())
    return list(_names(by, ids))


def _facilities(by: Actor) -> tuple[FacilityFindings, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_BY_FACILITY)
        counts = dict(cursor.fetchall())
    names = _names(by, set(counts))
    lines = [FacilityFindings(facility, name, counts[facility]) for facility, name in names.items()]
    return tuple(sorted(lines, key=lambda line: (-line.open, line.name, line.facility_id)))


def _names(by: Actor, ids: set[UUID]) -> dict[UUID, str]:
    """Give the names of those of these facilities that the actor answers for, closed ones too."""
    found = places.facilities_by_id(ids)
    mine = {
        key: view.name
        for key, view in found.items()
        if by.everywhere or any(stay.area_id in by.area_ids for stay in view.stays)
    }
    return mine | ({NOWHERE: ""} if NOWHERE in ids and by.everywhere else {})


def _weeks(by: Actor, today: dt.date) -> tuple[OverrideLine, ...]:
    rows = list(OverrideWeek.objects.filter(alarmed_at__isnull=False, week_on__gt=today - WEEKS_SHOWN))
    names = _names(by, {row.facility_id for row in rows})
    mine = [row for row in rows if row.facility_id in names]
    mine.sort(key=lambda row: (row.week_on, row.overridden / max(1, row.doses)), reverse=True)
    return tuple(
        OverrideLine(row.facility_id, names[row.facility_id], row.week_on, row.doses, row.overridden) for row in mine
    )


def _line(row: GhostFinding, facility: str) -> FindingLine:
    return FindingLine(
        id=row.id,
        facility_id=row.facility_id,
        facility=facility,
        given_on=row.given_on,
        dose_id=row.dose_id,
        profile_id=row.profile_id,
        product=row.product,
        source=row.source,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        score=row.score,
        signals=tuple((code, facts) for code, facts in row.signals),
        state=FindingState(row.state),
        case_ref=row.case_ref,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        because=row.because,
    )
