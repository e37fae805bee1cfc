"""The table of processes that `make run` keeps alive."""

import hmac
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tiemchung.core.install import CHECKOUT, home, install_secrets

PYTHON = sys.executable
PORTS = {
    "TIEMCHUNG_PORT": 8000,
    "TIEMCHUNG_SMS_PORT": 8025,
    "TIEMCHUNG_SMPP_PORT": 2775,
    "TIEMCHUNG_MAIL_PORT": 2525,
    "TIEMCHUNG_PC_COVID_PORT": 8026,
    "TIEMCHUNG_POPULATION_PORT": 8027,
}


@dataclass(frozen=True)
class Process:
    """One process: how it is started, and how to know that it works.

    `port` is the one that must be free before; `health` a path there that answers 200 when all is well. A
    process without a port counts as working once it has lived for `settles` seconds.
    """

    name: str
    argv: tuple[str, ...]
    port: int | None = None
    health: str | None = None
    settles: float = 1.0
    environment: Mapping[str, str] = field(default_factory=dict)
    port_variable: str = ""
    what: str = ""

    @property
    def address(self) -> str | None:
        """Where a browser finds it."""
        return f"http://localhost:{self.port}" if self.port else None


def port_of(variable: str, usual: int) -> int:
    """The port that an environment variable names, or the usual one; raises ValueError for anything else."""
    text = os.environ.get(variable, "").strip()
    port = int(text) if text.isascii() and text.isdigit() else (usual if not text else 0)
    if not 1 <= port <= 65535:
        raise ValueError(f"{variable}={text} is not a port: use a number from 1024 to 65535")
    return port


def all_processes() -> list[Process]:
    """What a whole demonstration consists of, in the order of starting."""
    web, sms, smpp, mail, pc_covid, population = (port_of(name, usual) for name, usual in PORTS.items())
    granian = str(Path(PYTHON).with_name("granian"))
    return [
        Process(
            name="sms",
            argv=(PYTHON, "-m", "tiemchung.interop.messages.standin", "--port", str(sms),
                  "--smpp-port", str(smpp), "--mail-port", str(mail), "--data", str(home() / "standin-messages"),
                  "--receipts-to", f"http://127.0.0.1:{web}/hooks/sms"),
            port=sms,
            health="/healthz",
            port_variable="TIEMCHUNG_SMS_PORT",
            what="messages to phones and e-mails, as the stand-in of the gateway took them",
        ),
        Process(
            name="pc-covid",
            argv=(PYTHON, "-m", "tiemchung.interop.pc_covid.standin", "--port", str(pc_covid),
                  "--data", str(home() / "standin-pc-covid"),
                  "--proposals-to", f"http://127.0.0.1:{web}/interop/pc-covid/proposals"),
            port=pc_covid,
            health="/healthz",
            port_variable="TIEMCHUNG_PC_COVID_PORT",
            what="PC-Covid, as its stand-in was told of corrections",
        ),
        Process(
            name="population",
            argv=(PYTHON, "-m", "tiemchung.interop.population.standin", "--port", str(population),
                  "--data", str(home() / "standin-population")),
            port=population,
            health="/healthz",
            port_variable="TIEMCHUNG_POPULATION_PORT",
            what="the population database, as its stand-in was asked about people",
        ),
        Process(
            name="web",
            # One worker: the hot routes commit in groups, and a second worker would halve the groups.
            argv=(granian, "--interface", "asgi", "--host", "127.0.0.1", "--port", str(web), "--workers", "1",
                  "--no-access-log", "--log-level", "warning", "--workers-kill-timeout", "8",
                  "tiemchung.web.hot:app"),
            port=web,
            port_variable="TIEMCHUNG_PORT",
            health="/healthz",
            what="portal, health book, staff pages",
        ),
        Process(name="worker", argv=(PYTHON, "manage.py", "work"), settles=2.0),
    ]  # fmt: skip


def demonstration_environment() -> dict[str, str]:
    """What differs on one's own machine: http on localhost, messages to the stand-in, the demonstration.

    Whatever is set already stays: TIEMCHUNG_DEMO=0 starts without the demonstration week.
    """
    web, sms, _, mail, pc_covid, population = (port_of(name, usual) for name, usual in PORTS.items())
    wanted = {
        "TIEMCHUNG_DEMO": "1",
        "TIEMCHUNG_INSECURE_LOCALHOST": "1",
        "TIEMCHUNG_SMS": f"http://127.0.0.1:{sms}/v1/messages",
        "TIEMCHUNG_MAIL": f"smtp://127.0.0.1:{mail}?from=hochieu@tiemchung.example&tls=none",
        # Signs the receipts of messages; both sides start together, so it need not outlive the run.
        "TIEMCHUNG_SMS_RECEIPT_KEY": secrets.token_hex(32),
        "TIEMCHUNG_PC_COVID": f"http://127.0.0.1:{pc_covid}/v1/news",
        "TIEMCHUNG_PC_COVID_KEY": _agreed_key(),
        "TIEMCHUNG_POPULATION": f"http://127.0.0.1:{population}/v1/checks",
        # Signs the questions; both sides start together, so it need not outlive the run.
        "TIEMCHUNG_POPULATION_KEY": secrets.token_hex(32),
        "TIEMCHUNG_PUBLIC_ADDRESS": f"http://localhost:{web}",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(CHECKOUT),
    }
    return {**wanted, **{name: os.environ[name] for name in wanted if name in os.environ}}


def _agreed_key() -> str:
    """Give the key that the demonstration and its stand-in of PC-Covid agree on.

    It outlives the run, since the partner recognises numbers by hashes under it.
    """
    return hmac.new(install_secrets(home()).index_key, b"demonstration of PC-Covid", "sha256").hexdigest()
