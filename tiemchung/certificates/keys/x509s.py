"""The certificates of the two levels: authorities, signers below them, requests from elsewhere and what they answer.

An authority (CSCA) signs document signer certificates as hcert 1.1.1 asks; another signs the facilities' keys, which
are believed at home only. Authorities are files of this installation, keys of a token, or somebody else's.
"""

import datetime as dt
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tiemchung.certificates.formats.cose import der_signature, verify_es256
from tiemchung.certificates.keys.files import handle_of, point_of, point_of_certificate
from tiemchung.certificates.ports import KeyStore, WrongSignature

VACCINATION = x509.ObjectIdentifier("1.3.6.1.4.1.1847.2021.1.2")
# Clocks of machines differ; a certificate is good a little before it was made.
_SKEW = dt.timedelta(minutes=5)
_LONGEST_NAME = 64  # RFC 5280, upper bound of a common name; libraries count bytes, so we do


class BadCertificate(ValueError):
    """A certificate or request that does not fit; `code` names why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class StoredKey(ec.EllipticCurvePrivateKey):
    """A key of a store where the X.509 builder wants a private key; it can be used and never be read."""

    def __init__(self, store: KeyStore, point: bytes) -> None:
        self._store, self._point = store, point

    @property
    def curve(self) -> ec.EllipticCurve:
        """Give the one curve that stores make keys on."""
        return ec.SECP256R1()

    @property
    def key_size(self) -> int:
        """Give the bits of the curve."""
        return 256

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Give the public half."""
        return ec.EllipticCurvePublicKey.from_encoded_point(self.curve, self._point)

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """Give the signature in DER, as the builder puts it into a certificate, verified; SHA-256 alone.

        Raises KeyStoreError.
        """
        if not isinstance(signature_algorithm.algorithm, hashes.SHA256):
            raise ValueError("keys of a store sign SHA-256 alone")
        made = self._store.sign_digests(self._point, [sha256(data).digest()])
        if len(made) != 1 or not verify_es256(self.public_key(), made[0], data):
            raise WrongSignature(handle_of(self._point))
        return der_signature(made[0])

    def _never(self, *_: Any) -> Any:
        raise ValueError("a key of a store cannot be read")

    exchange = private_numbers = private_bytes = _never  # type: ignore[assignment]

    def __copy__(self) -> "StoredKey":
        return self

    def __deepcopy__(self, _memo: Any) -> "StoredKey":
        return self


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a certificate is about."""

    common_name: str
    organisation: str = "Tiêm Chủng"
    country: str = "VN"
    serial: str = ""

    def name(self) -> x509.Name:
        """Give it as X.509 writes it, each part cut to what the standard allows."""
        parts = [(NameOID.COUNTRY_NAME, self.country), (NameOID.ORGANIZATION_NAME, _cut(self.organisation)),
                 (NameOID.COMMON_NAME, _cut(self.common_name)), (NameOID.SERIAL_NUMBER, self.serial)]  # fmt: skip
        return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts if text])


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate below an authority is for: its life, and its extended key usages."""

    life: dt.timedelta
    usages: tuple[x509.ObjectIdentifier, ...] = field(default=())


def authority_certificate(
    key: ec.EllipticCurvePrivateKey, subject: Subject, at: dt.datetime, life: dt.timedelta
) -> bytes:
    """Give the self-signed certificate of an authority that signs certificates of one level below it, in DER."""
    public = key.public_key()
    builder = _dated(x509.CertificateBuilder(), at - _SKEW, at + life).public_key(public)
    builder = builder.subject_name(subject.name()).issuer_name(subject.name())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(authority=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def signer_certificate(
    authority: bytes, authority_key: ec.EllipticCurvePrivateKey, point: bytes, subject: Subject, profile: Profile,
    at: dt.datetime,
) -> bytes:  # fmt: skip
    """Give the certificate of a key below an authority, in DER; it holds on days of the authority alone."""
    above = x509.load_der_x509_certificate(authority)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    above_key = above.public_key()
    assert isinstance(above_key, ec.EllipticCurvePublicKey)
    begin, end = max(at - _SKEW, above.not_valid_before_utc), min(at + profile.life, above.not_valid_after_utc)
    builder = _dated(x509.CertificateBuilder(), begin, end)
    builder = builder.subject_name(subject.name()).issuer_name(above.subject).public_key(public)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(authority=False), critical=True)
    if profile.usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(profile.usages), critical=False)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above_key), critical=False)
    return builder.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.DER)


def signing_request(store: KeyStore, point: bytes, subject: Subject) -> bytes:
    """Give the request (PKCS#10, PEM) for a certificate of a key of this store, to be taken to an authority."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.name())
    return builder.sign(StoredKey(store, point), hashes.SHA256()).public_bytes(Encoding.PEM)


def requested(pem: bytes) -> tuple[bytes, Subject]:
    """Give the public point and the subject of a request; raises BadCertificate for one not signed by its own key."""
    try:
        request = x509.load_pem_x509_csr(pem)
        genuine = request.is_signature_valid
    except ValueError:
        raise BadCertificate("REQUEST_UNREADABLE") from None
    key = request.public_key()
    if not genuine or not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadCertificate("REQUEST_NOT_GENUINE" if not genuine else "NOT_P256")
    told = {a.oid: str(a.value) for a in request.subject}
    return point_of(key), Subject(
        told.get(NameOID.COMMON_NAME, ""), told.get(NameOID.ORGANIZATION_NAME, ""),
        told.get(NameOID.COUNTRY_NAME, "VN"), told.get(NameOID.SERIAL_NUMBER, ""),
    )  # fmt: skip


def der_of(raw: bytes) -> bytes:
    """Give a certificate's DER from DER or PEM; raises BadCertificate for anything that is no P-256 certificate."""
    try:
        load = x509.load_pem_x509_certificate if raw.lstrip()[:5] == b"-----" else x509.load_der_x509_certificate
        der = load(raw).public_bytes(Encoding.DER)
    except ValueError:
        raise BadCertificate("CERTIFICATE_UNREADABLE") from None
    try:
        point_of_certificate(der)
    except ValueError:
        raise BadCertificate("NOT_P256") from None
    return der


def is_below(certificate: bytes, authority: bytes) -> bool:
    """Tell whether an authority's key signed a certificate, within the authority's own days and under its name.

    What cannot be read is below nobody.
    """
    try:
        leaf, above = x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(authority)
        leaf.verify_directly_issued_by(above)
        basic = above.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return basic.ca and above.not_valid_before_utc <= leaf.not_valid_before_utc <= above.not_valid_after_utc


def days_of(certificate: bytes) -> tuple[dt.datetime, dt.datetime]:
    """Give from when to when a certificate holds."""
    loaded = x509.load_der_x509_certificate(certificate)
    return loaded.not_valid_before_utc, loaded.not_valid_after_utc


def common_name(certificate: bytes) -> str:
    """Give the name that a certificate (DER) is made out to, empty where it has none."""
    found = x509.load_der_x509_certificate(certificate).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _cut(text: str) -> str:
    return text.encode()[:_LONGEST_NAME].decode(errors="ignore").strip()


def _dated(builder: x509.CertificateBuilder, begin: dt.datetime, end: dt.datetime) -> x509.CertificateBuilder:
    return builder.serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(end)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=authority, crl_sign=authority, encipher_only=False, decipher_only=False,
    )  # fmt: skip
