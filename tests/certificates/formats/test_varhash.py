"""Lists of variable hashes are read and written as published, forget nothing, and are narrow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.certificates.formats import varhash

# Version 1, rate 1e-11, seven entries meant, two bytes each: the layout as the distribution service writes it.
PUBLISHED = bytes([0, 1, 45, 47, 235, 255, 0, 0, 0, 7, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
HASHES = st.sets(st.binary(min_size=16, max_size=16), min_size=1, max_size=60)


def test_the_published_layout_is_read_and_written_again() -> None:
    found = varhash.from_bytes(PUBLISHED)
    assert (found.width, found.capacity, len(found.entries)) == (2, 7, 7)
    assert found.rate == pytest.approx(1e-11)
    assert bytes([3, 4, 99]) in found
    assert bytes([4, 3]) not in found
    assert found.to_bytes() == PUBLISHED


def test_entries_in_another_order_are_found_all_the_same() -> None:
    turned = PUBLISHED[:11] + bytes([13, 14, 1, 2, 200, 1, 5, 6])
    assert all(start in varhash.from_bytes(turned) for start in (b"\x01\x02", b"\xc8\x01", b"\x05\x06"))


@pytest.mark.parametrize(
    ("count", "rate", "width"), [(1000, 1e-6, 4), (1, 0.5, 4), (1000, 1e-12, 7), (100_000, 1e-12, 8), (10, 1e-38, 16)]
)
def test_an_entry_is_as_long_as_its_rate_asks(count: int, rate: float, width: int) -> None:
    assert varhash.width_for(count, rate) == width


@given(HASHES, st.floats(1e-12, 0.4))
def test_a_list_never_forgets_and_survives_its_bytes(hashes: set[bytes], rate: float) -> None:
    found = varhash.from_bytes(varhash.shortened(hashes, rate).to_bytes())
    assert all(one in found for one in hashes)
    assert found.to_bytes() == varhash.shortened(hashes, rate).to_bytes()


@given(HASHES, st.binary(min_size=16, max_size=16))
def test_at_the_rate_of_our_lists_a_stranger_is_never_hit(hashes: set[bytes], stranger: bytes) -> None:
    made = varhash.shortened(hashes, 1e-12)
    assert (stranger in made) == any(stranger[: made.width] == one[: made.width] for one in hashes)


@pytest.mark.parametrize("data", [b"", PUBLISHED[:10], PUBLISHED[:-1], b"\0\2" + PUBLISHED[2:], PUBLISHED[:10] + b"\0"])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="list of hashes"):
        varhash.from_bytes(data)


@pytest.mark.parametrize(("count", "rate"), [(0, 0.1), (1, 0.0), (1, 1.0)])
def test_a_list_of_nothing_or_without_a_rate_is_refused(count: int, rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        varhash.width_for(count, rate)
