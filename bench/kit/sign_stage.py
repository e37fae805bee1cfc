"""The tables before and after a bench of signing: emptied, filled, allowed, compared, written again by COPY alone."""

import datetime as dt
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection

from bench.kit.many_people import fill
from tiemchung.core.actor import SYSTEM, Actor, Kind, Role
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.places import actions as places
from tiemchung.places import reads as place_reads
from tiemchung.places.rules import FacilityKind, Level

FACILITIES = 40
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
# What the three steps leave, row by row; the doses' own rows are changed and not counted.
_WRITTEN = {
    "certificates_passport": "",
    "certificates_passporttask": "",
    "certificates_dosesignature": "",
    "doses_ledgerentry": "WHERE kind = 'SIGNED'",
    "certificates_certificate": "",
    "certificates_certificatebyhash": "",
    "certificates_logtile": "",
    "certificates_passportnews": "",
    "core_auditline": "",
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


def written_again(people: int, folder: Path, spent: Callable[[], float]) -> tuple[float, dict[str, int]]:
    """Write every row that the steps left once more, by COPY alone, in as many transactions as the runs made.

    Gives the processor seconds, reading the rows left out, and the rows a table.
    """
    seconds, counts = 0.0, {}
    for table, where in _WRITTEN.items():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS again_{table}")
            cursor.execute(f"CREATE TABLE again_{table} (LIKE {table} INCLUDING ALL)")
            with cursor.copy(f"COPY (SELECT * FROM {table} {where}) TO STDOUT") as source:
                lines = b"".join(source).splitlines(keepends=True)
            a_batch = max(1, -(-len(lines) * AT_ONCE // people))
            begun = spent()
            for start in range(0, len(lines), a_batch):
                with cursor.copy(f"COPY again_{table} FROM STDIN") as sink:
                    sink.write(b"".join(lines[start : start + a_batch]))
            time.sleep(0.3)  # the clock of a process is counted in hundredths
            seconds += spent() - begun
            counts[table] = len(lines)
            cursor.execute(f"DROP TABLE again_{table}")
    return seconds, counts


def sign_alone(count: int, *, verified: bool = False) -> float:
    """Make as many ES256 signatures and nothing else, or only verify as many; give the processor seconds."""
    key, algorithm = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(hashes.SHA256())
    message, sample = bytes(380), min(count, 20_000)
    made, public = [key.sign(message, algorithm) for _ in range(sample if verified else 0)], key.public_key()
    begun = time.process_time()
    for n in range(sample):
        if verified:
            public.verify(made[n], message, algorithm)
        else:
            key.sign(message, algorithm)
    return (time.process_time() - begun) * count / sample
