"""Statements on the way of every dose: sent straight to the driver, beneath the framework's cursor and its wrapping.

The framework makes a cursor, two wrappers and a parsed text for each statement. Where a request has fifteen of them
that costs more than the rules it serves, so `ask` and `tell` keep one cursor a connection, and texts in the server's
own form. All else is the framework's: its connection and transaction, its errors, the wrappers that tests hang in.
"""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import Connection, RawCursor

type Row = tuple[Any, ...]


def ask(sql: str, *params: Any) -> list[Row]:
    """Give every row that the statement gives; `%s` stands for each value in turn, as with the framework's cursor."""
    return cast(list[Row], _sent(sql, params).fetchall())


def tell(sql: str, *params: Any) -> int:
    """Run a statement that gives no rows and give how many it touched."""
    return _sent(sql, params).rowcount


@cache
def numbered(sql: str) -> bytes:
    """Give a text of the program with `$1`, `$2`, ... in place of each `%s`; the server needs it so."""
    first, *rest = sql.split("%s")
    return (first + "".join(f"${place}{part}" for place, part in enumerate(rest, 1))).replace("%%", "%").encode()


def _sent(sql: str, params: Sequence[Any]) -> Any:
    database = cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])
    if database.queries_logged:  # someone takes down what is asked: the framework's cursor knows how to tell
        framework = database.cursor()
        framework.execute(sql, params)
        return framework
    cursor = _cursor(database)
    if not database.execute_wrappers:
        _execute(database, cursor, sql, params)
        return cursor

    def last(text: str, values: Sequence[Any], _many: bool, _context: Any) -> None:
        _execute(database, cursor, text, values)

    execute: Any = last
    for wrapper in reversed(database.execute_wrappers):
        execute = partial(wrapper, execute)
    execute(sql, params, False, {"connection": database, "cursor": cursor})
    return cursor


def _cursor(database: DatabaseWrapper) -> RawCursor[Row]:
    """Give the kept cursor of this thread's connection, opening or replacing a connection as the framework would."""
    database.close_if_health_check_failed()
    link: Connection[Row] | None = database.connection
    if link is None:
        database.ensure_connection()
        link = cast(Connection[Row], database.connection)
    kept: RawCursor[Row] | None = getattr(link, "kept_cursor", None)
    if kept is None:
        kept = RawCursor(link)
        link.kept_cursor = kept  # type: ignore[attr-defined] # goes with its connection
    return kept


def _execute(database: DatabaseWrapper, cursor: RawCursor[Row], sql: str, params: Sequence[Any]) -> None:
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        cursor.execute(numbered(sql), params)
