"""Bad input, one row each: what is held up, and the named reason that the checkpoint hears. Nothing of it is VALID."""

import json
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cbor2 import CBORTag, dumps, undefined

from tests.certificates.formats.cast import KID, NOW, a_code, believed, handmade, key, payload, signer, text64
from tests.certificates.formats.test_icao import AUTHORITY, seal
from tests.certificates.formats.test_shc import ISSUER, card, numeric
from tests.certificates.formats.test_shc import keys as web_keys
from tiemchung.certificates.formats import (
    Outcome,
    TrustedKey,
    TrustList,
    Why,
    base45,
    cose,
    deflate,
    hc1,
    read,
    safecbor,
    trust_list,
)
from tiemchung.certificates.formats.trust import TRAVEL

YEAR, START = int((NOW + timedelta(days=365)).timestamp()), int(NOW.timestamp())


def claimed(**changes: Any) -> dict[int, Any]:
    """Give good claims, changed by name: iss, exp, iat, hcert."""
    numbers = {"iss": 1, "exp": 4, "iat": 6, "hcert": -260}
    return {1: "VN", 4: YEAR, 6: START, -260: {1: payload()}} | {numbers[name]: item for name, item in changes.items()}


def wrapped(message: bytes) -> str:
    """Give an HC1 text around any COSE bytes."""
    return hc1.PREFIX + base45.encode(deflate.deflated(message))


def packed(stream: bytes) -> str:
    """Give an HC1 text around any compressed stream."""
    return hc1.PREFIX + base45.encode(stream)


def nested(depth: int, *, hidden: bool = False) -> Any:
    """Give a list in a list, so deep; `hidden` puts it where the payload's schema does not look."""
    item: Any = 1
    for _ in range(depth):
        item = [item]
    return {"deep": item} if hidden else item


def bomb(size: int) -> bytes:
    """Give a small stream that inflates to `size` zero bytes."""
    return zlib.compress(b"\0" * size, 9)


def raw_bytes(head: bytes) -> str:
    """Give a code whose claims are these very bytes, signed by the ministry."""
    header = cose.protected_header(KID)
    return wrapped(cose.write(head, signer(), header))


def a_card(body: bytes, header: dict[str, str] | None = None) -> str:
    """Give a health card around any payload bytes, signed by its issuer."""
    stated = header or {"zip": "DEF", "alg": "ES256", "kid": "vn-1"}
    signed = f"{text64(json.dumps(stated).encode())}.{text64(body)}"
    return f"{signed}.{text64(signer().sign(signed.encode()))}"


def raw_deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def changed_seal(change: Callable[[dict[str, Any]], None]) -> str:
    source = json.loads(seal())
    change(source)
    return json.dumps(source)


# Streams that swell: 64 KB is more than any certificate, 16 MB in 16 KB would be a bomb.
BOMBS = {
    "65 KB of zeros": (packed(bomb(65 * 1024)), Why.DAMAGED),
    "4 MB of zeros in 4 KB": (packed(bomb(4 << 20)), Why.DAMAGED),
    "a bomb in a bomb": (packed(zlib.compress(bomb(4 << 20))), Why.DAMAGED),
    "a stream that never ends": (packed(bomb(60 * 1024)[:-6]), Why.DAMAGED),
    "a stream that asks for a dictionary": (packed(b"\x78\xbb" + b"\0" * 20), Why.DAMAGED),
    "a health card that swells": (a_card(raw_deflated(b"{" + b" " * (1 << 20) + b"}")), Why.DAMAGED),
    "base45 of 9 KB": ("HC1:" + "0" * 9000, Why.TOO_LONG),
    "a numeric card of 20 KB": ("shc:/" + "01" * 10_000, Why.TOO_LONG),
}

CBOR = {
    "17 levels in the claims": (handmade(claims=claimed(hcert=nested(17))), Why.DAMAGED),
    "17 levels beside the certificate": (handmade(claims=claimed() | {99: nested(17, hidden=True)}), Why.DAMAGED),
    "a thousand levels": (raw_bytes(b"\x81" * 1000 + b"\x00"), Why.DAMAGED),
    "a thousand maps": (raw_bytes(b"\xa1\x01" * 1000 + b"\x00"), Why.DAMAGED),
    "a thousand tags": (raw_bytes(b"\xd2" * 1000 + b"\x00"), Why.DAMAGED),
    "endless lists of unstated length": (raw_bytes(b"\x9f" * 1000), Why.DAMAGED),
    "a text that says it is 8 EB long": (raw_bytes(b"\x7b\x7f\xff\xff\xff\xff\xff\xff\xff"), Why.DAMAGED),
    "a list that says it has 16 E entries": (raw_bytes(b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"), Why.DAMAGED),
    "a claim stated twice": (raw_bytes(b"\xa2\x01\x62VN\x01\x62AT"), Why.DAMAGED),
    "bytes after the claims": (raw_bytes(dumps(claimed()) + b"\x00"), Why.DAMAGED),
    "claims that are a list": (raw_bytes(dumps([1, 2])), Why.DAMAGED),
    "no claims at all": (raw_bytes(b""), Why.DAMAGED),
    "text that is no UTF-8": (raw_bytes(b"\xa1\x01\x62\xff\xff"), Why.DAMAGED),
    "a shared reference to itself": (raw_bytes(b"\xd8\x1c\x81\xd8\x1d\x00"), Why.DAMAGED),
    "a big number in a tag": (handmade(claims=claimed() | {99: 2**80}), Why.DAMAGED),
    "a regular expression in a tag": (handmade(claims=claimed() | {99: CBORTag(35, "(a+)+$")}), Why.DAMAGED),
}

TAGS = {
    "a COSE_Sign, many signers": (handmade(tags=(98,)), Why.DAMAGED),
    "a COSE_Mac0": (handmade(tags=(17,)), Why.DAMAGED),
    "a COSE_Encrypt0": (handmade(tags=(16,)), Why.DAMAGED),
    "61 twice": (handmade(tags=(18, 61, 61)), Why.DAMAGED),
    "18 around 61": (handmade(tags=(61, 18)), Why.DAMAGED),
    "18 twice": (handmade(tags=(18, 18)), Why.DAMAGED),
    "the self-described CBOR around an unknown tag": (handmade(tags=(18, 4711)), Why.DAMAGED),
    "three parts": (wrapped(dumps(CBORTag(18, [b"", {}, b""]))), Why.DAMAGED),
    "a payload that is nil": (wrapped(dumps(CBORTag(18, [dumps({1: -7, 4: KID}), {}, None, b"\0" * 64]))), Why.DAMAGED),
    "headers that are a list": (handmade(protected=[1, 2]), Why.DAMAGED),
    "a key id that is a text": (handmade(protected={1: -7, 4: "12345678"}), Why.UNKNOWN_KEY),
    "a signature as DER": (handmade(signature=b"\x30\x44\x02\x20" + b"\x01" * 66), Why.BAD_SIGNATURE),
    "no algorithm": (handmade(protected={4: KID}), Why.UNSUPPORTED_ALGORITHM),
    "an HMAC with the public key": (handmade(protected={1: 5, 4: KID}), Why.UNSUPPORTED_ALGORITHM),
}

DATES = {
    "not a number": (handmade(claims=claimed(exp=float("nan"))), Why.SCHEMA),
    "no end ever": (handmade(claims=claimed(exp=float("inf"))), Why.SCHEMA),
    "a float behind the end": (handmade(claims=claimed(exp=START - 0.5)), Why.EXPIRED),
    "a float of the future": (handmade(claims=claimed(iat=START + 301.5)), Why.NOT_YET_VALID),
    "milliseconds for seconds": (handmade(claims=claimed(exp=YEAR * 1000)), Why.SCHEMA),
    "a truth value": (handmade(claims=claimed(exp=True)), Why.SCHEMA),
    "a word": (handmade(claims=claimed(iat="yesterday")), Why.SCHEMA),
    "an undefined end": (handmade(claims=claimed(exp=undefined)), Why.SCHEMA),
    "a dose on a float": (a_code(payload(dt=1.5e9)), Why.SCHEMA),
    "a birth date as a number": (handmade(claims=claimed(hcert={1: payload() | {"dob": 19850305}})), Why.SCHEMA),
    "a card from a float of the future": (card(nbf=START + 301.5), Why.NOT_YET_VALID),
    "a card with a word for a day": (card(nbf="today"), Why.DAMAGED),
    "a card with an endless number": (card(exp=10**400), Why.DAMAGED),
}

JSONS = {
    "a card of a thousand levels": (a_card(raw_deflated(b"[" * 5000)), Why.DAMAGED),
    "a card that is not deflated": (a_card(json.dumps({"iss": ISSUER}).encode()), Why.DAMAGED),
    "a card without zip": (a_card(raw_deflated(b"{}"), {"alg": "ES256", "kid": "vn-1"}), Why.MALFORMED_HEADER),
    "a card that is signed by nobody": (
        a_card(raw_deflated(json.dumps({"iss": ISSUER}).encode()), {"zip": "DEF", "alg": "none", "kid": "vn-1"}),
        Why.UNSUPPORTED_ALGORITHM,
    ),
    "a card of another address with our key id": (card(iss="https://elsewhere.example"), Why.UNKNOWN_KEY),
    "one chunk of two": ("shc:/1/2/" + numeric(card())[5:205], Why.INCOMPLETE),
    "a pair of digits beyond the letters": ("shc:/9999", Why.DAMAGED),
    "a seal with a fraction": (changed_seal(lambda s: s["data"]["msg"].update(x=1.5)), Why.DAMAGED),
    "a seal that changes a lot": (changed_seal(lambda s: s["data"]["msg"]["ve"][0]["vd"][0].update(lot="X")),
                                  Why.BAD_SIGNATURE),
    "a seal without its certificate": (changed_seal(lambda s: s["sig"].pop("cer")), Why.DAMAGED),
    "a seal of a thousand levels": ('{"icao.vacc":' + "[" * 3000, Why.DAMAGED),
    "a lone surrogate": ('{"icao.vacc":"\ud800"}', Why.UNSUPPORTED_CONTENT),
}  # fmt: skip

TABLES = BOMBS | CBOR | TAGS | DATES | JSONS


def everyone() -> TrustList:
    """Give a trust list that believes the ministry, the cards' issuer and the seals' authority."""
    found = [one for trusted in (believed(), web_keys()) for group in trusted.keys.values() for one in group]
    return trust_list(found, [AUTHORITY])


@pytest.mark.parametrize("what", list(TABLES))
def test_it_is_refused_by_its_name(what: str) -> None:
    text, why = TABLES[what]
    reading = read(text, keys=everyone(), now=NOW)
    assert reading.why is why
    assert reading.outcome is not Outcome.VALID


def test_the_good_codes_that_the_rows_spoil_are_good() -> None:
    for text in (handmade(claims=claimed()), a_code(), card(), numeric(card()), seal(), wrapped(hc1.to_cose(a_code()))):
        assert read(text, keys=everyone(), now=NOW).outcome is Outcome.VALID
    for claims in (claimed(exp=float(YEAR)), claimed(iat=START + 299.5), claimed() | {99: nested(12, hidden=True)}):
        assert read(handmade(claims=claims), keys=everyone(), now=NOW).outcome is Outcome.VALID


FOREIGN = signer("austria")


def two(*keys: TrustedKey) -> TrustList:
    return trust_list(keys)


def body(number: int, told: Any) -> str:
    """Give a code with one of the WHO's bodies, or with its set beside the claims (0), well signed."""
    claims = {1: "VN", 4: YEAR, 6: START}
    return handmade(claims=claims | ({-260: {number: told}} if number else told))


TESTS, DOSES, TRAVELS = (two(key(usages=frozenset([use]))) for use in ("t", "v", TRAVEL))
YELLOW = {"n": "An", "dob": "1985-03-05", "v": {"vp": "XM68M6", "dt": "2021-09-02", "bo": "AB12"}}
WHO_DOSE = {"name": "An", "birthDate": "1985-03-05", "vaccine": "XM68M6", "dose": 1, "date": "2021-09-02"}
WHO_TEST = {"name": "An", "test": {"pathogen": "94309-2", "date": "2021-09-02", "result": {"code": "260415000"}}}

KEYS: dict[str, tuple[str, TrustList, Why]] = {
    "two keys of one id, ours last": (a_code(), two(key("stranger"), key()), Why.GENUINE),
    "two keys of one id, ours first": (a_code(), two(key(), key("stranger")), Why.GENUINE),
    "two keys of one id, neither signed": (a_code(signer=signer("forger")), two(key("stranger"), key()),
                                           Why.BAD_SIGNATURE),
    "two keys of one id, and the foreign one signed for VN": (
        a_code(signer=FOREIGN), two(key(), key("austria", country="AT")), Why.COUNTRY_MISMATCH),
    "a foreign key signing for VN": (a_code(signer=FOREIGN), two(key("austria", country="AT")), Why.COUNTRY_MISMATCH),
    "our key signing for AT": (a_code(country="AT"), two(key()), Why.COUNTRY_MISMATCH),
    "a key for tests signing a dose": (a_code(), two(key(usages=frozenset("t"))), Why.WRONG_KEY_USAGE),
    "a key for tests signing a yellow card": (body(-6, YELLOW), TESTS, Why.WRONG_KEY_USAGE),
    "a key for tests signing a dose of the WHO": (body(3, WHO_DOSE), TESTS, Why.WRONG_KEY_USAGE),
    "a key for tests signing a dose of the WHO inside": (
        body(3, {"name": "An", "vaccination": WHO_DOSE}), TESTS, Why.WRONG_KEY_USAGE),
    "a key for tests signing a dose named by its brand alone": (
        body(3, {"name": "An", "brand": "EU/1/20/1528"}), TESTS, Why.WRONG_KEY_USAGE),
    "a key for tests signing a dose beside the claims": (body(0, WHO_DOSE), TESTS, Why.WRONG_KEY_USAGE),
    "a key for doses signing a test of the WHO": (body(4, WHO_TEST), DOSES, Why.WRONG_KEY_USAGE),
    "a key for travel documents signing a yellow card": (body(-6, YELLOW), TRAVELS, Why.WRONG_KEY_USAGE),
    "a key for travel documents signing a test of the WHO": (body(4, WHO_TEST), TRAVELS, Why.WRONG_KEY_USAGE),
    "a key for doses signing a yellow card": (body(-6, YELLOW), DOSES, Why.GENUINE),
    "a key for doses signing a dose of the WHO": (body(3, WHO_DOSE), DOSES, Why.GENUINE),
    "a key for tests signing a test of the WHO": (body(4, WHO_TEST), TESTS, Why.GENUINE),
    "a key whose certificate has ended": (a_code(), two(key(valid_to=NOW - timedelta(days=1))), Why.KEY_EXPIRED),
    "a key whose certificate has not begun": (a_code(), two(key(valid_from=NOW + timedelta(days=1))), Why.KEY_EXPIRED),
    "a web key's id on an HC1": (a_code(), web_keys(), Why.UNKNOWN_KEY),
    "nobody believed": (a_code(), trust_list([]), Why.UNKNOWN_KEY),
}  # fmt: skip


@pytest.mark.parametrize("what", list(KEYS))
def test_keys_speak_for_what_they_may_and_no_more(what: str) -> None:
    text, keys, why = KEYS[what]
    assert read(text, keys=keys, now=NOW).why is why


@pytest.mark.parametrize(
    ("now", "code", "why"),
    [
        (NOW - timedelta(days=40), a_code(), Why.NOT_YET_VALID),
        (NOW + timedelta(days=40), a_code(), Why.GENUINE),
        (NOW + timedelta(days=365 + 40), a_code(), Why.EXPIRED),
        (NOW - timedelta(days=40), card(), Why.NOT_YET_VALID),
        # The seal's signer began 30 days ago: nobody stands above it on such a day.
        (NOW - timedelta(days=40), seal(), Why.UNKNOWN_KEY),
    ],
)
def test_a_clock_forty_days_off_is_named_and_forges_nothing(now: datetime, code: str, why: Why) -> None:
    assert read(code, keys=everyone(), now=now).why is why
    forged = read(a_code(signer=signer("forger")), keys=everyone(), now=now)
    assert forged.why is Why.BAD_SIGNATURE


def test_an_unreadable_moment_shows_no_day() -> None:
    reading = read(handmade(claims=claimed(exp=float("nan"))), keys=everyone(), now=NOW)
    assert (reading.expires_at, reading.issued_at) == (None, START)


@pytest.mark.parametrize("item", ["bf0102ff", "9f01ff", "5f4101ff", "7f6161ff", "a1019f01ff", "ff", "81ff"])
def test_an_item_whose_length_is_not_stated_is_refused_of_whatever_kind(item: str) -> None:
    with pytest.raises(ValueError, match="CBOR"):
        safecbor.decode(bytes.fromhex(item))
    assert safecbor.decode(bytes.fromhex("a10102")) == {1: 2}
