"""Personal numbers at rest: unreadable without the key file, findable only through a keyed index."""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE = 12


class SealBroken(Exception):
    """A sealed value does not belong to this row, or its key is not in the key file."""


@lru_cache(maxsize=256)
def _cipher(version: int, purpose: str) -> AESGCM:
    root = settings.SECRETS.sealing_keys[version]
    return AESGCM(_derived(root, f"seal:{purpose}"))


@lru_cache(maxsize=64)
def _index_key(purpose: str) -> bytes:
    return _derived(settings.SECRETS.index_key, f"index:{purpose}")


def _derived(root: bytes, info: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info.encode()).derive(root)


def seal(purpose: str, text: str, row: str) -> bytes:
    """Give one version byte, a nonce and the AES-256-GCM ciphertext of `text`, bound to `row` and `purpose`.

    `row` names table and key; the same bytes moved to another row cannot be opened.
    """
    return seal_bytes(purpose, text.encode(), row)


def unseal(purpose: str, blob: bytes | memoryview, row: str) -> str:
    """Give the text that was sealed for this row; raise SealBroken for any other row, purpose or key."""
    try:
        return unseal_bytes(purpose, blob, row).decode()
    except ValueError as error:
        raise SealBroken(purpose) from error


def seal_bytes(purpose: str, raw: bytes, row: str) -> bytes:
    """Seal what is no text, a photo or a file, as `seal` does."""
    version = max(settings.SECRETS.sealing_keys)
    nonce = os.urandom(_NONCE)
    body = _cipher(version, purpose).encrypt(nonce, raw, f"{purpose}|{row}".encode())
    return bytes([version]) + nonce + body


def unseal_bytes(purpose: str, blob: bytes | memoryview, row: str) -> bytes:
    """Give the bytes that were sealed for this row; raise SealBroken for any other row, purpose or key."""
    raw = bytes(blob)
    try:
        cipher = _cipher(raw[0], purpose)
        return cipher.decrypt(raw[1 : 1 + _NONCE], raw[1 + _NONCE :], f"{purpose}|{row}".encode())
    except (InvalidTag, KeyError, IndexError, ValueError) as error:
        raise SealBroken(purpose) from error


def sealed_version(blob: bytes | memoryview) -> int:
    """Give the version of the key that sealed these bytes, so that re-keying finds what is old."""
    return bytes(blob)[0]


def blind_index(purpose: str, text: str) -> bytes:
    """Give 32 bytes that are equal for equal texts and tell nothing without the key (HMAC-SHA-256)."""
    return hmac.new(_index_key(purpose), text.encode(), hashlib.sha256).digest()
