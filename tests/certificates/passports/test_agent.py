"""The signing program signs for one site alone, only statements about doses, and only after its person said yes."""

import base64
import io
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from tiemchung.certificates.agent import __main__ as program
from tiemchung.certificates.agent.__main__ import ask_here
from tiemchung.certificates.agent.keys import OwnKey, UnusableKey, read_key
from tiemchung.certificates.agent.server import Agent, make_server
from tiemchung.certificates.formats.cose import verify_es256

SITE = "https://tiemchung.example"
KEY = ec.generate_private_key(ec.SECP256R1())


def a_statement(dose: str = "", **more: Any) -> dict[str, str]:
    named = dose or str(uuid4())
    told = {"v": 1, "dose": named, "product": "PFIZER", "lot": "L1", "given_on": "2026-01-02", "facility": "x", **more}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"dose": named, "statement": base64.b64encode(text.encode()).decode()}


def body(*statements: dict[str, str]) -> bytes:
    return json.dumps({"statements": statements}).encode()


def test_what_is_agreed_to_is_signed_with_the_key() -> None:
    asked = a_statement()
    status, answer = Agent(OwnKey(KEY), SITE, lambda _: True).answer(body(asked))
    (made,) = answer["signatures"]
    assert (status, made["dose"]) == (200, asked["dose"])
    statement, signature = base64.b64decode(asked["statement"]), base64.b64decode(made["signature"])
    assert verify_es256(KEY.public_key(), signature, statement)


def test_the_person_sees_what_it_is_before_saying_yes() -> None:
    seen: list[Any] = []
    Agent(OwnKey(KEY), SITE, lambda told: bool(seen.extend(told))).answer(body(a_statement(), a_statement()))
    assert [(one["product"], one["given_on"]) for one in seen] == [("PFIZER", "2026-01-02")] * 2


def test_the_person_sees_the_moment_that_a_statement_states() -> None:
    seen: list[Any] = []
    asked = (a_statement(), a_statement(v=2, signed_at="2026-11-22T03:00:00+00:00"))
    Agent(OwnKey(KEY), SITE, lambda told: bool(seen.extend(told))).answer(body(*asked))
    assert [one["signed_at"] for one in seen] == ["", "2026-11-22T03:00:00+00:00"]


def test_a_no_signs_nothing() -> None:
    assert Agent(OwnKey(KEY), SITE, lambda _: False).answer(body(a_statement())) == (403, {"refused": True})


OTHER = {"dose": "x", "statement": base64.b64encode(b"I owe you a million").decode()}


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"[]", b"{}", b'{"statements": 3}', body(), body(OTHER), body(a_statement(v=2)),
        body(a_statement(signed_at="2026-11-22T03:00:00+00:00")),
        body({**a_statement(), "dose": "another"}),
        body({"dose": "x", "statement": "not base64"}),
        body(*[a_statement() for _ in range(201)]),
    ],
)  # fmt: skip
def test_nothing_but_statements_about_doses_is_signed(sent: bytes) -> None:
    asked: list[Any] = []
    status, answer = Agent(OwnKey(KEY), SITE, lambda told: not asked.append(told)).answer(sent)
    assert status == 400
    assert "signatures" not in answer
    assert asked == []


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """Give the program's port, which always agrees."""
    made = make_server(Agent(OwnKey(KEY), SITE, lambda _: True), port=0)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def ask(server: HTTPServer, method: str = "POST", **headers: str) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.server_port}/sign", body(a_statement()), headers, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def test_the_one_site_may_ask_and_its_browser_may_read_the_answer(server: HTTPServer) -> None:
    assert server.server_address[0] == "127.0.0.1"
    for method, status in (("OPTIONS", 204), ("POST", 200)):
        answered, headers = ask(server, method, Origin=SITE)
        assert (answered, headers["Access-Control-Allow-Origin"]) == (status, SITE)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "https://tiemchung.example.evil"])
def test_every_other_site_is_refused(server: HTTPServer, origin: str) -> None:
    for method in ("OPTIONS", "POST"):
        status, headers = ask(server, method, Origin=origin)
        assert (status, headers["Access-Control-Allow-Origin"]) == (403, None)


def test_a_name_that_only_leads_here_is_refused(server: HTTPServer) -> None:
    assert ask(server, Origin=SITE, Host="rebound.example")[0] == 403


def test_a_key_is_read_from_either_form_with_its_password_alone(tmp_path: Path) -> None:
    locked = serialization.BestAvailableEncryption(b"secret")
    pem, p12 = tmp_path / "me.pem", tmp_path / "me.p12"
    pem.write_bytes(
        KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    )
    p12.write_bytes(pkcs12.serialize_key_and_certificates(b"me", KEY, None, None, locked))
    for path in (pem, p12):
        assert read_key(path, "secret").key.public_key() == KEY.public_key()
        with pytest.raises(UnusableKey, match="WRONG_PASSWORD"):
            read_key(path, "wrong")


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    other = rsa.generate_private_key(65537, 2048)
    path = tmp_path / "rsa.pem"
    path.write_bytes(
        other.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(UnusableKey, match="OTHER_KEY"):
        read_key(path, "")
    with pytest.raises(UnusableKey, match="NO_FILE"):
        read_key(tmp_path / "nothing.pem", "")


def test_a_wrong_password_is_said_in_words_and_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, typed = tmp_path / "me.p12", ["wrong", "Wrong", "WRONG", "secret"]
    locked = serialization.BestAvailableEncryption(b"secret")
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"me", KEY, None, None, locked))
    monkeypatch.setattr("getpass.getpass", lambda _: typed.pop(0))
    assert program.main(["--key", str(path), "--site", SITE]) == 1
    told = capsys.readouterr().err
    assert (told.count("Mật khẩu không đúng"), told.count("The password is wrong"), typed) == (3, 3, ["secret"])
    assert "ValueError" not in told
    assert program.main(["--key", str(tmp_path / "none.p12"), "--site", SITE]) == 1
    assert "Không đọc được tệp khóa" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Asia/Ho_Chi_Minh", "06:11:40 23/11/2026 (UTC+0700)"), ("UTC", "23:11:40 22/11/2026 (UTC+0000)")],
)
def test_the_moment_is_shown_by_this_computers_clock(
    zone: str, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    told = {"product": "PFIZER", "given_on": "2026-01-02"}
    try:
        monkeypatch.setattr("sys.stdin", io.StringIO("c\nc\n"))
        assert ask_here([{**told, "signed_at": "2026-11-22T23:11:40.469760+00:00"}])
        assert ask_here([{**told, "signed_at": "lúc nào"}])
    finally:
        monkeypatch.undo()
        time.tzset()
    said = capsys.readouterr().out
    assert f"signed at: {shown}" in said
    assert "signed at: lúc nào" in said
