"""Many cards brought up to date at once, in a few statements; only this domain's actions call it.

Three beats: lock the cards and read, decide in memory, write (`refreshed_rows`). A card's lock is the right to write
everything else of its person here, so one order of locking is enough. What is no longer true falls at once; only the
code in its place may have to wait, for a key store that is away (`Batch.waits`).
"""

import datetime as dt
import hashlib
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from tiemchung.certificates.content import (
    PersonFacts,
    certified_dose,
    dcc_parts,
    facts_of_all,
    fingerprint,
    still_states,
)
from tiemchung.certificates.formats.dcc import NotIssuable
from tiemchung.certificates.models import Card, Certificate, SigningKey
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.rules import CertificateKind, CertificateState, ends_soon, expiry
from tiemchung.certificates.signing import Parts, ensure_signing_key, signed_certificate
from tiemchung.core.actor import SYSTEM
from tiemchung.core.clock import local
from tiemchung.core.sealing import seal
from tiemchung.people.reads import NotFound, current_persons

_TRIES = 4
_log = logging.getLogger("tiemchung.certificates")


@dataclass(frozen=True, slots=True)
class CardChange:
    """What a refresh did: the person as it is now, its card's colour, and whether something was issued or revoked.

    `waits` is the code of what keeps a due code from being signed (a KeyStoreError's or NotIssuable's), else empty;
    `store_away` where that is the key store and nothing about this person.
    """

    person_id: UUID
    colour: str
    issued: bool
    revoked: bool
    waits: str = ""
    store_away: bool = False


@dataclass(slots=True)
class Batch:
    """What is known of the persons of one call, under the locks of their cards, and what was decided."""

    at: dt.datetime
    roots: dict[UUID, UUID]  # id asked -> the person it is now
    cards: dict[UUID, Card]
    facts: dict[UUID, PersonFacts]
    live: dict[UUID, Certificate]
    earlier: dict[UUID, list[Certificate]]  # given way to a later one, and valid to their own end while they are true
    changes: dict[UUID, CardChange] = field(default_factory=dict)
    issued: list[Certificate] = field(default_factory=list)
    renewed: list[Certificate] = field(default_factory=list)
    revoked: dict[str, list[Certificate]] = field(default_factory=dict)
    waits: dict[UUID, str] = field(default_factory=dict)  # whose code is due and was not signed, and why
    key: SigningKey | None = None
    away: str = ""  # why nothing can be signed now: the next ones are not asked for, each might take the store's time

    def signing_key(self) -> SigningKey | None:
        """Give the key of the whole batch, asked for when the first certificate is needed; None where there is none."""
        if self.key is None and not self.away:
            try:
                self.key = ensure_signing_key(by=SYSTEM, at=self.at)
            except KeyStoreError as problem:
                self._lose_store(problem)
        return self.key

    def signed(self, person_id: UUID, dose_id: UUID, parts: Parts, content: bytes) -> Certificate | None:
        """Give a newly signed certificate, None where it has to wait; then `waits` tells why."""
        key = self.signing_key()
        if key is not None and not self.away:
            try:
                return signed_certificate(key, person_id, dose_id, parts, content, self.at)
            except KeyStoreError as problem:
                self._lose_store(problem)
            except NotIssuable as problem:
                self.waits[person_id] = problem.code
                return None
        self.waits[person_id] = self.away
        return None

    def _lose_store(self, problem: KeyStoreError) -> None:
        self.away = problem.code
        _log.warning("cards wait for their codes: %s", problem.code)

    def revoke(self, person_id: UUID, because: str) -> bool:
        """Take all the person's certificates out of force; tell whether there was one."""
        live = self.live.pop(person_id, None)
        fallen = [*self.earlier.pop(person_id, ()), *([live] if live else ())]
        if fallen:
            self.revoked.setdefault(because, []).extend(fallen)
        return bool(fallen)

    def revoke_untrue(self, person_id: UUID, facts: PersonFacts) -> bool:
        """Take out of force what no longer says the truth; tell whether there was anything."""
        shown = [*self.earlier.get(person_id, ()), *([self.live[person_id]] if person_id in self.live else ())]
        untrue = [c for c in shown if not still_states(facts, c.dose_id, bytes(c.content))]
        if untrue:
            self.revoked.setdefault("REPLACED", []).extend(untrue)
        if self.live.get(person_id) in untrue:
            del self.live[person_id]
        return bool(untrue)


def open_batch(asked: Iterable[UUID], at: dt.datetime) -> Batch:
    """Lock the cards, then read: who waited for a lock sees what the one before it wrote.

    Whoever is joined or parted meanwhile is asked for once more. Raises NotFound where an id is unknown.
    """
    ids = tuple(dict.fromkeys(asked))
    for _ in range(_TRIES):
        roots = current_persons(ids)
        persons = set(roots.values())
        cards = _locked_cards(persons | roots.keys(), persons, at)
        facts = facts_of_all(persons, local(at).date())
        if facts.keys() == persons and all(known.holder.person_id == root for root, known in facts.items()):
            return Batch(at, {i: roots[i] for i in ids}, cards, facts, *_shown(cards, at))
    raise NotFound


def _shown(persons: Iterable[UUID], at: dt.datetime) -> tuple[dict[UUID, Certificate], dict[UUID, list[Certificate]]]:
    """Give each person's certificate in force, and the earlier ones that a stranger would still be shown."""
    live: dict[UUID, Certificate] = {}
    earlier: dict[UUID, list[Certificate]] = {}
    mine = Certificate.objects.filter(person_id__in=sorted(persons), kind=CertificateKind.CARD)
    for found in mine.filter(state__in=[CertificateState.ISSUED, CertificateState.RENEWED]):
        if found.state == CertificateState.ISSUED:
            live[found.person_id] = found
        elif found.expires_at > at:
            earlier.setdefault(found.person_id, []).append(found)
    return live, earlier


def _locked_cards(ids: set[UUID], persons: set[UUID], at: dt.datetime) -> dict[UUID, Card]:
    """Lock the cards of these ids in the order of the ids, made for `persons` where they have none."""
    locked = Card.objects.select_for_update().order_by("person_id")
    cards = {card.person_id: card for card in locked.filter(person_id__in=sorted(ids))}
    missing = sorted(persons - cards.keys())
    if missing:
        Card.objects.bulk_create([_new_card(person_id, at) for person_id in missing], ignore_conflicts=True)
        cards |= {card.person_id: card for card in locked.filter(person_id__in=missing)}
    return cards


def _new_card(person_id: UUID, at: dt.datetime) -> Card:
    token = secrets.token_urlsafe(24)
    card = Card(person_id=person_id, colour="", changed_at=at, token_hash=hashlib.sha256(token.encode()).digest())
    card.sealed_token = seal("certificates.token", token, str(person_id))
    return card


def decide_batch(batch: Batch) -> None:
    """Say for each person what stays, what is issued and what is revoked; nothing is written here."""
    for root, facts in batch.facts.items():
        issued, revoked = _bring_up_to_date(batch, root, facts)
        waits = batch.waits.get(root, "")
        away = bool(waits) and waits == batch.away
        batch.changes[root] = CardChange(root, facts.record.card.colour, issued, revoked, waits, away)
    for former, root in batch.roots.items():
        if former != root and batch.revoke(former, "JOINED"):
            batch.changes[root] = replace(batch.changes[root], revoked=True)


def _bring_up_to_date(batch: Batch, person_id: UUID, facts: PersonFacts) -> tuple[bool, bool]:
    dose = certified_dose(facts)
    if dose is None:
        return False, batch.revoke(person_id, "NO_COUNTED_DOSE")
    revoked, live = batch.revoke_untrue(person_id, facts), batch.live.get(person_id)
    parts = dcc_parts(facts, dose)
    content = fingerprint(parts)
    if live is not None and bytes(live.content) == content and not _renews(batch, live):
        return False, revoked
    signed = batch.signed(person_id, dose.id, parts, content)
    if signed is None:
        return False, revoked
    if live is not None:
        # Its dose is as true as before; a list of every first dose would hold the whole country.
        batch.renewed.append(live)
    batch.live[person_id] = signed
    batch.issued.append(signed)
    return True, revoked


def _renews(batch: Batch, live: Certificate) -> bool:
    """Tell whether a certificate near its end gets a successor: only where that would outlive it.

    A key that ends and has no successor gives none; then the card keeps its code, and each refresh asks anew.
    """
    if not ends_soon(live.expires_at, batch.at):
        return False
    key = batch.signing_key()
    return key is None or expiry(batch.at, key.valid_to) > live.expires_at
