"""The one matched fact that a citizen gives about a person: name with birth date, or an identity number."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from tiemchung.people.rules.births import check_birth
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.names import clean_name
from tiemchung.web.shared.words import say, say_reason

BY_NAME, BY_NUMBER = "name", "number"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class FactForm:
    """What was typed, kept as typed, with its errors by field id."""

    how: str = BY_NAME
    full_name: str = ""
    number: str = ""
    birth: dict[str, str] = field(default_factory=dict)
    birth_date: dt.date | None = None
    birth_precision: str = "DAY"
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def claim(self) -> dict[str, Any]:
        """Give the arguments of `prove_person` that this form stands for."""
        if self.how == BY_NUMBER:
            return {"number": self.number}
        return {
            "full_name": self.full_name,
            "birth_date": self.birth_date,
            "birth_precision": self.birth_precision,
        }


def read_fact(data: QueryDict, today: dt.date) -> FactForm:
    """Read the posted form; a blank, impossible or endless value becomes an error at its field."""
    typed = {name: data.get(name, "")[:_LONGEST].replace("\0", "").strip() for name in ("how", "full_name", "number")}
    birth = {part: data.get(f"birth_{part}", "")[:8].replace("\0", "").strip() for part in ("day", "month", "year")}
    how = BY_NUMBER if typed["how"] == BY_NUMBER else BY_NAME
    errors: dict[str, str] = {}
    birth_date, precision = None, "DAY"
    if how == BY_NUMBER:
        if not possible_systems(typed["number"]):
            errors["number"] = say("citizen.fact.number_wrong")
    else:
        _, verdict = clean_name(typed["full_name"])
        if not verdict.allowed:
            errors["full_name"] = say_reason(verdict.refusals[0])
        birth_date, precision = _birth(birth)
        wrong = say("citizen.fact.birth_wrong") if birth_date is None else _impossible(birth_date, precision, today)
        if wrong:
            errors["birth-day"] = wrong
    return FactForm(how, typed["full_name"], typed["number"], birth, birth_date, precision, errors)


def _impossible(birth_date: dt.date, precision: str, today: dt.date) -> str:
    verdict = check_birth(birth_date, precision, today)
    return "" if verdict.allowed else say_reason(verdict.refusals[0])


def _birth(typed: dict[str, str]) -> tuple[dt.date | None, str]:
    """Give day and precision; a year alone, or month and year, is how some papers state a birth."""
    day, month, year = (typed[part] for part in ("day", "month", "year"))
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        return None, "DAY"
    precision = "DAY" if day else "MONTH" if month else "YEAR"
    try:
        return dt.date(int(year), int(month or 1), int(day or 1)) if month or not day else None, precision
    except ValueError:
        return None, precision
