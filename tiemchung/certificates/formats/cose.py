"""COSE_Sign1 (RFC 9052): every variant is read, one is written."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from cbor2 import CBORTag, dumps, undefined
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct

from tiemchung.certificates.formats import safecbor

ES256 = -7
PS256 = -37
_ALG, _KID = 1, 4
_ECDSA_SHA256 = ECDSA(SHA256())
_PSS_SHA256 = PSS(mgf=MGF1(SHA256()), salt_length=32)
_MIN_RSA_BITS = 2048


class Signer(Protocol):
    """Whatever holds a P-256 private key: a file in development, a hardware module in production."""

    def sign(self, message: bytes) -> bytes:
        """Give the ES256 signature of `message` as 64 bytes, r then s."""


class Sign1(Struct, frozen=True):
    """A parsed COSE_Sign1: header maps, payload and signature, nothing verified yet."""

    protected: bytes
    headers: Mapping[Any, Any]
    unprotected: Mapping[Any, Any]
    payload: bytes
    signature: bytes

    @property
    def algorithm(self) -> Any:
        """Give the algorithm number; only the signed header may state it, else the unsigned one (old issuers)."""
        return self.headers.get(_ALG, self.unprotected.get(_ALG))

    @property
    def kid(self) -> bytes:
        """Give the key id, the protected one first; empty when none is a byte string."""
        kid = self.headers.get(_KID)
        if kid is None or kid is undefined:
            kid = self.unprotected.get(_KID)
        return kid if isinstance(kid, bytes) else b""

    @property
    def signed_bytes(self) -> bytes:
        """Give the Sig_structure that the signature covers."""
        return sig_structure(self.protected, self.payload)


def _bstr(data: bytes) -> bytes:
    size = len(data)
    if size < 24:
        return bytes((0x40 | size,)) + data
    if size < 256:
        return bytes((0x58, size)) + data
    return b"\x59" + size.to_bytes(2, "big") + data if size < 65536 else b"\x5a" + size.to_bytes(4, "big") + data


def sig_structure(protected: bytes, payload: bytes) -> bytes:
    """Give ["Signature1", protected, h'', payload] as CBOR (RFC 9052, 4.4)."""
    return b"\x84\x6aSignature1" + _bstr(protected) + b"\x40" + _bstr(payload)


# One header serves every certificate of a key: it is decoded once.
_headers = lru_cache(maxsize=256)(safecbor.decode)


def parse(data: bytes) -> Sign1:
    """Give the parts of a COSE_Sign1 that is untagged, tagged 18, or tagged 61 around either.

    Raises ValueError for anything else.
    """
    item = safecbor.decode(data)
    if isinstance(item, CBORTag) and item.tag == 61:
        item = item.value
    if isinstance(item, CBORTag) and item.tag == 18:
        item = item.value
    if not isinstance(item, list | tuple) or len(item) != 4:
        raise ValueError("not a COSE_Sign1 of four parts")
    protected, unprotected, payload, signature = item
    if not (isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise ValueError("a COSE part that is not a byte string")
    headers = _headers(protected) if protected else {}
    if not isinstance(headers, Mapping) or not isinstance(unprotected, Mapping):
        raise ValueError("a COSE header that is not a map")
    return Sign1(protected, headers, unprotected, payload, signature)


def _der_integer(raw: bytes) -> bytes:
    body = raw.lstrip(b"\0") or b"\0"
    if body[0] & 0x80:
        body = b"\0" + body
    return bytes((2, len(body))) + body


def raw_signature(der: bytes) -> bytes:
    """Give the 64 bytes r||s of a P-256 signature in DER, as libraries return it; for signers."""
    size = der[3]
    r, s = der[4 : 4 + size], der[6 + size :]
    return r[-32:].rjust(32, b"\0") + s[-32:].rjust(32, b"\0")


def der_signature(raw: bytes) -> bytes:
    """Give the DER form of a 64-byte r||s signature."""
    body = _der_integer(raw[:32]) + _der_integer(raw[32:])
    return bytes((0x30, len(body))) + body


def verify_es256(key: Any, signature: bytes, message: bytes) -> bool:
    """Tell whether `signature` (r||s, 64 bytes) is that P-256 key's over `message`; never raises."""
    if len(signature) != 64 or not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        return False
    try:
        key.verify(der_signature(signature), message, _ECDSA_SHA256)
    except (InvalidSignature, ValueError):
        return False
    return True


def _verify_ps256(key: Any, signature: bytes, message: bytes) -> bool:
    if not isinstance(key, RSAPublicKey) or key.key_size < _MIN_RSA_BITS:
        return False
    try:
        key.verify(signature, message, _PSS_SHA256, SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


_VERIFIERS = {ES256: verify_es256, PS256: _verify_ps256}


def supported(algorithm: Any) -> bool:
    """Tell whether the algorithm number is one of the two that certificates use."""
    return isinstance(algorithm, int) and algorithm in _VERIFIERS


def verify(message: Sign1, key: Any) -> bool:
    """Tell whether the message was signed by `key` with the algorithm it names; a wrong kind of key is False."""
    check = _VERIFIERS.get(message.algorithm) if supported(message.algorithm) else None
    return check is not None and check(key, message.signature, message.signed_bytes)


def protected_header(kid: bytes) -> bytes:
    """Give the one protected header that this project writes: {1: -7, 4: kid}; kid is 8 bytes."""
    if len(kid) != 8:
        raise ValueError("a key id is 8 bytes")
    return dumps({_ALG: ES256, _KID: kid})


def write(payload: bytes, signer: Signer, protected: bytes) -> bytes:
    """Give the tagged COSE_Sign1 of `payload`, signed ES256; raises ValueError for a signature not 64 bytes."""
    return assembled(payload, signer.sign(sig_structure(protected, payload)), protected)


def assembled(payload: bytes, signature: bytes, protected: bytes) -> bytes:
    """Give the tagged COSE_Sign1 of a payload that was signed before; raises ValueError as `write` does."""
    if len(signature) != 64:
        raise ValueError("an ES256 signature is 64 bytes, r then s")
    return b"\xd2\x84" + _bstr(protected) + b"\xa0" + _bstr(payload) + b"\x58\x40" + signature
