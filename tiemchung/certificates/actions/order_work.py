"""What follows from an agreed order: signatures fall, certificates are revoked and made anew, in batches.

Every batch leaves the set that the next one asks for, so a worker that dies loses nothing and repeats nothing.
"""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tiemchung.certificates.actions.cards import refresh_cards
from tiemchung.certificates.actions.central_signing import allow_reissuing
from tiemchung.certificates.actions.passports import refresh_passports
from tiemchung.certificates.actions.revoking import certificates_in_force, revoke_certificates
from tiemchung.certificates.models import Certificate, DoseSignature, RevocationOrder, SigningKey
from tiemchung.certificates.rules import CertificateState, KeyPurpose, OrderTarget
from tiemchung.core.actor import SYSTEM, Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.people.reads import NotFound, current_persons

BATCH = 500
_IN_FORCE = (CertificateState.ISSUED, CertificateState.RENEWED)
_WHY = "what a key signed lies with all its persons"
# How far this process has come with a central key's certificates; a new one begins again and finds the rest.
_come_to: dict[UUID, UUID] = {}


def work_orders(at: dt.datetime) -> int:
    """Carry out one batch of every agreed order; give how many certificates or signatures it was."""
    waiting = RevocationOrder.objects.filter(decided_at__isnull=False, refused=False, done_at=None)
    return sum(_work(order, at) for order in waiting.order_by("decided_at"))


def _work(order: RevocationOrder, at: dt.datetime) -> int:
    by = Actor(kind=Kind.STAFF, id=order.decided_by, name=order.decided_name)
    if order.target == OrderTarget.FACILITY_KEY:
        moved, seen = _facility_batch(order, by, at)
    else:
        moved, seen = _central_batch(order, by, at)
    with transaction.atomic():
        mine = RevocationOrder.objects.filter(id=order.id)
        mine.update(reached=F("reached") + moved)
        if not seen and mine.filter(done_at=None).update(done_at=at):
            order.refresh_from_db()
            facts = {"reached": order.reached, "target": order.target}
            write_line(by=by, at=at, action="end_revocation", subject_id=order.id, facts=facts)
            if order.target == OrderTarget.CENTRAL_KEY and order.reached:
                allow_reissuing(by=by, at=at)
    return seen


@transaction.atomic
def _facility_batch(order: RevocationOrder, by: Actor, at: dt.datetime) -> tuple[int, int]:
    """Void signatures that the key made since the moment, with the certificates that rest on them."""
    with allow_cross_shard(_WHY):
        signed = DoseSignature.objects.filter(kid=order.kid, signed_at__gte=order.since, voided_at=None)
        rows = list(signed.order_by("signed_at")[:BATCH])
    if not rows:
        return 0, 0
    persons = _persons_of({row.profile_id for row in rows})
    first: dict[UUID, dt.datetime] = {}
    for row in rows:
        person = persons.get(row.profile_id)
        if person is not None:
            first[person] = min(first.get(person, row.signed_at), row.signed_at)
    resting = [one for one in certificates_in_force(list(first)) if one.issued_at >= first[one.person_id]]
    revoked = revoke_certificates(certificates=resting, because="FACILITY_KEY", at=at, by=by, with_renewed=False)
    if first:
        refresh_passports(person_ids=list(first), at=at, by=by)
    # Whoever has no person any more has nobody to refresh; the signature falls all the same.
    left = DoseSignature.objects.filter(
        profile_id__in=[row.profile_id for row in rows], id__in=[row.id for row in rows], voided_at=None
    )
    left.update(voided_at=at, voided_because="KEY_REVOKED")
    return revoked, len(rows)


@transaction.atomic
def _central_batch(order: RevocationOrder, by: Actor, at: dt.datetime) -> tuple[int, int]:
    """Revoke what the key signed, of whatever day: a forger writes any day into what it signs. Cards are made anew at
    once, passports by the run that the two persons allow with their order.
    """
    key = SigningKey.objects.get(kid=order.kid)
    if key.purpose == KeyPurpose.LOG:
        return 0, 0
    with allow_cross_shard(_WHY):
        found = Certificate.objects.filter(kid=order.kid, state__in=_IN_FORCE).order_by("person_id")
        after = _come_to.get(order.id)
        rows = list((found.filter(person_id__gt=after) if after else found)[:BATCH])
        if not rows and after:
            rows = list(found[:BATCH])
    if not rows:
        _come_to.pop(order.id, None)
        return 0, 0
    # The last person may have more certificates than fitted: it is asked for again.
    _come_to[order.id] = rows[-1].person_id if len(rows) < BATCH else UUID(int=rows[-1].person_id.int - 1)
    revoked = revoke_certificates(certificates=rows, because="KEY_COMPROMISED", at=at, by=by, with_renewed=False)
    living = {row.person_id for row in rows if row.state == CertificateState.ISSUED}
    persons = list(_persons_of(living).values())
    if persons and key.purpose == KeyPurpose.CARD:
        refresh_cards(person_ids=persons, at=at, by=SYSTEM)
    elif persons:
        refresh_passports(person_ids=persons, at=at, by=SYSTEM)
    return revoked, len(rows)


def _persons_of(profile_ids: set[UUID]) -> dict[UUID, UUID]:
    try:
        return current_persons(profile_ids)
    except NotFound:
        found: dict[UUID, UUID] = {}
        for one in profile_ids:
            try:
                found |= current_persons([one])
            except NotFound:
                continue
        return found
