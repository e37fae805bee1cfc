"""The key of now, and the signature of one certificate; only this domain's actions call it."""

import datetime as dt
from uuid import UUID

from cryptography import x509
from django.db import transaction

from tiemchung.certificates.formats import dcc, hc1, uvci
from tiemchung.certificates.keys.files import cached_signer, key_store
from tiemchung.certificates.models import Certificate, SigningKey
from tiemchung.certificates.rules import CertificateState, KeyPurpose, expiry, key_wears_out
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line

Parts = tuple[dcc.Holder, dcc.VaccineDose]


def ensure_signing_key(*, by: Actor, at: dt.datetime) -> SigningKey:
    """Give the key to sign with, made at the first call and again before the last one wears out."""
    key = (
        SigningKey.objects.filter(purpose=KeyPurpose.CARD, retired_at=None, valid_to__gt=at)
        .order_by("-valid_to")
        .first()
    )
    if key is not None and not key_wears_out(key.valid_to, at):
        return key
    signer = key_store().make_signer(at)
    with transaction.atomic():
        ends_at = x509.load_der_x509_certificate(signer.certificate).not_valid_after_utc
        key = SigningKey(kid=signer.kid, certificate=signer.certificate, valid_from=at, valid_to=ends_at)
        key.save(force_insert=True)
        write_line(by=by, at=at, action="make_signing_key", subject_id=key.id)
    return key


def signed_certificate(
    key: SigningKey, person_id: UUID, dose_id: UUID, parts: Parts, content: bytes, at: dt.datetime
) -> Certificate:
    """Give a newly signed certificate about one dose, not yet written; `content` is the fingerprint of `parts`."""
    signer = cached_signer(bytes(key.kid))
    number, expires_at = uvci.new_uvci(), expiry(at, key.valid_to)
    text = hc1.issue(
        dcc.vaccination(*parts, number), signer=signer, kid=signer.kid, issued_at=at, expires_at=expires_at
    )
    return Certificate(
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
