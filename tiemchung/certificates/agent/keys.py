"""The signer's key from a PKCS#12 or PEM file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import pkcs12

_ES256 = ec.ECDSA(hashes.SHA256())


class UnusableKey(Exception):
    """The file holds no P-256 key that this password opens; `code` says which it was.

    NO_FILE, WRONG_PASSWORD (or a damaged file: PKCS#12 does not tell them apart), OTHER_KEY.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A private key, and the name that its certificate gives; a PEM file without certificate has no name."""

    key: ec.EllipticCurvePrivateKey
    name: str = ""

    def sign_all(self, statements: Sequence[bytes]) -> list[bytes]:
        """Give ES256 signatures of the statements, 64 bytes each: r, then s."""
        return [self._signature(statement) for statement in statements]

    def _signature(self, statement: bytes) -> bytes:
        r, s = decode_dss_signature(self.key.sign(statement, _ES256))
        return r.to_bytes(32) + s.to_bytes(32)


def read_key(path: Path, password: str) -> OwnKey:
    """Give the key of a PKCS#12 (.p12, .pfx) or PEM file; raises UnusableKey."""
    try:
        raw, secret = path.read_bytes(), password.encode() or None
        if path.suffix.lower() in {".p12", ".pfx"}:
            key, certificate, _ = pkcs12.load_key_and_certificates(raw, secret)
        else:
            key, certificate = serialization.load_pem_private_key(raw, secret), None
    except OSError as problem:
        raise UnusableKey("NO_FILE") from problem
    except (ValueError, TypeError) as problem:
        raise UnusableKey("WRONG_PASSWORD") from problem
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UnusableKey("OTHER_KEY")
    return OwnKey(key, _name_of(certificate))


def _name_of(certificate: x509.Certificate | None) -> str:
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME) if certificate else []
    return str(found[0].value) if found else ""
