"""Personal numbers at rest open only in their own row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.sealing import SealBroken, blind_index, seal, seal_bytes, sealed_version, unseal, unseal_bytes


@given(st.text(max_size=60))
def test_what_was_sealed_opens_in_its_own_row(text: str) -> None:
    assert unseal("people.phone", seal("people.phone", text, "row-1"), "row-1") == text


def test_a_sealed_value_moved_to_another_row_or_purpose_does_not_open() -> None:
    blob = seal("people.phone", "+84900000001", "row-1")
    for purpose, row in [("people.phone", "row-2"), ("people.identifier", "row-1")]:
        with pytest.raises(SealBroken):
            unseal(purpose, blob, row)


def test_every_flipped_bit_is_noticed() -> None:
    blob = bytearray(seal("people.phone", "+84900000001", "row-1"))
    for position in range(len(blob) * 8):
        blob[position // 8] ^= 1 << position % 8
        with pytest.raises(SealBroken):
            unseal("people.phone", bytes(blob), "row-1")
        blob[position // 8] ^= 1 << position % 8


def test_equal_numbers_have_one_index_and_two_ciphertexts() -> None:
    assert blind_index("phone", "+84900000001") == blind_index("phone", "+84900000001")
    assert blind_index("phone", "+84900000001") != blind_index("cccd", "+84900000001")
    assert seal("p", "same", "row") != seal("p", "same", "row")


def test_the_version_of_the_key_is_readable_without_opening(settings) -> None:  # type: ignore[no-untyped-def]
    assert sealed_version(seal("p", "text", "row")) == max(settings.SECRETS.sealing_keys)


def test_bytes_are_sealed_as_texts_are() -> None:
    raw = bytes(range(256)) * 40
    assert unseal_bytes("photo", seal_bytes("photo", raw, "row-1"), "row-1") == raw
    with pytest.raises(SealBroken):
        unseal_bytes("photo", seal_bytes("photo", raw, "row-1"), "row-2")
    with pytest.raises(SealBroken):
        unseal("photo", seal_bytes("photo", b"\xff\xfe", "row-1"), "row-1")
