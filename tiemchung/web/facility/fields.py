"""What a form sent, as plain clean values: nothing here trusts a length, a letter or a number."""

import datetime as dt
import math
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict

from tiemchung.core.text import nfc
from tiemchung.people.rules.kinds import BirthPrecision
from tiemchung.visits.rules import Form, Screening, Vitals, the_form

LONGEST_LINE = 300
LONGEST_TEXT = 1000
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
NONE_OF_THESE, CONSENTED = "NONE", "CONSENTED"
# What a person's body can show; beyond it somebody mistyped.
POSSIBLE = {
    "temperature": (30.0, 45.0),
    "pulse": (20, 250),
    "systolic": (40, 300),
    "diastolic": (20, 200),
    "breaths": (4, 100),
    "usual_systolic": (40, 300),
}


def line(data: QueryDict, name: str, limit: int = LONGEST_LINE) -> str:
    """Give one line of text, cleaned and cut to `limit`."""
    return nfc(data.get(name, "")[: limit * 4])[:limit]


def raw_line(data: QueryDict, name: str, limit: int) -> str:
    """Give a text as it was sent, without NUL and cut one past `limit`, so that its rule can say it is too long."""
    return data.get(name, "")[: limit + 1].replace("\x00", "")


def uuid_in(data: QueryDict, name: str) -> UUID | None:
    """Give an id, or None for anything that is none."""
    try:
        return UUID(data.get(name, "")[:40])
    except ValueError:
        return None


def key_in(data: QueryDict) -> str:
    """Give the page's idempotency key; a missing or odd one is replaced, so that nothing is lost."""
    sent = data.get("key", "")
    return sent if _KEY.fullmatch(sent) else new_key()


def new_key() -> str:
    """Give a key for one deed on one page."""
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class TypedDate:
    """Three fields of a date as typed, and the day they name; `precision` says how much of it was typed."""

    parts: dict[str, str]
    day: dt.date | None
    precision: BirthPrecision = BirthPrecision.DAY

    @property
    def empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not any(self.parts.values())


def date_in(data: QueryDict, name: str) -> TypedDate:
    """Read day, month and year; a year alone, or month and year, is a date of that precision."""
    parts = {part: line(data, f"{name}_{part}", 4) for part in ("day", "month", "year")}
    precision = BirthPrecision.DAY
    if not parts["day"]:
        precision = BirthPrecision.MONTH if parts["month"] else BirthPrecision.YEAR
    try:
        day = dt.date(int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1))
    except ValueError:
        return TypedDate(parts, None, precision)
    wrong = parts["day"] and not parts["month"]
    return TypedDate(parts, None if wrong else day, precision)


@dataclass(frozen=True, slots=True)
class TypedScreening:
    """The screening as ticked and typed: its value, what to show again, and what cannot be read."""

    screening: Screening
    ticked: frozenset[str] = frozenset()
    typed: dict[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


def screening_in(data: QueryDict) -> TypedScreening:
    """Read the screening of the form that the page showed."""
    form = the_form(line(data, "form", 20))
    ticked = frozenset(str(code)[:40] for code in data.getlist("items")[:40])
    typed = {name: line(data, name, 10) for name in POSSIBLE}
    figures = {name: number_of(name, text) for name, text in typed.items() if text}
    wrong = tuple(name for name, value in figures.items() if value is None)
    return TypedScreening(_screening(form, ticked, figures, line(data, "reacted_to", 30)), ticked, typed, wrong)


def number_of(name: str, text: str) -> float | None:
    """Give a vital sign's figure, also with a decimal comma; None outside what a body can show."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    low, high = POSSIBLE[name]
    return value if math.isfinite(value) and low <= value <= high else None


def _screening(
    form: Form | None, ticked: frozenset[str], figures: dict[str, float | None], reacted_to: str
) -> Screening:
    items = ticked - {NONE_OF_THESE, CONSENTED}
    none = NONE_OF_THESE in ticked
    vitals: dict[str, Any] = {name: value for name, value in figures.items() if value is not None}
    return Screening(
        form=form.code if form else "",
        # "None of these" together with an item is no answer: the page's script rules it out, a bare form may not.
        answered=none != bool(items),
        consented=none or CONSENTED in ticked,
        true_items=frozenset(items),
        vitals=Vitals(**vitals),
        reacted_to=reacted_to,
    )
