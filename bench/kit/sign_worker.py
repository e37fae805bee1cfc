"""One of the processes that make passports in the bench of signing: `sign_worker.py PHASE NUMBER OF FOLDER`.

It prints a line for each batch and ends when nothing is left; killed and started again it goes on where the tables
say. In the first phase nothing but its own lines say where it was: it is told by SKIP, in batches.
"""

import json
import os
import sys
import time
from itertools import batched
from pathlib import Path
from uuid import UUID

CHUNK = 500


def main() -> None:
    """Work one phase."""
    phase, number, count, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    import django

    django.setup()
    from django.db import connection

    connection.ensure_connection()
    print(f"ready {time.process_time():.2f}", flush=True)
    {"eligible": _eligible, "facility": _facility, "central": _central}[phase](number, count, folder)


def _eligible(number: int, count: int, folder: Path) -> None:
    from tiemchung.certificates.actions import refresh_passports
    from tiemchung.core import clock
    from tiemchung.core.collecting import uncollected

    raw = (folder / "people").read_bytes()
    for place, some in enumerate(batched(range(0, len(raw), 16), CHUNK, strict=False)):
        if place % count == number:
            with uncollected():  # as the task that follows the ledger does
                refresh_passports(person_ids=[UUID(bytes=raw[n : n + 16]) for n in some], at=clock.now())
            print(len(some), flush=True)


def _facility(number: int, count: int, folder: Path) -> None:
    from tiemchung.certificates.actions.facility_signing import work_facility_batch
    from tiemchung.core import clock

    runs = [UUID(run) for run in json.loads((folder / "runs").read_text())]
    # Each begins elsewhere; both reach every run, for the other may have been killed.
    for run in runs[number * len(runs) // count :] + runs[: number * len(runs) // count]:
        while done := work_facility_batch(run, clock.now()):
            print(done, flush=True)


def _central(number: int, count: int, folder: Path) -> None:
    from tiemchung.certificates.actions.central_signing import count_ready, work_central_batch
    from tiemchung.core import clock

    run = UUID((folder / "central").read_text())
    while True:
        done = work_central_batch(run, clock.now())
        print(done, flush=True)
        if not done:
            if not count_ready():
                return
            time.sleep(1.0)  # what a killed worker left is taken up after a minute


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
