"""Reports with photos arriving at 50 a second: how many are accepted, how fast, in how much memory, none lost.

Signed-in citizens send the last page of the health book's report: one request with a photo of 3 MB as the phone has
shrunk it (2000 by 1500, some 300 KB), which attaches the photo, declares the dose and opens the case. An open-loop
driver in a process of its own sends them at the stated rate, each from an address of its own, answered or not. Web
process and PostgreSQL are the bench's own, as in production one worker a core. Processor time a report is printed too:
on a machine that is shared, or has few cores, it says what the rate would need.
RATE=50, SECONDS=60. Run: `make bench WHAT=reports`.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

from bench.kit.home import CHECKOUT, enter_home, free_ports, own_database, running, wait_until_ready
from bench.kit.processes import need_proc, postgres_of, processor_seconds, pss_bytes, tree_of

RATE, SECONDS = float(os.environ.get("RATE", "50")), int(os.environ.get("SECONDS", "60"))
WARM_UP = 40
WORKERS = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Run:
    """What one run gave: the answers, memory of the web by time, processor seconds of web and database, duration."""

    answers: list[dict[str, Any]]
    memory: list[int]
    web_s: float
    database_s: float
    seconds: float

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """Give the reports that were answered with the number of their case."""
        return [one for one in self.answers if one["status"] == 302 and one["ref"]]


def main() -> None:
    """Make citizens and photos, start the server, let the driver send, look for every report, print."""
    need_proc()
    home = enter_home("bench-reports")
    os.environ.update(
        TIEMCHUNG_DB_ROLE="owner",
        TIEMCHUNG_STATIC_ROOT=str(home / "static"),
        TIEMCHUNG_EVIDENCE_DIR=str(home / "evidence"),
    )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    with own_database(home):
        import django

        django.setup()
        subprocess.run([sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"], cwd=CHECKOUT, check=True)
        count = int(RATE * SECONDS)
        _prepare(home, count + WARM_UP)
        port, log = free_ports(1)[0], home / "bench-web.log"
        app = {"TIEMCHUNG_DB_ROLE": "app", "TIEMCHUNG_TRUSTED_PROXY": "1"}
        with running(_web(port), log=log, environment=app) as web:
            wait_until_ready(f"http://127.0.0.1:{port}/so/dang-nhap", web, log, 60)
            _drive(home, port, web.pid, "warm-up", RATE / 4)
            run = _drive(home, port, web.pid, "ready", RATE)
        lost = _lost(run)
    _print(run, lost)


def _prepare(home: Path, count: int) -> None:
    from bench.kit.report_citizens import clear_reports, make_photos, ready_reports
    from bench.kit.reports_stage import CAPITALS, set_stage
    from tiemchung.core import clock
    from tiemchung.places.reads import facility

    begun = time.monotonic()
    stage = set_stage(clock.now())
    clear_reports()
    make_photos(home)
    ready_reports(count, facility(stage.facilities[CAPITALS[1]][0][0]), home / "all.jsonl")
    lines = (home / "all.jsonl").read_text().splitlines(keepends=True)
    (home / "warm-up.jsonl").write_text("".join(lines[:WARM_UP]))
    (home / "ready.jsonl").write_text("".join(lines[WARM_UP:]))
    print(f"{count:,} reports are ready to be sent ({time.monotonic() - begun:.0f} s)", flush=True)


def _web(port: int) -> list[str]:
    program = str(Path(sys.executable).with_name("granian"))
    return [program, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS),
            "--blocking-threads", "4", "--no-access-log", "--log-level", "warning",
            "tiemchung.wsgi:application"]  # fmt: skip


def _drive(home: Path, port: int, pid: int, name: str, rate: float) -> Run:
    """Let the driver send and watch the web's memory meanwhile."""
    data, answers = home / "postgres" / "data", home / f"{name}-answers.jsonl"
    argv = [sys.executable, "-m", "bench.kit.report_driver", str(port), str(rate), str(home / f"{name}.jsonl"),
            str(home), str(answers)]  # fmt: skip
    before = processor_seconds(tree_of(pid)), processor_seconds(postgres_of(data))
    begun, memory = time.monotonic(), []
    with subprocess.Popen(argv, cwd=CHECKOUT) as driver:
        while driver.poll() is None:
            memory.append(sum(map(pss_bytes, tree_of(pid))))
            time.sleep(1)
    if driver.returncode:
        raise SystemExit("The driver died; its lines are above.")
    after = processor_seconds(tree_of(pid)), processor_seconds(postgres_of(data))
    found = [json.loads(line) for line in answers.read_text().splitlines()]
    return Run(found, memory, after[0] - before[0], after[1] - before[1], time.monotonic() - begun)


def _lost(run: Run) -> int:
    """Count the accepted reports that are not there exactly once: case, list, photo with its file, declared dose."""
    from django.db import connection

    from tiemchung.cases.evidence.store import evidence_store

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id::text, c.ref, count(DISTINCT i.id), count(DISTINCT e.id), count(DISTINCT d.id), "
            "min(e.id::text) FROM cases_case c LEFT JOIN cases_caseinbox i ON i.case_id = c.id "
            "LEFT JOIN cases_evidence e ON e.case_id = c.id LEFT JOIN doses_dose d ON d.id = c.dose_id GROUP BY 1, 2"
        )
        rows = cursor.fetchall()
    whole = {(case, ref): photo for case, ref, *counts, photo in rows if counts == [1, 1, 1]}
    if len({ref for ref, *_ in rows}) != len(rows):
        raise SystemExit("two cases have one number")
    lost = 0
    for one in run.accepted:
        photo = whole.get((one["draft"], one["ref"]))
        lost += photo is None or not evidence_store().get(photo)
    return lost


def _print(run: Run, lost: int) -> None:
    accepted = run.accepted
    if not accepted:
        raise SystemExit(f"nothing was accepted: {[one['status'] for one in run.answers[:20]]}")
    took = sorted(float(one["seconds"]) for one in accepted)
    span = max(float(one["at"]) for one in accepted)
    cuts = quantiles(took, n=20)
    third = max(1, len(run.memory) // 3)
    ratio = mean(run.memory[-third:]) / mean(run.memory[:third])
    web, database = (s * 1000 / len(run.answers) for s in (run.web_s, run.database_s))
    print(f"sent {len(run.answers)} at {RATE:.0f} a second; accepted {len(accepted)} in {span:.1f} s; "
          f"p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s")  # fmt: skip
    print(f"processor time a report: web {web:.1f} ms, database {database:.1f} ms; "
          f"{(run.web_s + run.database_s) / run.seconds:.2f} of {WORKERS} cores were used; "
          f"50 a second need {(web + database) / 20:.1f}")  # fmt: skip
    print(f"memory of the web: {run.memory[0] / 2**20:.0f} MB at first, {run.memory[-1] / 2**20:.0f} MB at last, "
          f"{max(run.memory) / 2**20:.0f} MB at most")  # fmt: skip
    print(f"BENCH reports per_s={len(accepted) / span:.1f} target>=50")
    print(f"BENCH reports memory_ratio={ratio:.2f} target<=1.10")
    print(f"BENCH reports lost={lost + len(run.answers) - len(accepted)} target<=0")


if __name__ == "__main__":
    main()
