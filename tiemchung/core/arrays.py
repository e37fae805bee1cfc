"""Lists of ids, of bytes and of texts on their way to the database, written in one go.

The driver asks of each element whether it needs quotes; for ids and hashes the answer is known. Where many persons are
dealt with in a few statements that was a third of the work.
"""

from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.array import ListDumper

_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"'})


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPED)}"' if '"' in text or "\\" in text else f'"{text}"'


class QuickListDumper(ListDumper):
    """Writes lists that hold only ids, only bytes or only texts at once, and leaves every other to the driver."""

    def dump(self, obj: list[Any]) -> Any:
        """Give the text of an array."""
        kinds = set(map(type, obj))
        if kinds == {UUID}:
            return ("{" + ",".join([one.hex for one in obj]) + "}").encode()
        if kinds == {bytes}:
            return ("{" + ",".join(['"\\\\x' + one.hex() + '"' for one in obj]) + "}").encode()
        if kinds == {str}:
            return ("{" + ",".join([_quoted(one) for one in obj]) + "}").encode()
        return super().dump(obj)


def use_quick_lists() -> None:
    """Let every connection that is opened from now on write lists so."""
    psycopg.adapters.register_dumper(list, QuickListDumper)
