"""How much each facility gave from each lot, counted anew for the days that the ledger touches."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from tiemchung.core.follow import hold_bookmark
from tiemchung.doses.lots_given import lots_given
from tiemchung.stock.models import LotDay

FOLLOWER = "stock"


@transaction.atomic
def count_lots_given(*, days: Iterable[tuple[UUID, dt.date]], at: dt.datetime) -> int:
    """Count these facilities' days anew by lot and give how many counts changed; a sum is never carried forward.

    One recount at a time: it takes the bookmark's lock, which the follower holds already, so that no count
    overwrites a later one. Writes no audit line: a count follows from the ledger alone.
    """
    asked = set(days)
    if not asked:
        return 0
    hold_bookmark(FOLLOWER)
    counted, known = lots_given(asked), _known(asked)
    right = dict.fromkeys(known, 0) | counted
    rows = [
        LotDay(facility_id=facility, given_on=day, lot_id=lot, doses=doses, counted_at=at)
        for (facility, day, lot), doses in sorted(right.items())
        if known.get((facility, day, lot)) != doses
    ]
    LotDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["facility_id", "lot_id", "given_on"],
        update_fields=["doses", "counted_at"],
    )
    return len(rows)


def _known(days: set[tuple[UUID, dt.date]]) -> dict[tuple[UUID, dt.date, UUID], int]:
    facilities, dates = {facility for facility, _ in days}, {day for _, day in days}
    rows = LotDay.objects.filter(facility_id__in=facilities, given_on__in=dates)
    return {(r.facility_id, r.given_on, r.lot_id): r.doses for r in rows if (r.facility_id, r.given_on) in days}
