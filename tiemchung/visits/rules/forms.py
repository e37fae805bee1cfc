"""The screening forms as dated data: which items each asks, and what a yes leads to."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from tiemchung.vaccines.rules import Birth, BirthSpan, age_on

FOLDER = Path(__file__).resolve().parent.parent / "forms"


class BadForm(ValueError):
    """A form's file contradicts itself."""


class Outcome(StrEnum):
    """What a screening comes to, mildest first."""

    ELIGIBLE = "ELIGIBLE"
    CAUTION = "CAUTION"
    REFER = "REFER"
    DEFERRED = "DEFERRED"
    CONTRAINDICATED = "CONTRAINDICATED"

    @property
    def weight(self) -> int:
        """Give how much it weighs against the others; the heaviest of all items decides."""
        return list(Outcome).index(self)


@dataclass(frozen=True, slots=True)
class Item:
    """One question; `never_with` are products that a yes forbids altogether, `vital` says it follows from figures."""

    code: str
    outcome: Outcome
    never_with: tuple[str, ...] = ()
    vital: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Bounds of normal vital signs, themselves included: degrees Celsius, mmHg, beats and breaths a minute."""

    temperature: tuple[float, float]
    pulse: tuple[float, float]
    systolic: tuple[float, float]
    diastolic: tuple[float, float]
    breaths: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Form:
    """One form in force from a day on, for ages `min_age` up to `max_age` completed years, both included."""

    code: str
    valid_from: dt.date
    valid_to: dt.date | None
    min_age: int
    max_age: int
    guardian: bool
    act: str
    items: tuple[Item, ...]
    thresholds: Thresholds

    def item(self, code: str) -> Item | None:
        """Give one item, or None where the form does not ask it."""
        return next((item for item in self.items if item.code == code), None)


def read_form(text: str) -> Form:
    """Give the form of one file; raise BadForm for unknown outcomes, repeated items or ages the wrong way round."""
    raw = tomllib.loads(text)
    try:
        items = tuple(_item(item) for item in raw["items"])
        form = Form(
            code=raw["code"],
            valid_from=raw["valid_from"],
            valid_to=raw.get("valid_to"),
            min_age=raw["ages"][0],
            max_age=raw["ages"][1],
            guardian=raw["guardian"],
            act=raw["act"],
            items=items,
            thresholds=Thresholds(**{name: (low, high) for name, (low, high) in raw["thresholds"].items()}),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadForm(str(error)) from error
    if len({item.code for item in items}) != len(items) or form.min_age > form.max_age:
        raise BadForm(form.code)
    return form


def _item(raw: dict[str, Any]) -> Item:
    return Item(raw["code"], Outcome(raw["outcome"]), tuple(raw.get("never_with", ())), raw.get("vital", False))


@cache
def forms() -> tuple[Form, ...]:
    """Give every form there is, read once a process."""
    return tuple(read_form(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml")))


def the_form(code: str) -> Form | None:
    """Give the form of this code, or None."""
    return next((form for form in forms() if form.code == code), None)


def form_for(birth: Birth, on: dt.date) -> Form | None:
    """Give the form for this age on that day, None where nobody of the age is vaccinated.

    Of a birth known as a span the oldest possible age decides; an unknown birth gets the adults' form. The rule
    for the vaccine's own age limits stands in `vaccines.rules`.
    """
    born = birth.first if isinstance(birth, BirthSpan) else birth
    age = 18 if born is None else age_on(born, on)
    fitting = [f for f in forms() if f.min_age <= age <= f.max_age and f.valid_from <= on]
    return next((f for f in fitting if f.valid_to is None or on < f.valid_to), None)
