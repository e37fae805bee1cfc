"""The fields of a report that staff write down, by telephone or at a desk: read from the form and made into a claim."""

from typing import Any
from uuid import UUID

from django.http import QueryDict

from tiemchung.cases.kinds import Kind
from tiemchung.cases.receiving import MAX_TEXT
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.core.verdict import Verdict, refuse
from tiemchung.doses.values import DoseView
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.web.shared.claim_where import area_in, facility_in
from tiemchung.web.shared.name_doubts import NameAsked, asked_again
from tiemchung.web.shared.typed import TypedDate, date_in, line_in, number_in, text_in

Typed = dict[str, Any]
MOST_BLOCKS = 4
_LINES = {"full_name": 120, "number": 60, "wanted_full_name": 120, "wanted_number": 60, "wanted_phone": 60,
          "address": 200, "words": 200, "where": 60, "province": 40, "wanted_sex": 10}  # fmt: skip
_MOST_CHOSEN = 20
# What a verdict refuses and which field shows it; `{n}` is the dose that the reason names.
FIELD_OF = {
    "CLAIM_NAME_MISSING": "full_name", "CLAIM_BIRTH_MISSING": "birth-day", "CLAIM_BIRTH_FUTURE": "birth-day",
    "CLAIM_DOSE_NOT_WHOLE": "product_{n}", "CLAIM_DAY_UNREADABLE": "given_{n}-day", "GIVEN_IN_FUTURE": "given_{n}-day",
    "CLAIM_DOSE_TOO_EARLY": "given_{n}-day", "CLAIM_DOSE_BEFORE_BIRTH": "given_{n}-day",
    "CLAIM_DOSES_OUT_OF_ORDER": "given_2-day", "DECLARED_DAY_TAKEN": "given_{n}-day",
    "WANTED_NUMBER_UNREADABLE": "wanted_number", "CLAIM_NUMBER_UNREADABLE": "number",
    "WANTED_PHONE_UNREADABLE": "wanted_phone", "TEXT_TOO_LONG": "text",
}  # fmt: skip


def read_claim(data: QueryDict) -> Typed:
    """Read every field as typed; days with the part that was typed."""
    typed: Typed = {name: line_in(data, name, most) for name, most in _LINES.items()}
    typed |= {"birth": date_in(data, "birth"), "wanted_birth": date_in(data, "wanted_birth")}
    typed |= {"text": text_in(data, "text", MAX_TEXT + 1), "blocks": number_in(data, "blocks", MOST_BLOCKS)}
    typed["dose_ids"] = [sent[:40] for sent in data.getlist("dose_id")[:_MOST_CHOSEN]]
    typed["name"] = asked_again(typed["full_name"], data)
    typed["wanted_name"] = asked_again(typed["wanted_full_name"], data, "plain_wanted")
    typed["doses"] = {
        n: {
            "product": line_in(data, f"product_{n}", 30),
            "lot_number": line_in(data, f"lot_{n}", 40),
            "given_on": date_in(data, f"given_{n}"),
        }
        for n in range(1, MOST_BLOCKS + 1)
    }
    return typed


def blocks_of(typed: Typed, kind: Kind, *, more: bool = False) -> int:
    """Give for how many doses the form asks: as many as were written or asked for, `more` for one beyond."""
    least, most = kind.doses
    written = max((n for n in typed["doses"] if _written(typed, n)), default=0)
    wanted = max(least, min(1, most), written, typed["blocks"]) + more
    return min(wanted, most, MOST_BLOCKS)


def takes_more(typed: Typed, kind: Kind, blocks: int) -> bool:
    """Tell whether one more dose may be written."""
    return blocks < min(kind.doses[1], MOST_BLOCKS)


def points_only(kind: Kind, recorded: tuple[DoseView, ...]) -> bool:
    """Tell whether the doses are only chosen from those on record, with nothing said of what they should be."""
    return kind.picks_dose and bool(recorded) and kind.code != "DOSE_WRONG"


def dose_named(typed: Typed, kind: Kind, recorded: tuple[DoseView, ...], claim: Claim) -> Verdict:
    """Refuse a report about doses on record that names none of them, or says nothing of what is wrong with one."""
    if not (kind.picks_dose and recorded):
        return Verdict()
    if not any(dose.dose_id for dose in claim.doses):
        return refuse("CLAIM_DOSE_NOT_CHOSEN")
    said = _written(typed, 1) or typed["where"] or typed["words"] or typed["text"].strip()
    return Verdict() if said or points_only(kind, recorded) else refuse("CLAIM_NOTHING_WANTED")


def told_doses(
    typed: Typed,
    kind: Kind,
    recorded: tuple[DoseView, ...] = (),
    *,
    facility_id: UUID | None = None,
    place_name: str = "",
) -> tuple[ClaimedDose, ...]:
    """Give the doses that were told: those chosen from the record, else those written, the place the same for all.

    `facility_id` and `place_name` are the place; what was chosen as an area is where the place lies.
    """
    chosen = [d for d in recorded if kind.picks_dose and str(d.id) in typed["dose_ids"]][: kind.doses[1]]
    if points_only(kind, recorded):
        return tuple(_chosen(n, dose) for n, dose in enumerate(chosen, 1))
    area = area_in(typed)
    place = (facility_id, place_name, area[1] if area and facility_id is None else None)
    asked = range(1, min(kind.doses[1], MOST_BLOCKS) + 1)
    told = [n for n in asked if n <= kind.doses[0] or _written(typed, n)]
    return tuple(_written_dose(typed, n, chosen[0] if chosen and n == 1 else None, place) for n in told)


def _written(typed: Typed, n: int) -> bool:
    said = typed["doses"][n]
    return bool(said["product"] or said["lot_number"] or not said["given_on"].empty)


def _chosen(n: int, dose: DoseView) -> ClaimedDose:
    facts = dose.facts
    return ClaimedDose(
        order=n,
        product=facts.product,
        lot_number=facts.lot_number,
        given_on=facts.given_on,
        facility_id=facts.facility_id,
        place_name="" if facts.facility_id else facts.place_name,
        dose_id=dose.id,
        profile_id=dose.profile_id,
    )


def _written_dose(
    typed: Typed, n: int, wrong: DoseView | None, place: tuple[UUID | None, str, UUID | None]
) -> ClaimedDose:
    """Give a dose as it was written; what is left open of a `wrong` one stands as it is on record."""
    said, (facility_id, place_name, area_id) = typed["doses"][n], place
    day: TypedDate = said["given_on"]
    given_on = day.day if day.precision == "DAY" else None
    told = _chosen(n, wrong) if wrong is not None else ClaimedDose(n)
    if facility_id is None and not place_name and area_id is None:
        facility_id, place_name = told.facility_id, told.place_name
    return ClaimedDose(
        order=n,
        product=said["product"] or told.product,
        lot_number=said["lot_number"] or told.lot_number,
        given_on=given_on or told.given_on,
        facility_id=facility_id,
        place_name=place_name,
        dose_id=told.dose_id,
        profile_id=told.profile_id,
        area_id=area_id,
    )


def chosen_facility(typed: Typed) -> tuple[UUID | None, str]:
    """Give the facility that was chosen, and the words for a place where none was."""
    facility = facility_in(typed["where"])
    return facility, "" if facility or typed["where"] else typed["words"]


def days_readable(typed: Typed, doses: tuple[ClaimedDose, ...]) -> Verdict:
    """Refuse each written day that is none, naming its dose."""
    verdict = Verdict()
    for dose in doses:
        day: TypedDate = typed["doses"][dose.order]["given_on"]
        if not day.empty and (day.day is None or day.precision != "DAY"):
            verdict += refuse("CLAIM_DAY_UNREADABLE", dose=dose.order)
    return verdict


def wanted_in(typed: Typed, kind: Kind) -> tuple[dict[str, str], str, Verdict]:
    """Give what the personal data should be, the other phone (E.164), and what of it cannot be read."""
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
        verdict += Verdict() if known else refuse("WANTED_NUMBER_UNREADABLE")
    if "phone" in kind.wants and typed["wanted_phone"]:
        phone = normalise_phone(typed["wanted_phone"])[0] or ""
        verdict += Verdict() if phone else refuse("WANTED_PHONE_UNREADABLE")
    nothing = kind.wants and not wanted and not phone and not typed["text"] and verdict.allowed
    return wanted, phone, verdict + (refuse("CLAIM_NOTHING_WANTED") if nothing else Verdict())


def name_errors(typed: Typed, kind: Kind, *, asks_name: bool) -> dict[str, str]:
    """Give the errors of names that must be looked at again, by the field that sets them aside."""
    name: NameAsked = typed["name"] if asks_name else NameAsked()
    wanted: NameAsked = typed["wanted_name"] if "full_name" in kind.wants else NameAsked()
    return {field: asked.error for field, asked in (("plain_name", name), ("plain_wanted", wanted)) if asked.error}


def field_of(code: str, order: object) -> str:
    """Give the id of the field that shows this refusal of a dose or the whole claim, empty for none."""
    return FIELD_OF.get(code, "").format(n=order or 1)
