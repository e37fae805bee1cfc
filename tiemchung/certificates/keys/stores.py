"""The key stores of this installation, and the signer of a key."""

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from itertools import batched

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from django.conf import settings

from tiemchung.certificates.formats import cose
from tiemchung.certificates.keys import config
from tiemchung.certificates.keys.files import FileKeyStore, point_of_certificate
from tiemchung.certificates.keys.tokens import TokenKeyStore
from tiemchung.certificates.ports import KeyMissing, KeyStore, KeyStoreGone, WrongSignature

A_REQUEST = 500  # signatures that a store is asked for at once: its time-out is meant for so many


class StoredSigner:
    """Signs with one key of a store."""

    def __init__(self, store: KeyStore, certificate: bytes) -> None:
        self.certificate, self.kid = certificate, kid_of(certificate)
        self._store, self._point = store, point_of_certificate(certificate)

    def sign(self, message: bytes) -> bytes:
        """Give the ES256 signature of one message, r then s, verified; raises KeyStoreError."""
        signature = self.sign_many([message])[0]
        if not verifies(self.certificate, message, signature):
            raise WrongSignature(self.kid.hex())
        return signature

    def sign_many(self, messages: Sequence[bytes]) -> list[bytes]:
        """Give the ES256 signatures of many messages in their order; raises KeyStoreError.

        Whoever asks verifies each: a batch names the one that is wrong and keeps the others.
        """
        digests = [hashlib.sha256(message).digest() for message in messages]
        requests = batched(digests, A_REQUEST)
        made = [one for some in requests for one in self._store.sign_digests(self._point, some)]
        if len(made) != len(messages):
            raise WrongSignature(self.kid.hex())
        return made


def new_key_store() -> KeyStore:
    """Give the store in which new keys are made: the token where one is set up, else files."""
    return store_named(config.FILE if config.token_place() is None else config.TOKEN)


def store_named(name: str) -> KeyStore:
    """Give a store by the name that the register of keys keeps; raises KeyStoreGone where this machine has none."""
    return _store(name, os.getpid(), str(config.folder()))


def file_store() -> FileKeyStore:
    """Give the store of files, where an authority of this installation itself lies."""
    store = store_named(config.FILE)
    assert isinstance(store, FileKeyStore)
    return store


@lru_cache(maxsize=8)
def _store(name: str, _process: int, _folder: str) -> KeyStore:
    """Give a store of this very process; a fork has pipes and locks of its own."""
    secret = settings.SECRETS.signing_passphrase
    if name == config.FILE:
        return FileKeyStore(config.folder(), secret)
    place = config.token_place() if name == config.TOKEN else None
    if place is None:
        raise KeyStoreGone(name)
    return TokenKeyStore(place, config.folder() / "wrong-pin", secret)


def forget_stores() -> None:
    """Open every store anew when it is next needed, after its place changed."""
    _store.cache_clear()
    _certificate.cache_clear()


def signer_of(kid: bytes, store: str) -> StoredSigner:
    """Give the signer of a key of the register by its id and the name of its store.

    Raises KeyMissing where the register has no such key or its holder alone has it, KeyStoreGone where the store is
    not here; a key that the store has lost is noticed at its first signature.
    """
    if store == config.AGENT:
        raise KeyMissing(kid.hex())
    return StoredSigner(store_named(store), _certificate(bytes(kid)))


@lru_cache(maxsize=4096)
def _certificate(kid: bytes) -> bytes:
    from tiemchung.certificates.models import FacilityKey, SigningKey

    for model in (SigningKey, FacilityKey):
        found = model.objects.filter(kid=kid).values_list("certificate", flat=True).first()
        if found is not None:
            return bytes(found)
    raise KeyMissing(kid.hex())


def verifies(certificate: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether `signature` (ES256, r then s) over `message` is that certificate's; never raises."""
    key = _public_key(bytes(certificate))
    return key is not None and cose.verify_es256(key, signature, message)


@lru_cache(maxsize=4096)
def _public_key(certificate: bytes) -> EllipticCurvePublicKey | None:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError:
        return None
    return key if isinstance(key, EllipticCurvePublicKey) else None


def kid_of(certificate: bytes) -> bytes:
    """Give the key id of a DER certificate: the first eight bytes of its SHA-256."""
    return hashlib.sha256(certificate).digest()[:8]
