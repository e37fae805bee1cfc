"""A million cases, open and closed, written by COPY: what the sources tell of September 2021, with claims that open."""

import datetime as dt
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from bench.kit.reports_stage import FAMILY, GIVEN, Stage
from tiemchung.cases.defects import defects_of
from tiemchung.cases.reads.desks import areas_of_ladder, known_place, routed
from tiemchung.cases.rules import CLIMB, HALF, LIFE, CaseState, Claim, ClaimedDose, Desk, new_ref
from tiemchung.cases.sealed import seal_claim, seal_phone, seal_text
from tiemchung.core.outbox import contact_key
from tiemchung.places import reads as places

OPEN_SHARE, REFUSED_SHARE = 0.3, 0.25
OPEN_HOURS, CLOSED_DAYS = 72, 60
AT_ONCE = 20_000
KINDS = ("DOSE1_MISSING", "DOSE2_MISSING", "BOTH_MISSING")
ANSWER = "Chúng tôi đã đối chiếu sổ tiêm của điểm tiêm và trả lời phản ánh của bạn."
COLUMNS = {
    "cases_case": "id contact_key ref kind door state language sealed_claim sealed_phone person_id dose_id unit_id "
    "unit_level route_why recorded_at due_at settled_at refusal sealed_answer steps version lead_contact lead_id",
    "cases_casestep": "id contact_key case_id number step at state by_kind by_id by_role by_name unit_id unit_level "
    "code sealed_text sealed_note",
    "cases_caseinbox": "id unit_id unit_level case_id contact_key ref kind recorded_at due_at open watch asked_back "
    "claimed_by claimed_until ended_at outcome rung next_alarm_at above province_id district_id commune_id",
    "cases_casebyref": "id ref contact_key case_id",
    "cases_casebyperson": "id person_id contact_key case_id",
    "cases_casedefect": "id defect contact_key case_id open",
    "cases_caseeffect": "id contact_key case_id at solution profile_id object_id entry_id",
    "cases_evidence": "id case_id number media_type bytes width height digest state added_at added_by sealed_reading "
    "read_at",
}
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Way:
    """Where reports of one place go: the desk, why, the desks above and the columns of its areas."""

    desk: Desk
    why: str
    above: str
    first_above: Desk | None
    areas: dict[str, UUID]


def fill(stage: Stage, count: int, at: dt.datetime) -> int:
    """Write what is missing of `count` cases and give how many were written; `at` is the present of the open ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        there = int(cursor.fetchone()[0])
    if there >= count:
        return 0
    ways = _Ways(stage, at)
    for some in batched(range(there, count), AT_ONCE, strict=False):
        rows: Rows = {table: [] for table in COLUMNS}
        for n in some:
            _one(rows, ways, n, at)
        _copy(rows)
    with connection.cursor() as cursor:
        for table in COLUMNS:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    return count - there


class _Ways:
    """What a report says of its place, by how it says it, and the real route of each, asked once."""

    def __init__(self, stage: Stage, at: dt.datetime) -> None:
        self._stage, self._today = stage, at.date()
        self._known: dict[tuple[UUID | None, UUID | None, UUID | None], Way] = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT ref FROM cases_casebyref")
            self._refs = {ref for (ref,) in cursor.fetchall()}

    def of(self, rng: random.Random) -> tuple[dict[str, Any], UUID | None, Way]:
        """Give the areas and the facility that a claim names, and its way."""
        station, commune = rng.choice(self._stage.facilities[self._stage.chooses(rng)])
        how = rng.choices(("station", "commune", "province", "nothing"), weights=(70, 20, 8, 2))[0]
        facility = station if how == "station" else None
        areas: dict[str, Any] = {}
        if how == "commune":
            areas = {"commune_id": commune}
        elif how == "province":
            areas = {"province_id": places.path_of(commune)[-1].id}
        key = (facility, areas.get("commune_id"), areas.get("province_id"))
        if key not in self._known:
            known = known_place(Claim(doses=(ClaimedDose(1, facility_id=facility),), **areas), self._today)
            way = routed(known, self._today)
            above = json.dumps([[str(desk.unit_id), desk.level] for desk in way.above])
            first = way.above[0] if way.above else None
            self._known[key] = Way(way.desk, way.why, above, first, areas_of_ladder(known.ladder))
        return areas, facility, self._known[key]

    def ref(self) -> str:
        """Give a number that no other case has."""
        while (ref := new_ref()) in self._refs:
            pass
        self._refs.add(ref)
        return ref


def _one(rows: Rows, ways: _Ways, n: int, at: dt.datetime) -> None:
    rng = random.Random(f"case:{n}")
    areas, facility, way = ways.of(rng)
    is_open = rng.random() < OPEN_SHARE
    back = dt.timedelta(hours=OPEN_HOURS) if is_open else dt.timedelta(days=CLOSED_DAYS)
    recorded = at - back * rng.random() - (dt.timedelta(0) if is_open else dt.timedelta(hours=OPEN_HOURS))
    claim = _claim(rng, n, recorded, facility, areas)
    phone = f"+849000{n % 100_000:05}"
    key, case_id, ref, kind = contact_key(phone), _id(recorded), ways.ref(), rng.choice(KINDS)
    refused = rng.random() < REFUSED_SHARE
    state = CaseState.ROUTED if is_open else CaseState.REJECTED if refused else CaseState.UPDATED
    ended = None if is_open else recorded + dt.timedelta(hours=rng.uniform(1, 60))
    person = uuid4() if ended and not refused else None
    refusal = "BLURRED" if ended and refused else ""
    answer = seal_text(case_id, ANSWER) if ended else None
    steps = 3 if ended else 1
    desk = way.desk
    rows["cases_case"].append(
        (case_id, key, ref, kind, "PORTAL", state, "vi", seal_claim(case_id, claim), seal_phone(case_id, phone), person,
         None, desk.unit_id, desk.level, way.why, recorded, recorded + LIFE, ended, refusal, answer, steps, steps, None,
         None)
    )  # fmt: skip
    _steps(rows, (key, case_id), way, recorded, ended, state)
    _inbox(rows, way, (case_id, key, ref, kind), recorded, ended, state, at)
    rows["cases_casebyref"].append((uuid4(), ref, key, case_id))
    for defect in defects_of(kind, claim, key, None, None).own:
        rows["cases_casedefect"].append((uuid4(), defect, key, case_id, is_open))
    if person is not None:
        rows["cases_casebyperson"].append((uuid4(), person, key, case_id))
        rows["cases_caseeffect"].append((uuid4(), key, case_id, ended, "RECORD", person, uuid4(), uuid4()))
    rows["cases_evidence"].append((_id(recorded), case_id, 1, "image/jpeg", 300_000, 1600, 1200, rng.randbytes(32),
                                   "CLEAN", recorded, "public", None, recorded))  # fmt: skip


def _claim(rng: random.Random, n: int, recorded: dt.datetime, facility: UUID | None, areas: dict[str, Any]) -> Claim:
    name = f"{rng.choice(FAMILY)} {rng.choice(GIVEN)} {rng.choice(GIVEN)}"
    # 24,989 is prime to the 100,000 phones: no two cases are one defect by chance.
    born = dt.date(1940, 1, 1) + dt.timedelta(days=n % 24_989)
    number = f"0790{n // 10_000 % 100:02}{n % 10_000:06}"
    given = recorded.date() - dt.timedelta(days=rng.randrange(1, 60))
    dose = ClaimedDose(1, "PFIZER", f"F{n % 500:04}", given, facility_id=facility, place_name="Trạm Y tế")
    return Claim(name, born, numbers=(("CCCD", number),), doses=(dose,), **areas)


def _steps(
    rows: Rows, case: tuple[bytes, UUID], way: Way, recorded: dt.datetime, ended: dt.datetime | None, state: CaseState
) -> None:
    taken = [("CONFIRM", recorded, CaseState.ROUTED, "public", "", None)]
    if ended is not None:
        last, step_id = ("REFUSE" if state is CaseState.REJECTED else "SETTLE"), _id(ended)
        half = recorded + (ended - recorded) / 2
        taken.append(("CLAIM", half, CaseState.IN_REVIEW, "staff", "Cán bộ trực", None))
        taken.append((last, ended, state, "staff", "Cán bộ trực", step_id))
    for number, (step, moment, after, kind, name, step_id) in enumerate(taken, 1):
        row_id = step_id or _id(moment)
        text = seal_text(row_id, ANSWER) if step_id else None
        role = "FACILITY_LEAD" if name else ""
        rows["cases_casestep"].append(
            (row_id, *case, number, step, moment, after, kind, None, role, name, way.desk.unit_id, way.desk.level,
             way.why if number == 1 else "", text, None)
        )  # fmt: skip


def _inbox(
    rows: Rows, way: Way, case: tuple[UUID, bytes, str, str], recorded: dt.datetime, ended: dt.datetime | None,
    state: CaseState, at: dt.datetime,
) -> None:  # fmt: skip
    due = recorded + LIFE
    rung, alarm = _alarm(recorded, at) if ended is None else (0, None)
    columns = [way.areas.get(name) for name in ("province_id", "district_id", "commune_id")]
    outcome = "" if ended is None else str(state)
    desks = [(way.desk, False)]
    if ended is None and due <= at and way.first_above is not None:
        desks.append((way.first_above, True))
    for desk, watch in desks:
        rows["cases_caseinbox"].append(
            (_id(recorded), desk.unit_id, desk.level, *case, recorded, due, ended is None, watch, False, None, None,
             ended, outcome, rung, None if watch else alarm, way.above, *columns)
        )  # fmt: skip


def _alarm(recorded: dt.datetime, at: dt.datetime) -> tuple[int, dt.datetime]:
    """Give the number and the moment of the alarm that comes next."""
    rung, alarm = 0, recorded + HALF
    while alarm <= at:
        rung, alarm = rung + 1, (recorded + LIFE if rung == 0 else alarm + CLIMB)
    return rung, alarm


def _id(moment: dt.datetime) -> UUID:
    """Give an id as a case of that moment has it: sorted by time (RFC 9562, version 7)."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | (0b10 << 62) | random.getrandbits(62))


def _copy(rows: Rows) -> None:
    with connection.cursor() as cursor:
        for table, lines in rows.items():
            columns = ", ".join(COLUMNS[table].split())
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as sink:
                _write(sink, lines)


def _write(sink: Any, lines: Iterable[tuple[Any, ...]]) -> None:
    for line in lines:
        sink.write_row(line)


def first_cases(unit_id: UUID, count: int) -> Iterator[tuple[UUID, bytes, str]]:
    """Give id, contact and number of the desk's open cases that are due first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id, contact_key, ref FROM cases_caseinbox WHERE unit_id = %s AND open AND NOT watch "
            "ORDER BY due_at, id LIMIT %s", (unit_id, count),
        )  # fmt: skip
        yield from ((row[0], bytes(row[1]), row[2]) for row in cursor.fetchall())
