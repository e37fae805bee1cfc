"""How many doses that count a facility gave from each lot: for those who keep its stock."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.statements import ask

LotDay = tuple[UUID, dt.date, UUID]
# A facility's days lie together in the index, so that a batch of entries costs what its days hold.
_GIVEN = """
SELECT d.facility_id, d.given_on, d.lot_id, count(*)
FROM (SELECT DISTINCT * FROM unnest(%s::uuid[], %s::date[]) AS a (facility_id, given_on)) AS asked
JOIN doses_dose d USING (facility_id, given_on)
WHERE d.lot_id IS NOT NULL AND d.state IN ('CONFIRMED', 'SIGNED') GROUP BY 1, 2, 3
"""
_WHY = "a facility's day lies with all its persons; dose_facility_day answers on every node"


def lots_given(days: Iterable[tuple[UUID, dt.date]]) -> dict[LotDay, int]:
    """Give the doses that count of these facilities' days by facility, day and lot, in one statement."""
    asked = list(set(days))
    with allow_cross_shard(_WHY):
        found = ask(_GIVEN, [facility for facility, _ in asked], [day for _, day in asked])
    return {(facility, day, lot): number for facility, day, lot, number in found}
