"""Places, staff and reports for the benches of cases, and the slow oracle of who must answer."""

import datetime as dt
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from tiemchung.access import actions as access
from tiemchung.access.reads import actor_of, postings_of
from tiemchung.cases import actions as cases
from tiemchung.cases.reads import queue_at
from tiemchung.cases.rules import NATION, Claim, ClaimedDose, RefusalCode
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Role
from tiemchung.core.once import once
from tiemchung.places import actions as places
from tiemchung.places import reads as place_reads
from tiemchung.places.rules import FacilityKind, Level

SINCE = dt.date(2025, 7, 1)
CAPITALS = ("01", "79")
STATIONS = {"01": 60, "79": 60}
OTHERS = 3
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ")
GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Minh", "Ngọc", "Phúc", "Quỳnh", "Sơn", "Thảo")


@dataclass(frozen=True)
class Stage:
    """Facilities by province with their commune, who sits where, and which desks have somebody."""

    facilities: dict[str, list[tuple[UUID, UUID]]]
    desks: dict[UUID, Actor]
    closed: dict[UUID, UUID]

    def chooses(self, rng: random.Random) -> str:
        """Give a province, nine times of ten one of the two capitals."""
        others = [code for code in self.facilities if code not in CAPITALS]
        return rng.choice(CAPITALS) if rng.random() < 0.9 else rng.choice(others)


@cache
def set_stage(at: dt.datetime) -> Stage:
    """Give the stage, made once in this home; every process finds the same."""
    places.load_areas(by=SYSTEM, at=at)
    today = at.date()
    facilities: dict[str, list[tuple[UUID, UUID]]] = {}
    desks: dict[UUID, Actor] = {NATION: _staff("nation", Role.MINISTRY_OFFICER, at)}
    for province in place_reads.children_of(None, today):
        facilities[province.code] = _stations(province.code, province.id, at, desks)
        desks[province.id] = _staff(f"cdc-{province.code}", Role.PROVINCE_OFFICER, at, area_id=province.id)
    return Stage(facilities, desks, _closed(facilities, at))


def _stations(code: str, province: UUID, at: dt.datetime, desks: dict[UUID, Actor]) -> list[tuple[UUID, UUID]]:
    communes = place_reads.children_of(province, at.date())
    found = []
    for n in range(STATIONS.get(code, OTHERS)):
        commune = communes[n % len(communes)]
        made = once(f"route:station:{code}:{n}", "bench", {}, at, lambda c=commune, k=n: _station(code, k, c, at))
        station = UUID(made["id"])
        found.append((station, commune.id))
        if n % 3 != 2:  # every third station has nobody posted
            desks[station] = _staff(f"lead-{code}-{n}", Role.FACILITY_LEAD, at, facility_id=station)
        if n % 4 == 0:
            desks[commune.id] = _staff(f"commune-{code}-{n}", Role.COMMUNE_OFFICER, at, area_id=commune.id)
    return found


def _station(code: str, n: int, commune: place_reads.AreaView, at: dt.datetime) -> dict[str, Any]:
    made = places.open_facility(
        by=SYSTEM, at=at, key=f"route:{code}:{n}", code=f"{code}R{n:04}", name=f"Trạm Y tế {code}-{n}",
        kind=FacilityKind.COMMUNE_STATION, level=Level.COMMUNE, area_id=commune.id,
        valid_from=max(SINCE, commune.period.start), address="",
    )  # fmt: skip
    return {"id": str(made)}


def _staff(name: str, role: Role, at: dt.datetime, **place: UUID) -> Actor:
    def make() -> dict[str, Any]:
        staff_id = access.hire_staff(
            by=SYSTEM, at=at, username=f"route-{name}", full_name=f"Cán bộ {name}", password="không ai biết mật khẩu"
        )
        access.post_staff(by=SYSTEM, at=at, staff_id=staff_id, role=role, valid_from=SINCE, **place)
        return {"id": str(staff_id)}

    staff_id = UUID(once(f"route:staff:{name}", "bench", {}, at, make)["id"])
    return actor_of(postings_of(staff_id, at.date())[0], trace="bench")


def _closed(facilities: dict[str, list[tuple[UUID, UUID]]], at: dt.datetime) -> dict[UUID, UUID]:
    """Let the second station of each capital be succeeded by its first."""
    closed = {}
    for code in CAPITALS:
        (heir, _), (old, _) = facilities[code][0], facilities[code][1]
        places.succeed_facility(
            by=SYSTEM, at=at, key=f"route:heir:{code}", facility_id=old, successor_id=heir,
            on=dt.date(2026, 1, 1), because="Sáp nhập trạm",
        )  # fmt: skip
        closed[old] = heir
    return closed


def report(stage: Stage, n: int, at: dt.datetime) -> dict[str, Any]:
    """Take in the n-th report and give its line of the diary."""
    rng = random.Random(f"report:{n}")
    code = stage.chooses(rng)
    station, commune = rng.choice(stage.facilities[code])
    how = rng.choices(("station", "commune", "province", "nothing"), weights=(70, 20, 8, 2))[0]
    dose = ClaimedDose(1, "PFIZER", f"F{n:06}", at.date() - dt.timedelta(days=rng.randrange(1, 60)),
                       facility_id=station if how == "station" else None)  # fmt: skip
    areas = {"commune": {"commune_id": commune}, "province": {"province_id": place_reads.path_of(commune)[-1].id}}
    name = f"{rng.choice(FAMILY)} {rng.choice(GIVEN)} {rng.choice(GIVEN)}"
    claim = Claim(name, dt.date(1950, 1, 1) + dt.timedelta(days=n % 25_000), doses=(dose,), **areas.get(how, {}))
    # The reserved range has 100,000 phones: whole households and groups share one, as they did.
    phone = f"+849000{n % 100_000:05}"
    opened = cases.open_case(
        by=PUBLIC, at=at, key=f"route:{n}", kind="DOSE1_MISSING", door="HOTLINE", claim=claim, phone=phone
    )
    wanted = _answers_for(stage, how, station, commune)
    return {"n": n, "ref": opened.ref, "at": at.isoformat(), "due": (at + dt.timedelta(hours=48)).isoformat(),
            "unit": str(opened.desk.unit_id), "level": opened.desk.level, "wanted": str(wanted),
            "joined": opened.joined}  # fmt: skip


def _answers_for(stage: Stage, how: str, station: UUID, commune: UUID) -> UUID:
    """Name the desk the slow way: what stands highest in the ladder that has somebody, by our own lists."""
    ladder = [area.id for area in place_reads.path_of(commune)]
    start = {"station": [stage.closed.get(station, station), *ladder], "commune": ladder, "province": ladder[-1:]}
    return next((unit for unit in start.get(how, []) if unit in stage.desks), NATION)


def answer(stage: Stage, line: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    """Let the desk refuse the case, and give the changed line of the diary; a repeat is answered with its lead."""
    if line["joined"]:
        return line
    by = stage.desks[UUID(line["unit"])]
    file = cases.claim_case(by=by, at=at, ref=line["ref"])
    cases.refuse_case(
        by=by, at=at, key=f"route:over:{line['n']}", ref=line["ref"], version=file.version,
        refusal=RefusalCode.BLURRED, answer="Ảnh giấy xác nhận quá mờ, xin gửi lại ảnh rõ hơn.",
    )  # fmt: skip
    return line | {"over": at.isoformat()}


class Diary:
    """The oracle's list beside the database: one line a report, in a file a process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.lines = {row["n"]: row for row in map(json.loads, lines)}

    def of(self, n: int) -> dict[str, Any]:
        """Give the line of a report."""
        return self.lines[n]

    def note(self, n: int, line: dict[str, Any]) -> None:
        """Keep a line."""
        self.lines[n] = line

    def keep(self) -> None:
        """Write the file."""
        self.path.write_text("".join(json.dumps(line) + "\n" for line in self.lines.values()))


def read_diaries(home: Path) -> list[dict[str, Any]]:
    """Give the lines of all processes."""
    return [json.loads(line) for path in home.glob("oracle-*.jsonl") for line in path.read_text().splitlines()]


def late_at_desks(stage: Stage, at: dt.datetime) -> set[str]:
    """Give the late cases that the desks themselves see, page by page."""
    return {ref for by in stage.desks.values() for ref in _late_of(by, at)}


def _late_of(by: Actor, at: dt.datetime) -> Iterator[str]:
    after = None
    while True:
        queue = queue_at(by, at, show="LATE", limit=500, after=after)
        yield from (line.ref for line in queue.lines)
        if queue.more is None:
            return
        after = queue.more


def clear_cases() -> None:
    """Empty the tables of an earlier replay, as the owner of the bench's own database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'cases\\_%%' OR tablename IN "
                       "('core_outboxmessage', 'core_auditline')")  # fmt: skip
        tables = ", ".join(name for (name,) in cursor.fetchall())
        cursor.execute(f"TRUNCATE {tables}")
        cursor.execute("DELETE FROM core_actionkey WHERE key LIKE 'route:%' AND action LIKE 'cases.%'")
