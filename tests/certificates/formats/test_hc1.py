"""An HC1 is written one way, read in every way, and every refusal has its name."""

from datetime import timedelta

import pytest
from cbor2 import CBORTag, dumps, loads
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from tests.certificates.formats.cast import KID, NOW, a_code, believed, certificate, der, handmade, key, payload, signer
from tiemchung.certificates.formats import Outcome, TrustedKey, Why, base45, cose, deflate, hc1, read, trust, trust_list

YEAR = int((NOW + timedelta(days=365)).timestamp())
START = int(NOW.timestamp())


def why(text: str, **facts: object) -> Why:
    return read(text, keys=believed(**facts), now=NOW).why


def test_what_we_issue_reads_as_valid_with_its_content() -> None:
    reading = read(a_code(), keys=believed(), now=NOW)
    assert (reading.outcome, reading.why, reading.format) == (Outcome.VALID, Why.GENUINE, "hc1")
    assert (reading.holder_name, reading.holder_name_latin) == ("Nguyễn Thị An", "NGUYEN THI AN")
    assert (reading.birth_date, reading.issuer, reading.expires_at) == ("1985-03-05", "VN", YEAR)
    (dose,) = reading.doses
    assert (dose.number, dose.of, dose.given_on, dose.product) == (1, 2, "2021-09-02", "EU/1/20/1528")
    assert all(held for _, held in reading.layers)


def test_there_is_one_way_of_writing() -> None:
    item = loads(deflate.inflate(base45.decode(a_code()[4:])))
    assert isinstance(item, CBORTag)
    assert item.tag == 18
    protected, unprotected, body, signature = item.value
    assert (loads(protected), unprotected, len(signature)) == ({1: -7, 4: KID}, {}, 64)
    claims = loads(body)
    assert (claims[1], claims[4], claims[6], list(claims[-260])) == ("VN", YEAR, START, [1])
    assert isinstance(claims[4], int)


def test_a_name_of_usual_length_fits_a_qr_of_version_18_at_level_q() -> None:
    assert len(a_code()) <= 574


def test_a_certificate_cannot_expire_before_it_is_issued() -> None:
    with pytest.raises(ValueError, match="expires"):
        a_code(expires_at=NOW)


def test_a_key_id_of_another_length_is_never_written() -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        a_code(kid=b"short")


@pytest.mark.parametrize("tags", [(), (18,), (18, 61), (61,)])
def test_each_tagging_is_read(tags: tuple[int, ...]) -> None:
    assert why(handmade(tags=tags)) is Why.GENUINE


@pytest.mark.parametrize(
    ("protected", "unprotected", "found"),
    [
        ({1: -7, 4: KID}, {}, Why.GENUINE),
        ({1: -7}, {4: KID}, Why.GENUINE),
        ({1: -7, 4: KID}, {4: b"12345678"}, Why.GENUINE),
        ({1: -7, 4: b"12345678"}, {4: KID}, Why.UNKNOWN_KEY),
        ({1: -7}, {4: b"12345678"}, Why.UNKNOWN_KEY),
        ({1: -7}, {}, Why.UNKNOWN_KEY),
    ],
)
def test_the_protected_key_id_wins(protected: dict[int, object], unprotected: dict[int, object], found: Why) -> None:
    assert why(handmade(protected=protected, unprotected=unprotected)) is found


@pytest.mark.parametrize("algorithm", [-8, -35, 5, "ES256", None, -7.5])
def test_co4_another_algorithm_is_invalid(algorithm: object) -> None:
    reading = read(handmade(protected={1: algorithm, 4: KID}), keys=believed(), now=NOW)
    assert (reading.outcome, reading.why) == (Outcome.INVALID, Why.UNSUPPORTED_ALGORITHM)


@pytest.mark.parametrize(
    "signature", [b"", b"\x01" * 63, b"\x01" * 65, b"\x30\x44" + b"\x02" * 70, b"\x00" * 64, b"\xff" * 64]
)
def test_co24_a_signature_of_wrong_length_or_value_is_invalid(signature: bytes) -> None:
    assert why(handmade(signature=signature)) is Why.BAD_SIGNATURE


@pytest.mark.parametrize("kid", [b"\x01", KID[:7], KID + b"\x09", b"\x01" * 64])
def test_co25_and_co26_a_key_id_of_wrong_length_is_invalid(kid: bytes) -> None:
    reading = read(handmade(protected={1: -7, 4: kid}), keys=believed(kid=kid), now=NOW)
    assert (reading.outcome, reading.why) == (Outcome.INVALID, Why.MALFORMED_HEADER)


def test_co27_an_algorithm_that_is_not_the_keys_is_invalid() -> None:
    assert why(handmade(protected={1: -37, 4: KID})) is Why.BAD_SIGNATURE
    rsa = generate_private_key(65537, 2048)
    keys = trust_list([TrustedKey(KID, rsa.public_key(), "VN")])
    assert read(a_code(), keys=keys, now=NOW).why is Why.BAD_SIGNATURE


@pytest.mark.parametrize(("bits", "found"), [(2048, Why.GENUINE), (1024, Why.BAD_SIGNATURE)])
def test_ps256_is_read_and_weak_keys_are_not(bits: int, found: Why) -> None:
    rsa = generate_private_key(65537, bits)
    header = dumps({1: -37, 4: KID})
    body = dumps({1: "VN", 4: YEAR, 6: START, -260: {1: payload()}})
    message = cose.sig_structure(header, body)
    signature = rsa.sign(message, PSS(mgf=MGF1(SHA256()), salt_length=32), SHA256())
    packed = dumps(CBORTag(18, [header, {}, body, signature]))
    keys = trust_list([TrustedKey(KID, rsa.public_key(), "VN")])
    assert read("HC1:" + base45.encode(deflate.deflated(packed)), keys=keys, now=NOW).why is found


def test_every_key_with_the_id_is_tried() -> None:
    keys = trust_list([key("stranger"), key("ministry")])
    assert read(a_code(), keys=keys, now=NOW).why is Why.GENUINE


def test_a_key_of_another_country_cannot_speak_for_vietnam() -> None:
    assert why(a_code(), country="AT") is Why.COUNTRY_MISMATCH
    assert why(a_code(), country="VNM") is Why.GENUINE


def test_without_an_issuer_the_doses_country_is_bound() -> None:
    claims = {4: YEAR, 6: START, -260: {1: payload()}}
    assert why(handmade(claims=claims)) is Why.GENUINE
    assert why(handmade(claims=claims), country="AT") is Why.COUNTRY_MISMATCH
    assert why(handmade(claims=claims | {1: "Ministry of Health"}), country="AT") is Why.COUNTRY_MISMATCH


@pytest.mark.parametrize(
    ("usages", "found"),
    [
        (frozenset(), Why.GENUINE),
        (frozenset("v"), Why.GENUINE),
        (frozenset("vt"), Why.GENUINE),
        (frozenset("t"), Why.WRONG_KEY_USAGE),
    ],
)
def test_a_key_signs_only_what_it_may(usages: frozenset[str], found: Why) -> None:
    assert why(a_code(), usages=usages) is found


@pytest.mark.parametrize("arc", ["1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1."])
def test_both_arcs_of_key_uses_are_understood(arc: str) -> None:
    made = certificate("tester", purposes=(arc + "1", "1.3.6.1.5.5.7.3.2"))
    assert trust.key_of_certificate(der(made)).usages == frozenset("t")


def test_the_days_of_the_certificate_and_of_the_key_are_kept() -> None:
    code = a_code()

    def at(moment: object) -> Why:
        return read(code, keys=believed(), now=moment).why  # type: ignore[arg-type]

    assert at(NOW + timedelta(days=365)) is Why.GENUINE
    assert at(NOW + timedelta(days=365, seconds=1)) is Why.EXPIRED
    assert at(NOW - timedelta(minutes=5)) is Why.GENUINE
    assert at(NOW - timedelta(minutes=6)) is Why.NOT_YET_VALID
    assert why(code, valid_to=NOW - timedelta(seconds=1)) is Why.KEY_EXPIRED


@pytest.mark.parametrize(
    "moments",
    [
        {4: float(YEAR), 6: START + 0.5},
        {4: CBORTag(1, YEAR), 6: CBORTag(1, START)},
        {4: CBORTag(0, "2027-11-22T00:00:00Z"), 6: START},
    ],
)
def test_other_spellings_of_moments_are_read(moments: dict[int, object]) -> None:
    assert why(handmade(claims={1: "VN", -260: {1: payload()}} | moments)) is Why.GENUINE


@pytest.mark.parametrize("moment", [float("nan"), float("inf"), "soon", [1], True, 10**15, CBORTag(0, "x")])
def test_a_moment_that_is_none_is_refused(moment: object) -> None:
    assert why(handmade(claims={1: "VN", 4: moment, 6: START, -260: {1: payload()}})) is Why.SCHEMA


def test_a_payload_outside_the_schema_is_refused() -> None:
    assert why(a_code(payload(dn="one"))) is Why.SCHEMA
    assert why(handmade(claims={1: "VN", 4: YEAR, 6: START, -260: {1: ["x"]}})) is Why.SCHEMA


@pytest.mark.parametrize("change", [{"dn": 1.0}, {"is": "Bộ Y tế\n"}, {"extra": "field"}])
def test_foreign_habits_are_read(change: dict[str, object]) -> None:
    assert why(a_code(payload(**change))) is Why.GENUINE


def a_test(**changes: object) -> dict[str, object]:
    entry = {
        "tg": "840539006",
        "tt": "LP6464-4",
        "sc": "2026-11-20T08:00:00Z",
        "tr": "260415000",
        "co": "VN",
        "is": "x",
        "ci": "URN:UVCI:01:VN:A",
    }
    return {"ver": "1.3.0", "dob": "1985", "nam": {"fnt": "AN"}, "t": [entry | changes]}


def test_dgc7_a_detected_infection_is_not_valid() -> None:
    assert why(a_code(a_test())) is Why.GENUINE
    assert why(a_code(a_test(tr="260373001"))) is Why.TEST_POSITIVE


def test_dgc8_a_sample_taken_tomorrow_is_not_yet_valid() -> None:
    assert why(a_code(a_test(sc="2026-11-23T08:00:00+07:00"))) is Why.NOT_YET_VALID


def test_a_revoked_certificate_is_named_so() -> None:
    content = payload()
    code = a_code(content)
    listed = hc1.hashes(hc1.unpack(code)).uci
    reading = read(code, keys=believed(), now=NOW, revoked=lambda hashes: listed in hashes.listed())
    other = read(a_code(), keys=believed(), now=NOW, revoked=lambda hashes: listed in hashes.listed())
    assert (reading.outcome, reading.why) == (Outcome.INVALID, Why.REVOKED)
    assert other.why is Why.GENUINE


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Why.NOT_OURS),
        ("https://example.vn", Why.NOT_OURS),
        ("hc1:ABC", Why.NOT_OURS),
        ("HC1:", Why.DAMAGED),
        ("HC1:abc", Why.DAMAGED),
        ("HC1:" + "A" * 9000, Why.TOO_LONG),
        ("A" * 20000, Why.TOO_LONG),
        ("HC1:" + base45.encode(b"not a stream"), Why.DAMAGED),
        ("HC1:" + base45.encode(deflate.deflated(b"\xff")), Why.DAMAGED),
        ("HC1:" + base45.encode(deflate.deflated(dumps({"a": 1}))), Why.DAMAGED),
    ],
)
def test_other_and_broken_texts_are_named(text: str, found: Why) -> None:
    assert why(text) is found


def test_a_copied_code_with_line_ends_around_it_is_read() -> None:
    assert why(f"\ufeff{a_code()}\r\n") is Why.GENUINE


def test_a_cut_code_is_damaged_at_every_length() -> None:
    code = a_code()
    assert {why(code[:length]) for length in range(4, len(code))} == {Why.DAMAGED}


def test_an_unknown_key_says_cannot_check_and_shows_the_name() -> None:
    reading = read(a_code(), keys=trust_list([]), now=NOW)
    assert (reading.outcome, reading.why, reading.holder_name) == (Outcome.UNKNOWN, Why.UNKNOWN_KEY, "Nguyễn Thị An")


def test_a_forged_code_shows_no_name() -> None:
    reading = read(a_code(signer=signer("forger")), keys=believed(), now=NOW)
    assert (reading.outcome, reading.why, reading.holder_name) == (Outcome.INVALID, Why.BAD_SIGNATURE, "")


def test_a_yellow_card_is_read() -> None:
    card = {
        "n": "Nguyễn Thị An",
        "dob": "1985-03-05",
        "v": {"vp": "XM68M6", "dt": "2021-09-02", "bo": "AB12", "is": "Bộ Y tế"},
    }
    claims = {1: "VNM", 4: YEAR, 6: START, -260: {-6: card}}
    reading = read(handmade(claims=claims), keys=believed(), now=NOW)
    assert (reading.why, reading.holder_name, reading.doses[0].lot) == (Why.GENUINE, "Nguyễn Thị An", "AB12")


def test_a_health_link_inside_is_named_and_not_followed() -> None:
    claims = {1: "VN", 4: YEAR, 6: START, -260: {5: [{"u": "shlink:/x"}]}}
    assert why(handmade(claims=claims)) is Why.LINK_NOT_FOLLOWED


@pytest.mark.parametrize("tag", [2, 24, 28, 35, 258, 40000])
def test_a_tag_outside_the_list_is_refused(tag: int) -> None:
    assert why(handmade(claims={1: "VN", 4: YEAR, -260: {1: {"ver": CBORTag(tag, "1.0.0")}}})) is Why.DAMAGED


def test_nesting_beyond_sixteen_levels_is_refused() -> None:
    deep: object = "x"
    for _ in range(17):
        deep = [deep]
    assert why(handmade(claims={1: "VN", 4: YEAR, -260: {1: deep}})) is Why.DAMAGED
