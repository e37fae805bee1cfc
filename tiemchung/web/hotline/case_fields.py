"""The fields of a report by telephone: the claim that they mean, and the claim told again for the confirmation."""

import datetime as dt
from typing import Any

from django.http import QueryDict

from tiemchung.cases.kinds import Kind
from tiemchung.cases.reads.calling import CallView
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.rules.calls import AnswerBy
from tiemchung.core import clock
from tiemchung.core.verdict import Verdict
from tiemchung.doses.values import DoseView
from tiemchung.people.reads import PersonSight
from tiemchung.people.rules.births import birth_text
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.vaccines import reads as vaccines
from tiemchung.web.hotline.telling import product_name
from tiemchung.web.shared.claim_form import chosen_facility, days_readable, read_claim, told_doses, wanted_in
from tiemchung.web.shared.claim_where import home_in, place_words, where_told
from tiemchung.web.shared.formats import format_date, format_phone, mask_phone
from tiemchung.web.shared.typed import TypedDate, line_in
from tiemchung.web.shared.words import say

Typed = dict[str, Any]


def first_typed(call: CallView) -> Typed:
    """Give the empty form; the answer goes to the caller's own phone where it is shown."""
    return read_form(QueryDict()) | {"answer_by": AnswerBy.PHONE if call.phone else ""}


def read_form(data: QueryDict) -> Typed:
    """Read every field as typed; days with the part that was typed."""
    typed = read_claim(data) | {name: line_in(data, name, 60) for name in ("other_phone", "answer_by")}
    typed["other_phone_clean"] = normalise_phone(typed["other_phone"])[0] or ""
    return typed


def claim_from(
    typed: Typed, kind: Kind, person: PersonSight | None, doses: tuple[DoseView, ...]
) -> tuple[Claim, Verdict]:
    """Give the claim that the form means, and what of it cannot be read."""
    facility, place = chosen_facility(typed)
    if facility is not None and kind.declares:  # a card names the place of each of its doses
        place = place_words(typed["where"])
    told = told_doses(typed, kind, doses, facility_id=facility, place_name=place)
    wanted, other_phone, wrong = wanted_in(typed, kind)
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
        **({} if told else home_in(typed)),
    )
    return claim, days_readable(typed, told) + wrong


def _text(typed: Typed) -> str:
    """Give what the caller said, with the way in which a caller without a phone is answered, for the desk to read."""
    way = typed["answer_by"]
    if way in ("", AnswerBy.PHONE):
        return str(typed["text"])
    told = say(f"hotline.answer_by.{way}.told", "vi", address=typed["address"])
    return f"{typed['text']}\n{told}".strip()


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
    rows += [("wanted_phone", format_phone(claim.other_phone)), ("place", where_told(typed)), ("text", typed["text"]),
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
