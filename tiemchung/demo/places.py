"""The facilities and points of the demonstration week, opened through the actions of places."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from tiemchung.core.actor import SYSTEM
from tiemchung.places import actions, reads
from tiemchung.places.rules import FacilityKind, Level

_FILE = Path(__file__).parent / "data" / "places.toml"


@dataclass(frozen=True, slots=True)
class Site:
    """One facility with what the crowd around it needs: region of names, province of numbers, area of today."""

    key: str
    id: UUID
    name: str
    area_id: UUID
    region: str
    cccd: str
    share: int
    kind: str


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def open_places(*, at: dt.datetime, today: dt.date) -> dict[str, Site]:
    """Open every facility and point that is not there yet and give the facilities by key; points are moved as told."""
    sites = {row["key"]: _open_facility(row, at) for row in _table()["facility"]}
    for row in _table()["point"]:
        _open_point(row, sites[row["facility"]], at, today)
    return sites


def area_of(code: str, on: dt.date) -> UUID:
    """Give the commune of this code on a day; raise NoSuchPlace."""
    found = reads.area_by_code(code, Level.COMMUNE, on)
    if found is None:
        raise reads.NoSuchPlace(code)
    return found.id


def _open_facility(row: dict[str, Any], at: dt.datetime) -> Site:
    (first, code), *moves = [(dt.date.fromisoformat(day), code) for day, code in row["moves"]]
    facility_id = actions.open_facility(
        by=SYSTEM,
        at=at,
        key=f"demo:{row['key']}",
        code=row["code"],
        name=row["name"],
        kind=FacilityKind(row["kind"]),
        level=Level(row["level"]),
        area_id=area_of(code, first),
        valid_from=first,
        address=row["address"],
    )
    for day, moved_to in moves:
        actions.move_facility(
            by=SYSTEM,
            at=at,
            key=f"demo:{row['key']}:{day}",
            facility_id=facility_id,
            area_id=area_of(moved_to, day),
            on=day,
            address=row["address"],
        )
    day, code = (moves or [(first, code)])[-1]
    area_id = area_of(code, day)
    return Site(row["key"], facility_id, row["name"], area_id, row["region"], row["cccd"], row["share"], row["kind"])


def _open_point(row: dict[str, Any], site: Site, at: dt.datetime, today: dt.date) -> None:
    (first, code), *stands = [(today + dt.timedelta(days=n), code) for n, code in row["stands"]]
    point_id = actions.open_point(
        by=SYSTEM,
        at=at,
        key=f"demo:{row['key']}",
        facility_id=site.id,
        name=row["name"],
        area_id=area_of(code, first),
        valid_from=first,
        mobile=row["mobile"],
    )
    for day, moved_to in stands:
        actions.stand_point(
            by=SYSTEM,
            at=at,
            key=f"demo:{row['key']}:{day}",
            point_id=point_id,
            area_id=area_of(moved_to, day),
            valid_from=day,
        )
    if "closed" in row:
        on = today + dt.timedelta(days=row["closed"])
        actions.close_point(
            by=SYSTEM, at=at, key=f"demo:{row['key']}:closed", point_id=point_id, on=on, because="Hết đợt tiêm"
        )
