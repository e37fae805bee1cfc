"""The stand-in's HTTP server: news in, the page, proposals out, and the switch."""

import datetime as dt
import json
import logging
import socket
import struct
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tiemchung.interop.pc_covid.signature import HEADER, read_signature
from tiemchung.interop.pc_covid.standin.mode import BadMode, Mode, Switch
from tiemchung.interop.pc_covid.standin.page import told_list, whole_page
from tiemchung.interop.pc_covid.standin.proposing import Proposer
from tiemchung.interop.pc_covid.standin.store import Store

LONGEST_BODY = 1_048_576
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


class Door(ThreadingHTTPServer):
    """Serves on the loopback address only."""

    daemon_threads = True
    allow_reuse_port = False

    def __init__(self, store: Store, switch: Switch, proposer: Proposer, *, port: int, key: bytes) -> None:
        self.store, self.switch, self.proposer, self.key = store, switch, proposer, key
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Visit)

    def let_in(self, nonce: str, unix_s: int) -> bool:
        """Tell whether this request is the first with its nonce."""
        with self._lock:
            new = nonce not in self._seen
            self._seen = {n: t for n, t in self._seen.items() if t > unix_s - 600} | {nonce: unix_s}
            return new

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up; the default prints a trace."""
        _log.debug("a client hung up")


class Visit(BaseHTTPRequestHandler):
    """One connection."""

    server: Door
    protocol_version = "HTTP/1.1"
    timeout = 120

    def do_GET(self) -> None:
        """Show the page, the list alone, what was told as JSON, the mode, or that we are alive."""
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        told = self.server.store.newest(query.get("person", ""))
        if not self._is_ours():
            self._send(HTTPStatus.FORBIDDEN)
        elif parts.path == "/":
            self._show(query)
        elif parts.path == "/list":
            self._send_html(told_list(told, lang=query.get("lang", "vi")))
        elif parts.path == "/told":
            self._send_json(HTTPStatus.OK, {"told": [one.as_json() for one in told]})
        elif parts.path in FILES:
            self._send(HTTPStatus.OK, (HERE / parts.path[1:]).read_bytes(), FILES[parts.path])
        elif parts.path == "/mode":
            self._send_json(HTTPStatus.OK, self.server.switch.as_json())
        elif parts.path == "/healthz":
            self._send(HTTPStatus.OK, b"ok\n")
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """Take news, turn the mode, or send a proposal to the platform."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST_BODY:
            self.close_connection = True
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(int(length))
        if not self._is_ours():
            self._send(HTTPStatus.FORBIDDEN)
        elif self.path == "/v1/news":
            self._take_news(body)
        elif self.path == "/mode":
            self._turn_mode(body)
        elif self.path == "/propose":
            fields = _form(body)
            lang = fields.get("lang", "vi")
            self._show({"lang": lang}, answered=self.server.proposer.propose(fields, lang))
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: addresses hold tokens of persons."""

    def _is_ours(self) -> bool:
        """Keep other sites out, by form or by DNS rebinding."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        origin = self.headers.get("Origin", "")
        known = host in {"127.0.0.1", "localhost"}
        return known and (not origin or urlsplit(origin).netloc == self.headers.get("Host"))

    def _show(self, query: dict[str, str], answered: dict[str, Any] | None = None) -> None:
        sought, lang = query.get("person", ""), query.get("lang", "vi")
        told = self.server.store.newest(sought)
        self._send_html(whole_page(told, switch=self.server.switch, sought=sought, lang=lang, answered=answered))

    def _turn_mode(self, body: bytes) -> None:
        is_form = self.headers.get_content_type() == "application/x-www-form-urlencoded"
        try:
            fields = _form(body) if is_form else dict(json.loads(body))
            self.server.switch.turn(fields)
        except (BadMode, ValueError, TypeError, RecursionError):
            self._send_json(HTTPStatus.BAD_REQUEST, {"error": "no_such_mode"})
            return
        if is_form:
            lang = "en" if fields.get("lang") == "en" else "vi"
            self._send(HTTPStatus.SEE_OTHER, headers={"Location": f"/?lang={lang}"})
        else:
            self._send_json(HTTPStatus.OK, self.server.switch.as_json())

    def _take_news(self, body: bytes) -> None:
        mode, now = self.server.switch.mode, int(time.time())
        signed = read_signature(self.server.key, body, self.headers.get(HEADER, ""), unix_s=now)
        if mode is Mode.DOWN:
            self._cut()
        elif mode is Mode.FAILING:
            self._send_json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "failing"}, {"Retry-After": "1"})
        elif signed is None:
            self._send(HTTPStatus.FORBIDDEN)
        elif not self.server.let_in(signed.nonce, now):
            self._send_json(HTTPStatus.CONFLICT, {"error": "replayed"})
        else:
            self._answer_news(body, refusing=mode is Mode.REFUSING)

    def _answer_news(self, body: bytes, *, refusing: bool) -> None:
        try:
            answers = [self._keep(one, refusing) for one in json.loads(body)["news"]]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self._send_json(HTTPStatus.BAD_REQUEST, {"error": "bad_news"})
            return
        self.server.switch.dawdle()
        self._send_json(HTTPStatus.OK, {"answers": answers})

    def _keep(self, one: dict[str, Any], refusing: bool) -> dict[str, Any]:
        person, version = str(one["person"]), int(one["version"])
        if refusing:
            return {"person": person, "answer": "refused", "code": "demonstration"}
        has = self.server.store.keep(person, version, one, dt.datetime.now(dt.UTC))
        return {"person": person, "answer": "taken" if has == version else "stale", "has": has}

    def _cut(self) -> None:
        """Reset the connection, as a partner that dies does."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _send_html(self, html: str) -> None:
        self._send(HTTPStatus.OK, html.encode(), "text/html; charset=utf-8")

    def _send_json(self, status: HTTPStatus, fields: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(fields, ensure_ascii=False).encode(), "application/json", headers)

    def _send(
        self,
        status: HTTPStatus,
        body: bytes = b"",
        content_type: str = "text/plain; charset=utf-8",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        fields = HEADERS | {"Content-Type": content_type, "Content-Length": str(len(body))} | (headers or {})
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _form(body: bytes) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
