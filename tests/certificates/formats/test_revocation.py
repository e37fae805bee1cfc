"""Revocation hashes, filters and holders agree with the published vectors."""

import json
from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.certificates.formats.cast import TESTDATA, needs_testdata
from tiemchung.certificates.formats import bloom, hc1, holders, revocation


def published(path: str) -> list[dict[str, object]]:
    found = json.loads((TESTDATA / path).read_text("utf-8-sig"))
    return found if isinstance(found, list) else found["data"]


@needs_testdata
def test_each_published_hash_is_computed() -> None:
    samples = published("cwa/RevocationCalculationSampleData.json")
    for sample in samples:
        hashes = hc1.hashes(hc1.unpack(str(sample["barcodeData"])))
        assert hashes.uci is not None
        assert hashes.country_uci is not None
        found = (hashes.uci.hex(), hashes.country_uci.hex(), hashes.signature.hex())
        assert found == (sample["expUCI"], sample["expCOUNTRYCODEUCI"], sample["expSIGNATURE"])
    assert len(samples) == 3


def test_the_twin_of_an_es256_signature_has_the_same_hash() -> None:
    def hashed(signature: bytes, es256: bool) -> bytes:
        return revocation.hashes_of(
            kid=b"", issuer="VN", certificate_id="A", signature=signature, signed_bytes=b"", es256=es256
        ).signature

    assert hashed(b"r" * 32 + b"s" * 32, True) == hashed(b"r" * 32 + b"z" * 32, True)
    assert hashed(b"r" * 32 + b"s" * 32, False) != hashed(b"r" * 32 + b"z" * 32, False)


def test_what_is_missing_has_no_hash() -> None:
    hashes = revocation.hashes_of(kid=b"", issuer="", certificate_id="", signature=b"x", signed_bytes=b"", es256=True)
    assert hashes.listed() == (hashes.signature,)


@needs_testdata
def test_each_published_filter_is_built_and_answers() -> None:
    samples = published("bloomfilter/java/src/test/resources/filter-test.json")
    for sample in samples:
        data = [str(text).encode() for text in sample["data"]]  # type: ignore[attr-defined]
        made = bloom.sized(len(data), float(str(sample["p"])))
        for element, written in zip(data, sample["written"], strict=True):  # type: ignore[call-overload]
            if written:
                made.add(element)
        words = json.loads(b64decode(str(sample["filter"])))
        assert bloom.signed_words(made) == words
        read_back = bloom.from_words(words, made.hashes)
        assert [int(element in read_back) for element in data] == json.loads(str(sample["exists"]))
    assert len(samples) == 4


@needs_testdata
def test_the_older_filters_of_one_bit_an_element_are_reproduced() -> None:
    for sample in published("bloomfilter/java/src/test/resources/testcase1.json"):
        bits = json.loads(b64decode(str(sample["filter"])))
        for text, written in zip(sample["data"], sample["written"], strict=True):  # type: ignore[call-overload]
            assert bits[bloom.position(text.encode(), 0, len(bits))] >= written


def test_a_position_counts_the_digest_as_a_signed_number() -> None:
    assert bloom.position(bytes([11]), 1, 100) == 75


@given(st.sets(st.binary(min_size=1, max_size=16), min_size=1, max_size=40), st.floats(1e-9, 0.5))
def test_a_filter_never_forgets_and_survives_its_bytes(elements: set[bytes], rate: float) -> None:
    made = bloom.sized(len(elements), rate)
    for element in elements:
        made.add(element)
    read_back = bloom.from_bytes(made.to_bytes())
    assert all(element in read_back for element in elements)
    assert (read_back.words, read_back.hashes, read_back.held) == (made.words, made.hashes, len(elements))


def test_a_filter_keeps_about_the_promised_rate() -> None:
    made = bloom.sized(1000, 0.01)
    for number in range(1000):
        made.add(sha256(b"%d" % number).digest())
    wrong = sum(sha256(b"other %d" % number).digest() in made for number in range(10000))
    assert wrong < 300


@given(st.binary(max_size=60))
def test_other_bytes_are_no_filter(data: bytes) -> None:
    try:
        bloom.from_bytes(data)
    except ValueError:
        return
    assert len(data) > 20


@pytest.mark.parametrize(("capacity", "rate"), [(0, 0.1), (1, 0), (1, 1), (2**31, 1e-12)])
def test_an_impossible_filter_is_refused(capacity: int, rate: float) -> None:
    with pytest.raises(ValueError, match="filter"):
        bloom.sized(capacity, rate)


@needs_testdata
def test_each_published_pair_of_holders_is_judged_as_published() -> None:
    samples = published("cwa/dcc-holder-comparison.gen.json")
    wrong = [
        s["description"]
        for s in samples
        if holders.same_holder(s["actHolderA"], s["actHolderB"]) != s["expIsSameHolder"]
    ]  # type: ignore[arg-type]
    assert (wrong, len(samples)) == ([], 38)


@needs_testdata
def test_each_published_name_falls_into_its_parts() -> None:
    for sample in published("cwa/dcc-holder-name-components.gen.json"):
        assert list(holders.name_parts(str(sample["actName"]))) == sample["expNameComponents"]
