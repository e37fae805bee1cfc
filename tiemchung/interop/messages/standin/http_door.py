"""The stand-in's HTTP server: messages in, the page, and the switch."""

import hmac
import json
import logging
import re
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tiemchung.interop.messages.standin.gateway import MOST_TEXT, Gateway, KeyReused, NumberRejected
from tiemchung.interop.messages.standin.mode import Answers, BadMode
from tiemchung.interop.messages.standin.page import message_list, whole_page

LONGEST_BODY = 16_384
HERE = Path(__file__).parent
FILES = {"/page.js": "text/javascript; charset=utf-8", "/page.css": "text/css; charset=utf-8"}
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}
_log = logging.getLogger(__name__)


class HttpDoor(ThreadingHTTPServer):
    """Serves on the loopback address only; `token` empty means that any bearer is let in."""

    daemon_threads = True
    allow_reuse_port = False
    request_queue_size = 128

    def __init__(
        self, gateway: Gateway, *, port: int, token: str = "", mode_turned: Callable[[], None] = lambda: None
    ) -> None:
        self.gateway, self.token, self.mode_turned = gateway, token, mode_turned
        super().__init__(("127.0.0.1", port), Visit)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up; the default prints a trace."""
        _log.debug("a client hung up")


class Visit(BaseHTTPRequestHandler):
    """One connection."""

    server: HttpDoor
    protocol_version = "HTTP/1.1"
    timeout = 120

    def do_GET(self) -> None:
        """Show the page, the list alone, the messages as JSON, the mode, or that we are alive."""
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if not self._is_ours():
            self._send(HTTPStatus.FORBIDDEN)
        elif parts.path in {"/", "/list", "/messages"}:
            self._show(parts.path, query)
        elif parts.path in FILES:
            self._send(HTTPStatus.OK, (HERE / parts.path[1:]).read_bytes(), FILES[parts.path])
        elif parts.path == "/mode":
            self._send_json(HTTPStatus.OK, self.server.gateway.switch.mode.as_json())
        elif parts.path == "/healthz":
            self._send(HTTPStatus.OK, b"ok\n", "text/plain; charset=utf-8")
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """Take a message, or turn the mode."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST_BODY:
            self.close_connection = True
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(int(length))
        if not self._is_ours():
            self._send(HTTPStatus.FORBIDDEN)
        elif self.path in {"/v1/messages", "/messages"}:
            self._take_message(body)
        elif self.path == "/mode":
            self._turn_mode(body)
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the search's address holds a phone number."""

    def _is_ours(self) -> bool:
        """Keep other sites out: none may read codes or turn the switch, by form or by DNS rebinding."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        origin = urlsplit(self.headers.get("Origin", ""))
        if host not in {"127.0.0.1", "localhost"}:
            return False
        return not self.headers.get("Origin") or origin.netloc == self.headers.get("Host")

    def _show(self, path: str, query: dict[str, str]) -> None:
        sought, lang = query.get("to", ""), query.get("lang", "vi")
        before = query.get("before", "")
        messages = self.server.gateway.store.newest(
            digits=_tail_digits(sought), before=int(before) if re.fullmatch(r"[0-9]{1,15}", before) else None
        )
        if path == "/messages":
            self._send_json(HTTPStatus.OK, {"messages": [message.as_json() for message in messages]})
        elif path == "/list":
            self._send_html(message_list(messages, sought=sought, lang=lang))
        else:
            mode = self.server.gateway.switch.mode
            self._send_html(whole_page(messages, mode=mode, sought=sought, lang=lang))

    def _turn_mode(self, body: bytes) -> None:
        is_form = self.headers.get_content_type() == "application/x-www-form-urlencoded"
        try:
            fields = _form(body) if is_form else json.loads(body)
            mode = self.server.gateway.switch.turn(dict(fields))
        except (BadMode, ValueError, TypeError, RecursionError):
            self._send_json(HTTPStatus.BAD_REQUEST, {"error": "no_such_mode"})
            return
        self.server.mode_turned()
        if is_form:
            lang = "en" if fields.get("lang") == "en" else "vi"
            self._send(HTTPStatus.SEE_OTHER, headers={"Location": f"/?lang={lang}"})
        else:
            self._send_json(HTTPStatus.OK, mode.as_json())

    def _take_message(self, body: bytes) -> None:
        answers = self.server.gateway.switch.mode.answers
        if answers is Answers.DOWN:
            self._cut()
        elif answers is Answers.FAILING:
            self._send_json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "failing"}, {"Retry-After": "1"})
        elif not self._knows_token():
            self._send_json(HTTPStatus.UNAUTHORIZED, {"error": "unauthorized"})
        else:
            status, answer = self._keep(body)
            if answers is Answers.LOST and status is HTTPStatus.ACCEPTED:
                self._cut()
                return
            self.server.gateway.switch.dawdle()
            self._send_json(status, answer)

    def _keep(self, body: bytes) -> tuple[HTTPStatus, dict[str, Any]]:
        try:
            fields = json.loads(body)
            key, to, text = fields["id"], fields["to"], fields["text"]
            sender = fields.get("from", "")
            sane = all(isinstance(value, str) for value in (key, to, text, sender)) and key and text
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            sane = False
        if not sane or len(text) > MOST_TEXT:
            return HTTPStatus.BAD_REQUEST, {"error": "bad_message"}
        try:
            message = self.server.gateway.take(key=key, via="http", sender=sender, to=to, text=text)
        except NumberRejected:
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "number_refused"}
        except KeyReused:
            return HTTPStatus.CONFLICT, {"error": "id_reused"}
        return HTTPStatus.ACCEPTED, {"ref": message.ref}

    def _knows_token(self) -> bool:
        given = self.headers.get("Authorization", "").encode("latin-1", "replace")
        return not self.server.token or hmac.compare_digest(given, f"Bearer {self.server.token}".encode())

    def _cut(self) -> None:
        """Reset the connection, as a gateway that dies does."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _send_html(self, html: str) -> None:
        self._send(HTTPStatus.OK, html.encode(), "text/html; charset=utf-8")

    def _send_json(self, status: HTTPStatus, fields: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        body = json.dumps(fields, ensure_ascii=False).encode()
        self._send(status, body, "application/json", headers)

    def _send(
        self,
        status: HTTPStatus,
        body: bytes = b"",
        content_type: str = "text/plain; charset=utf-8",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        fields = HEADERS | (headers or {})
        for name, value in (fields | {"Content-Type": content_type, "Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _form(body: bytes) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _tail_digits(sought: str) -> str:
    """Give what a number must end in to be found: 0900…, +84900… and 900… all find one phone."""
    digits = "".join(char for char in sought if char in "0123456789")
    return digits.removeprefix("84") if sought.strip().startswith("+") else digits.removeprefix("0")
