"""Limits that are exact across processes and survive restarts: leaky buckets in PostgreSQL."""

import datetime as dt
import secrets
from typing import Any

from django.db import connection, transaction

from tiemchung.access.rules import SPREAD, Limit
from tiemchung.core.verdict import Refused, refuse

Counted = tuple[tuple[Limit, str], ...]

_TAKE = """
INSERT INTO access_ratebucket AS b (key, full_until) VALUES (%(key)s, %(at)s + %(interval)s)
ON CONFLICT (key) DO UPDATE SET full_until = greatest(b.full_until, %(at)s) + %(interval)s
WHERE greatest(b.full_until, %(at)s) - %(at)s <= %(slack)s
RETURNING full_until
"""


class Exhausted(Exception):
    """A limit is reached; `limit` says which and `wait` for how long."""

    def __init__(self, limit: Limit, wait: dt.timedelta) -> None:
        super().__init__(limit.name)
        self.limit, self.wait = limit, wait


def take(limit: Limit, subject: str, at: dt.datetime) -> None:
    """Count one event of `subject` against the limit, or raise Exhausted and count nothing."""
    facts: dict[str, Any] = {
        "key": f"{limit.name}:{subject}",
        "at": at,
        "interval": limit.interval,
        "slack": limit.slack,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, facts)
        if cursor.fetchone() is None:
            raise Exhausted(limit, _wait(cursor, facts))


def take_or_refuse(counted: Counted, at: dt.datetime) -> None:
    """Count one event against each limit for its subject, or against none; Refused with TOO_MANY_TRIES (`minutes`)."""
    try:
        with transaction.atomic():
            for limit, subject in counted:
                take(limit, subject, at)
    except Exhausted as full:
        raise Refused(refuse("TOO_MANY_TRIES", minutes=minutes_of(full))) from full


def give_back(limit: Limit, subject: str) -> None:
    """Take one counted event of `subject` back: it turned out to be a right answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE access_ratebucket SET full_until = full_until - %s WHERE key = %s",
            (limit.interval, f"{limit.name}:{subject}"),  # type: ignore[arg-type]
        )


def minutes_of(full: Exhausted) -> int:
    """Give how long to wait in whole minutes, one at least."""
    return max(1, -(-int(full.wait.total_seconds()) // 60))


def take_country(limit: Limit, at: dt.datetime) -> None:
    """Count one event against a country-wide limit, in one of SPREAD rows chosen at random."""
    take(_share(limit), str(secrets.randbelow(SPREAD)), at)


def country_is_full(limit: Limit, at: dt.datetime) -> bool:
    """Tell whether half of a country-wide limit's rows would refuse one more event; one statement, counts nothing."""
    share = _share(limit)
    facts: list[Any] = [[f"{limit.name}:{n}" for n in range(SPREAD)], at, share.slack]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM access_ratebucket WHERE key = ANY(%s) AND full_until - %s > %s",
            facts,
        )
        return bool(cursor.fetchone()[0] * 2 >= SPREAD)


def sweep_buckets(at: dt.datetime) -> int:
    """Delete the buckets that have run empty, which count the same as none, and give how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM access_ratebucket WHERE full_until < %s", (at,))
        return cursor.rowcount


def _share(limit: Limit) -> Limit:
    return Limit(limit.name, max(1, limit.count // SPREAD), limit.seconds)


def is_full(limit: Limit, subject: str, at: dt.datetime) -> bool:
    """Tell whether one more event would be refused, without counting one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT full_until - %s > %s FROM access_ratebucket WHERE key = %s",
            (at, limit.slack, f"{limit.name}:{subject}"),  # type: ignore[arg-type]
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _wait(cursor: Any, facts: dict[str, Any]) -> dt.timedelta:
    cursor.execute("SELECT full_until - %(at)s - %(slack)s FROM access_ratebucket WHERE key = %(key)s", facts)
    (wait,) = cursor.fetchone()
    return wait
