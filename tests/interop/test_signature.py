"""Only the partner's key opens the door, just now, and for this body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.interop.pc_covid.keys import NUMBERS, REQUESTS, key_for
from tiemchung.interop.signature import FRESH_S, read_signature, sign_request

KEY = key_for(REQUESTS, "agreed")
NOW = 1_800_000_000


@given(st.binary(max_size=200), st.integers(-FRESH_S, FRESH_S))
def test_what_was_signed_just_now_is_let_in(body: bytes, late: int) -> None:
    header = sign_request(KEY, body, unix_s=NOW)
    signed = read_signature(KEY, body, header, unix_s=NOW + late)
    assert signed is not None
    assert signed.unix_s == NOW
    assert signed.nonce in header


@given(st.binary(max_size=50), st.text(max_size=120))
def test_no_other_header_is_let_in(body: bytes, header: str) -> None:
    assert read_signature(KEY, body, header, unix_s=NOW) is None


def test_another_body_nonce_moment_or_key_is_refused() -> None:
    header = sign_request(KEY, b"{}", unix_s=NOW, nonce="0" * 32)
    assert read_signature(KEY, b"{ }", header, unix_s=NOW) is None
    assert read_signature(KEY, b"{}", header.replace("n=0", "n=1"), unix_s=NOW) is None
    assert read_signature(KEY, b"{}", header.replace(f"t={NOW}", f"t={NOW + 1}"), unix_s=NOW) is None
    assert read_signature(key_for(REQUESTS, "other"), b"{}", header, unix_s=NOW) is None
    assert read_signature(KEY, b"{}", header, unix_s=NOW) is not None


@pytest.mark.parametrize("late", [-FRESH_S - 1, FRESH_S + 1])
def test_an_old_or_early_signature_is_refused(late: int) -> None:
    assert read_signature(KEY, b"{}", sign_request(KEY, b"{}", unix_s=NOW), unix_s=NOW + late) is None


def test_without_an_agreed_key_nobody_is_let_in(settings) -> None:  # type: ignore[no-untyped-def]
    settings.PC_COVID_KEY = ""
    assert key_for(REQUESTS) == b""
    assert read_signature(b"", b"{}", sign_request(b"", b"{}", unix_s=NOW), unix_s=NOW) is None


def test_one_agreed_key_gives_different_keys_for_different_purposes() -> None:
    assert key_for(REQUESTS, "agreed") != key_for(NUMBERS, "agreed")
