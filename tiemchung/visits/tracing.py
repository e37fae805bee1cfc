"""Who was seen at a facility on a day, by whom and with what: read for whole days of facilities at once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tiemchung.core.distribution import allow_cross_shard

FacilityDay = tuple[UUID, dt.date]
_VISITS = """
SELECT v.facility_id, v.on_day, v.dose_id, v.state = 'OBSERVED' FROM visits_visit v
JOIN unnest(%s::uuid[], %s::date[]) AS asked (facility_id, on_day) USING (facility_id, on_day)
"""
_CHOICES = """
SELECT c.facility_id, c.on_day, c.staff_id, c.lot_id FROM visits_daydefaults c
WHERE c.staff_id = ANY(%s) AND c.facility_id = ANY(%s) AND c.on_day = ANY(%s)
"""
_DESPITE = """
SELECT v.facility_id, v.dose_id FROM visits_visit v WHERE v.facility_id = ANY(%s) AND v.on_day >= %s AND v.on_day < %s
AND v.dose_id IS NOT NULL AND (v.outcome = 'REFER' OR v.lot_unheld) AND v.state IN ('INJECTED', 'OBSERVED')
"""
_WHY = "a facility's day lies with all its persons; visit_facility_day answers on every node"


@dataclass(frozen=True, slots=True)
class SeenDays:
    """What the desks kept of some days: `watched` says of each visit's dose whether its watch was ended.

    `open_days` are those on which anybody was checked in, `chosen_days` those on which anybody chose a lot.
    """

    watched: dict[UUID, bool]
    open_days: frozenset[FacilityDay]
    chosen_days: frozenset[FacilityDay]
    lots: frozenset[tuple[UUID, dt.date, UUID]]
    vaccinators: frozenset[tuple[UUID, dt.date, UUID]]


def seen_days(days: Iterable[FacilityDay], vaccinators: Iterable[UUID]) -> SeenDays:
    """Give what the desks kept of these facilities' days, in two statements; lots are those that these chose."""
    asked = list(set(days))
    facilities, dates = [facility for facility, _ in asked], [day for _, day in asked]
    with allow_cross_shard(_WHY), connection.cursor() as cursor:
        cursor.execute(_VISITS, [facilities, dates])
        visits = cursor.fetchall()
        cursor.execute(_CHOICES, [list(vaccinators), facilities, dates])
        choices = cursor.fetchall()
    return SeenDays(
        watched={dose_id: watched for _, _, dose_id, watched in visits if dose_id is not None},
        open_days=frozenset((facility, day) for facility, day, _, _ in visits),
        chosen_days=frozenset((facility, day) for facility, day, _, _ in choices),
        lots=frozenset((facility, day, lot_id) for facility, day, _, lot_id in choices),
        vaccinators=frozenset((facility, day, staff_id) for facility, day, staff_id, _ in choices),
    )


def given_despite(facility_ids: Iterable[UUID], since: dt.date, until: dt.date) -> dict[UUID, set[UUID]]:
    """Give by facility the doses injected despite a screening that referred the person, or a lot that stock had not.

    In one statement, of the visits from `since` on and before `until`.
    """
    found: dict[UUID, set[UUID]] = {}
    with allow_cross_shard(_WHY), connection.cursor() as cursor:
        cursor.execute(_DESPITE, [list(facility_ids), since, until])
        for facility_id, dose_id in cursor.fetchall():
            found.setdefault(facility_id, set()).add(dose_id)
    return found
