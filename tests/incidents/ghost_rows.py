"""Puts the country of `ghost_crowd` on record by COPY, as the actions would have left it; seconds and not an hour."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from tests.builders import NOW, a_facility, a_lot, a_point
from tests.incidents.ghost_crowd import LOTS, STATIONS, TODAY, Country, Shot, Soul
from tiemchung.core.actor import SYSTEM
from tiemchung.core.rows import copy_rows
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.people.models import ContactPhone, Identifier, Person, Profile, ProfilePhone
from tiemchung.places.actions import close_facility
from tiemchung.places.reads import FacilityView, PointView
from tiemchung.stock.models import Shelf
from tiemchung.vaccines.rules import LotFacts
from tiemchung.visits.models import DayDefaults, Visit

_PRODUCT = "PFIZER"
_SPACE = UUID(int=6)


@dataclass(frozen=True)
class Scene:
    """Where everything happened."""

    facilities: list[FacilityView]
    lots: list[LotFacts]
    points: dict[tuple[int, str], PointView]


def set_scene(country: Country) -> Scene:
    """Open the stations, one of which closed four months ago, with lots and mobile points."""
    opened = dt.date(2025, 7, 1)
    facilities = [a_facility(f"Trạm Y tế số {n}", valid_from=opened) for n in range(STATIONS + 1)]
    gone = TODAY - dt.timedelta(days=120)
    close_facility(by=SYSTEM, at=NOW, facility_id=facilities[STATIONS].id, on=gone, key="ghost-centre")
    points = {}
    for station, name in sorted({(shot.station, shot.point) for shot in country.shots if shot.point}):
        # The factory's point has stood for weeks, the bus is entered a week after it drove.
        at = NOW + dt.timedelta(days=-20 if name == "FACTORY" else 7)
        points[station, name] = a_point(facilities[station], name, mobile=True, at=at)
    lots = [a_lot(_PRODUCT) for _ in range(LOTS + 1)]
    _shelves(facilities[:STATIONS], lots[:LOTS])
    return Scene(facilities, lots, points)


def _shelves(facilities: Iterable[FacilityView], lots: Iterable[LotFacts]) -> None:
    """Let every station have kept stock for forty days; at two of them the paper of some boxes came late."""
    held = TODAY - dt.timedelta(days=40)
    copy_rows(Shelf, ("id", "facility_id", "lot_id", "received", "removed", "first_on", "changed_at"), (
        (uuid5(_SPACE, f"s{facility.id}{lot.id}"), facility.id, lot.id, 5000, 0,
         TODAY - dt.timedelta(days=1) if station in (4, 13) and number == 2 else held, NOW)
        for station, facility in enumerate(facilities) for number, lot in enumerate(lots)))  # fmt: skip


def put_on_record(country: Country, scene: Scene) -> None:
    """Write every soul, shot, visit and choice of the country."""
    souls = list({shot.soul.id: shot.soul for shot in country.shots}.values())
    _people(souls)
    _doses(country.shots, scene)
    _desks(country, scene)


def _people(souls: Iterable[Soul]) -> None:
    known = list(souls)
    copy_rows(Person, ("id", "person_id", "joined_ids", "created_at"),
              ((s.id, s.id, "[]", s.registered_at) for s in known))  # fmt: skip
    names = ("id", "full_name", "name_key", "name_back", "name_sort", "birth_date", "birth_precision", "sex",
             "nationality", "occupation", "address_text", "source", "died_on", "created_at", "version")  # fmt: skip
    copy_rows(Profile, names, (
        (s.id, "Trần Thị Mai", "tran thi mai", "mai thi tran", "mai", s.born, s.precision, "FEMALE", "VN", "", "",
         "DESK", s.died_on, s.registered_at, 1) for s in known))  # fmt: skip
    names = ("id", "profile_id", "system", "sealed_value", "value_index", "tail", "state", "valid_from", "created_at",
             "because")  # fmt: skip
    copy_rows(Identifier, names, (
        (uuid5(_SPACE, f"n{s.id}"), s.id, "CCCD", b"sealed", s.id.bytes, s.tail, "CLEAN", s.registered_at.date(),
         s.registered_at, "") for s in known if s.tail))  # fmt: skip
    reached = [s for s in known if s.phone is not None]
    names = ("id", "phone_index", "profile_id", "sealed_phone", "last3", "relation", "valid_from")
    copy_rows(
        ContactPhone,
        names,
        ((uuid5(_SPACE, f"p{s.id}"), _index(s), s.id, b"sealed", "000", s.relation, s.registered_at) for s in reached),
    )
    names = ("id", "phone_index", "profile_id", "contact_id", "last3", "relation", "valid_from")
    copy_rows(ProfilePhone, names, (
        (uuid5(_SPACE, f"q{s.id}"), _index(s), s.id, uuid5(_SPACE, f"p{s.id}"), "000", s.relation, s.registered_at)
        for s in reached))  # fmt: skip


def _index(soul: Soul) -> bytes:
    return f"phone {soul.phone}".encode()


def _doses(shots: Iterable[Shot], scene: Scene) -> None:
    known = list(shots)
    facts = [_facts(shot, scene) for shot in known]
    names = ("id", "profile_id", "state", "source", "product", "component", "lot_number", "lot_id", "given_on",
             "given_at", "facility_id", "point_id", "place_name", "vaccinator_id", "recorded_at", "changed_at",
             "version", "accepted")  # fmt: skip
    copy_rows(Dose, names, (
        (s.id, s.soul.id, "CONFIRMED", s.source, _PRODUCT, "", f["lot_number"], f["lot_id"], s.given_on, f["given_at"],
         f["facility_id"], f["point_id"], "", f["vaccinator_id"], s.recorded_at, s.recorded_at, 1, s.overridden)
        for s, f in zip(known, facts, strict=True)))  # fmt: skip
    names = ("id", "profile_id", "dose_id", "kind", "recorded_at", "key", "source", "facts", "by_kind", "by_id",
             "by_role", "by_name", "because", "evidence", "set_aside")  # fmt: skip
    copy_rows(LedgerEntry, names, (
        (uuid5(_SPACE, f"e{s.id}"), s.soul.id, s.id, "RECORDED", s.recorded_at, str(s.id), s.source,
         json.dumps(f | {"given_on": str(s.given_on)}), "staff", s.recorder, "vaccinator", "Dũng", "", s.evidence,
         json.dumps(s.set_aside)) for s, f in zip(known, facts, strict=True)))  # fmt: skip


def _facts(shot: Shot, scene: Scene) -> dict[str, str | None]:
    lot = scene.lots[shot.lot] if shot.lot is not None else None
    point = scene.points[shot.station, shot.point].id if shot.point else None
    desk = shot.source == "DESK"
    return {
        "product": _PRODUCT,
        "lot_id": str(lot.id) if lot else None,
        "lot_number": lot.number if lot else "X1",
        "given_at": shot.recorded_at.isoformat() if desk else None,
        "facility_id": str(scene.facilities[shot.station].id),
        "point_id": str(point) if point else None,
        "vaccinator_id": str(shot.recorder) if desk else None,
    }


def _desks(country: Country, scene: Scene) -> None:
    names = ("id", "profile_id", "key", "facility_id", "on_day", "came_at", "changed_at", "state", "form", "true_items",
             "vitals", "outcome", "consented", "because", "dose_id", "product", "reaction", "lot_unheld")  # fmt: skip
    copy_rows(Visit, names, (
        (uuid5(_SPACE, f"v{s.id}"), s.soul.id, str(s.id), scene.facilities[s.station].id, s.given_on, s.recorded_at,
         s.recorded_at, "OBSERVED" if s.watched else "INJECTED", "ADULT_2021_12", "[]", "{}", "ELIGIBLE", True, "",
         s.id, _PRODUCT, "NONE" if s.watched else "", False) for s in country.shots if s.seen))  # fmt: skip
    names = ("staff_id", "facility_id", "on_day", "product", "lot_id", "changed_at")
    copy_rows(DayDefaults, names, (
        (nurse, scene.facilities[station].id, day, _PRODUCT, scene.lots[lot].id, NOW)
        for (nurse, station, day), lot in country.choices.items()))  # fmt: skip
