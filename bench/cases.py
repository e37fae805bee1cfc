"""A desk and its reporters among a million cases: next case, work list, case page, status page.

The cases, three in ten open and nine in ten of two provinces, are written by COPY into a home of the bench's own, with
their steps, lists, photos' rows and sealed claims; the next run finds them. A page is asked over HTTP by a signed-in
desk, the largest of the country and the largest facility; web process and PostgreSQL are counted, the client is not.
The statements of each page are taken down apart, and their plans looked at.
`CASES=100000` for a quick run. Run: `make bench WHAT=cases`.
"""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.kit.home import CHECKOUT, enter_home, free_ports, own_database, running, wait_until_ready
from bench.kit.processes import need_proc, postgres_of, processor_seconds, tree_of

CASES = int(os.environ.get("CASES", "1000000"))
ASKED, WARM_UP = int(os.environ.get("BENCH_ASKED", "100")), 10
TARGET_MS, TARGET_STATEMENTS = 15, 20
APART = 5  # requests taken down apart; the first also reads the tree of areas, as a process does once a minute
PAGES = ("next", "queue", "file", "status")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: method, address, headers."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Server:
    """The web server that is asked, and its database."""

    port: int
    pid: int
    data: Path

    def spent(self) -> tuple[float, float]:
        """Give the processor seconds of web and database so far; who ended counts with the parent."""
        return processor_seconds(tree_of(self.pid)), processor_seconds(postgres_of(self.data))


@dataclass(slots=True)
class Line:
    """What one page of one desk took: milliseconds of web and database, statements, large tables read whole."""

    web_ms: float
    database_ms: float
    statements: int
    whole: list[str]


def main() -> None:
    """Fill, start the server, ask in turn, print the table and the targets."""
    need_proc()
    home = enter_home("bench-cases")
    os.environ["TIEMCHUNG_DB_ROLE"] = "owner"
    os.environ["TIEMCHUNG_STATIC_ROOT"] = str(home / "static")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    with own_database(home):
        import django

        django.setup()
        subprocess.run([sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"], cwd=CHECKOUT, check=True)
        desks = _prepared()
        port = free_ports(1)[0]
        log = home / "bench-web.log"
        with running(_web(port), log=log, environment={"TIEMCHUNG_DB_ROLE": "app"}) as web:
            wait_until_ready(f"http://127.0.0.1:{port}/phan-anh/tra-cuu", web, log, 60)
            server = Server(port, web.pid, home / "postgres" / "data")
            lines = {name: _measured(server, by) for name, by in desks.items()}
    _print(lines)


def _prepared() -> dict[str, Any]:
    """Fill the tables; give the largest desk and the largest facility by name, with their members of staff."""
    from django.db import connection

    from bench.kit.case_visitors import name_persons
    from bench.kit.many_cases import fill
    from bench.kit.reports_stage import set_stage
    from tiemchung.core import clock

    begun, at = time.monotonic(), clock.now()
    stage = set_stage(at)
    made = fill(stage, CASES, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT unit_level = 'FACILITY', unit_id, count(*) FROM cases_caseinbox "
                       "WHERE open AND NOT watch GROUP BY 1, 2 ORDER BY 3 DESC")  # fmt: skip
        sizes = [row for row in cursor.fetchall() if row[1] in stage.desks]
        cursor.execute("UPDATE cases_caseinbox SET claimed_by = NULL, claimed_until = NULL "
                       "WHERE claimed_by IS NOT NULL AND open")  # fmt: skip
    largest = [next(row for row in sizes if row[0] is facility) for facility in (False, True)]
    for _, unit, _ in largest:
        name_persons(unit, 4 * (ASKED + WARM_UP))
    print(f"{made:,} cases written, {time.monotonic() - begun:.0f} s with their persons", flush=True)
    return {f"{'facility' if facility else 'authority'}, {count:,} open": stage.desks[unit]
            for facility, unit, count in largest}  # fmt: skip


def _web(port: int) -> list[str]:
    granian = str(Path(sys.executable).with_name("granian"))
    return [granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
            "--no-access-log", "--log-level", "warning", "tiemchung.wsgi:application"]  # fmt: skip


def _measured(server: Server, by: Any) -> dict[str, Line]:
    from bench.kit.case_visitors import desk_browser, reporter_browser
    from bench.kit.many_cases import first_cases
    from tiemchung.cases.reads.files import find_case
    from tiemchung.cases.sealed import open_phone

    desk, unit = desk_browser(by).headers, by.facility_id or by.area_id
    refs = [ref for _, _, ref in first_cases(unit, ASKED + WARM_UP + APART)]
    rows = [find_case(ref) for ref in refs]
    status = [reporter_browser(row.ref, open_phone(row.id, row.sealed_phone)).headers for row in rows if row]
    asks: dict[str, Callable[[int], Ask]] = {
        "next": lambda n: Ask("POST", "/staff/phan-anh/tiep", desk),
        "queue": lambda n: Ask("GET", "/staff/phan-anh" + ("" if n % 2 else "?show=LATE"), desk),
        "file": lambda n: Ask("GET", f"/staff/phan-anh/{refs[n]}", desk),
        "status": lambda n: Ask("GET", "/phan-anh/tien-do", status[n]),
    }
    return {page: _page(server, asks[page]) for page in PAGES}


def _page(server: Server, ask: Callable[[int], Ask]) -> Line:
    from bench.kit.plans import statements_of, whole_reads

    _send(server.port, map(ask, range(WARM_UP)))
    before = server.spent()
    _send(server.port, map(ask, range(WARM_UP, WARM_UP + ASKED)))
    web, database = (now - then for now, then in zip(server.spent(), before, strict=True))
    taken = [statements_of(_locally(ask(WARM_UP + ASKED + n))) for n in range(APART)]
    longest = max(taken[1:], key=len)
    return Line(web * 1000 / ASKED, database * 1000 / ASKED, len(longest), whole_reads(longest))


def _send(port: int, asks: Iterable[Ask]) -> None:
    """Send the requests over one kept connection; each must be answered with a page, or with where the case is."""
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for ask in asks:
        door.request(ask.method, ask.path, "" if ask.method == "POST" else None, ask.headers)
        answer = door.getresponse()
        body = answer.read()
        where = answer.headers.get("Location", "")
        good = where.startswith("/staff/phan-anh/") if ask.method == "POST" else answer.status == 200
        if not good:
            raise SystemExit(f"{ask.path}: {answer.status} {where} {body[:300]!r}")
    door.close()


def _locally(ask: Ask) -> Callable[[], Any]:
    """Give a call that asks in this process, where statements can be taken down."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    for pair in ask.headers["Cookie"].split("; "):
        name, _, value = pair.partition("=")
        client.cookies[name] = value
    return lambda: (client.post if ask.method == "POST" else client.get)(ask.path)


def _print(lines: dict[str, dict[str, Line]]) -> None:
    heads = f"{'web':>8}{'database':>10}{'together':>10}{'statements':>12}"
    print(f"{'ms of processor time a request':<32}{'page':<8}{heads}")
    for desk, pages in lines.items():
        for page, line in pages.items():
            together = line.web_ms + line.database_ms
            print(f"{desk:<32}{page:<8}{line.web_ms:>8.2f}{line.database_ms:>10.2f}{together:>10.2f}{line.statements:>12}"
                  f"  {', '.join(line.whole)}")  # fmt: skip
    for page in PAGES:
        worst = [pages[page] for pages in lines.values()]
        ms, count = max(w.web_ms + w.database_ms for w in worst), max(w.statements for w in worst)
        print(f"BENCH cases {page}_ms={ms:.1f} target<={TARGET_MS}")
        print(f"BENCH cases {page}_statements={count} target<={TARGET_STATEMENTS}")
    print(f"BENCH cases whole_reads={sum(len(w.whole) for p in lines.values() for w in p.values())} target<=0")


if __name__ == "__main__":
    main()
