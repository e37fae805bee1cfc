"""What the partner is told about a person: the card's colour, the doses, the passport that its holder shows there, and
where the reports stand that were made through it.

Never a name or a number apart from the passport's signed text, which is made to be shown, and no words of a report.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tiemchung.cases.reads import PartnerCase, partner_cases
from tiemchung.cases.rules import shown_ref
from tiemchung.certificates.reads import PassportInForce, passports_in_force
from tiemchung.core.clock import local
from tiemchung.doses.reads import DoseRecord, birth_of, records_of
from tiemchung.interop.pc_covid.keys import dose_ref, number_hash, person_token
from tiemchung.interop.pc_covid.ports import News
from tiemchung.people.reads import holders_of, numbers_of


def news_of(versions: Mapping[UUID, int], at: dt.datetime) -> dict[UUID, News]:
    """Give the news of each of these persons as they stand now; `versions` are what they are told as.

    An id that was joined into another person tells only that; unknown ids are left out. Seven statements for all,
    nine where there are reports.
    """
    holders = holders_of(versions)
    kept = {person_id: holder for person_id, holder in holders.items() if holder.person_id == person_id}
    births = {person_id: birth_of(h.birth_date, h.birth_precision) for person_id, h in kept.items()}
    records = records_of({person_id: h.profile_ids for person_id, h in kept.items()}, births, local(at).date())
    numbers, passports = numbers_of(kept), passports_in_force(kept, at)
    cases = partner_cases({person_id: holder.profile_ids for person_id, holder in kept.items()})
    found = {}
    for person_id, holder in holders.items():
        if person_id in kept:
            hashes = sorted(number_hash(*number) for number in numbers[person_id])
            passport = _passport(passports.get(person_id))
            told = [_case(case) for case in cases[person_id]]
            state = _state(records[person_id]) | {"numbers": hashes, "passport": passport, "cases": told}
        else:
            state = {"joined_into": person_token(holder.person_id)}
        token, version = person_token(person_id), versions[person_id]
        body = {"person": token, "version": version, "as_of": at.isoformat(timespec="seconds"), **state}
        found[person_id] = News(token, version, body)
    return found


def _passport(shown: PassportInForce | None) -> dict[str, str] | None:
    if shown is None:
        return None
    return {
        "hc1": shown.hc1,
        "issued_at": shown.issued_at.isoformat(timespec="seconds"),
        "expires_at": shown.expires_at.isoformat(timespec="seconds"),
    }


def _case(case: PartnerCase) -> dict[str, Any]:
    return {
        "ref": case.ref,
        "shown_ref": shown_ref(case.ref),
        "kind": case.kind,
        "state": case.state,
        "due_at": case.due_at.isoformat(timespec="seconds"),
        "refusal": case.refusal,
        "dose": dose_ref(case.dose_id) if case.dose_id else "",
    }


def _state(record: DoseRecord) -> dict[str, Any]:
    card = record.card
    return {
        "colour": card.colour,
        "count": card.doses,
        "needed": card.needed,
        "doses": [
            {
                "ref": dose_ref(dose.id),
                "number": number,
                "product": dose.facts.product,
                "given_on": dose.facts.given_on.isoformat(),
                "state": dose.state,
            }
            for number, dose in record.numbered()
        ],
    }
