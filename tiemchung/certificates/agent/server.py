"""The port that the page in the browser asks: this computer alone, one site alone, and never without a yes."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from tiemchung.certificates.agent.keys import OwnKey

PORT = 17817
MOST = 200
LONGEST = 500_000
Ask = Callable[[Sequence[dict[str, Any]]], bool]


@dataclass(frozen=True, slots=True)
class Agent:
    """Whose key signs, which site may ask, and how the person is asked."""

    key: OwnKey
    origin: str
    ask: Ask

    def answer(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Sign what is asked and agreed to; give the status and the answer.

        Only statements about doses are signed: a text of any other form is refused unread by the person.
        """
        try:
            asked = json.loads(body)["statements"]
            named = [(str(one["dose"]), base64.b64decode(one["statement"], validate=True)) for one in asked]
            told = [_told(dose, statement) for dose, statement in named]
        except (ValueError, TypeError, KeyError, binascii.Error):
            return 400, {"problem": "UNREADABLE"}
        if not 0 < len(told) <= MOST:
            return 400, {"problem": "TOO_MANY"}
        if not self.ask(told):
            return 403, {"refused": True}
        made = self.key.sign_all([statement for _, statement in named])
        told = [
            {"dose": dose, "signature": base64.b64encode(signature).decode()}
            for (dose, _), signature in zip(named, made, strict=True)
        ]
        return 200, {"signatures": told}


def _told(dose: str, statement: bytes) -> dict[str, Any]:
    told = json.loads(statement)
    if (
        told["dose"] != dose
        or told["v"] != (2 if "signed_at" in told else 1)
        or json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() != statement
    ):
        raise ValueError("no statement about this dose")
    shown = {name: told[name] for name in ("dose", "product", "lot", "given_on", "facility")}
    return shown | {"signed_at": str(told.get("signed_at", ""))}


def make_server(agent: Agent, port: int = PORT) -> HTTPServer:
    """Give the server, bound to this computer's own address; `port` 0 takes a free one."""

    class Door(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            if self._stranger():
                return
            self._send(204, None)

        def do_POST(self) -> None:
            if self._stranger():
                return
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != "/sign" or not 0 < length <= LONGEST:
                self._send(400, {"problem": "UNREADABLE"})
                return
            self._send(*agent.answer(self.rfile.read(length)))

        def _stranger(self) -> bool:
            """Refuse every site but the one that this program was started for, and every name but this computer's."""
            host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
            known = self.headers.get("Origin") == agent.origin and host in {"127.0.0.1", "localhost"}
            if not known:
                self.send_response(403)
                self.send_header("Content-Length", "0")
                self.end_headers()
            return not known

        def _send(self, status: int, told: dict[str, Any] | None) -> None:
            body = b"" if told is None else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", agent.origin)
            self.send_header("Access-Control-Allow-Methods", "POST")
            self.send_header("Access-Control-Allow-Headers", "content-type")
            self.send_header("Access-Control-Allow-Private-Network", "true")
            self.send_header("Vary", "Origin")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Write nothing: what is asked is about people."""

    return HTTPServer(("127.0.0.1", port), Door)
