"""How doses came on record, whole days of facilities at once: for those who look for doses that nobody was given."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from tiemchung.core.distribution import allow_cross_shard
from tiemchung.doses.reads import PlaceDay

_COLUMNS = """
d.id, d.profile_id, d.facility_id, d.point_id, d.given_on, d.product, d.lot_id, d.vaccinator_id, d.accepted, d.source,
e.recorded_at, e.by_id, EXISTS (SELECT FROM doses_ledgerentry p WHERE p.profile_id = d.profile_id AND p.dose_id = d.id
    AND length(trim(p.evidence)) >= %(least)s), e.set_aside
"""
# A facility's days lie together in the index; the entry lies with its dose, in the same shard.
_STANDING = "d.state IN ('CONFIRMED', 'SIGNED')"
_FIRST = "JOIN doses_ledgerentry e ON e.profile_id = d.profile_id AND e.dose_id = d.id AND e.kind = 'RECORDED'"
_AT = f"""
SELECT {_COLUMNS} FROM unnest(%(facilities)s::uuid[], %(days)s::date[]) AS asked (facility_id, given_on)
JOIN doses_dose d ON d.facility_id = asked.facility_id AND d.given_on = asked.given_on {_FIRST} WHERE {_STANDING}
UNION ALL
SELECT {_COLUMNS} FROM doses_dose d {_FIRST}
WHERE d.facility_id IS NULL AND d.given_on = ANY(%(nowhere)s::date[]) AND {_STANDING}
"""  # noqa: S608 - constants only
_OVERRIDDEN = """
SELECT d.facility_id, count(*), array_agg(d.id) FILTER (WHERE d.accepted) FROM doses_dose d
WHERE d.facility_id = ANY(%s) AND d.given_on >= %s AND d.given_on < %s AND d.source = 'DESK'
AND d.state IN ('CONFIRMED', 'SIGNED') GROUP BY 1
"""
_WHY = "a facility's day lies with all its persons; dose_facility_day answers on every node"
LEAST_EVIDENCE = 5  # characters; "x" is no page of a book


@dataclass(frozen=True, slots=True)
class DoseTrace:
    """One dose that counts and the entry that brought it; `evidenced` says that some entry names a proof."""

    dose_id: UUID
    profile_id: UUID
    facility_id: UUID | None
    point_id: UUID | None
    given_on: dt.date
    product: str
    lot_id: UUID | None
    vaccinator_id: UUID | None
    overridden: bool
    source: str
    recorded_at: dt.datetime
    recorded_by: UUID | None
    evidenced: bool
    set_aside: tuple[str, ...]


def traces_at(days: Iterable[PlaceDay]) -> tuple[DoseTrace, ...]:
    """Give the doses that count of these facilities' days, in one statement; None as a facility is no listed place."""
    asked = set(days)
    placed = [(facility, day) for facility, day in asked if facility is not None]
    params: dict[str, Any] = {
        "facilities": [facility for facility, _ in placed],
        "days": [day for _, day in placed],
        "nowhere": [day for facility, day in asked if facility is None],
        "least": LEAST_EVIDENCE,
    }
    with allow_cross_shard(_WHY), connection.cursor() as cursor:
        cursor.execute(_AT, params)
        return tuple(DoseTrace(*(*row[:-1], _codes(row[-1]))) for row in cursor.fetchall())


def _codes(kept: str | list[str]) -> tuple[str, ...]:
    if kept in ("[]", []):
        return ()
    return tuple(json.loads(kept) if isinstance(kept, str) else kept)


@dataclass(frozen=True, slots=True)
class DeskDoses:
    """How many doses a facility's desk gave in some days, and those of them whose refusal was set aside."""

    doses: int
    overridden: frozenset[UUID]


def desk_doses(facility_ids: Iterable[UUID], since: dt.date, until: dt.date) -> Mapping[UUID, DeskDoses]:
    """Give these facilities' doses of the desk given from `since` on and before `until`, in one statement."""
    with allow_cross_shard(_WHY), connection.cursor() as cursor:
        cursor.execute(_OVERRIDDEN, [list(facility_ids), since, until])
        return {row[0]: DeskDoses(row[1], frozenset(row[2] or ())) for row in cursor.fetchall()}
