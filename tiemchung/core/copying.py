"""Rows by the thousand, written as the very text that COPY reads.

The driver asks of each value which of its writers takes it; where a run writes millions of rows their columns are known
beforehand, and most hold the same value in every row.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import LiteralString, cast

from django.db import connection, models

from tiemchung.core.distribution import column_of

NONE = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def cell(text: str) -> str:
    """Give a text as one column of COPY's text form (PostgreSQL, COPY, "Text Format")."""
    return text.translate(_ESCAPED)


def octets(value: bytes) -> str:
    """Give bytes as one column of COPY's text form."""
    return "\\\\x" + value.hex()


def copy_lines(model: type[models.Model], names: Sequence[str], lines: Iterable[str]) -> None:
    """Insert many new rows by COPY; a line holds the columns in the order of `names`, a tab between two, no line's end.

    A text comes from `cell`, bytes from `octets`, nothing is NONE, an id is its hex digits. What is not named has the
    database's default. Raises IntegrityError where one of them breaks a unique key, and then writes none.
    """
    text = "\n".join(lines)
    if not text:
        return
    statement = _statement(model, tuple(names))
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as sink:
        sink.write(text + "\n")


@cache
def _statement(model: type[models.Model], names: tuple[str, ...]) -> LiteralString:
    columns = ", ".join(f'"{column_of(model, name)}"' for name in names)
    return cast(LiteralString, f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN')
