"""Opening points and saying where they stand."""

import datetime as dt
from typing import Any
from uuid import UUID

from tiemchung.core import audit, text
from tiemchung.core.actor import Actor
from tiemchung.core.kept import forget_all
from tiemchung.core.once import once
from tiemchung.core.verdict import all_of
from tiemchung.places import reads, rules
from tiemchung.places.actions.keys import search_key, sort_key
from tiemchung.places.models import Facility, Point, PointStand
from tiemchung.places.rules import Period


def open_point(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    facility_id: UUID,
    name: str,
    area_id: UUID,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    address: str = "",
    mobile: bool = False,
) -> UUID:
    """Open a point of a facility where it stands first and give its id; the same key gives the same point.

    `valid_to` ends the first stand, not the point: a mobile one goes on to its next stand.
    Refused: NAME_EMPTY, STAY_OUTSIDE_PERIOD, PERIOD_EMPTY, PLACE_NOT_YOURS.
    """
    name, address = text.nfc(name)[:200], text.nfc(address)[:300]
    stay = reads.Stay(area_id, address, Period(valid_from, valid_to))
    ask = {"facility": facility_id, "name": name, "area": area_id, "from": valid_from, "to": valid_to}

    def act() -> dict[str, Any]:
        holder = reads.facility(facility_id)
        verdict = all_of(
            [
                rules.may_manage_point(by, area_id, facility_id),
                rules.may_name(name),
                rules.may_lie(holder.period, stay.period),
                rules.may_lie(reads.area(area_id).period, stay.period),
            ]
        ).or_raise()
        row = Point(facility_id=facility_id, name=name, mobile=mobile, valid_from=valid_from)
        row.name_key, row.name_sort = text.tone_key(name), sort_key(name)
        row.search_key = search_key(name, holder.name, stays=(stay,), at=at)
        row.save(force_insert=True)
        _stand(row.id, stay)
        audit.write_line(by=by, at=at, action="open_point", subject_id=row.id, object_id=area_id, verdict=verdict)
        return {"id": str(row.id)}

    return UUID(once(key, "open_point", ask, at, act)["id"])


def stand_point(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    point_id: UUID,
    area_id: UUID,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    address: str = "",
) -> None:
    """Say where a point stands from a day on; an open stand before it ends that day.

    A stand of the past may be added late, as long as it shares no day with another one.
    Refused: STAY_OVERLAPS, STAY_OUTSIDE_PERIOD, PERIOD_EMPTY, PLACE_NOT_YOURS.
    """
    stay = reads.Stay(area_id, text.nfc(address)[:300], Period(valid_from, valid_to))
    ask = {"point": point_id, "area": area_id, "from": valid_from, "to": valid_to, "address": stay.address}

    def act() -> dict[str, Any]:
        row = _locked(point_id)
        before = reads.point(point_id)
        ended = [rules.ended_by(old.period, stay.period) for old in before.stays]
        verdict = all_of(
            [
                rules.may_manage_point(by, area_id, before.facility_id),
                rules.may_lie(before.period, stay.period),
                rules.may_lie(reads.area(area_id).period, stay.period),
                rules.may_follow(ended, stay.period),
            ]
        ).or_raise()
        PointStand.objects.filter(point_id=point_id, valid_to=None, valid_from__lt=valid_from).update(
            valid_to=valid_from
        )
        _stand(point_id, stay)
        holder = Facility.objects.get(id=row.facility_id)
        row.search_key = search_key(row.name, holder.name, stays=reads.point(point_id).stays, at=at)
        row.save(update_fields=["search_key"])
        audit.write_line(by=by, at=at, action="stand_point", subject_id=point_id, object_id=area_id, verdict=verdict)
        return {}

    once(key, "stand_point", ask, at, act)
    forget_all()


def close_point(*, by: Actor, at: dt.datetime, key: str, point_id: UUID, on: dt.date, because: str = "") -> None:
    """Close the point: `on` is the first day without it. Refused: FACILITY_CLOSED, PERIOD_EMPTY, PLACE_NOT_YOURS."""

    def act() -> dict[str, Any]:
        row = _locked(point_id)
        before = reads.point(point_id)
        verdict = all_of(
            [
                rules.may_manage_point(by, before.stays[-1].area_id, before.facility_id),
                rules.may_close(Period(row.valid_from, row.valid_to), on),
                rules.may_close(Period(before.stays[-1].period.start), on),
            ]
        ).or_raise()
        PointStand.objects.filter(point_id=point_id, valid_to=None).update(valid_to=on)
        Point.objects.filter(id=point_id).update(valid_to=on)
        audit.write_line(by=by, at=at, action="close_point", subject_id=point_id, because=because, verdict=verdict)
        return {}

    once(key, "close_point", {"point": point_id, "on": on}, at, act)
    forget_all()


def _stand(point_id: UUID, stay: reads.Stay) -> None:
    PointStand.objects.create(
        point_id=point_id,
        area_id=stay.area_id,
        address=stay.address,
        valid_from=stay.period.start,
        valid_to=stay.period.end,
    )


def _locked(point_id: UUID) -> Point:
    try:
        return Point.objects.select_for_update().get(id=point_id)
    except Point.DoesNotExist:
        raise reads.NoSuchPlace(str(point_id)) from None
