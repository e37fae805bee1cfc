"""The signature over what we publish about our own keys."""

import datetime as dt
from typing import Any

from tiemchung.certificates.formats.icao import canonical
from tiemchung.certificates.formats.published import LOG_PATH, did_of, method_name, with_proof
from tiemchung.certificates.keys.central import central_key
from tiemchung.certificates.keys.stores import signer_of
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.core.actor import SYSTEM

_MOST_KEPT = 16
_kept: dict[tuple[bytes, bytes], dict[str, Any]] = {}


def signed_document(document: dict[str, Any], *, address: str, at: dt.datetime) -> dict[str, Any]:
    """Give a DID document with its proof by the log's key; one that was signed already is given again as it was.

    Everybody may ask for it, so nobody makes the key store sign by asking often. Raises KeyStoreError.
    """
    key = central_key(KeyPurpose.LOG, by=SYSTEM, at=at)
    name = (bytes(key.kid), canonical(document))
    if name not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        method = method_name(did_of(address, LOG_PATH), bytes(key.certificate))
        signer = signer_of(bytes(key.kid), key.store)
        _kept[name] = with_proof(document, method=method, created=at, sign=signer.sign)
    return _kept[name]
