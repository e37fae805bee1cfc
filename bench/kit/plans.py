"""What a page asks of the database: its statements, and whether any of them reads a large table from end to end."""

import re
from collections.abc import Callable
from typing import Any

from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext

LARGE = 5000  # rows; a smaller table is read whole for less than an index would cost
_READS = re.compile(r"\s*(SELECT|UPDATE|WITH|INSERT|DELETE)\b", re.IGNORECASE)
_SCAN = re.compile(r"Seq Scan on (\w+)")


def statements_of(ask: Callable[[], Any]) -> list[str]:
    """Give every statement, with its values, that `ask` sends."""
    reset_queries()
    with CaptureQueriesContext(connection) as asked:
        ask()
    return [query["sql"] for query in asked]


def whole_reads(statements: list[str]) -> list[str]:
    """Give the large tables that the plans of these statements read from end to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= %s", (LARGE,))
        large = {name for (name,) in cursor.fetchall()}
        found = []
        for statement in filter(_READS.match, statements):
            cursor.execute(b"EXPLAIN " + statement.encode())
            plan = "\n".join(row[0] for row in cursor.fetchall())
            found += [name for name in _SCAN.findall(plan) if name in large]
    return found
