"""The layers of a dgc-testdata vector, each through the project's own reader."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from cryptography import x509

from tiemchung.certificates.formats import (
    base45,
    cose,
    dcc,
    deflate,
    hc1,
    safecbor,
    schema,
    subclaims,
    trust,
    valuesets,
)
from tiemchung.certificates.formats.reading import Fault, Outcome
from tiemchung.certificates.formats.registry import read
from tiemchung.certificates.vectors.images import texts_in
from tiemchung.certificates.vectors.tally import Check, Found, agreed_or_not

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")


class Missing(Exception):
    """The vector lacks what this layer needs; the layer is skipped."""


class Failed(Exception):
    """The layer does not hold; the text says at which point."""


@dataclass(frozen=True)
class Vector:
    """One file: its layers as published, its context and its expectations."""

    source: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Give a published layer as text; raises Missing."""
        value = self.source.get(name)
        if not isinstance(value, str) or not value:
            raise Missing(name)
        return value

    def octets(self, name: str) -> bytes:
        """Give a published hex layer, of either case, as bytes; raises Missing, or Failed when it is no hex."""
        try:
            return bytes.fromhex("".join(self.text(name).split()))
        except ValueError:
            raise Failed(f"{name} is no hex") from None

    @property
    def context(self) -> Mapping[str, Any]:
        """Give TESTCTX, empty when there is none."""
        value = self.source.get("TESTCTX")
        return value if isinstance(value, Mapping) else {}

    @property
    def clock(self) -> datetime:
        """Give VALIDATIONCLOCK as an aware moment, UTC where no zone is stated; raises Missing."""
        value = self.context.get("VALIDATIONCLOCK")
        try:
            moment = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise Missing("VALIDATIONCLOCK") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @cached_property
    def certificate_bytes(self) -> bytes:
        """Give the signer's certificate (DER); raises Missing."""
        value = self.context.get("CERTIFICATE")
        if not isinstance(value, str) or not value.strip():
            raise Missing("CERTIFICATE")
        body = re.sub(r"-----[A-Z ]+-----|\s|\\[nr]", "", value)
        try:
            return b64decode(body)
        except ValueError:
            raise Failed("CERTIFICATE is no base64") from None

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Give the parsed certificate; raises Missing or Failed."""
        try:
            return trust.load_certificate(self.certificate_bytes)
        except ValueError:
            raise Failed("the certificate cannot be parsed") from None

    @cached_property
    def key(self) -> trust.TrustedKey:
        """Give the certificate's key; raises Missing or Failed."""
        try:
            return trust.key_of_certificate(self.certificate_bytes)
        except ValueError:
            raise Failed("the certificate's key cannot be read") from None

    @cached_property
    def message(self) -> cose.Sign1:
        """Give the parsed COSE layer; raises Missing or Failed."""
        try:
            return cose.parse(self.octets("COSE"))
        except ValueError as problem:
            raise Failed(f"COSE: {problem}") from None

    @cached_property
    def claims(self) -> Mapping[Any, Any]:
        """Give the claim map that COSE signs; raises Missing or Failed."""
        try:
            return hc1.claims_of(self.message.payload)
        except Fault as fault:
            raise Failed(str(fault)) from None

    @cached_property
    def payload(self) -> Any:
        """Give the certificate inside the claims, normalised; raises Missing or Failed."""
        number, raw = subclaims.choose(self.claims, -260)
        if number != subclaims.DCC:
            raise Failed("no certificate under claim -260, 1")
        return dcc.normalised(raw)


def comparable(item: Any) -> Any:
    """Give plain JSON in which two spellings of one moment are equal, and nulls and trimmings do not count."""
    return _moments(dcc.normalised(item))


def _moments(item: Any) -> Any:
    if isinstance(item, Mapping):
        return {key: _moments(value) for key, value in item.items()}
    if isinstance(item, list):
        return [_moments(value) for value in item]
    if not isinstance(item, str) or not _MOMENT.fullmatch(item):
        return item
    try:
        moment = datetime.fromisoformat(item)
    except ValueError:
        return item
    moment = (moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment).replace(microsecond=0)
    return moment.isoformat().removesuffix("T00:00:00")


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise Failed(why)


def _picture(vector: Vector, _expected: bool) -> None:
    encoded, prefixed = vector.text("2DCODE"), vector.text("PREFIX")
    try:
        found = texts_in(b64decode(encoded.partition("base64,")[2] or encoded))
    except ValueError as problem:
        raise Failed(str(problem)) from None
    _require(prefixed in found or prefixed.strip() in [text.strip() for text in found], "no QR with the text PREFIX")


def _unprefix(vector: Vector, expected: bool) -> None:
    text = vector.text("PREFIX")
    _require(text.startswith(hc1.PREFIX), "PREFIX does not start with HC1:")
    if expected or vector.source.get("BASE45"):
        _require(text.removeprefix(hc1.PREFIX) == vector.text("BASE45"), "PREFIX is not HC1: and BASE45")


def _base45(vector: Vector, expected: bool) -> None:
    try:
        decoded = base45.decode(vector.text("BASE45"))
    except ValueError as problem:
        raise Failed(str(problem)) from None
    if expected or vector.source.get("COMPRESSED"):
        _require(decoded == vector.octets("COMPRESSED"), "BASE45 does not decode to COMPRESSED")


def _compression(vector: Vector, expected: bool) -> None:
    try:
        inflated = deflate.inflate(vector.octets("COMPRESSED"))
    except ValueError as problem:
        raise Failed(str(problem)) from None
    if expected or vector.source.get("COSE"):
        _require(inflated == vector.octets("COSE"), "COMPRESSED does not inflate to COSE")


def _verify(vector: Vector, _expected: bool) -> None:
    message = vector.message
    _require(message.kid == trust.kid_of(vector.certificate_bytes), "the key id is not the certificate's")
    _require(cose.verify(message, vector.key.public_key), "the signature does not verify")


def _decode(vector: Vector, _expected: bool) -> None:
    published = vector.source.get("JSON")
    if published is None:
        raise Missing("JSON")
    _require(comparable(vector.payload) == comparable(published), "the signed certificate differs from JSON")


def _valid_json(vector: Vector, _expected: bool) -> None:
    published = vector.source.get("JSON")
    if published is None:
        raise Missing("JSON")
    try:
        item = safecbor.decode(vector.octets("CBOR"), open_lengths=True)
    except ValueError as problem:
        raise Failed(f"CBOR: {problem}") from None
    number, raw = subclaims.choose(item, -260) if isinstance(item, Mapping) else (0, item)
    inner = raw if number == subclaims.DCC else item
    _require(comparable(inner) == comparable(published), "CBOR differs from JSON")


def _schema(vector: Vector, expected: bool) -> None:
    objection = schema.objection(vector.payload)
    _require(not objection, f"schema {objection}")
    if not expected:
        # The schemas name value sets beside themselves without enforcing them; some refusals rest on those.
        _require(not valuesets.unknown_codes(vector.payload), "a code outside the value sets")


def _expiration(vector: Vector, expected: bool) -> None:
    try:
        issued_at, expires_at = (hc1.seconds(vector.claims.get(claim)) for claim in (6, 4))
    except ValueError:
        raise Failed("a claim that is no moment") from None
    _require(issued_at is not None and expires_at is not None, "no issue or expiry claim")
    now = vector.clock.timestamp()
    _require((issued_at or 0) <= now, "not yet issued")
    _require(now <= (expires_at or 0), "expired")
    if not expected:
        _require(vector.key.holds_at(vector.clock), "the signer's certificate is not valid then")


def _key_usage(vector: Vector, expected: bool) -> None:
    groups = schema.groups_of(vector.payload) if isinstance(vector.payload, dict) else []
    _require(len(groups) == 1, "not exactly one kind of certificate")
    _require(vector.key.may_sign(groups[0]), f"the signer may not sign {groups[0]}")
    if not expected:
        # A signer with other purposes but none of the health ones is unrestricted to us, refused by its publisher.
        _require(not trust.purposes_of(vector.certificate) or bool(vector.key.usages), "no health purpose stated")


LAYERS: dict[str, Callable[[Vector, bool], None]] = {
    "EXPECTEDPICTUREDECODE": _picture,
    "EXPECTEDUNPREFIX": _unprefix,
    "EXPECTEDB45DECODE": _base45,
    "EXPECTEDCOMPRESSION": _compression,
    "EXPECTEDVERIFY": _verify,
    "EXPECTEDDECODE": _decode,
    "EXPECTEDVALIDJSON": _valid_json,
    "EXPECTEDSCHEMAVALIDATION": _schema,
    "EXPECTEDEXPIRATIONCHECK": _expiration,
    "EXPECTEDKEYUSAGE": _key_usage,
}


# What one reading judges together; the picture and the comparison with JSON are outside it.
_JUDGED = tuple(layer for layer in LAYERS if layer not in ("EXPECTEDPICTUREDECODE", "EXPECTEDVALIDJSON"))
_DECISIVE = ("EXPECTEDVERIFY", "EXPECTEDSCHEMAVALIDATION", "EXPECTEDEXPIRATIONCHECK")


def _expectation(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _check(vector: Vector, file: str, layer: str, expected: bool) -> Check:
    try:
        LAYERS[layer](vector, expected)
    except Missing as what:
        return Check(file, layer, Found.SKIPPED, f"without {what}")
    except Failed as problem:
        return agreed_or_not(file, layer, not expected, str(problem))
    return agreed_or_not(file, layer, expected, "should fail and holds")


def _surprise(vector: Vector, stated: Mapping[str, bool | None]) -> str:
    """Give how the whole reader's answer differs from what the layers promise together; empty when it does not."""
    try:
        reading = read(vector.text("PREFIX"), keys=trust.trust_list([vector.key]), now=vector.clock)
    except (Missing, Failed):
        return ""
    failing = [layer for layer in _JUDGED if stated.get(layer) is False]
    if failing and reading.outcome is Outcome.VALID:
        return f"the reader says VALID though false is expected of {', '.join(failing)}"
    promised = all(stated.get(layer) is True for layer in _DECISIVE) and not failing
    if promised and reading.outcome is not Outcome.VALID:
        return f"the reader says {reading.outcome} {reading.why} though each layer should hold"
    return ""


def checks_of(source: Mapping[str, Any], file: str) -> list[Check]:
    """Give a Check for each layer that the vector states an expectation for, and a note on the whole reading."""
    wanted = source.get("EXPECTEDRESULTS")
    expectations = wanted if isinstance(wanted, Mapping) else {}
    stated = {layer: _expectation(expectations.get(layer)) for layer in LAYERS}
    vector = Vector(source)
    checks = [_check(vector, file, layer, hopes) for layer, hopes in stated.items() if hopes is not None]
    surprise = _surprise(vector, stated)
    return [*checks, Check(file, "READER", Found.NOTED, surprise)] if surprise else checks
