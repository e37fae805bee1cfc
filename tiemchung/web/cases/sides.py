"""The report beside the record: each fact as the citizen tells it and as it is on record, what differs marked."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.cases.reads import desk_names
from tiemchung.cases.rules import Claim, ClaimedDose, DeskLevel
from tiemchung.core.text import nfc, tone_key
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.people.actions import PersonView
from tiemchung.people.actions.opening import ProfileView
from tiemchung.people.rules import birth_text
from tiemchung.people.rules.identifiers import masked_tail
from tiemchung.people.rules.phones import mask_phone
from tiemchung.places import reads as places
from tiemchung.vaccines import reads as vaccines
from tiemchung.web.cases.pairing import paired, same_lot
from tiemchung.web.shared.claim_places import own_place
from tiemchung.web.shared.formats import format_date, format_phone, format_time
from tiemchung.web.shared.words import has_words, say, state_words

DOSE_CELLS = ("product", "lot_number", "given_on", "place")
# What a citizen may propose of their own data, and the word of each fact.
WANTED = {"full_name": "full_name", "birth_date": "birth", "sex": "sex", "number": "number", "phone": "phone"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One fact on both sides."""

    label: str
    told: str
    recorded: str
    differs: bool


def person_cells(claim: Claim, person: PersonView | None, *, whole: bool) -> list[Cell]:
    """Give the personal facts on both sides; told numbers are whole only for who compares them with paper."""
    main = person.main if person else None
    born = birth_text(claim.birth_date, claim.birth_precision) if claim.birth_date else ""
    sex = say(f"people.sex.{claim.sex}") if claim.sex != "UNKNOWN" else ""
    cells = [
        _cell("full_name", claim.full_name, main.full_name if main else "", _names_differ),
        _cell("birth", born, birth_text(main.birth_date, main.birth_precision) if main else ""),
        _cell("sex", sex, say(f"people.sex.{main.sex}") if main else ""),
        _numbers(claim, person, whole),
        _cell("home", _home(claim.address_text, _smallest(claim)), _home_of(main), _never),
    ]
    deaths = [profile.died_on for profile in person.profiles if profile.died_on] if person else []
    if deaths:
        cells.append(Cell(say("cases.fact.died"), "", format_date(min(deaths)), False))
    if claim.workplace:
        cells.append(_cell("workplace", claim.workplace, "", _never))
    if claim.other_phone:
        shown = [phone.shown for phone in person.phones] if person else []
        cells.append(Cell(say("cases.fact.other_phone"), format_phone(claim.other_phone), ", ".join(shown), False))
    return [cell for cell in cells if cell.told or cell.recorded]


def wanted_cells(claim: Claim, person: PersonView | None) -> list[Cell]:
    """Give what the citizen says that their data should be, beside what they are."""
    main = person.main if person else None
    now = {
        "full_name": main.full_name if main else "",
        "birth_date": birth_text(main.birth_date, main.birth_precision) if main else "",
        "sex": say(f"people.sex.{main.sex}") if main else "",
    }
    return [
        _cell(WANTED[name], wanted_words(name, value), now.get(name, ""), lambda a, b: bool(b) and a != b)
        for name, value in claim.wanted.items()
        if name in WANTED and value
    ]


def wanted_words(name: str, value: str) -> str:
    """Say one proposed fact of a person."""
    if name == "sex" and has_words(f"people.sex.{value}"):
        return say(f"people.sex.{value}")
    try:
        return format_date(dt.date.fromisoformat(value)) if name == "birth_date" else value
    except ValueError:
        return value


def dose_pairs(
    claim: Claim, recorded: Sequence[DoseView], known: dict[UUID, str] | None = None
) -> list[dict[str, Any]]:
    """Give told and recorded doses in pairs, each with its cells; numbers are those of the report."""
    names = place_names([dose.facts for dose in recorded], claim.doses, known)
    return [_pair(told, dose, names) for told, dose in paired(claim.doses, recorded)]


def _pair(told: ClaimedDose | None, dose: DoseView | None, names: Mapping[UUID, str]) -> dict[str, Any]:
    left = told_facts(told, names) if told else dict.fromkeys(DOSE_CELLS, "")
    right = recorded_facts(dose.facts, names) if dose else dict.fromkeys(DOSE_CELLS, "")
    both = told is not None and dose is not None
    cells = [
        Cell(say(f"cases.fact.{name}"), left[name], right[name], both and _dose_differs(name, left[name], right[name]))
        for name in DOSE_CELLS
    ]
    return {"told": told, "dose": dose, "cells": cells, "state": state_words("dose", dose.state) if dose else None}


def _dose_differs(name: str, told: str, recorded: str) -> bool:
    if not told:
        return False
    return not same_lot(told, recorded) if name == "lot_number" else tone_key(told) != tone_key(recorded)


def told_facts(dose: ClaimedDose, names: Mapping[UUID, str]) -> dict[str, str]:
    """Give a told dose's facts in words."""
    place = names.get(dose.point_id or dose.facility_id or UUID(int=0), "")
    return {
        "product": product_name(dose.product),
        "lot_number": dose.lot_number,
        "given_on": format_date(dose.given_on),
        "place": place or own_place(dose),
    }


def recorded_facts(facts: DoseFacts, names: Mapping[UUID, str]) -> dict[str, str]:
    """Give a recorded dose's facts in words."""
    place = names.get(facts.point_id or UUID(int=0)) or names.get(facts.facility_id or UUID(int=0), "")
    return {
        "product": product_name(facts.product),
        "lot_number": facts.lot_number,
        "given_on": format_date(facts.given_on),
        "place": facts.place_name or place,
    }


def fact_rows(before: DoseFacts | None, after: DoseFacts | None) -> list[Cell]:
    """Give a dose's facts before and after a correction, the changed ones marked."""
    known = [facts for facts in (before, after) if facts]
    if not known:
        return []
    names = place_names(known, ())
    blank = dict.fromkeys((*DOSE_CELLS, "given_time", "facility"), "")
    left, right = (_all_facts(facts, names) if facts else blank for facts in (before, after))
    if left["facility"] == right["facility"]:  # the place says it already
        left, right = ({name: fact for name, fact in side.items() if name != "facility"} for side in (left, right))
    rows = [Cell(say(f"cases.fact.{name}"), left[name], right[name], left[name] != right[name]) for name in left]
    return [row for row in rows if row.told or row.recorded]


def _all_facts(facts: DoseFacts, names: Mapping[UUID, str]) -> dict[str, str]:
    facility = names.get(facts.facility_id, "") if facts.facility_id else ""
    return {
        "product": product_name(facts.product),
        "lot_number": facts.lot_number,
        "given_on": format_date(facts.given_on),
        "place": facts.place_name or facility,
        "given_time": format_time(facts.given_at),
        "facility": facility,
    }


def place_names(
    facts: Iterable[DoseFacts], told: Iterable[ClaimedDose], known: dict[UUID, str] | None = None
) -> dict[UUID, str]:
    """Give the names of the facilities (as within the last minute) and points that these doses name.

    Those that are `known` are not asked again, and new ones are put to them: a page asks four statements at most.
    """
    names = {} if known is None else known
    doses: list[DoseFacts | ClaimedDose] = [*facts, *told]
    facilities = {d.facility_id for d in doses if d.facility_id} - names.keys()
    points = {d.point_id for d in doses if d.point_id} - names.keys()
    if facilities:
        names |= desk_names((facility, DeskLevel.FACILITY) for facility in facilities)
    if points:
        names |= {key: view.name for key, view in places.points_by_id(points).items()}
    return names


def product_name(code: str) -> str:
    """Give a product's own name; the code where the catalogue has it no more."""
    found = vaccines.product(code) if code else None
    return found.label if found else code


def dose_line(facts: DoseFacts, names: Mapping[UUID, str] | None = None) -> str:
    """Say a dose in one line; `names` are those of places where they are known already."""
    words = recorded_facts(facts, place_names([facts], ()) if names is None else names)
    blank = say("cases.blank")
    return say("cases.decide.dose_line", product=words["product"], day=words["given_on"],
               lot=words["lot_number"] or blank, place=words["place"] or blank)  # fmt: skip


def _cell(name: str, told: str, recorded: str, differ: Any = None) -> Cell:
    differ = differ or (lambda a, b: a != b)
    return Cell(say(f"cases.fact.{name}"), told, recorded, bool(told and recorded and differ(told, recorded)))


def _names_differ(told: str, recorded: str) -> bool:
    return tone_key(nfc(told)) != tone_key(nfc(recorded))


def _never(told: str, recorded: str) -> bool:
    return False


def _numbers(claim: Claim, person: PersonView | None, whole: bool) -> Cell:
    told = [f"{say(f'people.id_system.{s}')} {n if whole else masked_tail(n[-3:])}" for s, n in claim.numbers]
    known = person.identifiers if person else ()
    recorded = [f"{say(f'people.id_system.{i.system}')} {i.shown}" for i in known]
    tails = {i.shown for i in known}
    strange = bool(recorded) and any(masked_tail(number[-3:]) not in tails for _, number in claim.numbers)
    return Cell(say("cases.fact.numbers"), ", ".join(told), ", ".join(recorded), strange)


def other_phone_shown(phone: str) -> str:
    """Give a phone of a claim with only its end."""
    return mask_phone(phone[-3:])


def _smallest(claim: Claim) -> UUID | None:
    return claim.commune_id or claim.district_id or claim.province_id


def _home_of(main: ProfileView | None) -> str:
    return _home(main.address_text, main.area_id) if main else ""


def _home(address: str, area_id: UUID | None) -> str:
    return ", ".join(part for part in (address, area_name(area_id)) if part)


def area_name(area_id: UUID | None) -> str:
    """Give the path of an area as it was written in its day; empty for one that is not known."""
    try:
        return places.path_name(area_id) if area_id else ""
    except places.NoSuchPlace:
        return ""
