"""Whose keys are believed: several per key id, each with its country, uses and days."""

import warnings
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.x509.oid import ExtensionOID, NameOID

# 1.3.6.1.4.1.1847.2021.1.x is the registered arc, 1.3.6.1.4.1.0.1847.2021.1.x an early mistake that lives on.
_USAGE_ARCS = ("1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1.")
_USAGE_ARC_BYTES = (bytes.fromhex("2b060104018e378f6501"), bytes.fromhex("2b06010401008e378f6501"))
_USAGES = {"1": "t", "2": "v", "3": "r"}
_ICAO_ARC = "2.23.136.1.1."
TRAVEL = "travel"


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One public key and what it may speak for.

    `country` is alpha-2 or None when unstated; `usages` is a subset of {"t", "v", "r"}, empty for all, TRAVEL for none;
    `valid_from` and `valid_to` are moments, None for open; `issuer` binds a JSON web key to its web address. `foreign`
    says that it is from another country's list, so it never speaks for ours; `purpose` is what a key of ours is for.
    """

    kid: bytes
    public_key: Any
    country: str | None = None
    usages: frozenset[str] = frozenset()
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    issuer: str | None = None
    foreign: bool = False
    purpose: str = ""

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether the key is in its days at `moment` (aware)."""
        after_start = self.valid_from is None or self.valid_from <= moment
        return after_start and (self.valid_to is None or moment <= self.valid_to)

    def may_sign(self, kind: str) -> bool:
        """Tell whether the key may sign that kind: "v", "t" or "r"."""
        return not self.usages or kind in self.usages


@dataclass(frozen=True, slots=True)
class TrustList:
    """The believed keys by key id, and the certificates of authorities for formats that bring their own key.

    Foreign authorities never vouch for our own country. `given_up` are the ids of keys of ours, of whatever purpose,
    that nobody is to believe any more.
    """

    keys: Mapping[bytes, tuple[TrustedKey, ...]]
    authorities: tuple[x509.Certificate, ...] = ()
    foreign_authorities: tuple[x509.Certificate, ...] = ()
    given_up: frozenset[bytes] = frozenset()

    def find(self, kid: bytes) -> tuple[TrustedKey, ...]:
        """Give every key with that id; empty when unknown."""
        return self.keys.get(kid, ())


def trust_list(
    keys: Iterable[TrustedKey],
    authorities: Iterable[x509.Certificate] = (),
    *,
    foreign_authorities: Iterable[x509.Certificate] = (),
    given_up: Iterable[bytes] = (),
) -> TrustList:
    """Give the TrustList of those keys; two keys may share an id."""
    by_kid: dict[bytes, tuple[TrustedKey, ...]] = {}
    for key in keys:
        by_kid[key.kid] = (*by_kid.get(key.kid, ()), key)
    return TrustList(by_kid, tuple(authorities), tuple(foreign_authorities), frozenset(given_up))


def kid_of(der: bytes) -> bytes:
    """Give the key id of a document signer: the first 8 bytes of SHA-256 of its DER."""
    return sha256(der).digest()[:8]


def load_certificate(der: bytes) -> x509.Certificate:
    """Give the parsed certificate; raises ValueError when it cannot be parsed at all."""
    with warnings.catch_warnings():
        # Some states' signers carry negative serial numbers; their keys are good all the same.
        warnings.simplefilter("ignore")
        try:
            return x509.load_der_x509_certificate(der)
        except Exception as problem:  # the library has errors of its own beside ValueError
            raise ValueError("a certificate that cannot be parsed") from problem


def purposes_of(certificate: x509.Certificate) -> frozenset[str]:
    """Give the extended key usages of a certificate as dotted numbers; empty when it states none.

    An unreadable extension (an empty list, seen in the common test set) states none, unless the bytes of one
    of the certificate uses stand in it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            extension = certificate.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE)
        return frozenset(oid.dotted_string for oid in extension.value)  # type: ignore[attr-defined]
    except x509.ExtensionNotFound:
        return frozenset()
    except ValueError:
        body = certificate.tbs_certificate_bytes
        arcs = zip(_USAGE_ARCS, _USAGE_ARC_BYTES, strict=True)
        return frozenset(arc + n for arc, start in arcs for n in _USAGES if start + bytes((int(n),)) in body)


def usage_of(purpose: str) -> str:
    """Give the kind of certificate ("v", "t" or "r") that an extended key usage stands for, empty for any other use."""
    found = (purpose.removeprefix(arc) for arc in _USAGE_ARCS if purpose.startswith(arc))
    return next((_USAGES[last] for last in found if last in _USAGES), "")


def _usages(certificate: x509.Certificate) -> frozenset[str]:
    purposes = purposes_of(certificate)
    usages = frozenset(filter(None, map(usage_of, purposes)))
    # A key made for travel documents (ICAO's arc) and for no certificate kind may sign none of ours.
    return usages or frozenset(TRAVEL for purpose in purposes if purpose.startswith(_ICAO_ARC))


def country_of(certificate: x509.Certificate) -> str | None:
    """Give the alpha-2 country in the subject of a certificate, upper case; None when unstated."""
    named = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    text = str(named[0].value).strip().upper() if named else ""
    return text or None


def key_of_certificate(der: bytes, *, country: str | None = None, kid: bytes | None = None) -> TrustedKey:
    """Give the TrustedKey of a document signer certificate (DER).

    `country`, when given, is what the trust list says and outweighs the certificate. Raises ValueError when the
    certificate or its key cannot be read.
    """
    certificate = load_certificate(der)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return TrustedKey(
                kid or kid_of(der),
                certificate.public_key(),
                country or country_of(certificate),
                _usages(certificate),
                certificate.not_valid_before_utc,
                certificate.not_valid_after_utc,
            )
    except ValueError:
        raise
    except Exception as problem:
        raise ValueError("a certificate whose fields cannot be read") from problem


def b64url(text: str) -> bytes:
    """Give the bytes of unpadded base64url; raises ValueError for anything but the one canonical spelling."""
    if not text.isascii() or not text.replace("-", "A").replace("_", "A").isalnum() or len(text) % 4 == 1:
        raise ValueError("not base64url")
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    spare = {2: 0x0F, 3: 0x03}.get(len(text) % 4, 0)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    if spare and alphabet.index(text[-1]) & spare:
        raise ValueError("base64url with unused bits set")
    return data


def b64url_padded(text: str) -> bytes:
    """Give the bytes of base64url that may end in the padding its length calls for; ValueError otherwise."""
    return b64url(text.rstrip("=") if text.endswith("=") and len(text) % 4 == 0 else text)


def key_of_jwk(jwk: Mapping[str, Any], *, issuer: str | None = None, country: str | None = None) -> TrustedKey:
    """Give the TrustedKey of an EC P-256 JSON web key; its id is the text of `kid`.

    Coordinates of 33 bytes with a leading zero, or shorter than 32, are read as numbers (seen in the WHO's
    list). Raises ValueError for any other kind of key.
    """
    wanted = {"kty": "EC", "crv": "P-256"}
    if any(jwk.get(name) != value for name, value in wanted.items()):
        raise ValueError("not an EC P-256 key")
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", "ES256") != "ES256":
        raise ValueError("not a key for ES256 signatures")
    texts = [jwk.get("x"), jwk.get("y"), jwk.get("kid")]
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("a key without x, y or kid")
    x, y = (int.from_bytes(b64url(str(text)), "big") for text in texts[:2])
    key = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
    return TrustedKey(str(texts[2]).encode(), key, country, issuer=issuer)


def moment_of(seconds: float) -> datetime:
    """Give the aware moment of Unix seconds; raises ValueError when out of range."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as problem:
        raise ValueError("a moment out of range") from problem
