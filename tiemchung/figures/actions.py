"""The only verb that writes figures."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from tiemchung.core.follow import hold_bookmark
from tiemchung.doses.reads import PlaceDay, counted_on
from tiemchung.figures.models import FacilityDay
from tiemchung.figures.rules import NOWHERE, changed_counts

FOLLOWER = "figures"
Days = dict[tuple[UUID, dt.date], dict[str, int]]


@transaction.atomic
def recount_days(*, days: Iterable[PlaceDay], at: dt.datetime) -> int:
    """Count these facilities' days anew, and give how many figures changed; None as a facility is no listed place.

    One recount at a time: it takes the bookmark's lock, which the follower holds already, so that no count
    overwrites a later one. Writes no audit line: a figure follows from the ledger alone and names nobody.
    """
    asked = set(days)
    if not asked:
        return 0
    hold_bookmark(FOLLOWER)
    counted = {(facility or NOWHERE, day): found for (facility, day), found in counted_on(asked).items()}
    known = _known(counted)
    rows = [
        FacilityDay(facility_id=facility, given_on=day, product=product, doses=doses, counted_at=at)
        for (facility, day), found in sorted(counted.items())
        for product, doses in changed_counts(found, known.get((facility, day), {})).items()
    ]
    FacilityDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["facility_id", "given_on", "product"],
        update_fields=["doses", "counted_at"],
    )
    return len(rows)


def _known(days: Days) -> Days:
    facilities, dates = {facility for facility, _ in days}, {day for _, day in days}
    found: Days = {}
    for row in FacilityDay.objects.filter(facility_id__in=facilities, given_on__in=dates):
        found.setdefault((row.facility_id, row.given_on), {})[row.product] = row.doses
    return found
