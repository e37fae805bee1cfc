"""The form of personal data as they should be; a field left empty proposes nothing."""

import datetime as dt
from typing import Any

from django.http import QueryDict

from tiemchung.core.verdict import Reason
from tiemchung.people.rules.births import check_birth
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.kinds import IdSystem, Sex
from tiemchung.people.rules.names import clean_name
from tiemchung.web.citizen.reports.frame import Errors
from tiemchung.web.shared.name_doubts import NameAsked, asked_again
from tiemchung.web.shared.typed import date_in, line_in
from tiemchung.web.shared.words import has_words, say, say_reason

_SYSTEMS = (IdSystem.CCCD, IdSystem.CMND9, IdSystem.PASSPORT)


def read_wanted(data: QueryDict, today: dt.date) -> tuple[dict[str, Any], dict[str, str], Errors]:
    """Give what was typed, what the data should be (days as ISO with their precision), and what is wrong by field."""
    name, birth = line_in(data, "full_name", 120), date_in(data, "birth")
    number, sex = line_in(data, "number", 60), data.get("sex", "")[:10]
    wanted: dict[str, str] = {}
    errors: Errors = {}
    if name:
        clean, verdict = clean_name(name)
        wanted["full_name"] = clean
        if not verdict.allowed:
            errors["full_name"] = _words(verdict.refusals[0])
    again = asked_again(wanted["full_name"], data) if wanted.get("full_name") else NameAsked()
    if again.error and "full_name" not in errors:
        errors["plain_name"] = again.error
    if not birth.empty:
        if birth.day is None or not check_birth(birth.day, birth.precision, today).allowed:
            errors["birth-day"] = say("report.person.birth_wrong")
        else:
            wanted |= {"birth_date": birth.day.isoformat(), "birth_precision": birth.precision}
    if sex in {Sex.FEMALE, Sex.MALE, Sex.OTHER}:
        wanted["sex"] = sex
    if number:
        known = _number(number)
        wanted |= {"system": known[0], "number": known[1]} if known else {}
        errors |= {} if known else {"number": say("report.person.number_wrong")}
    if not wanted and not errors:
        errors["full_name"] = say("report.wanted.nothing")
    return {"full_name": name, "birth": birth.parts, "sex": sex, "number": number, "name": again}, wanted, errors


def _number(typed: str) -> tuple[str, str] | None:
    possible = dict(possible_systems(typed))
    if not any(char.isalpha() for char in typed):
        possible.pop(IdSystem.PASSPORT, None)  # a card's number with a digit lost is no passport
    return next(((str(system), possible[system]) for system in _SYSTEMS if system in possible), None)


def _words(reason: Reason) -> str:
    key = f"report.refused.{reason.code}"
    return say(key, **dict(reason.facts)) if has_words(key) else say_reason(reason)
