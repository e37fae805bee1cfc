"""HC1: the electronic health certificate of the EU and of the WHO's network (hcert 1.1.1), issued and read."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from cbor2 import dumps
from msgspec import Struct
from msgspec.structs import replace

from tiemchung.certificates.formats import (
    base45,
    cose,
    countries,
    dcc,
    deflate,
    revocation,
    safecbor,
    schema,
    subclaims,
)
from tiemchung.certificates.formats.reading import Content, Fault, Reading, Why, reading_of
from tiemchung.certificates.formats.registry import CLOCK_SKEW, Format, Revoked, never_revoked
from tiemchung.certificates.formats.trust import TrustedKey, TrustList
from tiemchung.certificates.formats.valuesets import TEST_POSITIVE

PREFIX = "HC1:"

_ISS, _EXP, _IAT, _HCERT, _DCC = 1, 4, 6, -260, 1
_header = lru_cache(maxsize=64)(cose.protected_header)


def issue(
    payload: Mapping[str, Any],
    *,
    signer: cose.Signer,
    kid: bytes,
    issued_at: datetime,
    expires_at: datetime,
    country: str = "VN",
) -> str:
    """Give the HC1 text of a DCC payload, signed ES256, for a QR in alphanumeric mode.

    `kid` is the signer's 8-byte key id; the moments are aware, written as whole seconds. One way of writing
    only: tag 18, key id protected, integers. Raises ValueError when the days are in the wrong order.
    """
    claims = claims_text(payload, issued_at=issued_at, expires_at=expires_at, country=country)
    return signed_text(claims, kid, signer.sign(to_be_signed(claims, kid)))


def claims_text(
    payload: Mapping[str, Any], *, issued_at: datetime, expires_at: datetime, country: str = "VN"
) -> bytes:
    """Give the claims that a signature will cover, as CBOR: issuer, end, beginning, the DCC payload.

    Raises ValueError when the days are in the wrong order.
    """
    if expires_at <= issued_at:
        raise ValueError("a certificate expires after it is issued")
    return dumps(
        {
            _ISS: country,
            _EXP: int(expires_at.timestamp()),
            _IAT: int(issued_at.timestamp()),
            _HCERT: {_DCC: payload},
        }
    )


def to_be_signed(claims: bytes, kid: bytes) -> bytes:
    """Give the bytes that the signature of these claims by the key `kid` covers."""
    return cose.sig_structure(_header(kid), claims)


def signed_text(claims: bytes, kid: bytes, signature: bytes) -> str:
    """Give the HC1 text of claims with their signature (r then s); raises ValueError for one not 64 bytes."""
    return text_of(signed_message(claims, kid, signature))


def text_of(message: bytes) -> str:
    """Give the HC1 text of a signed COSE message; `to_cose` gives the message back."""
    return PREFIX + base45.encode(deflate.deflated(message))


def signed_message(claims: bytes, kid: bytes, signature: bytes) -> bytes:
    """Give the COSE message that the text of a certificate holds; raises ValueError for a signature not 64 bytes."""
    return cose.assembled(claims, signature, _header(kid))


class Unpacked(Struct, frozen=True):
    """One HC1 text taken apart: the signed message, its claims, and the health content under its number.

    `group` is "v", "t" or "r" for a DCC, otherwise empty; `holds` tells whether its moments are moments
    and a DCC obeys its schema; `health` is plain JSON.
    """

    message: cose.Sign1
    claims: Mapping[Any, Any]
    subclaim: int
    health: Any
    content: Content
    group: str = ""
    holds: bool = True


def _layer[T, U](name: str, step: Callable[[T], U], item: T) -> U:
    try:
        return step(item)
    except (ValueError, TypeError):
        raise Fault(Why.DAMAGED, name) from None


def _strip(text: str) -> str:
    return text[len(PREFIX) :]


def to_cose(text: str) -> bytes:
    """Give the COSE bytes in an HC1 text; raises Fault with the layer that does not hold."""
    if not text.startswith(PREFIX):
        raise Fault(Why.NOT_OURS, "prefix")
    body = _strip(text)
    try:
        packed = base45.decode(body)
    except ValueError:
        # A space is a Base45 letter: only when the text fails with it may it have been a copyist's.
        packed = _layer("base45", base45.decode, body.strip())
    return _layer("zlib", deflate.inflate, packed)


def seconds(value: Any) -> int | None:
    """Give a claim's moment as whole Unix seconds: integer, float or a dated text; None when absent.

    Raises ValueError for anything else.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return int(datetime.fromisoformat(value).timestamp())
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e11:
        raise ValueError("a moment that is no number")
    return int(value)


def _moment(claims: Mapping[Any, Any], key: int) -> int | None:
    try:
        return seconds(claims.get(key))
    except ValueError:
        return None  # shown as unstated here, refused as SCHEMA when the code is judged


def claims_of(payload: bytes) -> Mapping[Any, Any]:
    """Give the claim map of a signed payload; raises Fault when it is not a map."""
    claims = _layer("cwt", safecbor.decode, payload)
    if not isinstance(claims, Mapping):
        raise Fault(Why.DAMAGED, "cwt")
    return claims


def unpack(text: str) -> Unpacked:
    """Take an HC1 text apart without deciding anything; raises Fault with the first layer that fails."""
    message = _layer("cose", cose.parse, to_cose(text))
    return unpack_message(message)


def unpack_message(message: cose.Sign1) -> Unpacked:
    """Take a parsed COSE message apart: sub-claim 1 first, then those of the WHO's network."""
    claims = claims_of(message.payload)
    issuer = claims.get(_ISS)
    stated = (issuer if isinstance(issuer, str) else "", _moment(claims, _IAT), _moment(claims, _EXP))
    readable = all(
        moment is not None or claims.get(key) is None for key, moment in ((_IAT, stated[1]), (_EXP, stated[2]))
    )
    number, raw = subclaims.choose(claims, _HCERT)
    if number == _DCC:
        return _certificate(message, claims, raw, stated, readable)
    health = _layer("cwt", dcc.normalised, raw)
    content = subclaims.content_of(number, health)
    content = replace(content, issuer=stated[0], issued_at=stated[1], expires_at=stated[2])
    return Unpacked(message, claims, number, health, content, "", readable)


def _certificate(
    message: cose.Sign1,
    claims: Mapping[Any, Any],
    raw: Any,
    stated: tuple[str, int | None, int | None],
    readable: bool,
) -> Unpacked:
    # What the schema accepts as it stands needs no mending; the rest is mended and judged again.
    holds, health = schema.holds(raw), raw
    if not holds:
        health = _layer("cwt", dcc.normalised, raw)
        holds = schema.holds(health)
    groups = schema.groups_of(health) if isinstance(health, dict) else []
    content = dcc.content_of(health, *stated)
    return Unpacked(message, claims, _DCC, health, content, groups[0] if groups else "", holds and readable)


def _signature_faults(code: Unpacked, keys: TrustList) -> tuple[Why | None, TrustedKey | None]:
    message = code.message
    if code.subclaim == _DCC and message.kid and len(message.kid) != 8:
        return Why.MALFORMED_HEADER, None
    if not cose.supported(message.algorithm):
        return Why.UNSUPPORTED_ALGORITHM, None
    known = keys.find(message.kid)
    if not known:
        return Why.UNKNOWN_KEY, None
    # Key ids are short: several keys may share one, and each must be tried.
    signer = next((key for key in known if cose.verify(message, key.public_key)), None)
    return (Why.BAD_SIGNATURE, None) if signer is None else (None, signer)


def _place(code: Unpacked) -> str:
    return next((line.country for line in code.content.doses), "")


def _content_faults(code: Unpacked, key: TrustedKey, now: datetime) -> Iterator[Why]:
    if not key.holds_at(now):
        yield Why.KEY_EXPIRED
    stated = code.content.issuer
    issuer = stated if countries.is_country(stated) else _place(code)
    foreign_for_us = key.foreign and countries.same_country(issuer, countries.HOME)
    if foreign_for_us or (key.country and not countries.same_country(issuer, key.country)):
        yield Why.COUNTRY_MISMATCH
    kind = code.group or subclaims.group_of(code.subclaim, code.health)
    if kind and not key.may_sign(kind):
        yield Why.WRONG_KEY_USAGE


def _health_faults(code: Unpacked, now: datetime) -> Iterator[Why]:
    issued_at, expires_at = code.content.issued_at, code.content.expires_at
    moment = now.timestamp()
    if not code.holds:
        yield Why.SCHEMA
    if issued_at is not None and issued_at > moment + CLOCK_SKEW.total_seconds():
        yield Why.NOT_YET_VALID
    if expires_at is not None and expires_at < moment:
        yield Why.EXPIRED
    if code.group == "t" and code.content.doses:
        yield from _test_faults(code.health["t"][0], now)


def _test_faults(entry: Any, now: datetime) -> Iterator[Why]:
    if not isinstance(entry, dict):
        return
    if entry.get("tr") == TEST_POSITIVE:
        yield Why.TEST_POSITIVE
    try:
        taken = datetime.fromisoformat(str(entry.get("sc")))
    except ValueError:
        return
    if taken.timestamp() > (now + CLOCK_SKEW).timestamp():
        yield Why.NOT_YET_VALID


def hashes(code: Unpacked) -> revocation.RevocationHashes:
    """Give the revocation hashes of an unpacked code."""
    return revocation.hashes_of(
        kid=code.message.kid,
        issuer=code.content.issuer,
        certificate_id=next((line.certificate_id for line in code.content.doses), ""),
        signature=code.message.signature,
        signed_bytes=code.message.signed_bytes,
        es256=code.message.algorithm == cose.ES256,
    )


def read(text: str, *, keys: TrustList, now: datetime, revoked: Revoked) -> Reading:
    """Give the Reading of an HC1 text: chain, signature, key's country and use, revocation, schema, days."""
    code = unpack(text)
    layers: tuple[tuple[str, bool], ...] = (("chain", True),)
    why, key = _signature_faults(code, keys)
    if why is None and key is not None:
        faults = [*_content_faults(code, key, now)]
        if revoked is not never_revoked and revoked(hashes(code)):
            faults.append(Why.REVOKED)
        faults += _health_faults(code, now)
        if code.subclaim not in subclaims.UNDERSTOOD:
            link = code.subclaim == subclaims.HEALTH_LINK
            faults.append(Why.LINK_NOT_FOLLOWED if link else Why.UNSUPPORTED_CONTENT)
        why = faults[0] if faults else Why.GENUINE
        layers = (*layers, ("signature", True), ("rules", not faults))
    else:
        layers = (*layers, ("signature", False))
    return reading_of(
        why or Why.GENUINE, FORMAT.code, code.content, kid=code.message.kid, layers=layers, raw=code.health
    )


FORMAT = Format("hc1", lambda text: text.startswith(PREFIX), read)
