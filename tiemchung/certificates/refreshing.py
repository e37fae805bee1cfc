"""Many cards brought up to date at once, in a few statements; only this domain's actions call it.

Three beats: lock the cards and read, decide in memory, write. A card's lock is the right to write everything else
of its person here, so one order of locking is enough.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from tiemchung.certificates.content import (
    PersonFacts,
    card_payload,
    certificate_json,
    certified_dose,
    dcc_parts,
    facts_of_all,
    fingerprint,
)
from tiemchung.certificates.log import append_leaves, leaf_of_text
from tiemchung.certificates.models import Card, CardByToken, Certificate, CertificateByHash, Revocation, SigningKey
from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.certificates.signing import ensure_signing_key, signed_certificate
from tiemchung.core.actor import SYSTEM
from tiemchung.core.clock import local
from tiemchung.core.sealing import seal
from tiemchung.people.reads import NotFound, current_persons

HASH_BYTES = 16
_TRIES = 4


@dataclass(frozen=True, slots=True)
class CardChange:
    """What a refresh did: the person as it is now, its card's colour, and whether something was issued or revoked."""

    person_id: UUID
    colour: str
    issued: bool
    revoked: bool


@dataclass(slots=True)
class Batch:
    """What is known of the persons of one call, under the locks of their cards, and what was decided."""

    at: dt.datetime
    roots: dict[UUID, UUID]  # id asked -> the person it is now
    cards: dict[UUID, Card]
    facts: dict[UUID, PersonFacts]
    live: dict[UUID, Certificate]
    changes: dict[UUID, CardChange] = field(default_factory=dict)
    issued: list[Certificate] = field(default_factory=list)
    revoked: dict[str, list[Certificate]] = field(default_factory=dict)
    key: SigningKey | None = None

    def signing_key(self) -> SigningKey:
        """Give the key of the whole batch, asked for when the first certificate is needed."""
        if self.key is None:
            self.key = ensure_signing_key(by=SYSTEM, at=self.at)
        return self.key

    def revoke(self, person_id: UUID, because: str) -> bool:
        """Take the person's live certificate out of force; tell whether there was one."""
        certificate = self.live.pop(person_id, None)
        if certificate is not None:
            self.revoked.setdefault(because, []).append(certificate)
        return certificate is not None


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
            found = Certificate.objects.filter(
                person_id__in=sorted(cards), kind=CertificateKind.CARD, state=CertificateState.ISSUED
            )
            return Batch(at, {i: roots[i] for i in ids}, cards, facts, {c.person_id: c for c in found})
    raise NotFound


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
        batch.changes[root] = CardChange(root, facts.record.card.colour, issued, revoked)
    for former, root in batch.roots.items():
        if former != root and batch.revoke(former, "JOINED"):
            batch.changes[root] = replace(batch.changes[root], revoked=True)


def _bring_up_to_date(batch: Batch, person_id: UUID, facts: PersonFacts) -> tuple[bool, bool]:
    live, dose = batch.live.get(person_id), certified_dose(facts)
    if dose is None:
        return False, batch.revoke(person_id, "NO_COUNTED_DOSE")
    parts = dcc_parts(facts, dose)
    content = fingerprint(parts)
    if live is not None and bytes(live.content) == content and live.expires_at > batch.at:
        return False, False
    revoked = batch.revoke(person_id, "REPLACED")
    signed = signed_certificate(batch.signing_key(), person_id, dose.id, parts, content, batch.at)
    batch.live[person_id] = signed
    batch.issued.append(signed)
    return True, revoked


def write_batch(batch: Batch) -> None:
    """Write what was decided; the old certificate goes before its successor comes, for one is in force at most."""
    for because, certificates in batch.revoked.items():
        _write_revoked(certificates, because, batch.at)
    colours: dict[str, list[UUID]] = {}
    for change in batch.changes.values():
        colours.setdefault(change.colour, []).append(change.person_id)
    for colour, persons in colours.items():
        Card.objects.filter(person_id__in=persons).update(colour=colour, changed_at=batch.at)
    _publish(batch)
    _write_issued(batch.issued, batch.at)


def _write_issued(certificates: list[Certificate], at: dt.datetime) -> None:
    """Write the new certificates, the look-up by their numbers and their leaves in the log, whose lock comes last."""
    if not certificates:
        return
    CertificateByHash.objects.bulk_create(
        CertificateByHash(hash=revocation_hash(c.uvci), person_id=c.person_id, certificate_id=c.id)
        for c in certificates
    )
    first = append_leaves([leaf_of_text(c.uvci, c.hc1) for c in certificates], at)
    for place, certificate in enumerate(certificates):
        certificate.log_position = first + place
    Certificate.objects.bulk_create(certificates)


def _write_revoked(certificates: list[Certificate], because: str, at: dt.datetime) -> None:
    mine = Certificate.objects.filter(
        person_id__in=[c.person_id for c in certificates], id__in=[c.id for c in certificates]
    )
    mine.update(state=CertificateState.REVOKED, revoked_at=at, revoked_because=because)
    Revocation.objects.bulk_create(
        Revocation(hash=revocation_hash(c.uvci), kid=c.kid, revoked_at=at, expires_at=c.expires_at)
        for c in certificates
    )


def _publish(batch: Batch) -> None:
    """Put the bytes behind each card's address; a former person's address shows the kept person's card."""
    rows = []
    payloads = {
        root: card_payload(facts, certificate_json(batch.live.get(root)), batch.at)
        for root, facts in batch.facts.items()
    }
    for person_id in dict.fromkeys([*batch.facts, *batch.roots]):
        card, payload = batch.cards.get(person_id), payloads[batch.roots.get(person_id, person_id)]
        if card is not None:
            etag = hashlib.sha256(payload).hexdigest()[:32]
            rows.append(
                CardByToken(
                    token_hash=card.token_hash,
                    person_id=person_id,
                    payload=payload,
                    etag=etag,
                    changed_at=batch.at,
                )
            )
    CardByToken.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["token_hash"],
        update_fields=["payload", "etag", "changed_at"],
    )


def revocation_hash(number: str) -> bytes:
    """Give the hash under which a verifier finds a certificate number (gateway form UCI: half of SHA-256)."""
    return hashlib.sha256(number.encode()).digest()[:HASH_BYTES]
