"""What the clock triggers on the ground floor: sending what waits in the outbox."""

import datetime as dt
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from tiemchung.core.outbox import SmsPort, send_due
from tiemchung.core.worker import Loop


@lru_cache(maxsize=1)
def sms_port() -> SmsPort:
    """Give the gateway that the settings name; the ground floor does not know which kinds there are."""
    port = import_string(settings.SMS_BACKEND)(settings.SMS_GATEWAY)
    port.listen()
    return port


def send_messages(at: dt.datetime) -> int:
    """Send what is due; give how many messages the gateway took."""
    return send_due(sms_port(), at=at)


LOOPS = [Loop("core.outbox", send_messages, every=0.5)]
