"""What others may ask of the figures; never a live table."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from tiemchung.core.actor import Actor
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.figures.models import FacilityDay
from tiemchung.places import reads as places


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many doses of a product count for a facility on a day; the facility is NOWHERE for places in no list."""

    facility_id: UUID
    given_on: dt.date
    product: str
    doses: int


@dataclass(frozen=True, slots=True)
class DayTotal:
    """How many doses of a product count for the whole country on a day."""

    given_on: dt.date
    product: str
    doses: int


def counts_at(facility_ids: Iterable[UUID], since: dt.date, until: dt.date) -> tuple[DayCount, ...]:
    """Give the figures of these facilities from `since` to before `until`, by facility, day and product.

    Facilities that the caller may see; `counts_under` decides that for members of staff.
    """
    found = FacilityDay.objects.filter(
        facility_id__in=list(facility_ids), given_on__gte=since, given_on__lt=until, doses__gt=0
    ).order_by("facility_id", "given_on", "product")
    return tuple(DayCount(row.facility_id, row.given_on, row.product, row.doses) for row in found)


def counts_under(by: Actor, since: dt.date, until: dt.date) -> tuple[DayCount, ...]:
    """Give the figures of every facility that this actor may see; empty for an empty scope.

    A facility is seen by who is posted to it, and by whoever's areas it stood in on one of the days.
    """
    if by.everywhere:
        with allow_cross_shard("the ministry sees every facility's figures; the day's index answers on every node"):
            found = FacilityDay.objects.filter(given_on__gte=since, given_on__lt=until, doses__gt=0)
            rows = found.order_by("facility_id", "given_on", "product")
            return tuple(DayCount(row.facility_id, row.given_on, row.product, row.doses) for row in rows)
    if not by.is_staff:
        return ()
    return counts_at(_seen(by, since, until), since, until)


def _seen(by: Actor, since: dt.date, until: dt.date) -> set[UUID]:
    if by.facility_id is not None:
        return {by.facility_id}
    last = until - dt.timedelta(days=1)
    stood = (places.facilities_in(by.area_ids, day) for day in {since, last})
    return {facility.id for some in stood for facility in some}


def totals(since: dt.date, until: dt.date) -> tuple[DayTotal, ...]:
    """Give the country's figures from `since` to before `until`, by day and product; nobody is named by them."""
    with allow_cross_shard("the sum over all facilities"):
        found = (
            FacilityDay.objects.filter(given_on__gte=since, given_on__lt=until, doses__gt=0)
            .values_list("given_on", "product")
            .annotate(sum=Sum("doses"))
            .order_by("given_on", "product")
        )
        return tuple(DayTotal(*row) for row in found)
