"""The signature of one card certificate; only this domain's actions call it."""

import datetime as dt
from uuid import UUID

from tiemchung.certificates.formats import dcc, hc1, uvci
from tiemchung.certificates.keys.central import central_key
from tiemchung.certificates.keys.stores import signer_of
from tiemchung.certificates.models import Certificate, SigningKey
from tiemchung.certificates.rules import CertificateState, KeyPurpose, expiry
from tiemchung.core.actor import Actor

Parts = tuple[dcc.Holder, dcc.VaccineDose]


def ensure_signing_key(*, by: Actor, at: dt.datetime) -> SigningKey:
    """Give the key that signs cards now; see `central_key`."""
    return central_key(KeyPurpose.CARD, by=by, at=at)


def signed_certificate(
    key: SigningKey, person_id: UUID, dose_id: UUID, parts: Parts, content: bytes, at: dt.datetime
) -> Certificate:
    """Give a newly signed certificate about one dose, not yet written; `content` is the fingerprint of `parts`."""
    signer = signer_of(bytes(key.kid), key.store)
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
