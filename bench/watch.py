"""The nightly look: certificates looked at a second by one worker, beside ECDSA verifications alone.

People with two doses, a card and a passport each, made by the real actions; then one look at all of them as the
worker makes it. Of each card one signature is verified, of each passport three (its own and its facilities'), and each
is looked up in the register of numbers and compared with its leaf in the log, whose tiles are all hashed again.
Printed are the ratio to openssl's own verifications a second of processor, and how many workers, each with a processor
of its own, end the look at 200 million certificates, a card and a passport for each of 100 million people, in the four
hours of a night. The database's share is printed beside.
`WATCH_PEOPLE=20000` for more people, 3,000 else. Run: `make bench WHAT=watch`.
"""

import math
import os
import time
from contextlib import redirect_stdout
from io import StringIO
from itertools import batched
from pathlib import Path
from uuid import UUID

from bench.kit.home import enter_home, own_database
from bench.kit.processes import need_proc, postgres_of, processor_seconds
from bench.openssl_speed import p256_per_second

PEOPLE = int(os.environ.get("WATCH_PEOPLE", "3000"))
COUNTRY = 200_000_000
NIGHT_S = 4 * 3600
CHUNK = 500


def main() -> None:
    """Fill, look once, print."""
    need_proc()
    home = enter_home("bench-watch")
    os.environ["TIEMCHUNG_DB_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    with own_database(home):
        import django

        django.setup()
        begun = time.monotonic()
        _issue_all(home)
        print(f"{PEOPLE:,} people have a card and a passport ({time.monotonic() - begun:.0f} s)", flush=True)
        verifies = p256_per_second().verifies
        seen, worker_s, database_s, seconds = _look(home / "postgres" / "data")
    per_s = seen / worker_s
    workers = math.ceil(COUNTRY / NIGHT_S / per_s)
    print(f"{'openssl ecdsap256 verifications a second of processor':<60}{verifies:>12,.0f}")
    print(f"{'certificates a second of processor, the worker alone':<60}{per_s:>12,.0f}")
    print(f"{'certificates a second of processor, with the database':<60}{seen / (worker_s + database_s):>12,.0f}")
    print(f"{'certificates a second by the clock':<60}{seen / seconds:>12,.0f}")
    print(f"BENCH watch ratio={per_s / verifies:.2f} workers_for_200_million_a_night={workers}")


def _issue_all(home: Path) -> None:
    """Leave everybody with a card and a passport, made in this process."""
    from django.db import connection

    from bench.kit import sign_stage
    from bench.kit.sign_worker import _central, _eligible, _facility
    from tiemchung.certificates.actions import refresh_cards
    from tiemchung.core import clock

    folder = home / "signing"
    folder.mkdir(exist_ok=True)
    with connection.cursor() as cursor:
        # The log begins anew with the people: it is not the one that an earlier run of this bench looked at.
        cursor.execute("TRUNCATE certificates_watchday, certificates_watchrange")
    facilities = sign_stage.set_people(PEOPLE, clock.now(), folder)
    with redirect_stdout(StringIO()):  # workers of the other bench, which print how far they are
        _eligible(0, 1, folder)
        sign_stage.allow_facility_runs(facilities, clock.now(), folder)
        _facility(0, 1, folder)
        sign_stage.allow_central_run(clock.now(), folder)
        _central(0, 1, folder)
    raw = (folder / "people").read_bytes()
    for some in batched(range(0, len(raw), 16), CHUNK, strict=False):
        refresh_cards(person_ids=[UUID(bytes=raw[n : n + 16]) for n in some], at=clock.now())


def _look(postgres: Path) -> tuple[int, float, float, float]:
    """Look at everything once; give certificates, seconds of processor of worker and database, seconds by the clock."""
    from tiemchung.certificates.actions.watching import watch_batch
    from tiemchung.certificates.models import WatchDay
    from tiemchung.core import clock

    database, begun, used = _database(postgres), time.monotonic(), time.process_time()
    while watch_batch(at=clock.now()):
        pass
    told = time.process_time() - used, _database(postgres) - database, time.monotonic() - begun
    day = WatchDay.objects.latest("began_at")
    if day.wrong or day.reasons or day.seen != 2 * PEOPLE:
        raise SystemExit(f"the look found {day.wrong} wrong of {day.seen}: {day.reasons}")
    return day.seen, *told


def _database(data: Path) -> float:
    return processor_seconds(postgres_of(data))


if __name__ == "__main__":
    main()
