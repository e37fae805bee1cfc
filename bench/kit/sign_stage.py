"""The tables before and after a bench of signing: emptied, filled, allowed, compared, written again by COPY alone."""

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from bench.kit.copied import CHANGED, Copied
from bench.kit.home import CHECKOUT
from bench.kit.many_people import fill
from tiemchung.core.actor import SYSTEM, Actor, Kind, Role
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.places import actions as places
from tiemchung.places import reads as place_reads
from tiemchung.places.rules import FacilityKind, Level

FACILITIES = 40
WORKERS = 2
AT_ONCE = 500  # persons a transaction, as the runs have it
SINCE = dt.date(2025, 7, 1)
_EMPTIED = (
    "people_person", "people_profile", "people_identifier", "people_identifierlookup", "people_identitycheck",
    "people_personchange", "doses_dose", "doses_ledgerentry", "certificates_passport", "certificates_passporttask",
    "certificates_dosesignature", "certificates_certificate", "certificates_certificatebyhash",
    "certificates_passportnews", "certificates_revocation", "certificates_signrun", "certificates_loghead",
    "certificates_logtile",
    "core_auditline", "core_alarm",
)  # fmt: skip
# Every row that a step writes, as it writes it.
_INTENT = """SELECT id, person_id, uvci, '' AS hc1, kid, content, dose_id, 'INTENT' AS state, issued_at, expires_at,
revoked_at, revoked_because, kind, replaces_id, taken_at, told_at,
substring(convert_to(hc1, 'UTF8') FOR 260) AS payload FROM certificates_certificate"""
_WRITTEN: dict[str, dict[str, str]] = {
    "eligible": {
        "certificates_passport": "SELECT * FROM certificates_passport",
        "certificates_passporttask": "SELECT * FROM certificates_passporttask",
    },
    "facility": {
        "certificates_dosesignature": "SELECT * FROM certificates_dosesignature",
        "doses_dose" + CHANGED: "SELECT * FROM doses_dose WHERE state = 'SIGNED'",
        "doses_ledgerentry": "SELECT * FROM doses_ledgerentry WHERE kind = 'SIGNED'",
        "certificates_passporttask" + CHANGED: "SELECT * FROM certificates_passporttask WHERE done_at IS NOT NULL",
        "certificates_passporttask": "SELECT * FROM certificates_passporttask WHERE done_at IS NULL",
        "certificates_passport" + CHANGED: "SELECT * FROM certificates_passport",
    },
    "central": {
        "certificates_certificate": _INTENT,
        "certificates_certificate" + CHANGED: "SELECT * FROM certificates_certificate",
        "certificates_certificatebyhash": "SELECT * FROM certificates_certificatebyhash",
        "certificates_passport" + CHANGED: "SELECT * FROM certificates_passport",
        "certificates_passporttask" + CHANGED: "SELECT * FROM certificates_passporttask WHERE reason = 'TO_ISSUE'",
        "certificates_logtile": "SELECT * FROM certificates_logtile",
        "certificates_passportnews": "SELECT * FROM certificates_passportnews",
        "core_auditline": "SELECT * FROM core_auditline WHERE action = 'issue_passport'",
    },
}


def set_people(count: int, at: dt.datetime, folder: Path) -> list[UUID]:
    """Empty the tables, write people with doses whom the register knows; give the facilities."""
    from tiemchung.certificates.actions import make_facility_keys
    from tiemchung.people.actions.checking import check_identities

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(_EMPTIED)}")
    facilities = _facilities(at)
    make_facility_keys(facility_ids=facilities, at=at)
    people = fill(count, facilities, at)
    with allow_cross_shard("a bench"):
        for start in range(0, count, 500):
            check_identities(person_ids=people[start : start + 500], at=at)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE people_identitycheck SET state = 'MATCHED', why = '', due_at = NULL, answered_at = %s "
                "WHERE state = 'WAITING'", [at],
            )  # fmt: skip
            cursor.execute("VACUUM (FULL, ANALYZE) people_identitycheck")
            cursor.execute("TRUNCATE core_auditline, people_personchange")
    (folder / "people").write_bytes(b"".join(one.bytes for one in people))
    return facilities


def _facilities(at: dt.datetime) -> list[UUID]:
    """Give the facilities, opened once in this home, each in a commune of its own."""
    places.load_areas(by=SYSTEM, at=at)
    today = local(at).date()
    city = next(one for one in place_reads.children_of(None, today) if one.code == "79")
    communes = place_reads.children_of(city.id, today)
    return [
        places.open_facility(
            by=SYSTEM, at=at, key=f"signing:{n}", code=f"79S{n:04}", name=f"Trạm Y tế {n}",
            kind=FacilityKind.COMMUNE_STATION, level=Level.COMMUNE, area_id=communes[n % len(communes)].id,
            valid_from=max(SINCE, communes[n % len(communes)].period.start), address="",
        )
        for n in range(FACILITIES)
    ]  # fmt: skip


def allow_facility_runs(facilities: Sequence[UUID], at: dt.datetime, folder: Path) -> int:
    """Let the lead of each facility allow its run; give how many doses they are."""
    from tiemchung.certificates.actions.facility_signing import start_facility_run

    runs = [str(start_facility_run(by=_lead(one), at=at, facility_id=one)) for one in facilities]
    (folder / "runs").write_text(json.dumps(runs))
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(total) FROM certificates_signrun")
        return int(cursor.fetchone()[0])


def allow_central_run(at: dt.datetime, folder: Path) -> None:
    """Let an officer of the ministry allow the centre's run."""
    from tiemchung.certificates.actions.central_signing import start_central_run

    officer = Actor(kind=Kind.STAFF, id=uuid4(), name="Cán bộ", role=Role.MINISTRY_OFFICER, trace="bench")
    (folder / "central").write_text(str(start_central_run(by=officer, at=at)))


def _lead(facility: UUID) -> Actor:
    return Actor(
        kind=Kind.STAFF, id=uuid4(), name="Trưởng trạm", role=Role.FACILITY_LEAD, facility_id=facility, trace="bench"
    )


def mistakes(people: int) -> tuple[int, int, int]:
    """Give how many persons have two certificates, how many none, and how many doses lack their signature."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) - count(DISTINCT person_id), %s - count(DISTINCT person_id) "
            "FROM certificates_certificate WHERE kind = 'PASSPORT' AND state = 'ISSUED'", [people],
        )  # fmt: skip
        double, missing = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM certificates_certificate c JOIN doses_dose d ON d.profile_id = c.person_id "
            "LEFT JOIN certificates_dosesignature s ON s.dose_id = d.id AND s.voided_at IS NULL "
            "WHERE c.state = 'ISSUED' AND c.kind = 'PASSPORT' AND (s.id IS NULL OR d.state <> 'SIGNED')"
        )
        unsigned = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) - count(DISTINCT uvci) FROM certificates_certificate")
        return double + cursor.fetchone()[0], missing, unsigned


def written_again(step: str, people: int, folder: Path, database: Callable[[], float]) -> list[Copied]:
    """Write every row that a step wrote once more, by COPY alone: same columns, indexes, keys, rows a transaction.

    Call it right after the step; two processes write at once, as the step's did. Reading the rows is not counted.
    """
    lines, told = folder / "lines", []
    for name, statement in _WRITTEN[step].items():
        table = name.removesuffix(CHANGED)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS again_{table}")
            cursor.execute(f"CREATE TABLE again_{table} (LIKE {table} INCLUDING ALL)")
            columns, count = _read_out(cursor, statement, lines)
            at_once = max(1, -(-count * AT_ONCE // people))
            asked = ["copy", f"again_{table}", columns, str(lines)]
            seconds = side_by_side([[*asked, str(n), str(WORKERS), str(at_once)] for n in range(WORKERS)], database)
            told.append(Copied(step, name, seconds, count))
            cursor.execute(f"DROP TABLE again_{table}")
    lines.unlink(missing_ok=True)
    return told


def _read_out(cursor: Any, statement: str, lines: Path) -> tuple[str, int]:
    """Put what a statement gives into a file, a row a line; give the names of its columns and the number of rows."""
    cursor.execute(f"SELECT * FROM ({statement}) AS named LIMIT 0")
    columns = ", ".join(f'"{column.name}"' for column in cursor.description)
    with lines.open("wb") as sink, cursor.copy(f"COPY ({statement}) TO STDOUT") as source:
        for block in source:
            sink.write(block)
    with lines.open("rb") as source:
        return columns, sum(1 for _ in source)


def signed_alone(what: str, count: int) -> float:
    """Give the processor seconds of as many ES256 signatures ("sign"), or of verifying as many ("verify")."""
    sample = min(count, 40_000)
    return side_by_side([[what, str(sample // WORKERS)] for _ in range(WORKERS)]) * count / sample


def side_by_side(asked: Sequence[Sequence[str]], database: Callable[[], float] = lambda: 0.0) -> float:
    """Let processes of the reference work at once; give the seconds of processor that they and the database took.

    Nothing is counted before all are ready.
    """
    started = [
        subprocess.Popen(
            [sys.executable, "bench/kit/reference_worker.py", *one], cwd=CHECKOUT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )
        for one in asked
    ]  # fmt: skip
    for one in started:
        assert one.stdout is not None
        one.stdout.readline()  # "ready"
    begun = database()
    for one in started:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [one.communicate()[0] for one in started]
    time.sleep(0.3)  # the clock of a process is counted in hundredths
    if any(one.returncode for one in started):
        raise SystemExit("A process of the reference failed.")
    return sum(map(float, told)) + database() - begun
