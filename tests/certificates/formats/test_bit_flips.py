"""No single flipped bit of a valid code reads as VALID: none of ours ever, none of the published ones."""

from datetime import datetime

import pytest

from tests.certificates.formats.cast import NOW, a_code, believed, good_vectors, needs_testdata, payload
from tests.certificates.formats.test_icao import AUTHORITY, seal
from tests.certificates.formats.test_shc import card, keys, numeric
from tiemchung.certificates.formats import Outcome, TrustList, read, trust_list


def flipped(text: str) -> list[str]:
    """Give the text with each single bit of each character turned, once each."""
    return [
        f"{text[:at]}{chr(ord(text[at]) ^ 1 << bit)}{text[at + 1 :]}" for at in range(len(text)) for bit in range(7)
    ]


def passed(text: str, trusted: TrustList, now: datetime) -> list[int]:
    """Give which flips read as VALID."""
    assert read(text, keys=trusted, now=now).outcome is Outcome.VALID
    return [n for n, twin in enumerate(flipped(text)) if read(twin, keys=trusted, now=now).outcome is Outcome.VALID]


@pytest.mark.parametrize(
    "extra", ["", "Trung tâm Kiểm soát bệnh tật Thành phố Hồ Chí Minh", "Trung tâm " * 8, "ạ" * 80]
)
def test_none_passes_of_our_own_codes(extra: str) -> None:
    for _ in range(3):
        assert passed(a_code(payload(**({"is": extra} if extra else {}))), believed(), NOW) == []


def test_none_passes_of_a_health_card() -> None:
    assert passed(card(), keys(), NOW) == []
    assert passed(numeric(card()), keys(), NOW) == []


def test_none_passes_of_a_seal() -> None:
    assert passed(seal(), trust_list([], [AUTHORITY]), NOW) == []


@needs_testdata
def test_none_passes_of_the_published_codes() -> None:
    vectors = [v for v in good_vectors() if read(v.text, keys=v.keys, now=v.now).outcome is Outcome.VALID]
    assert len(vectors) > 50
    assert [(v.name, flips) for v in vectors[::7] if (flips := passed(v.text, v.keys, v.now))] == []
