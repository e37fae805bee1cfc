"""Reports of four days replayed: none lost, each routed, the late list exact against an oracle.

Synthetic reports, nine tenths from two provinces as in September 2021, taken in by the real `open_case` in as many
processes as there are cores, each with the moment of its own recording. A share is answered meanwhile. The oracle is a
plain list beside the database: who must answer (found by walking the places the slow way), and what is late when.
`REPORTS` says how many (20,000; the four days of 2021 had 800,000). Run: `make bench WHAT=route`.
"""

import datetime as dt
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.kit.home import enter_home, own_database

REPORTS = int(os.environ.get("REPORTS", "20000"))
BEGIN = dt.datetime(2026, 9, 10, 17, 0, tzinfo=dt.UTC)  # midnight in Vietnam
DAYS = 4
ANSWERED = 0.3
CHECKS = (24, 48, 60, 72, 96, 120, 150)  # hours after the beginning


def main() -> None:
    """Replay window by window, compare after each, print the table and the targets."""
    home = enter_home("bench-route")
    if len(sys.argv) > 1:
        replay(home, *map(int, sys.argv[1:5]))
        return
    os.environ["TIEMCHUNG_DB_ROLE"] = "owner"  # empties the tables of an earlier run; the replay is the application
    with own_database(home):
        _ready()
        from bench.kit.reports_stage import clear_cases, set_stage

        stage, parts = set_stage(BEGIN), os.cpu_count() or 1
        clear_cases()
        for old in home.glob("oracle-*.jsonl"):
            old.unlink()
        began, used = time.monotonic(), os.times().children_user
        print(f"{'until':<16}{'reports':>9}{'late by the oracle':>20}{'by the desks':>14}{'differing':>11}")
        differing, since = 0, 0
        for until in CHECKS:
            _replay_all(parts, since, until)
            differing += _compared(stage, home, until)
            since = until
        _print(home, time.monotonic() - began, os.times().children_user - used, differing)


def _ready() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    import django

    django.setup()


def _replay_all(parts: int, since: int, until: int) -> None:
    argv = [sys.executable, "-m", "bench.route"]
    app = {**os.environ, "TIEMCHUNG_DB_ROLE": "app"}
    running = [subprocess.Popen([*argv, str(n), str(parts), str(since), str(until)], env=app) for n in range(parts)]
    codes = [part.wait() for part in running]
    if any(codes):
        raise SystemExit("A part of the replay died; its lines are above.")


def events(part: int, parts: int) -> list[tuple[dt.datetime, int, str]]:
    """Give what happens in one part, in order: reports, busier by day than by night, and answers to a share of them."""
    rng = random.Random(part)
    mine = range(part, REPORTS, parts)
    weights = [(3 if 7 <= hour % 24 <= 22 else 1) for hour in range(24 * DAYS)]
    found = []
    for n, hour in zip(mine, rng.choices(range(24 * DAYS), weights=weights, k=len(mine)), strict=True):
        at = BEGIN + dt.timedelta(hours=hour, seconds=rng.random() * 3600)
        found.append((at, n, "report"))
        if rng.random() < ANSWERED:
            found.append((at + dt.timedelta(hours=rng.random() * 60), n, "answer"))
    return sorted(found)


def replay(home: Path, part: int, parts: int, since: int, until: int) -> None:
    """Let happen what happens in one part between two hours, and keep what the oracle needs."""
    _ready()
    from bench.kit.reports_stage import Diary, answer, report, set_stage

    stage, diary = set_stage(BEGIN), Diary(home / f"oracle-{part}.jsonl")
    first, last = BEGIN + dt.timedelta(hours=since), BEGIN + dt.timedelta(hours=until)
    for at, n, what in events(part, parts):
        if first <= at < last:
            diary.note(n, report(stage, n, at) if what == "report" else answer(stage, diary.of(n), at))
    diary.keep()


def _compared(stage: Any, home: Path, until: int) -> int:
    from bench.kit.reports_stage import late_at_desks, read_diaries

    at = BEGIN + dt.timedelta(hours=until)
    rows = read_diaries(home)
    waiting = (row for row in rows if not row["joined"] and not row.get("over"))
    oracle = {row["ref"] for row in waiting if dt.datetime.fromisoformat(row["due"]) <= at}
    house = late_at_desks(stage, at)
    wrong = len(oracle ^ house)
    print(f"{f'{until} hours':<16}{len(rows):>9}{len(oracle):>20}{len(house):>14}{wrong:>11}", flush=True)
    return wrong


def _print(home: Path, seconds: float, processor: float, differing: int) -> None:
    from bench.kit.reports_stage import read_diaries

    rows = read_diaries(home)
    spread: Counter[Any] = Counter(row["level"] for row in rows)
    own = [row for row in rows if not row["joined"]]  # a repeat goes where its lead lies
    misrouted = sum(1 for row in own if row["unit"] != row["wanted"])
    print("desks: " + ", ".join(f"{level} {count}" for level, count in spread.most_common()))
    print(f"{len(rows) - len(own)} repeats, answered with their leads")
    print(f"{seconds:.0f} s; {processor / max(1, len(rows)) * 1000:.1f} ms of our processes' time a report")
    print(f"BENCH route lost={REPORTS - len(rows)} target<=0")
    print(f"BENCH route misrouted={misrouted} target<=0")
    print(f"BENCH route late_differing={differing} target<=0")


if __name__ == "__main__":
    main()
