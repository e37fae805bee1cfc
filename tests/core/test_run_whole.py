"""`make run` from an empty home, as a newcomer does it: stands, ends, stands again with everything kept."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.ports import quiet_ports
from tiemchung.core.install import CHECKOUT
from tiemchung.core.postgres import stop
from tiemchung.core.postgres.layout import OWNER, Layout

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a home of its own needs the embedded server"),
]


@pytest.fixture
def home() -> Iterator[Path]:
    where = Path(tempfile.mkdtemp(prefix="tc-run-"))
    where.chmod(0o755)
    yield where
    stop(where)
    shutil.rmtree(where)


class Run:
    """One `make run`, read line by line."""

    def __init__(self, home: Path) -> None:
        self.web, sms, smpp, pc_covid, mail, population = map(str, quiet_ports(6))
        ours = {
            "TIEMCHUNG_HOME": str(home), "TIEMCHUNG_DEMO": "0", "TIEMCHUNG_PORT": self.web,
            "TIEMCHUNG_SMS_PORT": sms, "TIEMCHUNG_SMPP_PORT": smpp, "TIEMCHUNG_MAIL_PORT": mail,
            "TIEMCHUNG_PC_COVID_PORT": pc_covid, "TIEMCHUNG_POPULATION_PORT": population,
            "TIEMCHUNG_STATIC_ROOT": str(home / "static"), "MARK_OF_THIS_RUN": str(home),
        }  # fmt: skip
        foreign = {k: v for k, v in os.environ.items() if not k.startswith(("TIEMCHUNG_", "PG"))}
        self.text = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tiemchung.core.run"],
            cwd=CHECKOUT, env={**foreign, **ours}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def until(self, words: str) -> None:
        """Read on until a line holds the words."""
        for line in self.process.stdout or ():
            self.text += line
            if words in line:
                return
        raise AssertionError(f"ended without {words!r}:\n{self.text}")

    def end(self, number: signal.Signals) -> int:
        """Send the signal, and give the exit code."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=180)
        self.text += rest
        return self.process.returncode


def _marked(home: Path) -> list[str]:
    """The processes that carry this run's mark in their environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"MARK_OF_THIS_RUN={home}".encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def test_it_stands_ends_without_a_trace_and_stands_again_with_everything_kept(home: Path) -> None:
    first = Run(home)
    first.until("Ctrl-C ends everything")
    with urllib.request.urlopen(f"http://127.0.0.1:{first.web}/healthz", timeout=60) as answer:
        assert answer.status == 200
    with psycopg.connect(Layout(home).dsn(OWNER), autocommit=True) as link:
        link.execute("CREATE TABLE kept AS SELECT 1 AS one")
    second_run_of_one_home = Run(home)
    second_run_of_one_home.until("Another `make run` works with")
    assert second_run_of_one_home.process.wait(timeout=180) == 1
    assert first.end(signal.SIGINT) == 0
    assert _marked(home) == []
    assert not (Layout(home).data / "postmaster.pid").exists()

    again = Run(home)
    again.until("Ctrl-C ends everything")
    with psycopg.connect(Layout(home).dsn(OWNER)) as link:
        assert link.execute("SELECT one FROM kept").fetchone() == (1,)
    assert again.end(signal.SIGTERM) == 0
    assert _marked(home) == []


def test_a_database_that_is_killed_is_back_while_everything_runs_on(home: Path) -> None:
    run = Run(home)
    run.until("Ctrl-C ends everything")
    killed = int((Layout(home).data / "postmaster.pid").read_text().split()[0])
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.readlink(entry / "cwd") == str(Layout(home).data):
                os.kill(int(entry.name), signal.SIGKILL)
    give_up = time.monotonic() + 180
    back = False
    while not back and time.monotonic() < give_up:
        with suppress(psycopg.OperationalError), psycopg.connect(Layout(home).dsn(OWNER)) as link:
            back = link.execute("SELECT 1").fetchone() == (1,)
    assert back
    assert int((Layout(home).data / "postmaster.pid").read_text().split()[0]) != killed
    assert run.end(signal.SIGHUP) == 0
    assert _marked(home) == []
