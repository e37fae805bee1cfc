"""The figures of all desks below an authority, and the cases behind them; desks of former areas are those of today."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from tiemchung.cases.models import CaseInbox
from tiemchung.cases.reads.desks import desk_of_actor
from tiemchung.cases.reads.queue import Place, page_of
from tiemchung.cases.rules import HALF, Desk, DeskLevel
from tiemchung.cases.values import BoardRow, DeskLines
from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.verdict import Refused, refuse
from tiemchung.places import reads as places
from tiemchung.places.rules import Level

_COLUMN = {
    DeskLevel.COMMUNE: "commune_id",
    DeskLevel.DISTRICT: "district_id",
    DeskLevel.PROVINCE: "province_id",
}
SETTLED_SINCE = dt.timedelta(days=30)
# Grouped by the desk of today: a median cannot be put together from the medians of former desks.
_BOARD = """
SELECT coalesce(today.now, raw.unit), coalesce(today.level, raw.level), count(*) FILTER (WHERE open),
       count(*) FILTER (WHERE open AND due_at <= %(at)s),
       count(*) FILTER (WHERE open AND due_at > %(at)s AND recorded_at <= %(half)s),
       count(*) FILTER (WHERE NOT open),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - recorded_at) / 3600)
           FILTER (WHERE NOT open),
       max(extract(epoch FROM ended_at - recorded_at) / 3600) FILTER (WHERE NOT open),
       min(due_at) FILTER (WHERE open)
FROM (SELECT {group} AS unit, {level} AS level, open, due_at, recorded_at, ended_at
      FROM cases_caseinbox
      WHERE {scope} AND NOT watch AND (open OR (ended_at > %(since)s AND outcome IN ('UPDATED', 'REJECTED')))) raw
LEFT JOIN unnest(%(was)s::uuid[], %(now)s::uuid[], %(levels)s::text[]) AS today (was, now, level)
       ON today.was = raw.unit
GROUP BY 1, 2
"""


def board_under(by: Actor, at: dt.datetime, *, province_id: UUID | None = None) -> tuple[BoardRow, ...]:
    """Give the figures of every desk below the actor's, the latest first; a ministry sees provinces, or one's desks.

    What lay at the desk of an area that was merged counts for the area of today that has all its land. Hours are those
    of what was answered in the last 30 days. Raises Refused with CASE_NO_DESK.
    """
    desk = _desk(by, at)
    reach = _reach(desk, province_id, local(at).date())
    facts: dict[str, Any] = {"at": at, "half": at - HALF, "since": at - SETTLED_SINCE, "units": reach.units}
    facts |= _renamed(reach.areas, local(at).date())
    with allow_cross_shard("the figures of all desks below an authority"), connection.cursor() as cursor:
        cursor.execute(_BOARD.format(scope=reach.scope, group=reach.group, level=reach.level), facts)
        rows = [BoardRow(r[0], r[1], r[2], r[3], r[4], r[5], _float(r[6]), _float(r[7]), r[8]) for r in cursor]
    return tuple(sorted(rows, key=lambda r: (-r.late, -r.open, str(r.unit_id))))


@dataclass(frozen=True, slots=True)
class _Reach:
    """Which rows an authority sees, what they are grouped by, and the areas of any day among these."""

    scope: str
    group: str
    level: str
    units: list[UUID]
    areas: frozenset[UUID]


def _reach(desk: Desk, province_id: UUID | None, today: dt.date) -> _Reach:
    if desk.level is DeskLevel.NATION and province_id is None:
        whole = "coalesce(province_id, unit_id)", "CASE WHEN province_id IS NULL THEN unit_level ELSE 'PROVINCE' END"
        return _Reach("true", *whole, [], _of_level(places.scope_of(p.id for p in places.children_of(None, today))))
    if desk.level is DeskLevel.FACILITY:
        return _Reach("unit_id = ANY(%(units)s)", "unit_id", "unit_level", [desk.unit_id], frozenset())
    level = DeskLevel.PROVINCE if desk.level is DeskLevel.NATION else desk.level
    unit = province_id if desk.level is DeskLevel.NATION and province_id is not None else desk.unit_id
    areas = places.scope_of([unit])
    return _Reach(f"{_COLUMN[level]} = ANY(%(units)s)", "unit_id", "unit_level", _any_day(unit), areas)


def _of_level(area_ids: Iterable[UUID], level: Level = Level.PROVINCE) -> frozenset[UUID]:
    return frozenset(area_id for area_id in area_ids if places.area(area_id).level is level)


def _any_day(unit_id: UUID) -> list[UUID]:
    """Give the id of a desk with those of the former areas of its level that lie wholly in its area of today."""
    try:
        level = places.area(unit_id).level
    except places.NoSuchPlace:
        return [unit_id]
    return sorted({unit_id, *_of_level(places.scope_of([unit_id]), level)})


def _renamed(area_ids: Iterable[UUID], today: dt.date) -> dict[str, list[Any]]:
    """Give the former ones of these areas with the one of today that has all their land; what was divided stays."""
    pairs = [(area_id, places.current_of(area_id, today)) for area_id in sorted(area_ids)]
    moved = [(was, now) for was, now in pairs if now is not None and now.id != was]
    levels = [str(DeskLevel(now.level.upper())) for _, now in moved]
    return {"was": [was for was, _ in moved], "now": [now.id for _, now in moved], "levels": levels}


def lines_under(
    by: Actor, at: dt.datetime, *, unit_id: UUID, late: bool = False, limit: int = 50, after: Place | None = None
) -> DeskLines | None:
    """Give the open cases, or the late ones, of a desk below the actor's, due first; None where there is none to see.

    Those that still lie at the desk of a former area stand with the desk of today. Raises Refused with CASE_NO_DESK.
    """
    desk, units = _desk(by, at), _any_day(unit_id)
    rows = CaseInbox.objects.filter(unit_id__in=units, open=True, watch=False)
    if desk.level is not DeskLevel.NATION and unit_id != desk.unit_id:
        column = _COLUMN.get(desk.level)
        if column is None:
            return None
        rows = rows.filter(**{f"{column}__in": _any_day(desk.unit_id)})
    rows = rows.filter(due_at__lte=at) if late else rows
    one = rows.first()
    if one is None:
        return None
    lines, more = page_of(rows.order_by("due_at", "id"), limit, after)
    return DeskLines(Desk(unit_id, DeskLevel(one.unit_level)), lines, more)


def _desk(by: Actor, at: dt.datetime) -> Desk:
    desk = desk_of_actor(by, at)
    if desk is None:
        raise Refused(refuse("CASE_NO_DESK"))
    return desk


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
