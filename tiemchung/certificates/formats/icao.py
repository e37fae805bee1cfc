"""ICAO visible digital seals for health (VDS-NC): signed JSON that brings its own certificate."""

import json
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from tiemchung.certificates.formats import cose, countries
from tiemchung.certificates.formats.jws import json_object
from tiemchung.certificates.formats.reading import Content, DoseLine, Fault, Reading, Why, reading_of
from tiemchung.certificates.formats.registry import CLOCK_SKEW, Format, Revoked
from tiemchung.certificates.formats.revocation import hashes_of
from tiemchung.certificates.formats.trust import (
    TrustList,
    b64url_padded,
    country_of,
    kid_of,
    load_certificate,
    purposes_of,
    usage_of,
)

_KINDS = {"icao.vacc", "icao.test"}
# What a signer of seals may be made for: ICAO's own uses for visible seals, and the use for certificates of that kind.
_SEALS = "2.23.136.1.1.14"
_KIND_OF = {"icao.vacc": "v", "icao.test": "t"}
_SEALING = frozenset({"", "PASSPORT"})  # purposes of keys of ours; a card's key makes no seal for other countries


def canonical(item: Any) -> bytes:
    """Give the bytes that are signed: RFC 8785, for the texts, whole numbers and lists that seals hold.

    Raises ValueError for a fraction (its canonical form is JavaScript's, and no seal has one).
    """
    if _has_fraction(item):
        raise ValueError("a number that seals do not hold")
    text = json.dumps(_sorted(item), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "strict")


def _has_fraction(item: Any) -> bool:
    if isinstance(item, dict):
        return any(map(_has_fraction, item.values()))
    return any(map(_has_fraction, item)) if isinstance(item, list) else isinstance(item, float)


def _sorted(item: Any) -> Any:
    if isinstance(item, dict):
        # RFC 8785 sorts by UTF-16 units, which differs from code points beyond the basic plane.
        return {key: _sorted(item[key]) for key in sorted(item, key=lambda k: k.encode("utf-16-be", "surrogatepass"))}
    return [_sorted(entry) for entry in item] if isinstance(item, list) else item


def _at(item: Any, *path: str) -> Any:
    for key in path:
        item = item.get(key) if isinstance(item, dict) else None
    return item


def _text(item: Any, *path: str) -> str:
    value = _at(item, *path)
    return value if isinstance(value, str) else ""


def _dicts(item: Any) -> list[dict[str, Any]]:
    return [entry for entry in item if isinstance(entry, dict)] if isinstance(item, list) else []


def _doses(message: dict[str, Any]) -> tuple[DoseLine, ...]:
    number = _text(message, "uvci")
    lines = []
    for event in _dicts(message.get("ve")):
        for dose in _dicts(event.get("vd")):
            seq = dose.get("seq")
            lines.append(
                DoseLine(
                    "vaccination",
                    _text(event, "dis"),
                    _text(event, "des"),
                    _text(event, "nam"),
                    "",
                    seq if isinstance(seq, int) else None,
                    None,
                    _text(dose, "dvc"),
                    _text(dose, "ctr"),
                    _text(dose, "adm"),
                    _text(dose, "lot"),
                    number,
                )
            )
    return tuple(lines)


def content_of(seal: dict[str, Any]) -> Content:
    """Give what the seal says: name and birth date as in the passport, each dose."""
    message = _at(seal, "data", "msg")
    person = _at(message, "pid")
    name = " ".join(_text(person, "n").split())
    return Content(
        name,
        name,
        _text(person, "dob"),
        _doses(message if isinstance(message, dict) else {}),
        _text(seal, "data", "hdr", "is"),
    )


def parse(text: str) -> dict[str, Any]:
    """Give the seal's JSON; raises Fault when it is none."""
    try:
        seal = json_object(text)
    except ValueError:
        raise Fault(Why.DAMAGED, "json") from None
    if _text(seal, "data", "hdr", "t") not in _KINDS or not isinstance(_at(seal, "data", "msg"), dict):
        raise Fault(Why.UNSUPPORTED_CONTENT, "json")
    return seal


def signer_of(seal: dict[str, Any]) -> x509.Certificate | None:
    """Give the certificate inside the seal; None when it cannot be read (one state's signers break DER rules)."""
    der = _certificate_bytes(seal)
    try:
        certificate = load_certificate(der)
    except ValueError:
        return None
    # The byte before the signature counts its unused bits and is signed by nobody: it must be 0.
    return certificate if der.endswith(b"\0" + certificate.signature) else None


def _certificate_bytes(seal: dict[str, Any]) -> bytes:
    try:
        return b64url_padded(_text(seal, "sig", "cer"))
    except ValueError:
        raise Fault(Why.DAMAGED, "certificate") from None


def signature_holds(seal: dict[str, Any], key: Any) -> bool:
    """Tell whether that P-256 key signed the seal's data; Fault when the signature is no base64url."""
    try:
        signature, message = b64url_padded(_text(seal, "sig", "sigvl")), canonical(seal["data"])
    except (ValueError, UnicodeEncodeError):
        raise Fault(Why.DAMAGED, "signature") from None
    return cose.verify_es256(key, signature, message)


def _issued_by(certificate: x509.Certificate, authority: x509.Certificate, now: datetime) -> bool:
    if not authority.not_valid_before_utc <= now <= authority.not_valid_after_utc:
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _why(seal: dict[str, Any], certificate: x509.Certificate | None, keys: TrustList, now: datetime) -> Why:
    if _text(seal, "sig", "alg") != "ES256":
        return Why.UNSUPPORTED_ALGORITHM
    if certificate is None:
        return Why.UNKNOWN_KEY
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise Fault(Why.DAMAGED, "certificate") from None
    if not signature_holds(seal, key):
        return Why.BAD_SIGNATURE
    ours = any(_issued_by(certificate, authority, now) for authority in keys.authorities)
    if not ours and not any(_issued_by(certificate, authority, now) for authority in keys.foreign_authorities):
        return Why.UNKNOWN_KEY
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return Why.KEY_EXPIRED
    stated = _text(seal, "data", "hdr", "is")
    foreign_for_us = not ours and countries.same_country(stated, countries.HOME)
    if foreign_for_us or not countries.same_country(country_of(certificate) or "", stated):
        return Why.COUNTRY_MISMATCH
    return _key_fault(seal, certificate, keys)


def _key_fault(seal: dict[str, Any], certificate: x509.Certificate, keys: TrustList) -> Why:
    """Give what speaks against the signer itself: made for something else, or given up (a seal says not when)."""
    kid = kid_of(_certificate_bytes(seal))
    purposes = purposes_of(certificate)
    kind = _KIND_OF[_text(seal, "data", "hdr", "t")]
    made_for = not purposes or any(f"{one}.".startswith(f"{_SEALS}.") or usage_of(one) == kind for one in purposes)
    if not made_for or any(key.purpose not in _SEALING for key in keys.find(kid)):
        return Why.WRONG_KEY_USAGE
    return Why.REVOKED if kid in keys.given_up else Why.GENUINE


def _future(seal: dict[str, Any], now: datetime) -> bool:
    limit = (now + CLOCK_SKEW).astimezone(UTC).date().isoformat()
    return any(dose.given_on > limit for dose in content_of(seal).doses)


def read(text: str, *, keys: TrustList, now: datetime, revoked: Revoked) -> Reading:
    """Give the Reading of a seal: its own signature, then the chain to a believed authority, then its rules."""
    seal = parse(text)
    certificate = signer_of(seal)
    content = content_of(seal)
    kid = kid_of(_certificate_bytes(seal))
    why = _why(seal, certificate, keys, now)
    if why is Why.GENUINE:
        number, signature = _text(seal, "data", "msg", "uvci"), b64url_padded(_text(seal, "sig", "sigvl"))
        listed = hashes_of(
            kid=kid, issuer=content.issuer, certificate_id=number, signature=signature,
            signed_bytes=canonical(seal["data"]), es256=True,
        )  # fmt: skip
        if revoked(listed):
            why = Why.REVOKED
        elif _future(seal, now):
            why = Why.NOT_YET_VALID
    signed = why not in (Why.BAD_SIGNATURE, Why.UNSUPPORTED_ALGORITHM)
    return reading_of(why, FORMAT.code, content, kid=kid, layers=(("chain", True), ("signature", signed)), raw=seal)


def _claims(text: str) -> bool:
    return text.startswith("{") and '"icao.' in text


FORMAT = Format("icao", _claims, read)
