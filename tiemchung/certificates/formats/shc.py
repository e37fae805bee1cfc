"""SMART Health Cards 1.4: `shc:/` and digits in a QR, a signed FHIR bundle inside."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tiemchung.certificates.formats import jws
from tiemchung.certificates.formats.reading import Content, DoseLine, Fault, Reading, Why, reading_of
from tiemchung.certificates.formats.registry import CLOCK_SKEW, Format, Revoked
from tiemchung.certificates.formats.revocation import hashes_of
from tiemchung.certificates.formats.trust import TrustedKey, TrustList

PREFIX = "shc:/"
_CHUNK = re.compile(r"shc:/(\d{1,3})/(\d{1,3})/\d+")
_NUMERIC = re.compile(r"shc:/((?:\d\d)+)")
_COMPACT = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_CARD = "https://smarthealth.cards#health-card"


def to_jws(text: str) -> str:
    """Give the JWS in a scanned text: each pair of digits is a character's code minus 45.

    Raises Fault: INCOMPLETE for one chunk of several, DAMAGED for anything but pairs of digits.
    """
    if _COMPACT.fullmatch(text):
        return text
    if _CHUNK.fullmatch(text):
        raise Fault(Why.INCOMPLETE, "numeric")
    matched = _NUMERIC.fullmatch(text) if text.isascii() else None
    codes = [int(matched[1][i : i + 2]) for i in range(0, len(matched[1]), 2)] if matched else [99]
    if max(codes) > ord("z") - 45:
        raise Fault(Why.DAMAGED, "numeric")
    return "".join(chr(code + 45) for code in codes)


def join_chunks(texts: list[str]) -> str:
    """Give one `shc:/` text of the chunks of a card that was cut (deprecated since 1.3, still printed).

    The chunks may come in any order. Raises Fault when one is missing, twice, or of another card's length.
    """
    parts = [(_CHUNK.fullmatch(text), text.rpartition("/")[2]) for text in texts]
    numbers = {int(m[1]): digits for m, digits in parts if m and int(m[2]) == len(texts)}
    if sorted(numbers) != list(range(1, len(texts) + 1)):
        raise Fault(Why.INCOMPLETE, "numeric")
    return PREFIX + "".join(numbers[n] for n in sorted(numbers))


def _mapping(item: Any) -> Mapping[str, Any]:
    return item if isinstance(item, Mapping) else {}


def _items(item: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in item if isinstance(entry, Mapping)] if isinstance(item, list) else []


def _text(item: Any) -> str:
    return item if isinstance(item, str) else ""


def _coding(concept: Any) -> str:
    return next((_text(c.get("code")) for c in _items(_mapping(concept).get("coding"))), "")


def _name(patient: Mapping[str, Any]) -> str:
    name = next(iter(_items(patient.get("name"))), {})
    given = name.get("given")
    words = [_text(word) for word in given] if isinstance(given, list) else []
    return _text(name.get("text")) or " ".join(filter(None, [_text(name.get("family")), *words]))


def _line(resource: Mapping[str, Any]) -> DoseLine | None:
    kind = resource.get("resourceType")
    performer = next(iter(_items(resource.get("performer"))), {})
    place = _text(_mapping(performer.get("actor")).get("display"))
    if kind == "Immunization":
        return DoseLine(
            "vaccination",
            vaccine=_coding(resource.get("vaccineCode")),
            issuer=place,
            given_on=_text(resource.get("occurrenceDateTime")),
            lot=_text(resource.get("lotNumber")),
        )
    if kind == "Observation":
        return DoseLine(
            "test",
            vaccine=_coding(resource.get("code")),
            issuer=place,
            given_on=_text(resource.get("effectiveDateTime")),
        )
    return None


def content_of(payload: Mapping[str, Any]) -> Content:
    """Give what the card says: the first Patient's name and birth date, each Immunization and test."""
    subject = _mapping(_mapping(payload.get("vc")).get("credentialSubject"))
    entries = _items(_mapping(subject.get("fhirBundle")).get("entry"))
    resources = [_mapping(entry.get("resource")) for entry in entries]
    patient: Mapping[str, Any] = next((r for r in resources if r.get("resourceType") == "Patient"), {})
    doses = [line for line in map(_line, resources) if line is not None]
    numbered = [replace(d, number=n) if d.kind == "vaccination" else d for n, d in enumerate(doses, 1)]
    return Content(
        _name(patient),
        "",
        _text(patient.get("birthDate")),
        tuple(numbered),
        _text(payload.get("iss")),
        _seconds(payload.get("nbf")),
        _seconds(payload.get("exp")),
    )


def _seconds(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e11:
        raise Fault(Why.DAMAGED, "payload")
    return int(value)


def _fault(card: jws.Jws, content: Content, keys: TrustList, now: datetime) -> tuple[Why | None, TrustedKey | None]:
    if card.header.get("alg") != "ES256":
        return Why.UNSUPPORTED_ALGORITHM, None
    known = [key for key in keys.find(card.kid.encode()) if key.issuer is not None]
    # A web key speaks for one address only: the same key under another issuer is a stranger.
    known = [key for key in known if key.issuer == content.issuer]
    if not known:
        return Why.UNKNOWN_KEY, None
    signer = next((key for key in known if card.signed_by(key.public_key)), None)
    if signer is None:
        return Why.BAD_SIGNATURE, None
    return (None if signer.holds_at(now) else Why.KEY_EXPIRED), signer


def _rules(card: jws.Jws, content: Content, now: datetime) -> Why | None:
    types = _mapping(card.payload.get("vc")).get("type")
    if not isinstance(types, list) or _CARD not in types or content.issued_at is None or not content.holder_name:
        return Why.SCHEMA
    if content.issued_at > (now + CLOCK_SKEW).timestamp():
        return Why.NOT_YET_VALID
    if content.expires_at is not None and content.expires_at < now.timestamp():
        return Why.EXPIRED
    return None


def read(text: str, *, keys: TrustList, now: datetime, revoked: Revoked) -> Reading:
    """Give the Reading of a SMART Health Card: signature by a key of its issuer, card type, days, revocation."""
    card = jws.parse(to_jws(text.strip()))
    content = content_of(card.payload)
    why, signer = _fault(card, content, keys, now)
    layers: tuple[tuple[str, bool], ...] = (("chain", True), ("signature", signer is not None))
    if why is None:
        rid = _text(_mapping(card.payload.get("vc")).get("rid"))
        listed = revoked(
            hashes_of(
                kid=card.kid.encode(),
                issuer="",
                certificate_id=rid,
                signature=card.signature,
                signed_bytes=card.signed_bytes,
                es256=True,
            )
        )
        why = Why.REVOKED if listed else _rules(card, content, now)
        layers = (*layers, ("rules", why is None))
    return reading_of(why or Why.GENUINE, FORMAT.code, content, kid=card.kid.encode(), layers=layers, raw=card.payload)


def _claims(text: str) -> bool:
    return text.startswith(PREFIX) or _COMPACT.fullmatch(text.strip()) is not None


FORMAT = Format("shc", _claims, read)
