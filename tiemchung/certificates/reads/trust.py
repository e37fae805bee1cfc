"""Our own keys as verifiers may have them: the home list with cards, and what is published abroad.

Only what a root beside the keys answers for (`keys.roots`): a row of the register alone is nobody's key.
"""

import base64
import datetime as dt
from typing import Any

from tiemchung.certificates.formats.published import LOG, PublishedKey
from tiemchung.certificates.keys.roots import ours, standing_roots
from tiemchung.certificates.keys.x509s import is_below
from tiemchung.certificates.models import Authority, Revocation, SigningKey
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.core.distribution import allow_cross_shard

DSC, SCA = "DSC", "SCA"


def trust_list(at: dt.datetime) -> dict[str, Any]:
    """Give what a verifier at home needs offline: our signers with their certificates, and what was revoked.

    `kid` and `certificate` (DER) are base64, `purpose` is CARD or PASSPORT, `revoked` holds base64 of 16-byte hashes of
    certificate numbers.
    """
    purposes = (KeyPurpose.CARD, KeyPurpose.PASSPORT)
    with allow_cross_shard("the list of all that is revoked, for every verifier"):
        rows = list(Revocation.objects.filter(expires_at__gt=at).values_list("hash", flat=True))
    return {
        "made_at": at.isoformat(timespec="seconds"),
        "keys": [
            {"kid": _b64(k.kid), "country": "VN", "certificate": _b64(k.certificate), "usages": ["v"],
             "purpose": k.purpose}
            for k in _published(at, *purposes)
        ],
        "revoked": sorted({_b64(h) for h in rows}),
    }  # fmt: skip


def published_abroad(at: dt.datetime) -> tuple[PublishedKey, ...]:
    """Give the passport's signers and the authorities above them, oldest first.

    A key is there from the moment of its publication, before its first use, until its certificate has ended, since
    what it signed is valid so long; a compromised one is gone at once. Keys of cards are no other country's matter.
    """
    above = [root for root in standing_roots(at) if root.taken_at <= at]
    signers = _with_authority(_published(at, KeyPurpose.PASSPORT), above)
    roots = [PublishedKey(SCA, bytes(a.certificate), a.taken_at) for a in above]
    needed = {key.above for key in signers}
    return (*signers, *sorted((r for r in roots if r.certificate in needed), key=lambda r: r.published_at))


def published_log_keys(at: dt.datetime) -> tuple[PublishedKey, ...]:
    """Give the keys that sign the issuance log and the lists themselves."""
    return tuple(PublishedKey(LOG, k.certificate, k.published_at, k.above)
                 for k in _with_authority(_published(at, KeyPurpose.LOG), standing_roots(at)))  # fmt: skip


def _published(at: dt.datetime, *purposes: KeyPurpose) -> list[SigningKey]:
    rows = SigningKey.objects.filter(purpose__in=purposes, valid_to__gt=at, compromised_since=None)
    return [key for key in ours(rows.order_by("valid_from", "id")) if _since(key) <= at]


def _since(key: SigningKey) -> dt.datetime:
    return key.published_at or key.valid_from


def _with_authority(keys: list[SigningKey], above: list[Authority]) -> list[PublishedKey]:
    told = []
    for key in keys:
        der = bytes(key.certificate)
        root = next((bytes(a.certificate) for a in above if is_below(der, bytes(a.certificate))), None)
        told.append(PublishedKey(DSC, der, _since(key), root))
    return told


def _b64(raw: bytes | memoryview) -> str:
    return base64.b64encode(bytes(raw)).decode()
