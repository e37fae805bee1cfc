"""The suggested solutions of a case as the desk's page shows them."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from tiemchung.cases import reads
from tiemchung.cases.reads import AtHand
from tiemchung.cases.rules import ClaimedDose
from tiemchung.cases.suggestions import Cell, PersonLine, Suggestion
from tiemchung.core.audit import note_look
from tiemchung.core.verdict import Reason
from tiemchung.doses.values import DoseView
from tiemchung.people.rules import birth_text
from tiemchung.web.cases.frame import Opened
from tiemchung.web.cases.rests import desk_name, desk_word
from tiemchung.web.cases.sides import dose_line, place_names, product_name
from tiemchung.web.cases.wire import pack
from tiemchung.web.shared.words import has_words, say, state_words

# Where the words of a suggestion's reasons may stand: its own, or those of people who are near each other.
_KEYS = ("suggest.reason.{}", "people.near.{}", "verdict.{}")
QUESTION = "hoi"  # the query that fills the question into the form of asking back
_WORD_OF = {"facility_id": "place", "birth_date": "birth"}


def suggestions_of(case: Opened, hand: AtHand, names: dict[UUID, str]) -> list[dict[str, Any]]:
    """Give the suggestions, best first, each with its reasons and the packet that its button sends.

    Whom they show is noted as looked at. `names` are those of places that are known already, and learn the others.
    """
    offered = reads.suggestions(case.by, case.at, case.file, hand)
    seen = reads.seen_in(offered)
    if seen:
        note_look(by=case.by, at=case.at, action="cases.suggest", subject_ids=seen, purpose=case.purpose)
    shown = [dose.facts for one in offered for dose in one.doses]
    facilities = [_facility(cell.told) for one in offered for cell in one.cells if cell.field == "facility_id"]
    facilities += [_facility(cell.recorded) for one in offered for cell in one.cells if cell.field == "facility_id"]
    told = [ClaimedDose(0, facility_id=facility) for facility in facilities if facility]
    place_names(shown, told, names)
    return [_told(one, names, case.file.ref) for one in offered]


def _facility(text: str) -> UUID | None:
    return UUID(text) if text else None


def likely_person(suggestions: list[dict[str, Any]]) -> UUID | None:
    """Give whom the best suggestion is about."""
    return next((one["person_id"] for one in suggestions if one["person_id"]), None)


def _told(one: Suggestion, names: dict[UUID, str], ref: str) -> dict[str, Any]:
    kinds = list(dict.fromkeys(one.kinds))
    why = [words for words in (reason_words(reason) for reason in one.reasons) if words]
    return {
        "person_id": one.person.person_id if one.person and one.person.seen else None,
        "title": say(f"cases.clue.{one.ask}.title") if one.ask else ", ".join(
            say(f"case.solution.{kind}.label") for kind in kinds
        ),
        "ask": f"{reverse('cases:ask', kwargs={'ref': ref})}?{QUESTION}={one.ask}" if one.ask else "",
        "who": _who(one.person),
        "doses": [_dose(dose, names) for dose in one.doses],
        "why": why,
        "cells": [cell for cell in (_cell(cell, names) for cell in one.cells) if cell["told"] or cell["recorded"]],
        "what": pack(one.solutions) if one.solutions and not one.blocked else "",
        "blocked": one.blocked,
        "rest": desk_word(one.rest),
        "rest_name": desk_name(one.rest) if one.rest is not None else "",
        "because": because_of(one, why),
    }


def because_of(one: Suggestion, why: list[str]) -> str:
    """Give the reason that the officer is offered; none for what nothing but the citizen's word shows."""
    if not why or any(reason.code == "NO_PAPER" for reason in one.reasons):
        return ""  # whoever puts it on record says what it was compared with
    return f"{say('cases.file.suggested_because')}: {'; '.join(why)}"[:500]


def reason_words(reason: Reason) -> str:
    """Say why something is suggested; empty for a reason that has no words."""
    for shape in _KEYS:
        key = shape.format(reason.code)
        if has_words(key) or has_words(f"{key}.text"):
            return say(key if has_words(key) else f"{key}.text", **{k: _fact(v) for k, v in reason.facts.items()})
    return ""


def _fact(value: Any) -> Any:
    """Give a day that travels as text as its readers write it."""
    text = str(value)
    if len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit():
        return "/".join(reversed(text.split("-")))
    return value


def _who(person: PersonLine | None) -> str:
    if person is None:
        return ""
    if not person.seen or person.birth_date is None:
        return say("cases.file.masked", name=person.name, year=str(person.birth_year))
    return f"{person.name}, {birth_text(person.birth_date, person.birth_precision)}"


def _dose(dose: DoseView, names: dict[UUID, str]) -> dict[str, str]:
    label, colour = state_words("dose", dose.state)
    return {"line": dose_line(dose.facts, names), "label": label, "colour": colour}


def _cell(cell: Cell, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "label": say(f"cases.fact.{_WORD_OF.get(cell.field, cell.field)}"),
        "told": _value(cell.field, cell.told, names),
        "recorded": _value(cell.field, cell.recorded, names),
        "differs": cell.differs,
    }


def _value(field: str, text: str, names: dict[UUID, str]) -> str:
    if field == "product":
        return product_name(text)
    if field == "sex" and has_words(f"people.sex.{text}"):
        return say(f"people.sex.{text}")
    if field == "facility_id" and text:
        return names.get(UUID(text), "")
    return str(_fact(text)) if field in ("given_on", "birth_date") else text
