"""What a person's certificate and card say, derived from the ledger; no database writes here."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.certificates.formats import dcc
from tiemchung.certificates.models import Certificate
from tiemchung.doses.reads import DoseRecord, birth_of, records_of
from tiemchung.doses.values import DoseView
from tiemchung.people.reads import Holder, holders_of
from tiemchung.people.rules.births import birth_text
from tiemchung.people.rules.names import split_name
from tiemchung.vaccines.rules import dcc_numbers, the_book

ISSUER = "Bộ Y tế"
_BIRTH_LENGTH = {"DAY": 10, "MONTH": 7, "YEAR": 4}


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A holder with all doses, as of one day."""

    holder: Holder
    record: DoseRecord


def facts_of_all(person_ids: Iterable[UUID], on: dt.date, *, ahead: bool = True) -> dict[UUID, PersonFacts]:
    """Give everything that these persons' certificates follow from, in two statements; unknown ids are left out.

    Without `ahead` no next dose is looked for: a passport states what was given, and the card alone what comes.
    """
    holders = holders_of(person_ids)
    births = {person_id: birth_of(h.birth_date, h.birth_precision) for person_id, h in holders.items()}
    records = records_of({person_id: h.profile_ids for person_id, h in holders.items()}, births, on, ahead=ahead)
    return {person_id: PersonFacts(holder, records[person_id]) for person_id, holder in holders.items()}


def certified_dose(facts: PersonFacts) -> DoseView | None:
    """Give the dose that the certificate states: the latest that counts."""
    counted = facts.record.course.counted
    by_id = {dose.id: dose for dose in facts.record.doses}
    return by_id.get(counted[-1].dose.id) if counted else None


def dcc_parts(facts: PersonFacts, dose: DoseView) -> tuple[dcc.Holder, dcc.VaccineDose]:
    """Give the holder and the dose in the certificate's own codes (QĐ 5772: names, birth date, product, n of m)."""
    holder, product = facts.holder, the_book().products[dose.facts.product]
    family, given = split_name(holder.full_name)
    number, of = dcc_numbers(facts.record.course, dose.id)
    born = holder.birth_date.isoformat()[: _BIRTH_LENGTH[holder.birth_precision]]
    return dcc.Holder(family, given, born), dcc.VaccineDose(
        vaccine=product.vp,
        product=product.mp,
        maker=product.ma,
        number=number,
        of=of,
        given_on=dose.facts.given_on,
        issuer=ISSUER,
    )


def fingerprint(parts: tuple[dcc.Holder, dcc.VaccineDose]) -> bytes:
    """Give a hash of all that a certificate states beside its own number and dates."""
    return hashlib.sha256(repr(parts).encode()).digest()


def still_states(facts: PersonFacts, dose_id: UUID | None, content: bytes) -> bool:
    """Tell whether a certificate of this dose and content still says what is true of the person."""
    counted = {row.dose.id for row in facts.record.course.counted}
    dose = next((one for one in facts.record.doses if one.id == dose_id and one.id in counted), None)
    return dose is not None and fingerprint(dcc_parts(facts, dose)) == content


def mark_of(at: dt.datetime) -> str:
    """Give the moment of a card's bytes as they state it: by it a phone tells two states of a card apart.

    To the microsecond, for a card may change twice in a second.
    """
    return at.isoformat(timespec="microseconds")


def card_payload(facts: PersonFacts, certificate: dict[str, Any] | None, at: dt.datetime) -> bytes:
    """Give the card as JSON, ready to send: what the phone shows, offline as well."""
    card = facts.record.card
    due = card.next_due
    body = {
        "v": 1,
        "name": facts.holder.full_name,
        "born": birth_text(facts.holder.birth_date, facts.holder.birth_precision),
        "colour": card.colour,
        "count": card.doses,
        "needed": card.needed,
        "reason": card.reason,
        "next_step": card.next_step,
        "next_due": None if due is None else _due(due),
        "doses": [_dose(number, dose) for number, dose in facts.record.numbered()],
        "certificate": certificate,
        "made_at": mark_of(at),
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def certificate_json(live: Certificate | None) -> dict[str, Any] | None:
    """Give a live certificate as the card holds it; None where there is none."""
    if live is None:
        return None
    return {
        "number": live.uvci,
        "hc1": live.hc1,
        "issued_at": live.issued_at.isoformat(timespec="seconds"),
        "expires_at": live.expires_at.isoformat(timespec="seconds"),
    }


def _due(due: Any) -> dict[str, Any]:
    return {
        "role": due.role,
        "earliest_on": due.earliest_on.isoformat(),
        "recommended_on": due.recommended_on.isoformat(),
        "products": list(due.products),
    }


def _dose(number: int | None, dose: DoseView) -> dict[str, Any]:
    product = the_book().products.get(dose.facts.product)
    return {
        "number": number,
        "product": product.name_vi if product else dose.facts.product,
        "given_on": dose.facts.given_on.isoformat(),
        "place": dose.facts.place_name,
        "lot": dose.facts.lot_number,
        "state": dose.state,
        "source": dose.source,
    }
