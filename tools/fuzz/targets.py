"""The targets: each takes any bytes, and raises Broken or lets an exception through where a promise does not hold."""

import json
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tiemchung.certificates.emitters.encoding import compact_json, text64
from tiemchung.certificates.formats import (
    Outcome,
    base45,
    bloom,
    cose,
    deflate,
    hc1,
    icao,
    jws,
    mrz,
    read,
    safecbor,
    shc,
    varhash,
)
from tiemchung.certificates.formats.reading import Fault
from tools.fuzz import seeds
from tools.fuzz.promises import Target, require

KEYS = seeds.believed()
_LATIN = re.compile(r"([A-Z]+(<[A-Z]+)*)?")


@dataclass(frozen=True)
class Job:
    """One target: what it begins with, and how long an input may be."""

    target: Target
    begin: Callable[[], list[bytes]]
    longest: int = 4096


def _as_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _identity(text: str) -> object:
    """Give what makes a code the one it is: the same signed content may be written with other spaces or tags."""
    if text.startswith(hc1.PREFIX):
        message = cose.parse(hc1.to_cose(text))
        return message.signed_bytes, message.signature
    if text.startswith("{"):
        seal = icao.parse(text)
        return icao.canonical(seal["data"]), seal["sig"]["sigvl"].rstrip("=")
    return shc.to_jws(text.strip())


_OURS = {_identity(text) for text in seeds.our_codes()}


def _judged(text: str) -> None:
    if read(text, keys=KEYS, now=seeds.NOW).outcome is Outcome.VALID:
        # What copyists and scanners put around a code is no change of it.
        bare = text.strip("\r\n\t\ufeff\0").lstrip(" \r\n\t\ufeff\0")
        require(_identity(bare) in _OURS, "a changed code reads as VALID")


def reader(data: bytes) -> None:
    """Read any text: an answer always, and VALID for nothing but what was signed."""
    _judged(_as_text(data))


def message(data: bytes) -> None:
    """Read any bytes as the COSE message inside an HC1."""
    if len(data) <= deflate.MAX_STORED:
        _judged(hc1.PREFIX + base45.encode(deflate.deflated(data)))


def claims(data: bytes) -> None:
    """Read any claims, signed by a believed key: an answer always."""
    header = cose.protected_header(seeds.KEY.kid)
    message = cose.write(data, seeds.SIGNER, header)
    read(hc1.PREFIX + base45.encode(deflate.deflated(message)), keys=KEYS, now=seeds.NOW)


def cbor(data: bytes) -> None:
    """Decode any CBOR: an item or ValueError."""
    with suppress(ValueError):
        safecbor.decode(data)


def lists(data: bytes) -> None:
    """Read any bytes as a published filter or hash list and ask it something: an answer or ValueError."""
    for kind in (bloom, varhash):
        with suppress(ValueError):
            b"sixteen bytes ok" in kind.from_bytes(data)  # noqa: B015


def _slow_base45(text: str) -> bytes | None:
    out = bytearray()
    for at in range(0, len(text), 3):
        digits = [base45.ALPHABET.find(letter) for letter in text[at : at + 3]]
        number = sum(digit * 45**place for place, digit in enumerate(digits))
        size = len(digits) - 1
        if min(digits) < 0 or size == 0 or number >= 256**size:
            return None
        out += number.to_bytes(size, "big")
    return bytes(out)


def base_45(data: bytes) -> None:
    """Decode any text and encode any bytes: as a second implementation does, and back to the same."""
    text = data.decode("latin-1")
    try:
        found: bytes | None = base45.decode(text)
    except ValueError:
        found = None
    require(found == _slow_base45(text), "Base45 decodes to something else than digit by digit")
    require(found is None or base45.encode(found) == text, "a Base45 text has two spellings")
    require(base45.decode(base45.encode(data)) == data, "Base45 does not come back")


def zlib(data: bytes) -> None:
    """Inflate any bytes: at most 64 KB or ValueError; what we pack comes back."""
    for wbits in (deflate.ZLIB, deflate.RAW):
        try:
            require(len(deflate.inflate(data, wbits=wbits)) <= deflate.MAX_INFLATED, "inflates beyond the limit")
        except ValueError:
            continue
    if len(data) <= deflate.MAX_STORED:
        require(deflate.inflate(deflate.deflated(data)) == data, "a stored block does not come back")


def web_signature(data: bytes) -> None:
    """Parse any compact JWS; then read any JSON as a card's payload, signed by a believed key."""
    with suppress(Fault):
        jws.parse(data.decode("latin-1"))
    header = {"zip": "DEF", "alg": "ES256", "kid": shc_kid()}
    signed = f"{text64(compact_json(header))}.{text64(_raw_deflated(data))}"
    signature = text64(seeds.SIGNER.sign(signed.encode()))
    read(f"{signed}.{signature}", keys=KEYS, now=seeds.NOW)


def seal(data: bytes) -> None:
    """Read any JSON as a seal's data, signed by a believed key."""
    try:
        content = json.loads(data)
        signed = icao.canonical(content)
    except (ValueError, RecursionError):
        return
    sig = {"alg": "ES256", "cer": text64(seeds.DER), "sigvl": text64(seeds.SIGNER.sign(signed))}
    read('{"icao.":0,' + json.dumps({"data": content, "sig": sig})[1:], keys=KEYS, now=seeds.NOW)


def name(data: bytes) -> None:
    """Transliterate any text: A to Z and single `<`, at most 80, the same for both spellings of an accent."""
    text = data.decode("utf-8", "replace")
    latin = mrz.transliterate(text)
    require(len(latin) <= mrz.MAX_LENGTH and _LATIN.fullmatch(latin) is not None, "not A-Z and single <")
    require(mrz.transliterate(latin) == latin, "a transliterated name changes again")
    composed = unicodedata.normalize("NFC", text)
    require(mrz.transliterate(composed) == mrz.transliterate(unicodedata.normalize("NFD", text)), "two spellings")


def _raw_deflated(data: bytes) -> bytes:
    # One stored block each, so that a mutation of the payload stays a mutation of the payload.
    size = min(len(data), deflate.MAX_STORED)
    return b"\x01" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + data[:size]


def shc_kid() -> str:
    """Give the name of our web key."""
    return next(iter(kid for kid in KEYS.keys if len(kid) > 8)).decode()


def _texts() -> list[bytes]:
    return [text.encode() for text in seeds.our_codes() + seeds.published_codes()]


def _messages() -> list[bytes]:
    ours = [hc1.to_cose(text) for text in seeds.our_codes() if text.startswith(hc1.PREFIX)]
    return ours + seeds.published_parts() + seeds.tricks()


def _payloads() -> list[bytes]:
    cards = [text for text in seeds.our_codes() if text.startswith(shc.PREFIX)]
    found = [shc.to_jws(text).encode() for text in cards]
    return found + [compact_json(jws.parse(shc.to_jws(text)).payload) for text in cards] + [b"{}", b"[" * 2000]


def _seals() -> list[bytes]:
    return [compact_json(json.loads(text)["data"]) for text in seeds.our_codes() if text.startswith("{")]


def _bodies() -> list[bytes]:
    return [text.removeprefix(hc1.PREFIX).encode() for text in seeds.our_codes()] + [b"", b":::", b"GGW", b"0"]


def _streams() -> list[bytes]:
    ours = [base45.decode(body.decode()) for body in _bodies()[:1]]
    return [*ours, deflate.deflated(b"\0" * 9000), b"\x78\x9c\x03\x00\x00\x00\x00\x01", b"\x03\x00"]


def _lists() -> list[bytes]:
    filled = bloom.sized(20, 1e-6)
    filled.add(b"sixteen bytes ok")
    return [filled.to_bytes(), varhash.shortened([b"sixteen bytes ok", b"another sixteen "], 1e-6).to_bytes()]


JOBS: dict[str, Job] = {
    "reader": Job(reader, _texts, 20_000),
    "message": Job(message, _messages),
    "claims": Job(claims, lambda: seeds.our_claims() + seeds.tricks()),
    "cbor": Job(cbor, lambda: seeds.our_claims() + _messages()),
    "base45": Job(base_45, _bodies),
    "zlib": Job(zlib, _streams),
    "jws": Job(web_signature, _payloads),
    "seal": Job(seal, _seals),
    "lists": Job(lists, _lists),
    "name": Job(name, lambda: ["Nguyễn Thị Ánh".encode(), "Đặng Ưng".encode(), "Ðỗ Tôn-Thất O'Brien".encode()]),
}
