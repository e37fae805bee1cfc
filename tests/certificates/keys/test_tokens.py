"""A token that is gone, slow, broken or refuses its PIN is named, costs nobody a signature, and is back by itself."""

import hashlib
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, ObjectClass

from tests.certificates.keys.conftest import MakeToken
from tests.certificates.keys.test_stores import digest, public
from tiemchung.certificates.formats.cose import verify_es256
from tiemchung.certificates.keys import tokens
from tiemchung.certificates.ports import KeyMissing, KeyStoreGone, KeyStoreSlow, WrongPin


def test_a_key_cannot_be_taken_out_of_the_token(token: MakeToken, monkeypatch: pytest.MonkeyPatch) -> None:
    store = token()
    store.make_key()
    monkeypatch.setenv("SOFTHSM2_CONF", store.place.environment["SOFTHSM2_CONF"])
    opened = pkcs11.lib(store.place.library)
    opened.reinitialize()  # this process may have opened the library for another test's folder
    with opened.get_token(token_label=store.place.label).open(user_pin=store.place.pin()) as session:
        (key,) = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
        assert (key[Attribute.EXTRACTABLE], key[Attribute.SENSITIVE]) == (False, True)
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            _ = key[Attribute.VALUE]


def test_a_killed_process_is_replaced_and_nobody_notices(token: MakeToken) -> None:
    store = token()
    point = store.make_key()
    first = store.process_id()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert verify_es256(public(point), store.sign_digests(point, [digest("x")])[0], b"x")
    assert store.process_id() != first


def test_a_hanging_process_is_called_slow_ended_and_replaced(token: MakeToken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "REST_S", 0.0)
    store = token()
    point = store.make_key()
    hanging = store.process_id()
    assert hanging is not None
    os.kill(hanging, signal.SIGSTOP)
    store._child._timeout = 0.3  # type: ignore[union-attr]
    with pytest.raises(KeyStoreSlow):
        store.sign_digests(point, [digest("x")])
    with pytest.raises(ProcessLookupError):
        os.kill(hanging, 0)
    assert len(store.sign_digests(point, [digest("x")])) == 1


def test_a_store_that_was_slow_rests_so_that_nobody_else_waits_as_long(
    token: MakeToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = token()
    point = store.make_key()
    hanging = store.process_id()
    assert hanging is not None
    os.kill(hanging, signal.SIGSTOP)
    store._child._timeout = 0.3  # type: ignore[union-attr]
    for _ in range(2):
        with pytest.raises(KeyStoreSlow):
            store.sign_digests(point, [digest("x")])
        assert store.process_id() is None
    assert store._rests_until > time.monotonic()
    store._rests_until = 0.0
    assert len(store.sign_digests(point, [digest("x")])) == 1


def test_a_token_that_was_moved_away_is_gone_and_back_when_it_is(token: MakeToken, tmp_path: Path) -> None:
    store = token()
    point = store.make_key()
    store.close()
    shutil.move(tmp_path / "token/tokens", tmp_path / "elsewhere")
    (tmp_path / "token/tokens").mkdir()
    with pytest.raises(KeyStoreGone):
        store.sign_digests(point, [digest("x")])
    (tmp_path / "token/tokens").rmdir()
    shutil.move(tmp_path / "elsewhere", tmp_path / "token/tokens")
    assert len(store.sign_digests(point, [digest("x")])) == 1


def test_a_library_that_is_not_there_is_gone(token: MakeToken, tmp_path: Path) -> None:
    with pytest.raises(KeyStoreGone):
        token(library=str(tmp_path / "none.so")).make_key()


def test_a_wrong_pin_is_tried_once_and_by_nobody_else(
    token: MakeToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = token()
    point = right.make_key()
    wrong = tmp_path / "wrong"
    wrong.write_text("123456")
    started: list[int] = []

    class Counted(tokens.Child):
        def __init__(self, place: tokens.TokenPlace) -> None:
            started.append(1)
            super().__init__(place)

    monkeypatch.setattr(tokens, "Child", Counted)
    for store in (token(pin_file=wrong), token(pin_file=wrong)):
        for _ in range(2):
            with pytest.raises(WrongPin):
                store.sign_digests(point, [digest("x")])
    assert len(started) == 1
    wrong.write_text(right.place.pin())
    assert len(store.sign_digests(point, [digest("x")])) == 1


def test_the_mark_of_a_wrong_pin_does_not_tell_the_pin(token: MakeToken, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("123456")
    with pytest.raises(WrongPin):
        token(pin_file=wrong).make_key()
    mark = (tmp_path / "wrong-pin").read_text()
    assert "123456" not in mark
    assert mark != hashlib.sha256(b"tiemchung\x00123456").hexdigest()


def test_a_missing_pin_file_is_gone_and_no_process_is_started(token: MakeToken, tmp_path: Path) -> None:
    store = token(pin_file=tmp_path / "nowhere")
    with pytest.raises(KeyStoreGone):
        store.make_key()
    assert store.process_id() is None


def test_a_missing_key_leaves_the_session_open(token: MakeToken) -> None:
    store = token()
    point = store.make_key()
    process = store.process_id()
    with pytest.raises(KeyMissing):
        store.sign_digests(b"\x04" + bytes(64), [digest("x")])
    assert len(store.sign_digests(point, [digest("x")])) == 1
    assert store.process_id() == process


def test_threads_share_one_session_and_get_their_own_signatures(token: MakeToken) -> None:
    store = token()
    point = store.make_key()
    good: list[bool] = []

    def sign(name: str) -> None:
        for n in range(20):
            text = f"{name}{n}"
            good.append(verify_es256(public(point), store.sign_digests(point, [digest(text)])[0], text.encode()))

    threads = [threading.Thread(target=sign, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert good == [True] * 80


def test_the_process_ends_with_the_one_that_started_it(token: MakeToken) -> None:
    store = token()
    store.make_key()
    child = store._child
    assert child is not None
    assert child.process.stdin is not None
    child.process.stdin.close()  # what the system does when the parent dies
    child.process.wait(timeout=120)
    assert child.process.returncode == 0
    store._child = None
