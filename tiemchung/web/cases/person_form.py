"""A profile's facts as the desk types them."""

import datetime as dt
from typing import Any

from django.http import QueryDict

from tiemchung.cases.rules import Claim
from tiemchung.people.actions.opening import ProfileView
from tiemchung.people.rules import Sex, birth_text
from tiemchung.web.cases.sides import wanted_words
from tiemchung.web.shared.typed import date_in, line_in
from tiemchung.web.shared.words import say

_KNOWN = {"DAY": ("day", "month", "year"), "MONTH": ("month", "year"), "YEAR": ("year",)}


def first_values(profile: ProfileView) -> dict[str, Any]:
    """Give a profile's facts as the form's first values; a year alone fills the year alone."""
    return {
        "full_name": profile.full_name,
        "birth": parts_of_birth(profile.birth_date, profile.birth_precision),
        "sex": profile.sex,
        "address_text": profile.address_text,
    }


def parts_of_birth(day: dt.date, precision: str) -> dict[str, str]:
    """Give a birth date as three fields, only as exactly as it is known."""
    parts = {"day": day.day, "month": day.month, "year": day.year}
    return {name: str(value) if name in _KNOWN[precision] else "" for name, value in parts.items()}


def told_values(claim: Claim) -> dict[str, str]:
    """Give what the citizen says that each field should be; empty where nothing was said."""
    told = {
        "full_name": claim.full_name,
        "birth": birth_text(claim.birth_date, claim.birth_precision) if claim.birth_date else "",
        "sex": say(f"people.sex.{claim.sex}") if claim.sex != "UNKNOWN" else "",
    }
    named = {"full_name": "full_name", "birth_date": "birth", "sex": "sex"}
    return told | {named[name]: wanted_words(name, v) for name, v in claim.wanted.items() if name in named and v}


def read_person(data: QueryDict, profile: ProfileView) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """Read the form: what to show again, the fields that change, and what is wrong."""
    typed: dict[str, Any] = {name: line_in(data, name) for name in ("full_name", "sex", "address_text")}
    birth, errors = date_in(data, "birth"), {}
    typed["birth"] = birth.parts
    if birth.day is None:
        errors["birth-day"] = say("cases.decide.birth_wrong")
    if typed["sex"] not in set(Sex):
        errors["sex"] = say("cases.decide.choose_one")
    wanted = {name: typed[name] for name in ("full_name", "sex", "address_text")}
    changes = {name: value for name, value in wanted.items() if getattr(profile, name) != value}
    if (birth.day, birth.precision) != (profile.birth_date, profile.birth_precision):
        changes |= {"birth_date": birth.day, "birth_precision": birth.precision}
    if not errors and not changes:
        errors["full_name"] = say("verdict.NOTHING_CHANGED")
    return typed, changes, errors
