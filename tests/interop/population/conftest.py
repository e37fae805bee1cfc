"""The stand-in of the population database as a real process, and a register in memory that keeps the same promises."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.ports import quiet_ports
from tiemchung.core.ids import new_id
from tiemchung.interop.breaker import Breaker
from tiemchung.interop.population import register as register_room
from tiemchung.interop.population.register import ANSWERS, REQUESTS, GuardedRegister, HttpRegister
from tiemchung.interop.signature import derived_key
from tiemchung.people.ports import FourFields, RegisterAway

AGREED = "a key agreed for the tests"
LAN = {"number": "079190000101", "full_name": "Nguyễn Thị Lan", "sex": "FEMALE", "birth_date": "1990-05-17"}
MINH = {"number": "079085000102", "full_name": "Trần Văn Minh", "sex": "MALE", "birth_date": "1985-01-02"}


def fields_of(citizen: Mapping[str, str], **other: Any) -> FourFields:
    """Give a request about this citizen, with some fields otherwise."""
    values: dict[str, Any] = {**citizen, "birth_date": dt.date.fromisoformat(citizen["birth_date"]), **other}
    return FourFields(request_id=new_id().hex, **values)


class MemoryRegister:
    """A register without a network: what it once answered it answers again."""

    def __init__(self, citizens: Sequence[Mapping[str, str]] = ()) -> None:
        self.citizens = {one["number"]: dict(one) for one in citizens}
        self.said: dict[tuple[UUID, str], bool] = {}
        self.batches: list[tuple[UUID, tuple[str, ...]]] = []
        self.asked: list[FourFields] = []
        self.problem: RegisterAway | None = None
        self.left_out: set[str] = set()  # numbers about which nothing is said

    def is_away(self) -> bool:
        return False

    def ask(self, batch_id: UUID, asked: Sequence[FourFields]) -> dict[str, bool]:
        self.batches.append((batch_id, tuple(one.request_id for one in asked)))
        self.asked += asked
        if self.problem is not None:
            raise self.problem
        for one in asked:
            self.said.setdefault((batch_id, one.request_id), self._is_right(one))
        return {one.request_id: self.said[batch_id, one.request_id] for one in asked if one.number not in self.left_out}

    def _is_right(self, one: FourFields) -> bool:
        known = self.citizens.get(one.number, {})
        born = one.birth_date.isoformat()
        return (known.get("full_name"), known.get("sex"), known.get("birth_date")) == (one.full_name, one.sex, born)


class StandIn:
    """One stand-in process with a folder of its own; the port stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self.folder, (self.port,) = folder, quiet_ports(1)
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tiemchung.interop.population.standin", "--port", str(self.port),
             "--data", str(self.folder)],
            env={**os.environ, "TIEMCHUNG_POPULATION_KEY": AGREED}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
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

    def put(self, citizen: Mapping[str, str]) -> None:
        httpx.post(f"{self.address}/citizens", json=dict(citizen), trust_env=False, timeout=60).raise_for_status()

    def asked(self) -> dict[str, Any]:
        return self.get("/asked").raise_for_status().json()

    def get(self, path: str, **more: Any) -> httpx.Response:
        return httpx.get(self.address + path, trust_env=False, timeout=60, **more)


@pytest.fixture(autouse=True)
def no_way_from_before() -> None:
    """Let no test find the breaker of an address as another test left it."""
    register_room._guarded.cache_clear()


@pytest.fixture(scope="session")
def shared_standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    standin = StandIn(tmp_path_factory.mktemp("population"))
    yield standin
    standin.stop()


@pytest.fixture
def standin(shared_standin: StandIn) -> Iterator[StandIn]:
    """The stand-in as it is when nothing is wrong, with Lan and Minh in it."""
    for citizen in (LAN, MINH):
        shared_standin.put(citizen)
    yield shared_standin
    shared_standin.turn(mode="ok", seconds=30)


class Hand:
    """A clock that only a hand moves, in seconds."""

    def __init__(self) -> None:
        self.shows = 0.0

    def __call__(self) -> float:
        return self.shows


@pytest.fixture
def breakers_clock() -> Hand:
    """The clock of the breaker."""
    return Hand()


def way_to(standin: StandIn, clock: Hand, timeout_s: float) -> Iterator[GuardedRegister]:
    keys = {"key": derived_key(AGREED, REQUESTS), "answers_key": derived_key(AGREED, ANSWERS)}
    inner = HttpRegister(f"{standin.address}/v1/checks", timeout_s=timeout_s, **keys)
    yield GuardedRegister(inner, Breaker(clock=clock))
    inner.close()


@pytest.fixture
def register(standin: StandIn, breakers_clock: Hand) -> Iterator[GuardedRegister]:
    """The way to the stand-in, with a breaker that knows nothing yet; it waits also for a machine that stands still."""
    yield from way_to(standin, breakers_clock, 60.0)


@pytest.fixture
def hasty_register(standin: StandIn, breakers_clock: Hand) -> Iterator[GuardedRegister]:
    """The same, but in a second it takes the register for slow."""
    yield from way_to(standin, breakers_clock, 1.0)
