"""What a form sent, as plain values: no NUL, no odd length, no day that does not exist."""

import datetime as dt
import re
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import QueryDict

from tiemchung.core.text import nfc

LONGEST_LINE = 300
LONGEST_TEXT = 2000
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_CODE = re.compile(r"[0-9]{6}")


def line_in(data: QueryDict, name: str, limit: int = LONGEST_LINE) -> str:
    """Give one line of text, cleaned, and cut one past `limit`, so that a rule can still say that it is too long."""
    return nfc(data.get(name, "")[: limit * 4].replace("\x00", ""))[: limit + 1]


def text_in(data: QueryDict, name: str, limit: int = LONGEST_TEXT) -> str:
    """Give a text of several lines without NUL, cut at `limit`."""
    lines = data.get(name, "")[: limit * 2].replace("\x00", "").splitlines()
    return "\n".join(nfc(line) for line in lines).strip()[:limit]


def secret_in(data: QueryDict, name: str, limit: int = 200) -> str:
    """Give a password or code as it was typed, without NUL."""
    return data.get(name, "")[:limit].replace("\x00", "")


def code_in(data: QueryDict) -> str:
    """Give the six digits of a one-time code, typed with spaces, dots or dashes or without; "" for anything else."""
    digits = re.sub(r"[\s.\-]", "", data.get("code", "")[:40])
    return digits if _CODE.fullmatch(digits) else ""


def uuid_in(data: QueryDict, name: str) -> UUID | None:
    """Give an id, or None for anything that is none."""
    try:
        return UUID(data.get(name, "")[:40])
    except ValueError:
        return None


def number_in(data: QueryDict, name: str, most: int = 1_000_000) -> int:
    """Give a whole number from 0 to `most`, 0 for anything else."""
    sent = data.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 and int(sent) <= most else 0


def key_in(data: QueryDict) -> str:
    """Give the form's idempotency key; a missing or odd one is replaced."""
    sent = data.get("key", "")
    return sent if _KEY.fullmatch(sent) else str(uuid4())


@dataclass(frozen=True, slots=True)
class TypedDate:
    """Three fields of a date as typed, the day that they name, and how much of it was typed: DAY, MONTH or YEAR."""

    parts: dict[str, str]
    day: dt.date | None
    precision: str

    @property
    def empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not any(self.parts.values())


def date_in(data: QueryDict, name: str) -> TypedDate:
    """Read day, month and year; a year alone, or month and year, is a date of that precision."""
    parts = {part: line_in(data, f"{name}_{part}", 4) for part in ("day", "month", "year")}
    precision = "DAY" if parts["day"] else "MONTH" if parts["month"] else "YEAR"
    known = parts["month"] or not parts["day"]
    try:
        day = dt.date(int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1)) if known else None
    except ValueError:
        day = None
    return TypedDate(parts, day, precision)
