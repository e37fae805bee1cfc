"""A message goes out of the outbox to the stand-in, and its receipt comes back to it through the hook."""

from pathlib import Path
from typing import Any

import pytest

from tests.interop.messages.ways import RECEIPT_KEY, StandIn, eventually
from tiemchung.core import clock, outbox
from tiemchung.interop.messages.backends import backend_from_url

TEXT = "Mã xác nhận của bạn là 042917"


def _states() -> list[str]:
    return list(outbox.OutboxMessage.objects.values_list("state", flat=True))


@pytest.fixture
def receiving(settings: Any) -> None:
    """The room's own addresses and nothing before them, so that only this room can make the test fail."""
    settings.ROOT_URLCONF = "tiemchung.interop.messages.urls"
    settings.MIDDLEWARE = []
    settings.SMS_RECEIPT_KEY = RECEIPT_KEY


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("receipts", ["once", "duplicate", "reordered"])
@pytest.mark.parametrize("way_name", ["http", "smpp"])
def test_a_message_is_known_as_delivered_after_its_receipts(
    receiving: None, live_server: Any, tmp_path: Path, phone: str, way_name: str, receipts: str
) -> None:
    at = clock.now()
    standin = StandIn(tmp_path, f"{live_server.url}/sms")
    port = backend_from_url(standin.url(way_name))
    try:
        standin.turn(receipts=receipts)
        outbox.put_message(to=phone, text=TEXT, kind="test", at=at)
        assert outbox.send_due(port, at=at) == 1
        eventually(lambda: _states() == [outbox.OutboxMessage.State.DELIVERED])
        assert [message["text"] for message in standin.messages(phone)] == [TEXT]
    finally:
        port.close()
        standin.stop()
