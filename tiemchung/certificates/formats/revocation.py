"""Hashes under which a certificate is listed as revoked (EU gateway and WHO lists)."""

from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 16


@dataclass(frozen=True, slots=True)
class RevocationHashes:
    """The three hashes of one certificate, 16 bytes each, None where its input is missing; `signed` is SHA-256 (32)."""

    kid: bytes
    uci: bytes | None
    country_uci: bytes | None
    signature: bytes
    signed: bytes  # of the bytes under the signature

    def leaf(self) -> bytes:
        """Give what the issuance log holds of the certificate: 16 bytes of its number or signature, then `signed`."""
        return (self.uci or self.signature) + self.signed

    def listed(self) -> tuple[bytes, ...]:
        """Give every hash that a list might hold."""
        return tuple(h for h in (self.uci, self.country_uci, self.signature) if h is not None)


def _hash(data: bytes) -> bytes:
    return sha256(data).digest()[:HASH_BYTES]


def hash_of_number(number: str) -> bytes:
    """Give the hash by which a certificate's number is asked for and listed (UCI): the first 16 bytes of SHA-256."""
    return _hash(number.encode())


def hashes_of(
    *, kid: bytes, issuer: str, certificate_id: str, signature: bytes, signed_bytes: bytes, es256: bool
) -> RevocationHashes:
    """Give the hashes of a certificate: UCI, COUNTRYCODEUCI (issuer and id, no separator) and SIGNATURE.

    Of an ES256 signature only r is hashed, so that the equally valid r, n-s is listed too; PS256 goes whole.
    """
    signed = signature[: len(signature) // 2] if es256 else signature
    return RevocationHashes(
        kid,
        hash_of_number(certificate_id) if certificate_id else None,
        _hash((issuer + certificate_id).encode()) if certificate_id and issuer else None,
        _hash(signed),
        sha256(signed_bytes).digest(),
    )
