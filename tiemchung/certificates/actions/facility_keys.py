"""Keys that sign doses for one facility: made here below the facilities' root, or certified elsewhere and taken."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from tiemchung.certificates.actions.keys import store_with
from tiemchung.certificates.keys import x509s
from tiemchung.certificates.keys.authorities import authority_here, authority_of, certified_by, lock_keys
from tiemchung.certificates.keys.central import DOCUMENTS
from tiemchung.certificates.keys.config import AGENT
from tiemchung.certificates.keys.stores import kid_of, new_key_store
from tiemchung.certificates.models import FacilityKey
from tiemchung.certificates.ports import NoCentralKey
from tiemchung.certificates.rules import FACILITY_LIFE, FACILITY_NOTICE, AuthorityKind, may_keep_keys, may_turn_keys
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.audit import write_line, write_lines
from tiemchung.core.verdict import refuse
from tiemchung.places.reads import FacilityView, facilities_by_id, facility

_PROFILE = x509s.Profile(FACILITY_LIFE, (DOCUMENTS,))


def make_facility_key(
    *, facility_id: UUID, at: dt.datetime, by: Actor = SYSTEM, because: str = "made by the system"
) -> FacilityKey:
    """Make a facility's next key in this installation's store; it signs from now on, and the one before it rests.

    Raises Refused, NoCentralKey where the facilities' root lies elsewhere, KeyStoreError, NoSuchPlace.
    """
    may_turn_keys(by, because).or_raise()
    return _made({facility_id: facility(facility_id)}, by, at, because)[facility_id]


def make_facility_keys(
    *, facility_ids: Iterable[UUID], at: dt.datetime, by: Actor = SYSTEM
) -> dict[UUID, FacilityKey]:
    """Make a key for each of these facilities that has none, or whose key ends within a month; give the new ones."""
    may_keep_keys(by).or_raise()
    wanted = set(facility_ids)
    lasting = FacilityKey.objects.filter(
        facility_id__in=wanted, staff_id=None, retired_at=None, revoked_at=None, valid_from__lte=at,
        valid_to__gt=at + FACILITY_NOTICE,
    ).exclude(store=AGENT)  # fmt: skip
    return _made(facilities_by_id(wanted - set(lasting.values_list("facility_id", flat=True))), by, at)


def request_facility_key(*, facility_id: UUID, by: Actor, at: dt.datetime) -> bytes:
    """Make a facility's key in this installation's store and give its request (PKCS#10, PEM) for an authority."""
    may_keep_keys(by).or_raise()
    store = new_key_store()
    request = x509s.signing_request(store, store.make_key(), subject_of(facility(facility_id)))
    write_line(by=by, at=at, action="request_facility_key", subject_id=facility_id)
    return request


def take_facility_certificate(
    *, facility_id: UUID, certificate: bytes, by: Actor, at: dt.datetime, staff_id: UUID | None = None
) -> FacilityKey:
    """Take the certificate of a facility's key into the register; with `staff_id` the key is in that person's hands.

    Raises Refused with UNKNOWN_AUTHORITY, KEY_NOT_HERE, CERTIFICATE_ENDED or one of BadCertificate's codes.
    """
    may_keep_keys(by).or_raise()
    facility(facility_id)
    try:
        der = x509s.der_of(certificate)
    except x509s.BadCertificate as problem:
        refuse(problem.code).or_raise()
        raise
    store = None if staff_id else store_with(der)
    with transaction.atomic():
        lock_keys()
        found = FacilityKey.objects.filter(kid=kid_of(der)).first()
        if found is not None:
            return found
        if authority_of(der, AuthorityKind.FACILITY, at) is None:
            refuse("UNKNOWN_AUTHORITY").or_raise()
        if x509s.days_of(der)[1] <= at:
            refuse("CERTIFICATE_ENDED").or_raise()
        if store is None and staff_id is None:
            refuse("KEY_NOT_HERE").or_raise()
        key = _row(facility_id, der, AGENT if store is None else store.name)
        key.staff_id = staff_id
        key.save(force_insert=True)
        write_line(by=by, at=at, action="take_facility_certificate", subject_id=key.id, object_id=facility_id)
        return key


def retire_facility_key(*, key_id: UUID, by: Actor, at: dt.datetime, because: str) -> None:
    """Let a facility's key sign no more; the doses that it signed stay signed."""
    may_turn_keys(by, because).or_raise()
    with transaction.atomic():
        if FacilityKey.objects.filter(id=key_id, retired_at=None).update(retired_at=at):
            write_line(by=by, at=at, action="retire_facility_key", subject_id=key_id, because=because)


def subject_of(place: FacilityView) -> x509s.Subject:
    """Give whom a facility's certificate names: the facility, with its code as the number that never changes."""
    return x509s.Subject(place.name, organisation=place.name, serial=place.code)


def _made(
    places: dict[UUID, FacilityView], by: Actor, at: dt.datetime, because: str = ""
) -> dict[UUID, FacilityKey]:
    if not places:
        return {}
    with transaction.atomic():
        lock_keys()
        root = authority_here(AuthorityKind.FACILITY, by=by, at=at)
        if root is None:
            raise NoCentralKey("FACILITY")
        store, rows = new_key_store(), {}
        for facility_id, place in places.items():
            der = certified_by(root, store.make_key(), subject_of(place), _PROFILE, at)
            rows[facility_id] = _row(facility_id, der, store.name)
        FacilityKey.objects.bulk_create(rows.values())
        told = [(key.id, key.facility_id, {"store": store.name, "because": because}) for key in rows.values()]
        write_lines(by=by, at=at, action="make_facility_key", about=told)
    return rows


def _row(facility_id: UUID, certificate: bytes, store: str) -> FacilityKey:
    valid_from, valid_to = x509s.days_of(certificate)
    return FacilityKey(
        facility_id=facility_id, kid=kid_of(certificate), certificate=certificate, store=store,
        valid_from=valid_from, valid_to=valid_to,
    )  # fmt: skip
