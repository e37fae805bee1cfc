"""The whole platform as `make run` starts it: real processes, a database of its own, the demonstration's cast."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.ports import quiet_ports
from tiemchung.access.factors import code_at
from tiemchung.core import clock
from tiemchung.core.install import CHECKOUT
from tiemchung.core.postgres import stop


class Platform:
    """One running installation and what a person in the demonstration would look up in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.sessions: dict[str, Any] = {}
        names = ("", "SMS_", "SMPP_", "PC_COVID_", "MAIL_", "POPULATION_")
        urls = [f"http://localhost:{port}" for port in quiet_ports(len(names))]
        self.web, self.sms, _, self.pc_covid, _, self.population = urls
        ports = {name: url.rpartition(":")[2] for name, url in zip(names, urls, strict=True)}
        ours = {f"TIEMCHUNG_{name}PORT": port for name, port in ports.items()} | {
            "TIEMCHUNG_HOME": str(home),
            "TIEMCHUNG_DEMO_PEOPLE": "40",
            "TIEMCHUNG_STATIC_ROOT": str(home / "static"),
        }
        foreign = {k: v for k, v in os.environ.items() if not k.startswith(("TIEMCHUNG_", "PG", "DATABASE_URL"))}
        self.log = open(home / "run.log", "w+", encoding="utf-8")  # noqa: SIM115 - closed with the platform
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tiemchung.core.run"],
            cwd=CHECKOUT, env=foreign | ours, stdout=self.log, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def wait(self, words: str = "Ctrl-C ends everything", patience_s: float = 600.0) -> None:
        """Wait until the log says so; raise with the log where the start failed."""
        import time

        deadline = time.monotonic() + patience_s
        while words not in self.said():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(self.said())
            time.sleep(0.2)

    def said(self) -> str:
        """Give the log so far."""
        return Path(self.log.name).read_text(encoding="utf-8")

    def password_of(self, username: str) -> str:
        """Give the demonstration's password of an account."""
        return str(self._sign_in(username)["password"])

    def second_factor_of(self, username: str) -> str:
        """Give the code that the account's authenticator shows now."""
        return code_at(str(self._sign_in(username)["totp_secret"]), clock.now())

    def code_sent_to(self, phone: str) -> str:
        """Give the newest one-time code that the stand-in gateway took for this E.164 number; empty so far."""
        with urllib.request.urlopen(f"{self.sms}/messages?to={urllib.parse.quote(phone)}") as answer:
            texts = [message["text"] for message in json.load(answer)["messages"]]
        found = [match[1] for text in texts if (match := re.search(r"\b(\d{6})\b", text))]
        return found[0] if found else ""

    def pids_of(self, words: str) -> list[int]:
        """Give the processes of this installation whose command line holds the words."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                mine = f"TIEMCHUNG_HOME={self.home}".encode() in (entry / "environ").read_bytes()
            except OSError:
                continue
            if mine and words in line:
                found.append(int(entry.name))
        return found

    def _sign_in(self, username: str) -> dict[str, object]:
        return tomllib.loads((self.home / "demo-signins.toml").read_text("utf-8"))[username]


@contextmanager
def running_platform() -> Iterator[Platform]:
    """Start the platform in an empty home, and leave nothing of it behind."""
    home = Path(tempfile.mkdtemp(prefix="tc-way-"))
    home.chmod(0o755)
    platform = Platform(home)
    try:
        platform.wait()
        yield platform
    finally:
        platform.process.send_signal(signal.SIGINT)
        platform.process.wait(timeout=180)
        platform.log.close()
        stop(home)
        shutil.rmtree(home)
