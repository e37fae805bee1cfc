"""Whether a place may give doses on a day: it is open then, and its point stands somewhere."""

import datetime as dt
from dataclasses import dataclass

from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.places.rules import Period


@dataclass(frozen=True, slots=True)
class OpenDays:
    """When the facility is open, and for a point when it exists and where it stood (`stands`); None without a point."""

    facility: Period
    point: Period | None = None
    stands: tuple[Period, ...] = ()


def may_work_at(place: OpenDays | None, on: dt.date) -> Verdict:
    """Say whether doses may be given at this place on that day; no reason sets it aside, since nobody is there.

    None is a place that no list knows.
    """
    if place is None or not place.facility.holds(on):
        return refuse("FACILITY_NOT_OPEN")
    if place.point is None:
        return YES
    stands = place.point.holds(on) and any(stand.holds(on) for stand in place.stands)
    return YES if stands else refuse("POINT_NOT_OPEN")
