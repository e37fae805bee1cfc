"""The only verbs that sign, revoke and publish."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.certificates.content import (
    PersonFacts,
    card_payload,
    certified_dose,
    dcc_parts,
    facts_of,
    fingerprint,
)
from tiemchung.certificates.formats import dcc, hc1, uvci
from tiemchung.certificates.keystore import cached_signer, key_store
from tiemchung.certificates.models import Card, CardByToken, Certificate, Revocation, SigningKey
from tiemchung.certificates.rules import CertificateState, expiry, key_wears_out
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.sealing import seal
from tiemchung.people.reads import person_of

HASH_BYTES = 16


@dataclass(frozen=True, slots=True)
class CardChange:
    """What a refresh did: the live certificate's number, and whether one was issued or revoked."""

    person_id: UUID
    colour: str
    issued: bool
    revoked: bool


def ensure_signing_key(*, by: Actor, at: dt.datetime) -> SigningKey:
    """Give the key to sign with, made at the first call and again before the last one wears out."""
    key = SigningKey.objects.filter(retired_at=None, valid_to__gt=at).order_by("-valid_to").first()
    if key is not None and not key_wears_out(key.valid_to, at):
        return key
    signer = key_store().make_signer(at)
    with transaction.atomic():
        ends_at = _end(signer.certificate)
        key = SigningKey(kid=signer.kid, certificate=signer.certificate, valid_from=at, valid_to=ends_at)
        key.save(force_insert=True)
        write_line(by=by, at=at, action="make_signing_key", subject_id=key.id)
    return key


def refresh_card(*, person_id: UUID, at: dt.datetime, by: Actor = SYSTEM) -> CardChange:
    """Make certificate and card say what the ledger says now; nothing is signed when nothing changed.

    What no longer holds is revoked in the same transaction in which its successor is issued. A person that was
    joined into another keeps its card's address, which from then on shows the kept person's card.
    """
    root = person_of(person_id)
    with transaction.atomic():
        card = _locked_card(root, at)
        facts = facts_of(root, local(at).date())
        live, issued, revoked = _bring_up_to_date(root, facts, at)
        payload = card_payload(facts, _certificate_json(live), at)
        card.colour, card.changed_at = facts.record.card.colour, at
        card.save(update_fields=["colour", "changed_at"])
        _publish(card, payload, at)
        if root != person_id:
            revoked = _leave(person_id, payload, at) or revoked
        if issued or revoked:
            write_line(
                by=by,
                at=at,
                action="refresh_certificate",
                subject_id=root,
                object_id=live.id if live else None,
                facts={"issued": issued, "revoked": revoked},
            )
    return CardChange(root, card.colour, issued, revoked)


def _bring_up_to_date(
    person_id: UUID, facts: PersonFacts, at: dt.datetime
) -> tuple[Certificate | None, bool, bool]:
    live = Certificate.objects.filter(person_id=person_id, state=CertificateState.ISSUED).first()
    dose = certified_dose(facts)
    if dose is None:
        return None, False, _revoke(live, "NO_COUNTED_DOSE", at)
    parts = dcc_parts(facts, dose)
    content = fingerprint(parts)
    if live is not None and bytes(live.content) == content and live.expires_at > at:
        return live, False, False
    revoked = _revoke(live, "REPLACED", at)
    return _issue(person_id, parts, content, dose.id, at), True, revoked


def _issue(
    person_id: UUID, parts: tuple[dcc.Holder, dcc.VaccineDose], content: bytes, dose_id: UUID, at: dt.datetime
) -> Certificate:
    key = ensure_signing_key(by=SYSTEM, at=at)
    signer = cached_signer(bytes(key.kid))
    number, expires_at = uvci.new_uvci(), expiry(at, key.valid_to)
    text = hc1.issue(
        dcc.vaccination(*parts, number), signer=signer, kid=signer.kid, issued_at=at, expires_at=expires_at
    )
    certificate = Certificate(
        person_id=person_id,
        uvci=number,
        hc1=text,
        kid=signer.kid,
        content=content,
        dose_id=dose_id,
        state=CertificateState.ISSUED,
        issued_at=at,
        expires_at=expires_at,
    )
    certificate.save(force_insert=True)
    return certificate


def _revoke(certificate: Certificate | None, because: str, at: dt.datetime) -> bool:
    if certificate is None:
        return False
    certificate.state, certificate.revoked_at, certificate.revoked_because = CertificateState.REVOKED, at, because
    certificate.save(update_fields=["state", "revoked_at", "revoked_because"])
    Revocation(
        hash=revocation_hash(certificate.uvci),
        kid=certificate.kid,
        revoked_at=at,
        expires_at=certificate.expires_at,
    ).save(force_insert=True)
    return True


def _leave(person_id: UUID, payload: bytes, at: dt.datetime) -> bool:
    live = Certificate.objects.filter(person_id=person_id, state=CertificateState.ISSUED).first()
    former = Card.objects.filter(person_id=person_id).first()
    if former is not None:
        _publish(former, payload, at)
    return _revoke(live, "JOINED", at)


def _locked_card(person_id: UUID, at: dt.datetime) -> Card:
    card = Card.objects.select_for_update().filter(person_id=person_id).first()
    if card is not None:
        return card
    token = secrets.token_urlsafe(24)
    new = Card(person_id=person_id, colour="", changed_at=at, token_hash=hashlib.sha256(token.encode()).digest())
    new.sealed_token = seal("certificates.token", token, str(person_id))
    Card.objects.bulk_create([new], ignore_conflicts=True)
    return Card.objects.select_for_update().get(person_id=person_id)


def _publish(card: Card, payload: bytes, at: dt.datetime) -> None:
    row = CardByToken(
        token_hash=card.token_hash,
        person_id=card.person_id,
        payload=payload,
        etag=hashlib.sha256(payload).hexdigest()[:32],
        changed_at=at,
    )
    CardByToken.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["token_hash"],
        update_fields=["payload", "etag", "changed_at"],
    )


def _certificate_json(live: Certificate | None) -> dict[str, Any] | None:
    if live is None:
        return None
    return {
        "number": live.uvci,
        "hc1": live.hc1,
        "issued_at": live.issued_at.isoformat(timespec="seconds"),
        "expires_at": live.expires_at.isoformat(timespec="seconds"),
    }


def revocation_hash(number: str) -> bytes:
    """Give the hash under which a verifier finds a certificate number (gateway form UCI: half of SHA-256)."""
    return hashlib.sha256(number.encode()).digest()[:HASH_BYTES]


def _end(certificate: bytes) -> dt.datetime:
    from cryptography import x509

    return x509.load_der_x509_certificate(certificate).not_valid_after_utc
