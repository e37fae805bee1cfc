"""The fields of a report by telephone: read from the form, made into a claim, and told again for the confirmation."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import QueryDict

from tiemchung.cases.kinds import Kind
from tiemchung.cases.reads.calling import CallView
from tiemchung.cases.receiving import MAX_TEXT
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.rules.calls import AnswerBy
from tiemchung.core import clock
from tiemchung.core.verdict import Verdict, refuse
from tiemchung.doses.values import DoseView
from tiemchung.people.reads import PersonSight
from tiemchung.people.rules.births import birth_text
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.places import reads as places
from tiemchung.vaccines import reads as vaccines
from tiemchung.web.hotline.telling import product_name
from tiemchung.web.shared.formats import format_date, format_phone, mask_phone
from tiemchung.web.shared.typed import TypedDate, date_in, line_in, text_in, uuid_in
from tiemchung.web.shared.words import say

Typed = dict[str, Any]
MOST_BLOCKS = 4
MOST_PLACES = 12
_LINES = {"full_name": 120, "number": 60, "wanted_full_name": 120, "wanted_number": 60, "wanted_phone": 60,
          "other_phone": 60, "address": 200, "words": 100, "where": 60, "answer_by": 20, "wanted_sex": 10}  # fmt: skip


def first_typed(call: CallView, person: PersonSight | None) -> Typed:
    """Give the empty form; the answer goes to the caller's own phone where it is shown."""
    typed = read_form(QueryDict(), None)
    return typed | {"answer_by": AnswerBy.PHONE if call.phone else ""}


def read_form(data: QueryDict, kind: Kind | None) -> Typed:
    """Read every field as typed; days with the part that was typed."""
    typed: Typed = {name: line_in(data, name, most) for name, most in _LINES.items()}
    typed |= {"birth": date_in(data, "birth"), "wanted_birth": date_in(data, "wanted_birth")}
    typed |= {"text": text_in(data, "text", MAX_TEXT + 1), "dose_id": uuid_in(data, "dose_id")}
    typed["other_phone_clean"] = normalise_phone(typed["other_phone"])[0] or ""
    typed["doses"] = {
        n: {
            "product": line_in(data, f"product_{n}", 30),
            "lot_number": line_in(data, f"lot_{n}", 40),
            "given_on": date_in(data, f"given_{n}"),
        }
        for n in range(1, MOST_BLOCKS + 1)
    }
    return typed


def claim_from(
    typed: Typed, kind: Kind, person: PersonSight | None, doses: tuple[DoseView, ...]
) -> tuple[Claim, Verdict]:
    """Give the claim that the form means, and what of it cannot be read."""
    verdict = Verdict()
    told = tuple(_dose(typed, n, kind, doses) for n in range(1, _blocks(kind) + 1))
    for n, dose in enumerate(told, 1):
        day = typed["doses"][n]["given_on"]
        if dose.dose_id is None and not day.empty and dose.given_on is None:
            verdict += refuse("CLAIM_DAY_UNREADABLE")
    wanted, other_phone, wrong = _wanted(typed, kind)
    area = _area(typed["where"])
    birth: TypedDate = typed["birth"]
    claim = Claim(
        full_name=person.full_name if person else typed["full_name"],
        birth_date=person.birth_date if person else birth.day,
        birth_precision=person.birth_precision if person else birth.precision,
        sex=person.sex if person else "UNKNOWN",
        numbers=() if person else tuple((str(s), v) for s, v in possible_systems(typed["number"])[:1]),
        address_text=typed["address"] if typed["answer_by"] == AnswerBy.LETTER else "",
        doses=told,
        wanted=wanted,
        other_phone=other_phone,
        text=_text(typed),
        **area,
    )
    return claim, verdict + wrong


def _blocks(kind: Kind) -> int:
    least, most = kind.doses
    return max(1, least) if most else 0


def _dose(typed: Typed, n: int, kind: Kind, doses: tuple[DoseView, ...]) -> ClaimedDose:
    said = typed["doses"][n]
    day: TypedDate = said["given_on"]
    given_on = day.day if day.precision == "DAY" else None
    facility, place = _facility(typed["where"]), ""
    chosen = next((dose for dose in doses if n == 1 and kind.picks_dose and dose.id == typed["dose_id"]), None)
    if facility is None and chosen is not None:
        facility, place = chosen.facts.facility_id, chosen.facts.place_name
    if facility is None and not place:
        place = "" if ":" in typed["where"] else typed["words"]
    if facility is not None and kind.declares:  # a card names the place of each of its doses
        place = place_words(typed["where"])
    return ClaimedDose(
        order=n,
        product=said["product"] or (chosen.facts.product if chosen else ""),
        lot_number=said["lot_number"] or (chosen.facts.lot_number if chosen else ""),
        given_on=given_on or (chosen.facts.given_on if chosen else None),
        facility_id=facility,
        place_name=place,
        dose_id=chosen.id if chosen else None,
        profile_id=chosen.profile_id if chosen else None,
    )


def _wanted(typed: Typed, kind: Kind) -> tuple[dict[str, str], str, Verdict]:
    wanted, phone, verdict = {}, "", Verdict()
    if "full_name" in kind.wants and typed["wanted_full_name"]:
        wanted["full_name"] = typed["wanted_full_name"]
    birth: TypedDate = typed["wanted_birth"]
    if "birth_date" in kind.wants and birth.day is not None:
        wanted |= {"birth_date": birth.day.isoformat(), "birth_precision": birth.precision}
    if "sex" in kind.wants and typed["wanted_sex"] in ("FEMALE", "MALE", "OTHER"):
        wanted["sex"] = typed["wanted_sex"]
    if "number" in kind.wants and typed["wanted_number"]:
        known = possible_systems(typed["wanted_number"])[:1]
        wanted |= {"system": str(known[0][0]), "number": known[0][1]} if known else {}
        verdict += Verdict() if known else refuse("CLAIM_NUMBER_UNREADABLE")
    if "phone" in kind.wants and typed["wanted_phone"]:
        phone = normalise_phone(typed["wanted_phone"])[0] or ""
        verdict += Verdict() if phone else refuse("PROMISE_NO_PHONE")
    nothing = kind.wants and not wanted and not phone and not typed["text"]
    return wanted, phone, verdict + (refuse("CLAIM_NOTHING_WANTED") if nothing else Verdict())


def _text(typed: Typed) -> str:
    """Give what the caller said, with the way in which a caller without a phone is answered, for the desk to read."""
    way = typed["answer_by"]
    if way in ("", AnswerBy.PHONE):
        return str(typed["text"])
    told = say(f"hotline.answer_by.{way}.told", "vi", address=typed["address"])
    return f"{typed['text']}\n{told}".strip()


def _facility(where: str) -> UUID | None:
    kind, _, value = where.partition(":")
    return _uuid(value) if kind == "FACILITY" else None


def _area(where: str) -> dict[str, Any]:
    kind, _, value = where.partition(":")
    area_id = _uuid(value)
    if kind not in ("COMMUNE", "DISTRICT", "PROVINCE") or area_id is None:
        return {}
    return {f"{kind.lower()}_id": area_id}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def place_items(typed: Typed) -> list[tuple[str, str]]:
    """Give the facilities and areas of today whose names hold the words, and the one chosen before."""
    items = [("", say("hotline.case.place_unknown"))]
    if typed["words"]:
        ids = [hit.facility_id for hit in places.places_search(typed["words"], limit=MOST_PLACES)]
        found = places.facilities_by_id(list(dict.fromkeys(ids)))
        items += [(f"FACILITY:{key}", found[key].name) for key in dict.fromkeys(ids) if key in found]
        areas = places.areas_named(typed["words"], on=clock.today(), limit=MOST_PLACES)
        items += [(f"{area.level.upper()}:{area.id}", places.path_name(area.id)) for area in areas]
    if typed["where"] and typed["where"] not in dict(items):
        items.append((typed["where"], place_words(typed["where"])))
    return items


def place_words(where: str) -> str:
    """Give the name of a chosen facility or area; words for none."""
    kind, _, value = where.partition(":")
    place_id = _uuid(value)
    if place_id is None:
        return say("hotline.case.place_unknown")
    if kind == "FACILITY":
        found = places.facilities_by_id([place_id])
        return found[place_id].name if found else say("hotline.case.place_unknown")
    try:
        return places.path_name(place_id)
    except LookupError:
        return say("hotline.case.place_unknown")


def product_items() -> list[tuple[str, str]]:
    """Give the vaccines to choose from."""
    return [("", say("hotline.case.product_unknown")), *((p.code, p.label) for p in vaccines.products(clock.today()))]


def told_rows(claim: Claim, typed: Typed) -> list[dict[str, str]]:
    """Give the claim as it is read back to the caller."""
    born = birth_text(claim.birth_date, claim.birth_precision) if claim.birth_date else ""
    rows = [("name", claim.full_name), ("birth", born)]
    for dose in claim.doses:
        rows.append(("dose", _dose_told(dose)))
    rows += [(f"wanted_{name}", _wanted_told(name, value)) for name, value in claim.wanted.items() if name in _TOLD]
    place = place_words(typed["where"]) if typed["where"] else ""
    rows += [("wanted_phone", format_phone(claim.other_phone)), ("place", place), ("text", typed["text"]),
             ("answer_by", _way_told(typed))]  # fmt: skip
    return [{"key": say(f"hotline.row.{key}"), "value": value} for key, value in rows if value]


_TOLD = ("full_name", "birth_date", "sex", "number")


def _dose_told(dose: ClaimedDose) -> str:
    parts = [product_name(dose.product) if dose.product else say("hotline.case.product_unknown")]
    parts += [format_date(dose.given_on) if dose.given_on else say("hotline.case.day_unknown")]
    parts += [say("card.dose.lot", lot=dose.lot_number)] if dose.lot_number else []
    return ", ".join([*parts, dose.place_name] if dose.place_name else parts)


def _wanted_told(name: str, value: str) -> str:
    if name == "birth_date":
        return format_date(dt.date.fromisoformat(value))
    return say(f"report.sex.{value}") if name == "sex" else value


def _way_told(typed: Typed) -> str:
    way = typed["answer_by"]
    more = {AnswerBy.CALL_BACK: mask_phone(typed["other_phone_clean"]), AnswerBy.LETTER: typed["address"]}
    return ", ".join(part for part in (say(f"hotline.answer_by.{way}.label"), more.get(way, "")) if part)
