"""Processor time of one dose recorded over HTTP at the desk's door, beside the same SQL statements sent by pgbench.

A server of its own (PostgreSQL and granian) in a home of its own; a signed-in nurse posts doses over one kept
connection. The web process and every PostgreSQL process are counted, the client is not. Then the statements of as many
doses are taken down, their rows taken away again, and pgbench sends the very same texts. Rounds alternate, until
five of them had the machine to themselves; the five quietest count.
Run: `.venv/bin/python -m bench.dose`.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from bench.desk_cast import Cast, make_cast
from bench.kit.quiet import QUIET, Strangers

TARGET = 3.0
ROUNDS, MOST_ROUNDS, DOSES, WARM_UP = (
    5,
    int(os.environ.get("BENCH_ROUNDS", "15")),
    int(os.environ.get("BENCH_DOSES", "150")),
    60,
)
PORT = int(os.environ.get("BENCH_PORT", "8077"))
ENTRIES = {"pages": ("wsgi", "tiemchung.wsgi:application"), "hot": ("asgi", "tiemchung.web.hot:app")}
SETTLES_S = 0.6  # an ended backend is counted once the postmaster has reaped it
TICK = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """Give user and system time of a process and of its children, dead and alive."""
    total = 0.0
    with suppress(OSError, ValueError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total = sum(int(fields[i]) for i in (11, 12, 13, 14)) / TICK
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                total += processor_seconds(int(child))
    return total


def prepare(home: Path, count: int) -> tuple[Any, Cast]:
    """Start the bench's own server, write tables, a station, a nurse and `count` persons; give server and cast."""
    from tiemchung.core.install import install_secrets
    from tiemchung.core.postgres import ensure_running

    server = ensure_running(home)
    install_secrets(home)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("grant_rights", stdout=sys.stderr)
    call_command("load_areas", stdout=sys.stderr)
    call_command("signing_key", stdout=sys.stderr)
    call_command("collectstatic", interactive=False, verbosity=0)
    return server, make_cast(count)


@contextmanager
def web_server(home: Path) -> Iterator[int]:
    """Run the pages' server as the application's role and give its process id.

    As in production (docs/how-to/serve.md), where a proxy sends only cards to the hot routes: the WSGI server, one
    request at a time in each worker. BENCH_ENTRY=hot measures the one entry of `make run`, in which a dose also crosses
    from the event loop to a thread and back.
    """
    granian = str(Path(sys.executable).with_name("granian"))
    kind, entry = ENTRIES[os.environ.get("BENCH_ENTRY", "pages")]
    one_at_a_time = ["--blocking-threads", "1"] if kind == "wsgi" else []
    argv = [granian, "--interface", kind, "--host", "127.0.0.1", "--port", str(PORT), "--workers", "1", *one_at_a_time,
            "--no-access-log", "--log-level", "warning", entry]  # fmt: skip
    environment = {**os.environ, "TIEMCHUNG_DB_ROLE": "app", "TIEMCHUNG_HOME": str(home)}
    process = subprocess.Popen(argv, env=environment)
    try:
        for _ in range(150):
            time.sleep(0.2)
            with suppress(OSError):
                door = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
                door.request("GET", "/verify")
                if door.getresponse().status < 500:
                    break
        else:
            raise RuntimeError("the web process did not start")
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def body_of(cast: Cast, person: str) -> dict[str, Any]:
    """Give what the desk posts for one dose."""
    return {
        "key": str(uuid4()),
        "profile_id": person,
        "product": "PFIZER",
        "lot_id": cast.lot_id,
        "screening": {"form": "ADULT_2021_12", "consented": True},
    }


def headers_of(cast: Cast) -> dict[str, str]:
    """Give what the nurse's browser sends along."""
    return {
        "Cookie": f"sessionid={cast.session}; csrftoken={cast.csrf}",
        "X-CSRFToken": cast.csrf,
        "Content-Type": "application/json",
        "Accept": "application/json",
    }


def post_doses(cast: Cast, persons: list[str]) -> None:
    """Post one dose a person over one kept connection; every one must be recorded."""
    door, headers = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30), headers_of(cast)
    for person in persons:
        door.request("POST", "/staff/api/doses", json.dumps(body_of(cast, person)), headers)
        answer = door.getresponse()
        text = answer.read()
        if answer.status != 201:
            raise RuntimeError(f"{answer.status} {text[:300]!r}")


def statements_of(cast: Cast, persons: list[str]) -> list[str]:
    """Take down every statement of so many doses, with its values, and take their rows away again."""
    from django.db import connection, reset_queries
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost", headers={"x-csrftoken": cast.csrf}, enforce_csrf_checks=True)
    client.cookies["sessionid"], client.cookies["csrftoken"] = cast.session, cast.csrf
    taken: list[str] = []
    for person in persons:
        reset_queries()  # the log keeps 9000 statements and then drops the oldest
        with CaptureQueriesContext(connection) as asked:
            answer = client.post("/staff/api/doses", json.dumps(body_of(cast, person)), "application/json")
        if answer.status_code != 201:
            raise RuntimeError(f"{answer.status_code} {answer.content[:300]!r}")
        taken += [query["sql"].rstrip().rstrip(";") for query in asked]
    with connection.cursor() as cursor:
        for table, column in (("doses_ledgerentry", "profile_id"), ("doses_dose", "profile_id"),
                              ("visits_visit", "profile_id"), ("core_auditline", "subject_id")):  # fmt: skip
            only = " AND action = 'record_dose'" if table == "core_auditline" else ""
            cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s::uuid[]){only}", [persons])
    return taken


def replay(home: Path, folder: Path, statements: list[str]) -> float:
    """Let pgbench send the statements once, in their order, and give the seconds of processor that it took itself."""
    from tiemchung.core.postgres.cluster import tools
    from tiemchung.core.postgres.layout import DATABASE, OWNER, Layout
    from tiemchung.core.postgres.layout import PORT as DB_PORT

    script = folder / "doses.sql"
    script.write_text(";\n".join(re.sub(r"\s*\n\s*", " ", s) for s in statements) + ";\n", "utf-8")
    layout = Layout(home)
    argv = [str(tools(home).binaries.program("pgbench")), "-n", "-M", "simple", "-t", "1", "-c", "1", "-f",
            str(script), "-h", str(layout.socket), "-p", str(DB_PORT), "-U", OWNER, DATABASE]  # fmt: skip
    environment = {**os.environ, "PGPASSFILE": str(layout.passfile(OWNER))}
    process = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.stdout.read(), process.stderr.read()  # type: ignore[union-attr]
    _, status, used = os.wait4(process.pid, 0)
    if status or b"processed: 1/1" not in out:
        raise RuntimeError(err.decode()[-600:] or out.decode()[-600:])
    return used.ru_utime + used.ru_stime


def postmaster_of(home: Path) -> int:
    """Give the process id of the bench's PostgreSQL."""
    from tiemchung.core.postgres.layout import Layout

    return int((Layout(home).data / "postmaster.pid").read_text().split()[0])


def issue_cards(home: Path, database: int) -> tuple[float, int]:
    """Let the worker's follower issue the cards of all doses; give processor milliseconds a dose, and how many."""
    code = (
        "import django; django.setup()\n"
        "from tiemchung.certificates.tasks import follow_ledger\nfrom tiemchung.core import clock\n"
        "done = 0\nwhile n := follow_ledger(clock.now()): done += n\nprint(done)"
    )
    before = processor_seconds(database)
    environment = {**os.environ, "TIEMCHUNG_HOME": str(home)}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
    done = int((process.stdout.read() or b"0").split()[-1])  # type: ignore[union-attr]
    _, _, used = os.wait4(process.pid, 0)
    spent = used.ru_utime + used.ru_stime + processor_seconds(database) - before
    return spent * 1000 / max(done, 1), done


def main() -> None:
    """Print the rounds, the card's share and the ratio."""
    home = Path(os.environ["TIEMCHUNG_HOME"])
    server, cast = prepare(home, WARM_UP + MOST_ROUNDS * DOSES * 2)
    database, folder = postmaster_of(home), Path(os.environ["BENCH_FOLDER"])
    persons = iter(cast.persons)

    def some(count: int) -> list[str]:
        return [next(persons) for _ in range(count)]

    rows: list[tuple[float, ...]] = []
    with web_server(home) as web:

        def ours() -> float:
            own = os.times()
            return (
                own.user
                + own.system
                + own.children_user
                + own.children_system
                + sum(processor_seconds(pid) for pid in (web, database))
            )

        post_doses(cast, some(WARM_UP // 2))
        statements_of(cast, some(WARM_UP // 2))
        while len(rows) < MOST_ROUNDS and sum(row[-1] < QUIET for row in rows) < ROUNDS:
            strangers = Strangers(ours)
            web_before, database_before = processor_seconds(web), processor_seconds(database)
            post_doses(cast, some(DOSES))
            web_ms = (processor_seconds(web) - web_before) * 1000 / DOSES
            http_database_ms = (processor_seconds(database) - database_before) * 1000 / DOSES
            statements = statements_of(cast, some(DOSES))
            time.sleep(SETTLES_S)
            database_before = processor_seconds(database)
            pgbench_ms = replay(home, folder, statements) * 1000 / DOSES
            time.sleep(SETTLES_S)
            bench_database_ms = (processor_seconds(database) - database_before) * 1000 / DOSES
            asked = len(statements) / DOSES
            rows.append((web_ms, http_database_ms, pgbench_ms, bench_database_ms, asked, strangers.share()))
    card_ms, cards = issue_cards(home, database)
    _print(rows, card_ms, cards)
    del server


def _print(rows: list[tuple[float, ...]], card_ms: float, cards: int) -> None:
    print("milliseconds of processor a dose")
    print("round       web  +database    = HTTP   pgbench  +database   = pgbench   statements   ratio   others")
    ratios = []
    for number, (web, database, client, replayed, statements, others) in enumerate(rows, 1):
        ratios.append(((web + database) / (client + replayed), others))
        print(f"{number:>5}  {web:>8.2f}  {database:>9.2f}  {web + database:>8.2f}  {client:>8.2f}  {replayed:>9.2f}"
              f"  {client + replayed:>10.2f}  {statements:>11.1f}  {ratios[-1][0]:>6.2f}  {others:>6.0%}")  # fmt: skip
    print(f"the card of a dose, by the worker afterwards (not in the ratio): {card_ms:.2f} ms, {cards} entries")
    counted = sorted(ratios, key=lambda one: one[1])[:ROUNDS]
    if any(others >= QUIET for _, others in counted):
        print("no quiet machine: others had up to " + f"{counted[-1][1]:.0%} of it in the rounds that count")
    print(f"BENCH dose ratio={median(ratio for ratio, _ in counted):.2f} target<={TARGET:.1f}")


def enter_bench_home() -> None:
    """Point this process, before Django reads its settings, at a home of the bench's own."""
    from tiemchung.core.install import default_home

    home = default_home("bench-dose")
    folder = home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        TIEMCHUNG_HOME=str(home),
        BENCH_FOLDER=str(folder),
        TIEMCHUNG_DB_ROLE="owner",
        TIEMCHUNG_INSECURE_LOCALHOST="1",
        TIEMCHUNG_STATIC_ROOT=str(folder / "static"),
        DJANGO_SETTINGS_MODULE="tiemchung.settings",
    )
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("TIEMCHUNG_SECRETS", None)


if __name__ == "__main__":
    enter_bench_home()
    from tiemchung.core.postgres.cluster import stop

    try:
        main()
    finally:
        stop(Path(os.environ["TIEMCHUNG_HOME"]))
