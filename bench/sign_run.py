"""Passports from nothing to stored: eligibility, the facilities' signatures, the centre's, killed twice on the way.

People with two doses each are written by COPY; then two processes make every passport: who is eligible, a signature
under each dose by its facility's key, a certificate with the centre's. One is killed with -9 in each of the two steps
that sign, and started again. Counted is the processor time of the workers, their start left out, and of PostgreSQL.

Beside it stands, by two processes as well, what nobody can leave out: as many ES256 signatures, each verified after it
was made (threats M8), and every row that the steps write, by COPY into tables with the same indexes and keys
(docs/decisions/011-what-a-signature-run-costs.md, which says why two narrower ratios are printed too).
`SIGN_RUN_PEOPLE=500000` for the claim, 20,000 else. Run: `make bench WHAT=sign_run`.
"""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.kit.copied import Copied
from bench.kit.home import CHECKOUT, enter_home, own_database
from bench.kit.processes import need_proc, postgres_of, processor_seconds, pss_bytes

PEOPLE = int(os.environ.get("SIGN_RUN_PEOPLE", "20000"))
WORKERS = 2
TARGET, TARGET_MEMORY = 2.5, 1.2
SIGNING = ("facility", "central")
# Ours is sized for a demonstration in 1 GiB: with half a million people every page would be written whole into the log
# of changes again and again. An operator with a country on it gives the server this much.
TUNING = {"shared_buffers": "2GB", "max_wal_size": "8GB", "checkpoint_timeout": "30min", "effective_cache_size": "6GB"}


@dataclass(slots=True)
class Phase:
    """What one step took: seconds of processor of workers and database, seconds by the clock."""

    name: str
    workers_s: float = 0.0
    database_s: float = 0.0
    seconds: float = 0.0
    kills: int = 0
    memory: list[int] = field(default_factory=list)


def main() -> None:
    """Fill, run the three steps, count, write the reference, print."""
    need_proc()
    home = enter_home("bench-sign-run")
    os.environ["TIEMCHUNG_DB_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    with own_database(home, TUNING):
        import django

        django.setup()
        from bench.kit import sign_stage
        from tiemchung.core import clock

        folder = home / "signing"
        folder.mkdir(exist_ok=True)
        begun = time.monotonic()
        facilities = sign_stage.set_people(PEOPLE, clock.now(), folder)
        print(f"{PEOPLE:,} people with two doses are there ({time.monotonic() - begun:.0f} s)", flush=True)
        postgres = home / "postgres" / "data"
        copied: list[Copied] = []
        phases = [_phase("eligible", folder, postgres, copied)]
        doses = sign_stage.allow_facility_runs(facilities, clock.now(), folder)
        phases.append(_phase("facility", folder, postgres, copied))
        sign_stage.allow_central_run(clock.now(), folder)
        phases.append(_phase("central", folder, postgres, copied))
        double, missing, unsigned = sign_stage.mistakes(PEOPLE)
        signing = sign_stage.signed_alone("sign", doses + PEOPLE)
        verifying = sign_stage.signed_alone("verify", doses + PEOPLE)
    _print(phases, signing, verifying, copied)
    print(f"BENCH sign_run double={double} missing={missing} half_signed={unsigned}")


def _phase(name: str, folder: Path, postgres: Path, copied: list[Copied]) -> Phase:
    """Let the workers do one step, kill one of them on the way where it signs; then write its rows again by COPY."""
    from bench.kit.sign_stage import written_again

    told = Phase(name)
    begun, before, database = time.monotonic(), _children(), _database(postgres)
    running = [_worker(name, n, folder) for n in range(WORKERS)]
    log = [folder / f"{name}-{n}.out" for n in range(WORKERS)]
    expected = PEOPLE * (2 if name == "facility" else 1)
    while any(one.poll() is None for one in running):
        time.sleep(0.5)
        told.memory.append(sum(pss_bytes(one.pid) for one in running if one.poll() is None))
        if name in SIGNING and not told.kills and sum(map(_done, log)) > expected * 0.4:
            os.kill(running[0].pid, signal.SIGKILL)
            running[0].wait()
            told.kills += 1
            running[0] = _worker(name, 0, folder, again=True)
    if any(one.returncode for one in running):
        raise SystemExit(f"A worker of the step {name} failed; see {folder}.")
    told.seconds = time.monotonic() - begun
    told.workers_s = _children() - before - sum(map(_start, log))
    told.database_s = _database(postgres) - database
    print(f"{name}: {told.workers_s:.1f} s + {told.database_s:.1f} s of processor, {told.seconds:.0f} s", flush=True)
    copied += written_again(name, PEOPLE, folder, lambda: _database(postgres))
    return told


def _worker(name: str, number: int, folder: Path, *, again: bool = False) -> subprocess.Popen[bytes]:
    with (folder / f"{name}-{number}.out").open("ab" if again else "wb") as lines:
        asked = [sys.executable, "bench/kit/sign_worker.py", name, str(number), str(WORKERS), str(folder)]
        as_application = {**os.environ, "TIEMCHUNG_DB_ROLE": "app"}
        return subprocess.Popen(asked, cwd=CHECKOUT, env=as_application, stdout=lines)


def _done(log: Path) -> int:
    return sum(int(line) for line in log.read_text().split() if line.isdigit())


def _start(log: Path) -> float:
    """Give the processor seconds that Python and Django took to start: as many for one person as for a million."""
    return sum(float(line.split()[1]) for line in log.read_text().splitlines() if line.startswith("ready "))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _database(postgres: Path) -> float:
    return processor_seconds(postgres_of(postgres))


def _print(phases: list[Phase], signing: float, verifying: float, copied: list[Copied]) -> None:
    each: Callable[[float], str] = lambda seconds: f"{seconds / PEOPLE * 1e6:8.0f}"  # noqa: E731
    print(f"\n{'microseconds of processor a person':48}{'workers':>10}{'database':>10}{'clock s':>10}{'kills':>7}")
    for one in phases:
        print(f"{one.name:48}{each(one.workers_s):>10}{each(one.database_s):>10}{one.seconds:>10.0f}{one.kills:>7}")
    spent = sum(one.workers_s + one.database_s for one in phases)
    new = sum(one.seconds for one in copied if not one.changed)
    changed = sum(one.seconds for one in copied if one.changed)
    print(f"{'all':48}{each(spent):>10}")
    for one in copied:
        print(f"{'  COPY ' + one.step + ' ' + one.name:48}{each(one.seconds):>10}   ({one.rows:,} rows)")
    print(f"{'reference: signatures':48}{each(signing):>10}")
    print(f"{'reference: each verified after it was made':48}{each(verifying):>10}")
    print(f"{'reference: new rows by COPY':48}{each(new):>10}")
    print(f"{'reference: new versions of rows by COPY':48}{each(changed):>10}")
    print(f"BENCH sign_run ratio={spent / (signing + verifying + new + changed):.2f} target<={TARGET}")
    print(f"BENCH sign_run_unverified ratio={spent / (signing + new + changed):.2f} (without verifying)")
    print(f"BENCH sign_run_narrow ratio={spent / (signing + new):.2f} (without verifying, without changes of rows)")
    for phase in phases:  # each for itself: that one step holds more than the one before it is no growth
        _print_memory(f"sign_run_memory_{phase.name}", phase.memory)


def _print_memory(name: str, seen: list[int]) -> None:
    """Print how much more the workers held in the last third of the looks than in the first."""
    memory = [one for one in seen if one]
    third = max(1, len(memory) // 3)
    first, last = sum(memory[:third]) / third, sum(memory[-third:]) / third
    print(f"BENCH {name} ratio={last / first:.2f} target<={TARGET_MEMORY} "
          f"({first / 2**20:.0f} MiB then {last / 2**20:.0f} MiB)")  # fmt: skip


if __name__ == "__main__":
    main()
