"""The stand-in as a real process, the two ways to it, and a door for its receipts."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.ports import quiet_ports
from tiemchung.core.ids import new_id
from tiemchung.core.outbox import Handed
from tiemchung.interop.messages.backends import backend_from_url
from tiemchung.interop.messages.breaker import GuardedSms
from tiemchung.interop.messages.receipts import Receipt, read_json_receipt
from tiemchung.interop.messages.signature import HEADER, is_signed

# The longest that the settings allow: what a stand-in does at once is waited for, also where the machine stands still.
# Only whoever wants to see a slow gateway is in a hurry.
PATIENT_S, HURRIED_S = 10, 2
TOKEN, PASSWORD, RECEIPT_KEY = "letmein", "secret8", "a key for receipts"


def eventually(look: Callable[[], Any], *, within_s: float = 60.0) -> Any:
    """Give what `look` gives once it is true, or fail."""
    until = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < until, "it never became true"
        time.sleep(0.02)
    return found


class StandIn:
    """One stand-in process with a folder of its own; the ports stay the same over restarts."""

    def __init__(self, folder: Path, receipts_to: str = "") -> None:
        self.folder, self.receipts_to = folder, receipts_to
        self.http_port, self.smpp_port, self.mail_port = quiet_ports(3)
        self.start()

    def start(self) -> None:
        ports = f"--port {self.http_port} --smpp-port {self.smpp_port} --mail-port {self.mail_port}"
        words = f"{ports} --receipt-delay 0.1".split()
        words += ["--data", str(self.folder), "--receipts-to", self.receipts_to]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tiemchung.interop.messages.standin", *words],
            env={
                **os.environ,
                "TIEMCHUNG_STANDIN_TOKEN": TOKEN,
                "TIEMCHUNG_STANDIN_PASSWORD": PASSWORD,
                "TIEMCHUNG_SMS_RECEIPT_KEY": RECEIPT_KEY,
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith("READY "), line
        given = dict(word.split("=") for word in line.split()[1:])
        self.http_port, self.smpp_port, self.mail_port = (int(given[name]) for name in ("http", "smpp", "mail"))
        self.address = f"http://127.0.0.1:{self.http_port}"

    def stop(self, *, kill: bool = False) -> int:
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        status = self.process.wait(120)
        self.process.stdout.close()
        return status

    def turn(self, **fields: Any) -> None:
        httpx.post(f"{self.address}/mode", json=fields, trust_env=False, timeout=60).raise_for_status()

    def messages(self, to: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.address}/messages", params={"to": to}, trust_env=False, timeout=60)
        return answer.raise_for_status().json()["messages"]

    def mails(self) -> list[dict[str, Any]]:
        return httpx.get(f"{self.address}/mails", trust_env=False, timeout=60).raise_for_status().json()["mails"]

    def url(self, way: str, timeout_s: int = PATIENT_S) -> str:
        """The address in the settings that leads here."""
        if way == "http":
            return f"http://:{TOKEN}@127.0.0.1:{self.http_port}/v1/messages?from=TIEMCHUNG&timeout={timeout_s}"
        return f"smpp://tiemchung:{PASSWORD}@127.0.0.1:{self.smpp_port}?from=TIEMCHUNG&timeout={timeout_s}"


@dataclass
class Way:
    """One way to the stand-in, and the receipts that came back on it."""

    name: str
    standin: StandIn
    port: GuardedSms
    told: list[Receipt] = field(default_factory=list)

    def send(self, to: str, text: str = "Xin chào", message_id: UUID | None = None) -> Handed:
        """Send past the breaker, so that each test sees the gateway itself."""
        return self.port.inner.send(message_id=message_id or new_id(), to=to, text=text)

    @contextmanager
    def hurried(self) -> Iterator[GuardedSms]:
        """Give a second line of this way, which takes two seconds for too long."""
        port = backend_from_url(self.standin.url(self.name, HURRIED_S))
        yield port
        port.close()

    def told_of(self, handed: Handed) -> list[str]:
        return [str(receipt.outcome) for receipt in self.told if receipt.provider_ref == handed.provider_ref]


class ReceiptDoor(ThreadingHTTPServer):
    """Takes the signed receipts of the HTTP way, as the hook does."""

    daemon_threads = True

    def __init__(self) -> None:
        self.told: list[Receipt] = []
        super().__init__(("127.0.0.1", 0), ReceiptVisit)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks/sms"


class ReceiptVisit(BaseHTTPRequestHandler):
    server: ReceiptDoor

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = is_signed(RECEIPT_KEY.encode(), body, self.headers[HEADER], unix_s=int(time.time()))
        if signed:
            self.server.told.append(read_json_receipt(body))
        self.send_response(204 if signed else 403)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass
