"""The signatures over what we publish: documents about our own keys, the lists that verifiers go by, key items."""

import base64
import datetime as dt
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from tiemchung.certificates.formats.cms import signed_message
from tiemchung.certificates.formats.icao import canonical
from tiemchung.certificates.formats.list_proof import list_proof, proof_header
from tiemchung.certificates.formats.published import (
    DSC,
    LOG_PATH,
    PublishedKey,
    did_of,
    eu_item,
    method_name,
    with_proof,
)
from tiemchung.certificates.keys.central import central_key
from tiemchung.certificates.keys.files import point_of_certificate
from tiemchung.certificates.keys.stores import signer_of, store_named
from tiemchung.certificates.keys.x509s import StoredKey, days_of
from tiemchung.certificates.ports import Signer
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.core.actor import SYSTEM

_MOST_KEPT = 64
_kept: dict[tuple[bytes, bytes], Any] = {}


def signed_document(document: dict[str, Any], *, address: str, at: dt.datetime) -> dict[str, Any]:
    """Give a DID document with its proof by the log's key; one that was signed already is given again as it was.

    Everybody may ask for it, so nobody makes the key store sign by asking often. Raises KeyStoreError.
    """
    key = central_key(KeyPurpose.LOG, by=SYSTEM, at=at)
    method = method_name(did_of(address, LOG_PATH), bytes(key.certificate))

    def signed() -> dict[str, Any]:
        return with_proof(document, method=method, created=at, sign=signer_of(bytes(key.kid), key.store).sign)

    found: dict[str, Any] = _signed_once(bytes(key.kid), canonical(document), signed)
    return found


def documents_signer(at: dt.datetime) -> Signer:
    """Give who signs documents now: the log's key; raises KeyStoreError."""
    key = central_key(KeyPurpose.LOG, by=SYSTEM, at=at)
    return signer_of(bytes(key.kid), key.store)


def proof_of_list(body: bytes, *, about: str, made_at: dt.datetime, at: dt.datetime) -> str:
    """Give the proof beside a list for verifiers (`formats.list_proof`); a list of one moment is signed once.

    Whoever states `made_at` lets it stand for a minute at least, else everybody who asks makes the key store sign.
    What is older than the key is said to be as old as the key: no key may speak of a time before its own. Raises
    KeyStoreError.
    """
    signer = documents_signer(at)
    stated = max(made_at, days_of(signer.certificate)[0])
    header = proof_header(about=about, made_at=stated, certificate=signer.certificate)
    name = header.encode() + sha256(body).digest()
    found: str = _signed_once(signer.kid, name, lambda: list_proof(header, body, signer.sign))
    return found


def signed_item(key: PublishedKey, at: dt.datetime) -> dict[str, str]:
    """Give a key's item as the European gateway lists it, signed by us as the country's uploader.

    The same certificate signs the batches of revocations: a partner registers it once. Authorities are signed by the
    gateway itself, so theirs goes without. Raises KeyStoreError.
    """
    item = eu_item(key)
    if key.usage != DSC:
        return item
    uploader = central_key(KeyPurpose.LOG, by=SYSTEM, at=at)

    def signed() -> str:
        certificate = bytes(uploader.certificate)
        hand = StoredKey(store_named(uploader.store), point_of_certificate(certificate))
        return base64.b64encode(signed_message(key.certificate, certificate, hand, detached=True)).decode()

    return {**item, "signature": _signed_once(bytes(uploader.kid), b"item" + key.certificate, signed)}


def _signed_once(kid: bytes, name: bytes, sign: Callable[[], Any]) -> Any:
    if (kid, name) not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[kid, name] = sign()
    return _kept[kid, name]
