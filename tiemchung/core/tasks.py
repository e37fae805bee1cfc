"""What the clock triggers on the ground floor: sending what waits in the outbox."""

import datetime as dt
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from tiemchung.core.outbox import SmsPort, send_due, send_mail_due
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


@lru_cache(maxsize=1)
def mail_port() -> SmsPort:
    """Give the mail server that the settings name."""
    port: SmsPort = import_string(settings.MAIL_BACKEND)(settings.MAIL)
    return port


def send_mails(at: dt.datetime) -> int:
    """Send the e-mails that are due; give how many the server took, 0 while there is no server."""
    return send_mail_due(mail_port(), at=at) if settings.MAIL else 0


LOOPS = [Loop("core.outbox", send_messages, every=0.5), Loop("core.mail", send_mails, every=1.0)]
