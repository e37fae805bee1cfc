"""Receipts: read as promised, and signed."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.interop.messages.receipts import (
    BadReceipt,
    Outcome,
    Patience,
    Receipt,
    read_json_receipt,
    read_smpp_receipt,
)
from tiemchung.interop.messages.signature import is_signed, sign_body
from tiemchung.interop.messages.standin.wire import make_receipt

AT = dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)


def test_a_json_receipt_is_read_with_its_moment_in_utc() -> None:
    body = b'{"ref": "SG1", "state": "delivered", "at": "2026-03-01T15:00:00+07:00"}'
    assert read_json_receipt(body) == Receipt("SG1", Outcome.DELIVERED, AT)


@pytest.mark.parametrize(
    "fields",
    [
        {"ref": "", "state": "delivered", "at": AT.isoformat()},
        {"ref": "x" * 129, "state": "delivered", "at": AT.isoformat()},
        {"ref": "a\0b", "state": "delivered", "at": AT.isoformat()},
        {"ref": 7, "state": "delivered", "at": AT.isoformat()},
        {"ref": "x", "state": "lost", "at": AT.isoformat()},
        {"ref": "x", "state": ["delivered"], "at": AT.isoformat()},
        {"ref": "x", "state": "delivered", "at": "2026-03-01T08:00:00"},
        {"ref": "x", "state": "delivered", "at": "0001-01-01T00:00:00+14:00"},
        {"ref": "x", "state": "delivered", "at": 5},
        {"ref": "x", "state": "delivered"},
        [],
        None,
    ],
)
def test_a_json_receipt_that_is_not_whole_is_refused(fields: object) -> None:
    with pytest.raises(BadReceipt):
        read_json_receipt(json.dumps(fields).encode())


@given(st.binary(max_size=300) | st.just(b"[" * 200_000))
def test_no_octets_at_all_break_the_reading_of_a_json_receipt(body: bytes) -> None:
    with pytest.raises(BadReceipt):
        read_json_receipt(body)


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("DELIVRD", Outcome.DELIVERED),
        ("UNDELIV", Outcome.FAILED),
        ("EXPIRED", Outcome.FAILED),
        ("REJECTD", Outcome.FAILED),
        ("DELETED", Outcome.FAILED),
        ("ACCEPTD", Outcome.ON_THE_WAY),
        ("ENROUTE", Outcome.ON_THE_WAY),
        ("UNKNOWN", Outcome.ON_THE_WAY),
    ],
)
def test_an_smpp_receipt_is_read_from_its_customary_text(word: str, outcome: Outcome) -> None:
    text = f"id:0A9f sub:001 dlvrd:001 submit date:2603010800 done date:2603010801 stat:{word} err:000 text:x"
    read = read_smpp_receipt(text.encode(), receipted_id=None, message_state=None, at=AT)
    assert read == Receipt("0A9f", outcome, AT)


def test_the_optional_parameters_of_an_smpp_receipt_come_before_its_text() -> None:
    read = read_smpp_receipt(b"id:other stat:UNDELIV", receipted_id=b"SG2", message_state=2, at=AT)
    assert read == Receipt("SG2", Outcome.DELIVERED, AT)


def test_an_smpp_receipt_without_a_reference_is_refused() -> None:
    with pytest.raises(BadReceipt):
        read_smpp_receipt(b"stat:DELIVRD", receipted_id=None, message_state=2, at=AT)


@given(st.binary(max_size=200), st.none() | st.binary(max_size=200), st.none() | st.integers(0, 255))
def test_no_octets_at_all_break_the_reading_of_an_smpp_receipt(
    text: bytes, ref: bytes | None, state: int | None
) -> None:
    try:
        read = read_smpp_receipt(text, receipted_id=ref, message_state=state, at=AT)
    except BadReceipt:
        return
    assert 0 < len(read.provider_ref) <= 128


def test_the_stand_in_writes_both_forms_of_an_smpp_receipt() -> None:
    body = make_receipt(ref="SG3", state="delivered")
    assert b"id:SG3 " in body
    assert b"stat:DELIVRD" in body
    assert body.endswith(b"\x00\x1e\x00\x04SG3\0\x04\x27\x00\x01\x02")


@given(st.binary(min_size=1, max_size=40), st.binary(max_size=200), st.integers(0, 2**31))
def test_a_signed_body_is_recognised_and_a_changed_one_is_not(key: bytes, body: bytes, now: int) -> None:
    header = sign_body(key, body, unix_s=now)
    assert is_signed(key, body, header, unix_s=now + 300)
    assert not is_signed(key, body + b" ", header, unix_s=now)
    assert not is_signed(key + b"x", body, header, unix_s=now)
    assert not is_signed(key, body, header, unix_s=now + 301)
    assert not is_signed(key, body, header.replace(f"t={now}", f"t={now + 1}"), unix_s=now)


def test_an_empty_key_signs_nothing() -> None:
    assert not is_signed(b"", b"x", sign_body(b"", b"x", unix_s=5), unix_s=5)


@pytest.mark.parametrize("header", ["", "t=,v1=", "t=5", "t=٥,v1=" + "0" * 64, "t=5,v1=" + "é" * 64])
def test_a_header_of_another_form_signs_nothing(header: str) -> None:
    assert not is_signed(b"k", b"x", header, unix_s=5)


def test_an_unknown_reference_is_asked_for_again_for_two_minutes() -> None:
    moment = [AT]
    patience = Patience(now=lambda: moment[0])
    assert patience.ask_again("SG1")
    moment[0] += dt.timedelta(seconds=119)
    assert patience.ask_again("SG1")
    moment[0] += dt.timedelta(seconds=1)
    assert not patience.ask_again("SG1")


def test_patience_forgets_the_oldest_references_beyond_its_room() -> None:
    patience = Patience(most=100, now=lambda: AT)
    for number in range(1_000):
        patience.ask_again(str(number))
    assert len(patience._first_seen) == 100
