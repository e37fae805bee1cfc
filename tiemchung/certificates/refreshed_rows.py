"""What a refresh of cards decided, written down; only `refresh_cards` calls it, under the locks of the cards."""

import datetime as dt
import hashlib
from uuid import UUID

from tiemchung.certificates.content import card_payload, certificate_json
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.log import append_leaves, leaf_of_text
from tiemchung.certificates.models import Card, CardByToken, Certificate, CertificateByHash, Revocation
from tiemchung.certificates.refreshing import Batch
from tiemchung.certificates.rules import CertificateState
from tiemchung.core.receipts import note_receipts


def write_batch(batch: Batch) -> None:
    """Write what was decided; the old certificate goes before its successor comes, for one is in force at most."""
    for because, certificates in batch.revoked.items():
        _write_revoked(certificates, because, batch.at)
    if batch.renewed:
        former = {"person_id__in": [c.person_id for c in batch.renewed], "id__in": [c.id for c in batch.renewed]}
        Certificate.objects.filter(**former).update(state=CertificateState.RENEWED)
    colours: dict[str, list[UUID]] = {}
    for change in batch.changes.values():
        colours.setdefault(change.colour, []).append(change.person_id)
    for colour, persons in colours.items():
        Card.objects.filter(person_id__in=persons).update(colour=colour, changed_at=batch.at)
    _publish(batch)
    _note_waiting(batch)
    _write_issued(batch.issued, batch.at)


def _write_issued(certificates: list[Certificate], at: dt.datetime) -> None:
    """Write the new certificates, the look-up by their numbers and their leaves in the log, whose lock comes last."""
    if not certificates:
        return
    CertificateByHash.objects.bulk_create(
        CertificateByHash(hash=hash_of_number(c.uvci), person_id=c.person_id, certificate_id=c.id) for c in certificates
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
        Revocation(hash=hash_of_number(c.uvci), kid=c.kid, revoked_at=at, expires_at=c.expires_at) for c in certificates
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


def _note_waiting(batch: Batch) -> None:
    """Mark the cards whose code has to wait; where it waits no longer, give the receipts that waited with it.

    A former person's corrections travel with the kept person's card, and so wait for it.
    """
    begun, ended = [], []
    for person_id, card in batch.cards.items():
        root = batch.roots.get(person_id, person_id)
        if root not in batch.waits:
            ended.append(card)
        elif person_id == root and card.waits_since is None:
            begun.append(person_id)
    if begun:
        Card.objects.filter(person_id__in=begun).update(waits_since=batch.at)
    ended = [card for card in ended if card.waits_since is not None or card.waiting]
    for card in ended:
        issued = batch.roots.get(card.person_id, card.person_id) in {one.person_id for one in batch.issued}
        for profile_id, entry_id, revoked in card.waiting:
            told = [(UUID(profile_id), UUID(entry_id))]
            note_receipts("certificate", told, batch.at, issued=issued, revoked=revoked)
    if ended:
        held = Card.objects.filter(person_id__in=[card.person_id for card in ended])
        held.update(waits_since=None, tried_at=None, waiting=[])
