"""The stand-in as a real process, and the two ways to it."""

import itertools
import threading
from collections.abc import Iterator

import pytest

from tests.interop.messages.ways import ReceiptDoor, StandIn, Way
from tiemchung.interop.messages.backends import backend_from_url
from tiemchung.interop.messages.receipts import Receipt

_phones = itertools.count(20_000)


@pytest.fixture(scope="session")
def receipt_door() -> Iterator[ReceiptDoor]:
    door = ReceiptDoor()
    thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield door
    door.shutdown()
    door.server_close()


@pytest.fixture(scope="session")
def shared_standin(tmp_path_factory: pytest.TempPathFactory, receipt_door: ReceiptDoor) -> Iterator[StandIn]:
    standin = StandIn(tmp_path_factory.mktemp("standin"), receipt_door.address)
    yield standin
    standin.stop()


@pytest.fixture
def standin(shared_standin: StandIn) -> Iterator[StandIn]:
    """The stand-in as it is when nothing is wrong."""
    yield shared_standin
    shared_standin.turn(mode="ok", receipts="once", seconds=30)


@pytest.fixture(params=["http", "smpp"])
def way(request: pytest.FixtureRequest, standin: StandIn, receipt_door: ReceiptDoor) -> Iterator[Way]:
    """Each of the two ways; a test that uses it runs twice."""
    told = receipt_door.told if request.param == "http" else []

    def take(receipt: Receipt) -> bool:
        told.append(receipt)
        return True

    port = backend_from_url(standin.url(request.param), take_receipt=take)
    yield Way(request.param, standin, port, told)
    port.close()


@pytest.fixture
def phone() -> str:
    """A number of the reserved range that no other test uses."""
    return f"+849000{next(_phones):05d}"
