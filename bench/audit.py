"""Whom did agent X see between two moments? Asked of ten million audit lines, and answered completely.

The lines are filled straight into a database of the bench's own: 20,000 members of staff over a year, the asked agent
among them with 5,000 looks in the asked fortnight, scattered among those of the others. The answer is read page by
page through `core.audit.seen_by`, as an auditor's screen does, and counted beside it. Caches are as the filling left
them.
Run: `make bench WHAT=audit`; BENCH_AUDIT_ROWS=1000000 for a quick one.
"""

import datetime as dt
import os
import time
from uuid import UUID

from bench.kit import home as homes

TARGET_S = 10.0
ROWS = int(os.environ.get("BENCH_AUDIT_ROWS", "10000000"))
STAFF, LOOKS, PAGE = 20_000, 5_000, 500
BATCH = 500_000
AGENT = UUID("00000000-0000-7000-8000-00000000a6e1")
YEAR = dt.datetime(2021, 3, 8, tzinfo=dt.UTC)
SINCE, UNTIL = YEAR + dt.timedelta(days=150), YEAR + dt.timedelta(days=164)
_FILL = """
INSERT INTO core_auditline (id, subject_id, at, action, actor_kind, actor_id, actor_role, facility_id, trace, object_id,
                            because, facts)
SELECT gen_random_uuid(), md5('person' || (n * 7919 %% 5000000))::uuid,
       CASE WHEN n %% %(every)s::int = 0 THEN %(since)s::timestamptz + random() * %(span)s::interval
            ELSE %(year)s::timestamptz + random() * interval '365 days' END,
       'people.open_person', 'staff',
       CASE WHEN n %% %(every)s::int = 0 THEN %(agent)s::uuid
            ELSE md5('staff' || (random() * %(staff)s::int)::int)::uuid END,
       'hotline_agent', NULL, 'bench', NULL, 'call', '{"look": true}'
FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n
"""


def main() -> None:
    """Fill what is missing, ask in turn, print the table and the last line."""
    home = homes.enter_home("bench-audit")
    os.environ["TIEMCHUNG_DB_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    with homes.own_database(home):
        import django

        django.setup()
        from tiemchung.core.install import install_secrets

        install_secrets(home)
        begun = time.monotonic()
        rows = _fill()
        print(f"{rows:,} lines ({time.monotonic() - begun:.0f} s to fill what was missing)", flush=True)
        seconds = _ask()
    print(f"BENCH audit s={seconds:.2f} target<={TARGET_S:.0f}")


def _fill() -> int:
    from django.db import connection

    facts = {"every": max(ROWS // LOOKS, 1), "since": SINCE, "span": UNTIL - SINCE, "year": YEAR, "staff": STAFF}
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SELECT count(*) FROM core_auditline")
        for low in range(int(cursor.fetchone()[0]), ROWS, BATCH):
            high = min(low + BATCH, ROWS) - 1
            cursor.execute(_FILL, {**facts, "agent": AGENT, "low": low, "high": high})
        cursor.execute("VACUUM (ANALYZE) core_auditline")
        cursor.execute("SELECT count(*) FROM core_auditline")
        return int(cursor.fetchone()[0])


def _ask() -> float:
    """Ask for the agent and for one of the crowd; give the seconds of the slower complete answer."""
    from django.db import connection

    from tiemchung.core.audit import count_seen_by, seen_by, subjects_seen_by
    from tiemchung.people.reads import persons_among

    with connection.cursor() as cursor:
        cursor.execute("SELECT actor_id FROM core_auditline WHERE actor_id <> %s LIMIT 1", (AGENT,))
        asked = {"the agent, a fortnight": (AGENT, SINCE, UNTIL)}
        asked["somebody, the whole year"] = (cursor.fetchone()[0], YEAR, YEAR + dt.timedelta(days=366))
    print(f"{'asked':<28}{'lines':>8}{'people':>8}{'pages':>7}{'count s':>9}{'all s':>8}  plan of a page")
    slowest = 0.0
    for name, (actor_id, since, until) in asked.items():
        begun = time.monotonic()
        count = count_seen_by(actor_id, since, until)
        persons_among(subjects_seen_by(actor_id, since, until))  # only people are counted as people
        counted = time.monotonic() - begun
        begun, lines, pages = time.monotonic(), 0, 0
        page = seen_by(actor_id, since, until, limit=PAGE)
        while page:
            lines, pages = lines + len(page), pages + 1
            page = seen_by(actor_id, since, until, after=page[-1].place, limit=PAGE)
        took = time.monotonic() - begun
        if lines != count.lines:
            raise SystemExit(f"{name}: {lines} lines were read and {count.lines} counted")
        plan = _plan(actor_id, since, until)
        print(f"{name:<28}{lines:>8,}{count.subjects:>8,}{pages:>7}{counted:>9.3f}{took:>8.3f}  {plan}")
        slowest = max(slowest, counted + took)
    return slowest


def _plan(actor_id: UUID, since: dt.datetime, until: dt.datetime) -> str:
    """Give the kinds of the nodes of a page's plan, from the top."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT * FROM core_auditline WHERE actor_id = %s AND at >= %s AND at < %s "
            "ORDER BY at, id LIMIT 500",
            (actor_id, since, until),
        )
        kinds = [row[0].split("  (")[0].strip(" ->") for row in cursor.fetchall() if "(cost" in row[0]]
    return " < ".join(kinds)


if __name__ == "__main__":
    main()
