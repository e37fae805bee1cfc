"""The door of a stand-in: a small HTTP server for this machine alone, that other sites cannot use through a browser."""

import json
import logging
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

OWN = Path(__file__).parent
FILES = {  # every stand-in's page looks alike and freshens its one live list
    "/page.js": (OWN / "page.js", "text/javascript; charset=utf-8"),
    "/page.css": (OWN / "page.css", "text/css; charset=utf-8"),
}
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}
_log = logging.getLogger(__name__)


class Turning(Protocol):
    """A switch: it is turned by fields, raising ValueError for what it does not know, and tells where it stands."""

    def turn(self, fields: dict[str, Any]) -> object:
        """Turn it."""

    def as_json(self) -> dict[str, Any]:
        """Tell where it stands."""


class LoopbackDoor(ThreadingHTTPServer):
    """Serves on the loopback address only."""

    daemon_threads = True
    allow_reuse_port = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up; the default prints a trace."""
        _log.debug("a client hung up")


class LoopbackVisit(BaseHTTPRequestHandler):
    """One connection; a stand-in says in `show` and `take` what it does."""

    protocol_version = "HTTP/1.1"
    timeout = 120
    longest_body = 1_048_576

    def show(self, path: str, query: dict[str, str]) -> None:
        """Answer a GET for an address that is neither a file of the page nor the sign of life."""
        raise NotImplementedError

    def take(self, path: str, body: bytes) -> None:
        """Answer a POST."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Keep other sites out, serve the page's files and the sign of life, and leave the rest to `show`."""
        parts = urlsplit(self.path)
        if not self._is_ours():
            self.send(HTTPStatus.FORBIDDEN)
        elif parts.path in FILES:
            file, content_type = FILES[parts.path]
            self.send(HTTPStatus.OK, file.read_bytes(), content_type)
        elif parts.path == "/healthz":
            self.send(HTTPStatus.OK, b"ok\n")
        else:
            self.show(parts.path, form_of(parts.query.encode()))

    def do_POST(self) -> None:
        """Read a body of bearable length, keep other sites out, and leave the rest to `take`."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > self.longest_body:
            self.close_connection = True
            self.send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(int(length))
        if self._is_ours():
            self.take(self.path, body)
        else:
            self.send(HTTPStatus.FORBIDDEN)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: addresses hold phone numbers and tokens of persons."""

    def _is_ours(self) -> bool:
        """Tell whether no other site asks: none may read codes or turn a switch, by form or by DNS rebinding."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        origin = self.headers.get("Origin", "")
        known = host in {"127.0.0.1", "localhost"}
        return known and (not origin or urlsplit(origin).netloc == self.headers.get("Host"))

    def fields_of(self, body: bytes) -> tuple[dict[str, Any], bool]:
        """Give the fields of a form or of JSON, and whether it was a form; raises ValueError or TypeError."""
        if self.headers.get_content_type() == "application/x-www-form-urlencoded":
            return form_of(body), True
        return dict(json.loads(body)), False

    def turn(self, switch: Turning, body: bytes, then: Callable[[], None] = lambda: None) -> None:
        """Turn a switch as a form or a program asks, do what follows from it, and answer.

        What the switch does not know changes nothing.
        """
        try:
            fields, is_form = self.fields_of(body)
            switch.turn(fields)
        except (ValueError, TypeError, RecursionError):
            self.send_json(HTTPStatus.BAD_REQUEST, {"error": "no_such_mode"})
            return
        then()
        self.send_turned(fields, is_form, switch.as_json())

    def send_turned(self, fields: dict[str, Any], is_form: bool, mode: dict[str, Any]) -> None:
        """Answer a turned switch: a form goes back to the page in its language, a program gets the mode."""
        if is_form:
            lang = "en" if fields.get("lang") == "en" else "vi"
            self.send(HTTPStatus.SEE_OTHER, headers={"Location": f"/?lang={lang}"})
        else:
            self.send_json(HTTPStatus.OK, mode)

    def cut(self) -> None:
        """Reset the connection, as a partner that dies does."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def send_html(self, html: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        """Answer with a page."""
        self.send(status, html.encode(), "text/html; charset=utf-8")

    def send_json(self, status: HTTPStatus, fields: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Answer with JSON."""
        self.send(status, json.dumps(fields, ensure_ascii=False).encode(), "application/json", headers)

    def send(
        self,
        status: HTTPStatus,
        body: bytes = b"",
        content_type: str = "text/plain; charset=utf-8",
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer, with the headers that keep every answer of a stand-in to itself."""
        self.send_response(status)
        fields = HEADERS | (headers or {}) | {"Content-Type": content_type, "Content-Length": str(len(body))}
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def form_of(body: bytes) -> dict[str, str]:
    """Give the fields of a query or a posted form, the last of each name."""
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
