"""Revocation batches as the European gateway takes them: the JSON in a signed message (CMS)."""

import datetime as dt
import json
from functools import lru_cache
from uuid import UUID

from tiemchung.certificates.formats.cms import signed_message
from tiemchung.certificates.keys.central import central_key
from tiemchung.certificates.keys.files import point_of_certificate
from tiemchung.certificates.keys.stores import store_named
from tiemchung.certificates.keys.x509s import StoredKey
from tiemchung.certificates.reads.revoked import batch
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.core.actor import SYSTEM


def batch_message(*, batch_id: UUID, at: dt.datetime) -> bytes | None:
    """Give one batch as a signed message (DER), None where there is none; raises KeyStoreError.

    The key of documents signs, the one under the log's heads: a partner registers its certificate as the country's
    uploader. A batch never changes, so each process signs it once under each key.
    """
    told = batch(batch_id)
    if told is None:
        return None
    key = central_key(KeyPurpose.LOG, by=SYSTEM, at=at)
    body = json.dumps(told, separators=(",", ":")).encode()
    return _signed(body, bytes(key.certificate), key.store)


@lru_cache(maxsize=1024)
def _signed(body: bytes, certificate: bytes, store: str) -> bytes:
    return signed_message(body, certificate, StoredKey(store_named(store), point_of_certificate(certificate)))
