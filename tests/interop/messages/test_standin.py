"""The stand-in itself: its page, its memory, its manners."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.interop.messages.ways import TOKEN, StandIn, Way, eventually
from tiemchung.core.ids import new_id
from tiemchung.interop.messages.backends import backend_from_url
from tiemchung.interop.messages.standin.mode import Answers, Mode, Receipts
from tiemchung.interop.messages.standin.page import whole_page
from tiemchung.interop.messages.standin.words import WORDS


def _get(standin: StandIn, path: str, **options: object) -> httpx.Response:
    return httpx.get(f"{standin.address}{path}", trust_env=False, **options)


def _post(standin: StandIn, path: str, **options: object) -> httpx.Response:
    return httpx.post(f"{standin.address}{path}", trust_env=False, **options)


@pytest.mark.parametrize("kill", [False, True])
@pytest.mark.parametrize("way_name", ["http", "smpp"])
def test_a_restart_loses_no_message_and_knows_its_ids(tmp_path: Path, way_name: str, kill: bool, phone: str) -> None:
    standin = StandIn(tmp_path)
    message_id = new_id()

    def send() -> str:
        port = backend_from_url(standin.url(way_name), take_receipt=lambda _receipt: True)
        try:
            return port.send(message_id=message_id, to=phone, text="Xin chào").provider_ref
        finally:
            port.close()

    ref = send()
    status = standin.stop(kill=kill)
    assert kill or status == 0
    standin.start()
    try:
        assert send() == ref
        assert [message["ref"] for message in standin.messages(phone)] == [ref]
    finally:
        standin.stop()


def test_the_page_shows_messages_newest_first_and_says_that_it_is_no_real_gateway(way: Way, phone: str) -> None:
    way.send(phone, "tin thứ nhất")
    way.send(phone, "tin thứ hai")
    page = _get(way.standin, "/").text
    assert page.index("tin thứ hai") < page.index("tin thứ nhất")
    assert WORDS["vi"]["banner"] in page
    assert '<html lang="vi">' in page
    assert f"0{phone[3:6]} {phone[6:9]} {phone[9:]}" in page


@pytest.mark.parametrize("written", ["{e164}", "0{rest}", "0{a} {b} {c}", "{c}"])
def test_messages_are_found_by_a_number_however_it_is_written(way: Way, phone: str, written: str) -> None:
    way.send(phone)
    way.send("+84900029999", "tin cho số khác")
    parts = {"a": phone[3:6], "b": phone[6:9], "c": phone[9:]}
    sought = written.format(e164=phone, rest=phone[3:], **parts)
    found = way.standin.messages(sought)
    assert phone in {message["to"] for message in found}
    assert "+84900029999" not in {message["to"] for message in found}


def test_what_a_message_says_cannot_become_part_of_the_page(way: Way, phone: str) -> None:
    way.send(phone, "<script>alert(1)</script>")
    page = _get(way.standin, f"/?to={phone[3:]}&lang=vi").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    searched = _get(way.standin, "/", params={"to": '"><script>'}).text
    assert '"><script>' not in searched


def test_the_mode_is_switched_by_a_form_and_shown(standin: StandIn) -> None:
    answer = _post(standin, "/mode", data={"mode": "failing", "receipts": "duplicate", "seconds": "3"})
    assert answer.status_code == 303
    assert _get(standin, "/mode").json() == {"mode": "failing", "receipts": "duplicate", "seconds": 3}
    assert WORDS["vi"]["mode.failing"] in re.search(r'<strong class="mode-.*?</strong>', _get(standin, "/").text)[0]


@pytest.mark.parametrize(
    "body", ['{"mode": "angry"}', '{"seconds": "x"}', '{"seconds": -1}', '{"seconds": 1e9}', "[]x", "7", "{"]
)
def test_an_unknown_mode_changes_nothing(standin: StandIn, body: str) -> None:
    before = _get(standin, "/mode").json()
    assert _post(standin, "/mode", content=body).status_code == 400
    assert _get(standin, "/mode").json() == before


def test_while_it_is_down_its_smpp_port_is_closed_and_its_page_still_there(standin: StandIn) -> None:
    standin.turn(mode="down")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", standin.smpp_port), 2)
    assert _get(standin, "/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/", "/list", "/messages", "/mode"])
def test_other_sites_cannot_read_it(standin: StandIn, path: str) -> None:
    assert _get(standin, path, headers={"Host": "evil.example"}).status_code == 403
    assert _get(standin, path, headers={"Origin": "http://evil.example"}).status_code == 403


def test_other_sites_cannot_switch_it(standin: StandIn) -> None:
    answer = _post(standin, "/mode", data={"mode": "down"}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert _get(standin, "/mode").json()["mode"] == "ok"


def test_it_listens_on_the_loopback_address_only(standin: StandIn) -> None:
    for port in (standin.http_port, standin.smpp_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), 2)


def test_a_message_without_the_token_is_refused(standin: StandIn, phone: str) -> None:
    message = {"id": "1", "to": phone, "text": "x"}
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert _post(standin, "/v1/messages", json=message, headers=headers).status_code == 401
    assert standin.messages(phone) == []


def test_an_id_used_for_another_text_is_refused(standin: StandIn, phone: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    one, other = ({"id": f"same {phone}", "to": phone, "text": text} for text in ("one", "other"))
    assert _post(standin, "/v1/messages", json=one, headers=headers).status_code == 202
    assert _post(standin, "/v1/messages", json=other, headers=headers).status_code == 409
    assert [message["text"] for message in standin.messages(phone)] == ["one"]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"id": 1}', '{"id": "a", "to": "+84900000001", "text": ""}', "[" * 16_000],
)
def test_a_message_that_is_not_whole_is_refused(standin: StandIn, body: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert _post(standin, "/v1/messages", content=body, headers=headers).status_code == 400


def test_a_message_is_shown_as_delivered_also_when_nobody_wants_its_receipts(tmp_path: Path, phone: str) -> None:
    standin = StandIn(tmp_path)
    try:
        message = {"id": "1", "to": phone, "text": "x"}
        _post(standin, "/v1/messages", json=message, headers={"Authorization": f"Bearer {TOKEN}"})
        eventually(lambda: [shown["state"] for shown in standin.messages(phone)] == ["delivered"])
    finally:
        standin.stop()


def test_its_folder_is_closed_to_other_accounts(tmp_path: Path) -> None:
    standin = StandIn(tmp_path / "inner")
    standin.stop()
    assert (tmp_path / "inner").stat().st_mode & 0o077 == 0
    for file in (tmp_path / "inner").iterdir():
        assert file.stat().st_mode & 0o077 == 0


def test_a_taken_port_ends_it_with_a_plain_word(standin: StandIn, tmp_path: Path) -> None:
    words = f"--data {tmp_path} --port {standin.http_port} --smpp-port 0".split()
    done = subprocess.run(
        [sys.executable, "-m", "tiemchung.interop.messages.standin", *words],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "cannot listen" in done.stderr
    assert "Traceback" not in done.stderr


def test_both_languages_have_words_for_everything() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
    for words in WORDS.values():
        assert {f"mode.{a}" for a in Answers} | {f"receipts.{r}" for r in Receipts} <= words.keys()


def test_the_page_asks_nothing_of_third_parties(standin: StandIn) -> None:
    for path in ("/", "/page.css", "/page.js"):
        assert not re.search(r"(?:https?:)?//(?!\s)[a-z0-9.-]+\.[a-z]{2,}", _get(standin, path).text)
    assert "default-src 'none'" in _get(standin, "/").headers["Content-Security-Policy"]


def test_an_unknown_language_is_vietnamese() -> None:
    assert whole_page([], mode=Mode(), sought="", lang='"><x').startswith('<!doctype html>\n<html lang="vi">')
