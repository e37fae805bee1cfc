"""What follows from an agreed order: signatures fall, certificates are revoked and made anew, in batches.

How far an order has come stands in its row, written with each batch: a worker that dies loses nothing and counts
nothing twice, and two of them take turns.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tiemchung.certificates.actions.cards import refresh_cards
from tiemchung.certificates.actions.central_signing import allow_reissuing
from tiemchung.certificates.actions.emitting import list_forms
from tiemchung.certificates.actions.passports import refresh_passports
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import Certificate, DoseSignature, Emission, RevocationOrder, SigningKey
from tiemchung.certificates.passport_batch import lock_passports
from tiemchung.certificates.passport_deciding import carried
from tiemchung.certificates.rules import CertificateKind, CertificateState, KeyPurpose, OrderTarget, SignatureFall
from tiemchung.certificates.statements import moment_of
from tiemchung.core.actor import SYSTEM, Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.people.reads import NotFound, current_persons

BATCH = 500
_IN_FORCE = (CertificateState.ISSUED, CertificateState.RENEWED)
_WHY = "what a key signed lies with all its persons"
_PLACE = ("after_at", "after_id")


def work_orders(at: dt.datetime) -> int:
    """Carry out one batch of every agreed order; give how many certificates, forms or signatures were dealt with."""
    waiting = RevocationOrder.objects.filter(decided_at__isnull=False, refused=False, done_at=None)
    return sum(_work(order_id, at) for order_id in waiting.order_by("decided_at").values_list("id", flat=True))


@transaction.atomic
def _work(order_id: UUID, at: dt.datetime) -> int:
    order = RevocationOrder.objects.select_for_update(skip_locked=True).filter(id=order_id, done_at=None).first()
    if order is None:  # another worker is at it, or has just ended it
        return 0
    by = Actor(kind=Kind.STAFF, id=order.decided_by, name=order.decided_name)
    moved, seen = (_facility_batch if order.target == OrderTarget.FACILITY_KEY else _central_batch)(order, by, at)
    order.reached += moved
    if not seen:
        order.done_at = at
        facts = {"reached": order.reached, "target": order.target}
        write_line(by=by, at=at, action="end_revocation", subject_id=order.id, facts=facts)
        if order.target == OrderTarget.CENTRAL_KEY and order.reached:
            allow_reissuing(by=by, at=at)
    order.save(update_fields=["reached", "done_at", *_PLACE])
    return seen


def _facility_batch(order: RevocationOrder, by: Actor, at: dt.datetime) -> tuple[int, int]:
    """Look at persons whose doses the key signed since the moment: the refresh takes back what rests on it.

    Those are looked at too whose signature fell already: by a correction, or because somebody refreshed the person
    since the key was given up.
    """
    seen = _signed_by(order)
    if not seen:
        return 0, 0
    rows = [one for one in seen if _since(one, order)]
    persons = _persons_of({row.profile_id for row in rows})
    if persons:
        refresh_passports(person_ids=set(persons.values()), at=at, by=by)
    # Whoever has no person any more has nobody to refresh; the signature falls all the same.
    left = DoseSignature.objects.filter(
        profile_id__in=[row.profile_id for row in rows], id__in=[row.id for row in rows], voided_at=None
    )
    left.update(voided_at=at, voided_because=SignatureFall.KEY_REVOKED)
    return _fallen_with(order, rows, persons), len(seen)


def _signed_by(order: RevocationOrder) -> list[DoseSignature]:
    """Give the next signatures of the key, of whatever day the column tells; at the end those that came meanwhile."""
    made = DoseSignature.objects.filter(kid=order.kid).order_by("signed_at", "id")
    with allow_cross_shard(_WHY):
        rows = list(_after(made, "signed_at", order)[:BATCH])
        if rows:
            order.after_at, order.after_id = rows[-1].signed_at, rows[-1].id
        late = (one for one in made.filter(voided_at=None).iterator(chunk_size=BATCH) if _since(one, order))
        return rows or list(islice(late, BATCH))


def _since(signature: DoseSignature, order: RevocationOrder) -> bool:
    return order.since is not None and moment_of(signature.statement, signature.signed_at) >= order.since


def _fallen_with(order: RevocationOrder, rows: Sequence[DoseSignature], persons: dict[UUID, UUID]) -> int:
    """Count the certificates that fell with these signatures; each with the first signature that it rested on."""
    mine = DoseSignature.objects.filter(kid=order.kid, profile_id__in=list(persons))
    first: dict[UUID, list[DoseSignature]] = {}
    for one in mine.order_by("signed_at", "id"):
        if _since(one, order):
            first.setdefault(persons[one.profile_id], []).append(one)
    fallen = Certificate.objects.filter(
        person_id__in=list(first), kind=CertificateKind.PASSPORT, state=CertificateState.REVOKED,
        revoked_because="FACILITY_KEY", revoked_at__gte=order.decided_at,
    )  # fmt: skip
    here, count = {row.id for row in rows}, 0
    for certificate in fallen:
        under = next((s for s in first[certificate.person_id] if carried(s, certificate)), None)
        count += under is not None and under.id in here
    return count


def _central_batch(order: RevocationOrder, by: Actor, at: dt.datetime) -> tuple[int, int]:
    """Revoke what the key signed, of whatever day: a forger writes any day into what it signs. Cards are made anew at
    once, passports by the run that the two persons allow with their order; after them come the forms beside passports.
    """
    key = SigningKey.objects.get(kid=order.kid)
    if key.purpose == KeyPurpose.LOG:
        return 0, 0
    if order.after_at is None:
        rows = _certificates_of(order)
        if rows:
            return _take_back(rows, by, at, cards=key.purpose == KeyPurpose.CARD), len(rows)
    return _forms_batch(order, by, at)


def _certificates_of(order: RevocationOrder) -> list[Certificate]:
    with allow_cross_shard(_WHY):
        found = Certificate.objects.filter(kid=order.kid, state__in=_IN_FORCE).order_by("person_id")
        rows = list((found.filter(person_id__gt=order.after_id) if order.after_id else found)[:BATCH])
        if not rows and order.after_id:
            rows = list(found[:BATCH])
    if rows:
        # The last person may have more certificates than fitted: it is asked for again.
        last = rows[-1].person_id
        order.after_id = last if len(rows) < BATCH else UUID(int=last.int - 1)
    else:
        order.after_id = None
    return rows


def _forms_batch(order: RevocationOrder, by: Actor, at: dt.datetime) -> tuple[int, int]:
    """List the forms that the key signed beside passports; one that bears its passport's number takes it along.

    Whoever is asked about a number cannot tell which of two texts is held: the number goes, and a new one is made.
    """
    made = Emission.objects.filter(kid=order.kid).order_by("emitted_at", "id")
    with allow_cross_shard(_WHY):
        rows = list(_after(made, "emitted_at", order)[:BATCH])
    if not rows:
        return 0, 0
    order.after_at, order.after_id = rows[-1].emitted_at, rows[-1].id
    listed = list_forms(rows, at)
    beside = Certificate.objects.filter(
        person_id__in=[row.person_id for row in rows], id__in=[row.certificate_id for row in rows], state__in=_IN_FORCE
    )
    forms = {(row.certificate_id, bytes(row.hash)) for row in rows}
    same = [one for one in beside if (one.id, hash_of_number(one.uvci)) in forms]
    return listed + _take_back(same, by, at, cards=False), len(rows)


def _take_back(rows: Sequence[Certificate], by: Actor, at: dt.datetime, *, cards: bool) -> int:
    if not cards:
        lock_passports({row.person_id for row in rows})  # before their certificates, as everywhere
    revoked = revoke_certificates(certificates=rows, because="KEY_COMPROMISED", at=at, by=by, with_renewed=False)
    living = {row.person_id for row in rows if row.state == CertificateState.ISSUED}
    persons = list(_persons_of(living).values())
    if persons and cards:
        refresh_cards(person_ids=persons, at=at, by=SYSTEM)
    elif persons:
        refresh_passports(person_ids=persons, at=at, by=SYSTEM)
    return revoked


def _after[M: (DoseSignature, Emission)](made: QuerySet[M], moment: str, order: RevocationOrder) -> QuerySet[M]:
    """Give what lies behind the order's place, in the order of a moment and the id."""
    if order.after_at is None:
        return made
    later = Q(**{f"{moment}__gt": order.after_at}) | Q(**{moment: order.after_at, "id__gt": order.after_id})
    return made.filter(later, **{f"{moment}__gte": order.after_at})


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
