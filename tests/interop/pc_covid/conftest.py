"""The stand-in of PC-Covid as a real process, and the platform agreed with it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.interop.population.conftest import Hand
from tests.ports import quiet_ports
from tiemchung.interop.breaker import Breaker
from tiemchung.interop.pc_covid import http_partner
from tiemchung.interop.pc_covid.http_partner import GuardedPartner, HttpPartner
from tiemchung.interop.pc_covid.keys import REQUESTS, key_for

AGREED = "a key agreed for the tests"


class StandIn:
    """One stand-in process with a folder of its own; the port stays the same over restarts."""

    def __init__(self, folder: Path, proposals_to: str = "") -> None:
        self.folder, self.proposals_to, (self.port,) = folder, proposals_to, quiet_ports(1)
        self.start()

    def start(self) -> None:
        words = ["--port", str(self.port), "--data", str(self.folder), "--proposals-to", self.proposals_to]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tiemchung.interop.pc_covid.standin", *words],
            env={**os.environ, "TIEMCHUNG_PC_COVID_KEY": AGREED},
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith("READY http="), line
        self.port = int(line.removeprefix("READY http="))
        self.address = f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        self.process.terminate()
        status = self.process.wait(120)
        self.process.stdout.close()
        return status

    def turn(self, **fields: Any) -> None:
        httpx.post(f"{self.address}/mode", json=fields, trust_env=False, timeout=60).raise_for_status()

    def told(self, person: str = "") -> list[dict[str, Any]]:
        """Give what it was told of one person, or of everybody, newest first."""
        answer = httpx.get(f"{self.address}/told", params={"person": person}, trust_env=False, timeout=60)
        return answer.raise_for_status().json()["told"]

    def get(self, path: str, **more: Any) -> httpx.Response:
        return httpx.get(self.address + path, trust_env=False, timeout=60, **more)


@pytest.fixture(autouse=True)
def no_way_from_before() -> None:
    """Let no test find the breaker of the settings' partner as another test left it."""
    http_partner._port.cache_clear()


@pytest.fixture(scope="session")
def shared_standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    standin = StandIn(tmp_path_factory.mktemp("pc-covid"))
    yield standin
    standin.stop()


@pytest.fixture
def standin(shared_standin: StandIn) -> Iterator[StandIn]:
    """The stand-in as it is when nothing is wrong."""
    yield shared_standin
    shared_standin.turn(mode="ok", seconds=30)


@pytest.fixture
def agreed(settings: Any, standin: StandIn) -> None:
    """Switch the partner on, with its stand-in."""
    settings.PC_COVID, settings.PC_COVID_KEY = f"{standin.address}/v1/news", AGREED


@pytest.fixture
def breakers_clock() -> Hand:
    """The clock of the breaker."""
    return Hand()


def way_to(standin: StandIn, clock: Hand, timeout_s: float) -> Iterator[GuardedPartner]:
    inner = HttpPartner(f"{standin.address}/v1/news", key=key_for(REQUESTS, AGREED), timeout_s=timeout_s)
    yield GuardedPartner(inner, Breaker(clock=clock))
    inner.close()


@pytest.fixture
def partner(standin: StandIn, breakers_clock: Hand) -> Iterator[GuardedPartner]:
    """The way to the stand-in, with a breaker that knows nothing yet; it waits also for a machine that stands still."""
    yield from way_to(standin, breakers_clock, 60.0)


@pytest.fixture
def hasty_partner(standin: StandIn, breakers_clock: Hand) -> Iterator[GuardedPartner]:
    """The same, but in a second it takes the partner for slow."""
    yield from way_to(standin, breakers_clock, 1.0)
