"""Opening, moving, closing and succeeding facilities."""

import datetime as dt
from typing import Any
from uuid import UUID

from tiemchung.core import audit, text
from tiemchung.core.actor import Actor
from tiemchung.core.kept import forget_all
from tiemchung.core.once import once
from tiemchung.core.verdict import all_of, refuse
from tiemchung.places import reads, rules
from tiemchung.places.actions.keys import search_key, sort_key
from tiemchung.places.models import Facility, FacilityArea, FacilitySuccessor
from tiemchung.places.rules import FacilityKind, Level, Period


def open_facility(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    code: str,
    name: str,
    kind: FacilityKind,
    level: Level,
    area_id: UUID,
    valid_from: dt.date,
    address: str = "",
) -> UUID:
    """Open a facility where it stands and give its id; the same key gives the same facility.

    Refused: FACILITY_CODE_SHAPE, FACILITY_CODE_TAKEN, NAME_EMPTY, STAY_OUTSIDE_PERIOD, PLACE_NOT_YOURS.
    """
    name, address = text.nfc(name)[:200], text.nfc(address)[:300]
    ask = {"code": code, "name": name, "kind": kind, "level": level, "area": area_id, "from": valid_from}

    def act() -> dict[str, Any]:
        area = reads.area(area_id)
        verdict = all_of(
            [
                rules.may_manage_facility(by, area_id),
                rules.may_name_code(code),
                rules.may_name(name),
                rules.may_lie(area.period, Period(valid_from)),
                refuse("FACILITY_CODE_TAKEN") if Facility.objects.filter(code=code).exists() else rules.YES,
            ]
        ).or_raise()
        row = Facility(code=code, name=name, kind=kind, level=level, valid_from=valid_from)
        row.name_key, row.name_sort = text.tone_key(name), sort_key(name)
        row.search_key = search_key(name, code, stays=(reads.Stay(area_id, address, Period(valid_from)),), at=at)
        row.save(force_insert=True)
        FacilityArea.objects.create(facility=row, area_id=area_id, address=address, valid_from=valid_from)
        audit.write_line(by=by, at=at, action="open_facility", subject_id=row.id, object_id=area_id, verdict=verdict)
        return {"id": str(row.id)}

    return UUID(once(key, "open_facility", ask, at, act)["id"])


def move_facility(
    *, by: Actor, at: dt.datetime, key: str, facility_id: UUID, area_id: UUID, on: dt.date, address: str = ""
) -> None:
    """Let the facility stand elsewhere from a day on; where it stood before stays known.

    Refused: STAY_OVERLAPS for a day on or before the latest stay's first, FACILITY_CLOSED,
    STAY_OUTSIDE_PERIOD, PLACE_NOT_YOURS (both areas must be the actor's).
    """
    address = text.nfc(address)[:300]
    ask = {"facility": facility_id, "area": area_id, "on": on, "address": address}

    def act() -> dict[str, Any]:
        row = _locked(facility_id)
        stays = reads.facility(facility_id).stays
        last = stays[-1]
        kept = [Period(s.period.start, on if s is last else s.period.end) for s in stays if s.period.start < on]
        verdict = all_of(
            [
                rules.may_manage_facility(by, area_id),
                rules.may_manage_facility(by, last.area_id),
                rules.may_lie(reads.area(area_id).period, Period(on)),
                rules.may_stay_open(Period(row.valid_from, row.valid_to)),
                rules.YES if len(kept) == len(stays) else rules.may_follow([last.period], Period(on)),
            ]
        ).or_raise()
        FacilityArea.objects.filter(facility_id=facility_id, valid_to=None).update(valid_to=on)
        FacilityArea.objects.create(facility_id=facility_id, area_id=area_id, address=address, valid_from=on)
        row.search_key = search_key(row.name, row.code, stays=reads.facility(facility_id).stays, at=at)
        row.save(update_fields=["search_key"])
        audit.write_line(
            by=by, at=at, action="move_facility", subject_id=facility_id, object_id=area_id, verdict=verdict
        )
        return {}

    once(key, "move_facility", ask, at, act)
    forget_all()


def close_facility(*, by: Actor, at: dt.datetime, key: str, facility_id: UUID, on: dt.date, because: str = "") -> None:
    """Close the facility: `on` is the first day without it. Its points must have ended by then.

    Refused: FACILITY_CLOSED, PERIOD_EMPTY, POINTS_OPEN, PLACE_NOT_YOURS.
    """

    def act() -> dict[str, Any]:
        row = _locked(facility_id)
        stays = reads.facility(facility_id).stays
        busy = [p for p in reads.points_of(facility_id) if p.period.end is None or p.period.end > on]
        verdict = all_of(
            [
                rules.may_manage_facility(by, stays[-1].area_id),
                rules.may_close(Period(row.valid_from, row.valid_to), on),
                refuse("POINTS_OPEN", count=len(busy)) if busy else rules.YES,
                rules.may_close(stays[-1].period, on),
            ]
        ).or_raise()
        FacilityArea.objects.filter(facility_id=facility_id, valid_to=None).update(valid_to=on)
        Facility.objects.filter(id=facility_id).update(valid_to=on)
        audit.write_line(
            by=by, at=at, action="close_facility", subject_id=facility_id, because=because, verdict=verdict
        )
        return {}

    once(key, "close_facility", {"facility": facility_id, "on": on}, at, act)
    forget_all()


def succeed_facility(
    *, by: Actor, at: dt.datetime, key: str, facility_id: UUID, successor_id: UUID, on: dt.date, because: str
) -> None:
    """Let another facility answer for this one's doses from a day on.

    Refused: SUCCESSOR_CIRCLE, SUCCESSOR_KNOWN, STAY_OUTSIDE_PERIOD (the successor is not open that day),
    PLACE_NOT_YOURS.
    """
    ask = {"facility": facility_id, "successor": successor_id, "on": on}

    def act() -> dict[str, Any]:
        _locked(facility_id)
        heir, old = reads.facility(successor_id), reads.facility(facility_id)
        circle = reads.answering_facility(successor_id, dt.date.max).id == facility_id
        known = FacilitySuccessor.objects.filter(facility_id=facility_id).exists()
        verdict = all_of(
            [
                rules.may_manage_facility(by, old.stays[-1].area_id),
                refuse("SUCCESSOR_CIRCLE") if circle or facility_id == successor_id else rules.YES,
                refuse("SUCCESSOR_KNOWN") if known else rules.YES,
                rules.may_lie(heir.period, Period(on)),
            ]
        ).or_raise()
        FacilitySuccessor.objects.create(
            facility_id=facility_id, successor_id=successor_id, from_on=on, because=text.nfc(because)[:300]
        )
        audit.write_line(
            by=by,
            at=at,
            action="succeed_facility",
            subject_id=facility_id,
            object_id=successor_id,
            because=because,
            verdict=verdict,
        )
        return {}

    once(key, "succeed_facility", ask, at, act)
    forget_all()


def _locked(facility_id: UUID) -> Facility:
    try:
        return Facility.objects.select_for_update().get(id=facility_id)
    except Facility.DoesNotExist:
        raise reads.NoSuchPlace(str(facility_id)) from None
