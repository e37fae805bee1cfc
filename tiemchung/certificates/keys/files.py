"""Signing keys as encrypted files, made at install; the passphrase lies in the secrets file beside the data.

Two levels, as the hcert specification asks: a national authority (CSCA) signs document signer certificates (DSC),
and a DSC signs certificates of persons. kid = first eight bytes of SHA-256 over the DSC.
"""

import datetime as dt
import hashlib
import os
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from django.conf import settings

from tiemchung.certificates.ports import KeyMissing
from tiemchung.core.install import home

_VACCINATION = x509.ObjectIdentifier("1.3.6.1.4.1.1847.2021.1.2")
AUTHORITY_LIFE = dt.timedelta(days=4 * 365)
SIGNER_LIFE = dt.timedelta(days=2 * 365)


class FileSigner:
    """Signs with a key that was read once from its encrypted file."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: bytes) -> None:
        self._key = key
        self.certificate = certificate
        self.kid = kid_of(certificate)
        self._algorithm = ec.ECDSA(hashes.SHA256())

    def sign(self, message: bytes) -> bytes:
        """Give r and s of the ES256 signature, 32 bytes each."""
        r, s = decode_dss_signature(self._key.sign(message, self._algorithm))
        return r.to_bytes(32) + s.to_bytes(32)


class FileKeyStore:
    """The folder `keys` of the installation, readable by its owner alone."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self.folder, self._passphrase = folder, passphrase.encode()

    def signer(self, kid: bytes) -> FileSigner:
        """Give the signer of a key; raise KeyMissing where its file is not there."""
        try:
            return FileSigner(self._key(f"dsc-{kid.hex()}"), (self.folder / f"dsc-{kid.hex()}.der").read_bytes())
        except FileNotFoundError as error:
            raise KeyMissing(kid.hex()) from error

    def make_signer(self, at: dt.datetime) -> FileSigner:
        """Make a document signer key with its certificate, and the authority above it at the first call."""
        authority_key, authority = self._authority(at)
        key = ec.generate_private_key(ec.SECP256R1())
        der = _document_certificate(key, authority_key, authority, at).public_bytes(serialization.Encoding.DER)
        name = f"dsc-{kid_of(der).hex()}"
        self._keep(name, key, der)
        return FileSigner(key, der)

    def authority_certificate(self, at: dt.datetime) -> bytes:
        """Give the authority's certificate in DER."""
        return self._authority(at)[1].public_bytes(serialization.Encoding.DER)

    def _authority(self, at: dt.datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        if not (self.folder / "csca.der").exists():
            key = ec.generate_private_key(ec.SECP256R1())
            certificate = _authority_certificate(key, at)
            self._keep("csca", key, certificate.public_bytes(serialization.Encoding.DER))
        return self._key("csca"), x509.load_der_x509_certificate((self.folder / "csca.der").read_bytes())

    def _key(self, name: str) -> ec.EllipticCurvePrivateKey:
        raw = (self.folder / f"{name}.pem").read_bytes()
        key = serialization.load_pem_private_key(raw, self._passphrase)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    def _keep(self, name: str, key: ec.EllipticCurvePrivateKey, certificate: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sealed = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._passphrase),
        )
        # The key first: a certificate whose key was lost in a crash would be published and could sign nothing.
        _write(self.folder / f"{name}.pem", sealed)
        _write(self.folder / f"{name}.der", certificate)


@lru_cache(maxsize=1)
def key_store() -> FileKeyStore:
    """Give this installation's key store."""
    return FileKeyStore(home() / "keys", settings.SECRETS.signing_passphrase)


@lru_cache(maxsize=8)
def cached_signer(kid: bytes) -> FileSigner:
    """Give the signer of a key; decrypting the file takes far longer than a signature."""
    return key_store().signer(kid)


def kid_of(certificate: bytes) -> bytes:
    """Give the key id of a DER certificate: the first eight bytes of its SHA-256."""
    return hashlib.sha256(certificate).digest()[:8]


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tiêm Chủng"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, at: dt.datetime, life: dt.timedelta):  # type: ignore[no-untyped-def]
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - dt.timedelta(minutes=5))
        .not_valid_after(at + life)
    )


def _authority_certificate(key: ec.EllipticCurvePrivateKey, at: dt.datetime) -> x509.Certificate:
    name = "Tiem Chung CSCA"
    builder = _builder(name, _name(name), key, at, AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.sign(key, hashes.SHA256())


def _document_certificate(
    key: ec.EllipticCurvePrivateKey,
    authority_key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    at: dt.datetime,
) -> x509.Certificate:
    builder = _builder("Tiem Chung DSC", authority.subject, key, at, SIGNER_LIFE)
    builder = builder.add_extension(x509.ExtendedKeyUsage([_VACCINATION]), critical=False)
    return builder.sign(authority_key, hashes.SHA256())


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
