"""Providers that misbehave over HTTP."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tiemchung.core.ids import new_id
from tiemchung.core.outbox import Handed, Permanent, Temporary
from tiemchung.interop.messages.http_json import HttpJsonSms

Ask = Callable[..., Handed]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Send one message to a server that answers with the given octets, whatever is asked."""
    listener = socket.create_server(("127.0.0.1", 0))
    answers: list[bytes] = []
    over = threading.Event()

    def serve() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(65_536)
            peer.sendall(answers[0])
            over.wait(60)

    server = threading.Thread(target=serve, daemon=True)

    def send(octets: bytes, timeout_s: float = 20.0) -> Handed:
        answers.append(octets)
        server.start()
        port = HttpJsonSms(f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout_s=timeout_s)
        try:
            return port.send(message_id=new_id(), to="+84900000001", text="Xin chào")
        finally:
            port.close()
            over.set()

    yield send
    listener.close()


def _answer(status: str, body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def test_a_reference_is_given_back(ask: Ask) -> None:
    assert ask(_answer("200 OK", b'{"ref": "abc-1"}')) == Handed("abc-1")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'{"ref": 5}', b'{"ref": ""}', b'{"ref": "\\u0000"}', b"[" * 9_000]
)
def test_an_answer_without_a_reference_is_tried_again_later(ask: Ask, body: bytes) -> None:
    with pytest.raises(Temporary, match="answer_not_understood"):
        ask(_answer("200 OK", body))


def test_an_endless_answer_is_not_read_to_its_end(ask: Ask) -> None:
    with pytest.raises(Temporary, match="answer_too_long"):
        ask(_answer("200 OK", b" " * 100_000))


def test_an_answer_that_stops_half_way_is_slow(ask: Ask) -> None:
    with pytest.raises(Temporary, match="gateway_slow"):
        ask(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", timeout_s=0.5)


def test_what_is_not_http_is_unreachable(ask: Ask) -> None:
    with pytest.raises(Temporary, match="gateway_unreachable"):
        ask(b"SSH-2.0-no\r\n\r\n")


def test_a_redirect_is_not_followed(ask: Ask) -> None:
    with pytest.raises(Temporary, match="gateway_302") as problem:
        ask(_answer("302 Found", b"", "Location: http://127.0.0.1:1/\r\n"))
    assert problem.value.retry_after_s >= 60


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("99999", 600), ("soon", 2), ("-1", 2), ("٥", 2)])
def test_the_wish_to_wait_is_kept_within_ten_minutes(ask: Ask, header: str, seconds: float) -> None:
    octets = _answer("429 Too Many", b"", "Retry-After: HERE\r\n").replace(b"HERE", header.encode())
    with pytest.raises(Temporary, match="gateway_429") as problem:
        ask(octets)
    assert problem.value.retry_after_s == seconds


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error": "number_refused"}', "number_refused"),
        (b'{"error": "No phone 0900000001"}', "gateway_refused"),
        (b'{"error": {}}', "gateway_refused"),
        (b"oops", "gateway_refused"),
    ],
)
def test_a_refusal_is_permanent_and_repeats_no_free_text(ask: Ask, body: bytes, reason: str) -> None:
    with pytest.raises(Permanent, match=f"^{reason}$"):
        ask(_answer("422 No", body))
