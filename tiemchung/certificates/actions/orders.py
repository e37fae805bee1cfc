"""Orders of revocation: asked for by one, decided by another where it reaches far, carried out in batches."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from tiemchung.access.factors import factors_of
from tiemchung.access.reads import facility_scope
from tiemchung.certificates.actions.cards import refresh_cards
from tiemchung.certificates.actions.passports import refresh_passports
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.models import Certificate, FacilityKey, Passport, RevocationOrder, SigningKey
from tiemchung.certificates.passport_batch import lock_passports
from tiemchung.certificates.rules import (
    PASSPORT_TRANSITIONS,
    CertificateKind,
    CertificateState,
    FactorProof,
    OrderTarget,
    PassportState,
    PassportStep,
    factor_suffices,
    may_ask_revocation,
    may_decide_revocation,
    takes_two,
)
from tiemchung.core.actor import Actor
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.audit import write_line
from tiemchung.core.verdict import Refused, refuse

MIN_REASON = 10


def order_revocation(
    *,
    target: OrderTarget,
    by: Actor,
    at: dt.datetime,
    because: str,
    kid: bytes = b"",
    person_id: UUID | None = None,
    certificate_id: UUID | None = None,
    since: dt.datetime | None = None,
    reissue: bool = False,
) -> UUID:
    """Ask for a revocation and give the order; one certificate is taken back at once, a key waits for a second person.

    CERTIFICATE names person and certificate, with `reissue` a new one is made in its place; FACILITY_KEY and
    CENTRAL_KEY name the key and the moment from which on it is believed no more. Raises Refused with
    REVOCATION_NOT_YOURS, REASON_MISSING, NOTHING_TO_REVOKE, ORDER_WAITS or SINCE_IN_FUTURE.
    """
    if len(because.strip()) < MIN_REASON:
        refuse("REASON_MISSING").or_raise()
    if target is not OrderTarget.CERTIFICATE and (since is None or since > at):
        refuse("SINCE_IN_FUTURE").or_raise()
    with transaction.atomic():
        facility_id, area_ids = _where(target, kid, person_id, certificate_id)
        may_ask_revocation(by, target, facility_id=facility_id, area_ids=area_ids).or_raise()
        if takes_two(target) and RevocationOrder.objects.filter(target=target, kid=kid, decided_at=None).exists():
            refuse("ORDER_WAITS").or_raise()
        order = RevocationOrder(
            target=target, kid=kid or None, person_id=person_id, certificate_id=certificate_id, since=since,
            because=because.strip(), asked_by=by.id, asked_name=by.name, asked_at=at, reissue=reissue,
        )  # fmt: skip
        order.save(force_insert=True)
        _audit(order, "order_revocation", by, at)
        if takes_two(target):
            raise_alarm("REVOCATION_ASKED", at=at, actor_id=by.id, target=str(target))
        else:
            order.decided_by, order.decided_name, order.decided_at = by.id, by.name, at
            order.reached = _take_one(order, by, at)
            order.done_at = at
            order.save()
        return order.id


def decide_order(
    *, order_id: UUID, agree: bool, by: Actor, at: dt.datetime, proof: FactorProof | None = None, because: str = ""
) -> None:
    """Decide an order that waits, as a second person; agreed, the key is believed no more from this moment.

    `proof` is the second factor that `by` gave anew for this: without one nothing is decided, and to agree where a
    passkey is due no code will do. Refusing ends nothing that anybody holds: any factor does, and a reason is asked
    for. What rests on the key follows in batches (`work_orders`). Raises Refused with REASON_MISSING,
    SECOND_PERSON_NEEDED, REVOCATION_NOT_YOURS, FACTOR_NEEDED, PASSKEY_NEEDED or ORDER_DECIDED.
    """
    with transaction.atomic():
        order = RevocationOrder.objects.select_for_update().filter(id=order_id).first()
        if order is None or order.decided_at is not None:
            raise Refused(refuse("ORDER_DECIDED"))
        if not agree and len(because.strip()) < MIN_REASON:
            refuse("REASON_MISSING").or_raise()
        target = OrderTarget(order.target)
        may_decide_revocation(by, target, order.asked_by).or_raise()
        has_passkey = by.id is not None and bool(factors_of(by.id).passkeys)
        factor_suffices(target, proof, agree=agree, has_passkey=has_passkey, at=at).or_raise()
        order.decided_by, order.decided_name, order.decided_at, order.refused = by.id, by.name, at, not agree
        if agree:
            _stop_believing(order, target, at)
        else:
            order.done_at = at
        order.save()
        _audit(order, "agree_revocation" if agree else "refuse_revocation", by, at, because.strip(), proof)


def _stop_believing(order: RevocationOrder, target: OrderTarget, at: dt.datetime) -> None:
    if target is OrderTarget.FACILITY_KEY:
        FacilityKey.objects.filter(kid=order.kid).update(
            revoked_at=at, revoked_since=order.since, revoked_because=order.because
        )
    else:
        SigningKey.objects.filter(kid=order.kid).update(compromised_since=order.since, retired_at=at)


def _where(
    target: OrderTarget, kid: bytes, person_id: UUID | None, certificate_id: UUID | None
) -> tuple[UUID | None, frozenset[UUID]]:
    """Give the facility and the areas that decide who may ask; raises Refused where there is no such target."""
    found: tuple[UUID | None] | None
    if target is OrderTarget.CENTRAL_KEY:
        if not SigningKey.objects.filter(kid=kid, compromised_since=None).exists():
            refuse("NOTHING_TO_REVOKE").or_raise()
        return None, frozenset()
    if target is OrderTarget.FACILITY_KEY:
        found = FacilityKey.objects.filter(kid=kid, revoked_at=None).values_list("facility_id").first()
    elif person_id is None or certificate_id is None:
        found = None
    else:
        held = Certificate.objects.filter(
            person_id=person_id, id=certificate_id, state__in=(CertificateState.ISSUED, CertificateState.RENEWED)
        )
        found = Passport.objects.filter(person_id=person_id).values_list("unit_id").first() if held.exists() else None
    if found is None:
        raise Refused(refuse("NOTHING_TO_REVOKE"))
    facility_id = found[0]
    return facility_id, facility_scope(facility_id) if facility_id else frozenset()


def _take_one(order: RevocationOrder, by: Actor, at: dt.datetime) -> int:
    """Take one certificate back; a new one is made in its place, or the passport stays taken away until it is given."""
    person_id = order.person_id
    assert person_id is not None
    assert order.certificate_id is not None
    held = list(Certificate.objects.filter(person_id=person_id, id=order.certificate_id))
    live = any(one.state == CertificateState.ISSUED and one.kind == CertificateKind.PASSPORT for one in held)
    because = "REPLACED" if order.reissue else "ORDERED"
    # A lost code goes alone. Where the passport is taken away, what it was renewed from may not stand in its place.
    away = live and not order.reissue
    if live:
        lock_passports([person_id])  # before its certificates, as everywhere
    reached = revoke_certificates(certificates=held, because=because, at=at, by=by, with_renewed=away)
    if any(one.kind == CertificateKind.CARD for one in held):
        # A card says what its person may read in any case: the number goes, and another takes its place.
        refresh_cards(person_ids=[one.person_id for one in held], at=at, by=by)
    if live:
        passport = Passport.objects.get(person_id=person_id)
        step = PassportStep.REVOKE if away else PassportStep.SIGN_DOSES
        after = PASSPORT_TRANSITIONS.get((PassportState(passport.state), step))
        if after is not None:
            Passport.objects.filter(person_id=person_id).update(
                state=after, certificate_id=None, since=at, changed_at=at
            )
            refresh_passports(person_ids=[passport.person_id], at=at, by=by)
    return reached


def _audit(
    order: RevocationOrder, action: str, by: Actor, at: dt.datetime, because: str = "", proof: FactorProof | None = None
) -> None:
    subject = order.person_id or order.id
    facts = {"target": order.target, "kid": bytes(order.kid or b"").hex()}
    if proof is not None:
        facts["factor"] = str(proof.how)
    write_line(
        by=by, at=at, action=action, subject_id=subject, object_id=order.id, because=because or order.because,
        facts=facts,
    )  # fmt: skip
