"""Revocation batches as the European gateway takes them: the JSON in a signed message (CMS)."""

import datetime as dt
import json
from functools import lru_cache
from typing import Any
from uuid import UUID

from tiemchung.certificates.formats.cms import signed_message
from tiemchung.certificates.keys.central import central_key
from tiemchung.certificates.keys.files import point_of_certificate
from tiemchung.certificates.keys.stores import store_named
from tiemchung.certificates.keys.x509s import StoredKey
from tiemchung.certificates.models import SignedList, SigningKey
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads.kept_lists import batch_name, last_message
from tiemchung.certificates.reads.revoked import batch, batches_without_message
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.core.actor import SYSTEM

AT_ONCE = 200  # messages of 50 KB that one turn signs: a mass revocation is through within minutes


def batch_message(*, batch_id: UUID, at: dt.datetime) -> bytes | None:
    """Give one batch as a signed message (DER), None where there is none; raises KeyStoreError.

    The key of documents signs, the one under the log's heads: a partner registers its certificate as the country's
    uploader. A batch never changes, so each process signs it once under each key. While nothing can be signed it is
    the message that was kept; only of a batch without one the error is told.
    """
    told = batch(batch_id)
    if told is None:
        return None
    try:
        return _message(told, central_key(KeyPurpose.LOG, by=SYSTEM, at=at))
    except KeyStoreError:
        kept = last_message(batch_id)
        if kept is None:
            raise
        return kept


def keep_messages(*, at: dt.datetime) -> int:
    """Sign the batches of which no message is kept, the newest first and 200 at most; give how many were.

    Raises KeyStoreError; what was signed before it is kept.
    """
    waiting = batches_without_message(at, AT_ONCE)
    if not waiting:
        return 0
    key = central_key(KeyPurpose.LOG, by=SYSTEM, at=at)
    for batch_id in waiting:
        told = batch(batch_id)
        body = b"" if told is None else _message(told, key)
        kept = {"body": body, "proof": bytes(key.kid).hex(), "made_at": at}
        SignedList.objects.update_or_create(name=batch_name(batch_id), defaults=kept)
    return len(waiting)


def _message(told: dict[str, Any], key: SigningKey) -> bytes:
    body = json.dumps(told, separators=(",", ":")).encode()
    return _signed(body, bytes(key.certificate), key.store)


@lru_cache(maxsize=1024)
def _signed(body: bytes, certificate: bytes, store: str) -> bytes:
    return signed_message(body, certificate, StoredKey(store_named(store), point_of_certificate(certificate)))
