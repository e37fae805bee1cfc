"""The daily sample: do ledger, card, passport, online answer, look-up and partners say the same of a person?

Whoever changed within the last minutes is passed over: followers need a moment, and a drift is what stays.
"""

import datetime as dt
import json
import secrets
from collections.abc import Callable, Sequence
from uuid import UUID

from tiemchung.certificates.comparing_lookup import lookup_differs
from tiemchung.certificates.content import (
    PersonFacts,
    certified_dose,
    dcc_parts,
    facts_of_all,
    fingerprint,
    still_states,
)
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import Card, CardByToken, Certificate, Passport
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard

SAMPLE = 1000
_SPREAD = 40  # places of the sample in the order of ids, which for people put on record lately is an order of time
SETTLED = dt.timedelta(minutes=10)
# What a partner knows of these persons is behind what we say: (persons, at) -> those of whom it is. Partners stand
# above this domain and put themselves here when they start.
Behind = Callable[[Sequence[UUID], dt.datetime], set[UUID]]
partners: dict[str, Behind] = {}


def sampled_persons(at: dt.datetime, count: int = SAMPLE) -> list[UUID]:
    """Give persons with a card, from many places in the order of ids, whose card has not just changed."""
    found: dict[UUID, None] = {}
    each = -(-count // _SPREAD)
    with allow_cross_shard("a sample of all cards"):
        first = Card.objects.order_by("person_id").values_list("person_id", flat=True).first()
        last = Card.objects.order_by("-person_id").values_list("person_id", flat=True).first()
        if first is None or last is None:
            return []
        # The first place is the beginning: who are few are then all of them.
        for place in [first] + [_between(first, last) for _ in range(_SPREAD - 1)]:
            rows = Card.objects.filter(person_id__gte=place, changed_at__lte=at - SETTLED).order_by("person_id")
            found |= dict.fromkeys(rows.values_list("person_id", flat=True)[:each])
    return list(found)[:count]


def _between(first: UUID, last: UUID) -> UUID:
    return UUID(int=first.int + secrets.randbelow(last.int - first.int + 1))


def drift_of(person_ids: Sequence[UUID], at: dt.datetime) -> dict[UUID, list[str]]:
    """Give for each person where somebody says something else than the ledger, by code; who agrees is left out."""
    facts = facts_of_all(person_ids, local(at).date())
    own = [person for person in person_ids if person in facts and facts[person].holder.person_id == person]
    cards = {card.person_id: card for card in Card.objects.filter(person_id__in=own)}
    shown = _shown(list(cards.values()))
    passports = {row.person_id: row for row in Passport.objects.filter(person_id__in=own, changed_at__lte=at - SETTLED)}
    live: dict[UUID, list[Certificate]] = {}
    for one in Certificate.objects.filter(person_id__in=own, state=CertificateState.ISSUED):
        live.setdefault(one.person_id, []).append(one)
    behind = {name: ask(own, at) for name, ask in partners.items()}
    found = {}
    for person in own:
        codes = _card_drift(facts[person], shown.get(person), cards[person].colour if person in cards else None)
        codes += _certificate_drift(facts[person], live.get(person, []), passports.get(person), at)
        codes += ["LOOKUP"] if lookup_differs(facts[person], at) else []
        codes += [f"PARTNER_{name.upper()}" for name, persons in behind.items() if person in persons]
        if codes:
            found[person] = codes
    return found


def _shown(cards: Sequence[Card]) -> dict[UUID, dict[str, object]]:
    by_hash = {bytes(card.token_hash): card.person_id for card in cards}
    rows = CardByToken.objects.filter(token_hash__in=list(by_hash)).values_list("token_hash", "payload")
    return {by_hash[bytes(token)]: json.loads(bytes(payload)) for token, payload in rows}


def _card_drift(facts: PersonFacts, shown: dict[str, object] | None, colour: str | None) -> list[str]:
    said = facts.record.card
    codes = [] if colour in (None, said.colour) else ["CARD_COLOUR"]
    if shown is not None:
        counted = (shown.get("colour"), shown.get("count"), shown.get("name"))
        if counted != (said.colour, said.doses, facts.holder.full_name):
            codes.append("CARD_SHOWN")
    return codes


def _certificate_drift(
    facts: PersonFacts, live: Sequence[Certificate], passport: Passport | None, at: dt.datetime
) -> list[str]:
    codes = []
    for one in live:
        if one.kind == CertificateKind.PASSPORT:
            true = still_states(facts, one.dose_id, bytes(one.content))
        else:
            dose = certified_dose(facts)
            true = dose is not None and fingerprint(dcc_parts(facts, dose)) == bytes(one.content)
        if not true:
            codes.append(f"{one.kind}_CONTENT")
        answer = state_of_number(hash_of_number(one.uvci), at)
        if answer not in (NumberState.VALID, NumberState.EXPIRED):
            codes.append(f"{one.kind}_ONLINE")
    ids = {one.id for one in live if one.kind == CertificateKind.PASSPORT}
    if passport is not None and passport.state in ("ISSUED", "EXPIRING") and passport.certificate_id not in ids:
        codes.append("PASSPORT_STATE")
    return codes
