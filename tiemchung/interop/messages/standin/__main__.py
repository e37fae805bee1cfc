"""Run the stand-in: python -m tiemchung.interop.messages.standin --port 8025 --smpp-port 2775 --data DIR."""

import argparse
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tiemchung.interop.messages.standin.callbacks import Callbacks
from tiemchung.interop.messages.standin.gateway import Gateway
from tiemchung.interop.messages.standin.http_door import HttpDoor
from tiemchung.interop.messages.standin.mail_door import MailDoor
from tiemchung.interop.messages.standin.mail_store import MailStore
from tiemchung.interop.messages.standin.mode import Switch
from tiemchung.interop.messages.standin.smpp_door import SmppDoor
from tiemchung.interop.messages.standin.store import Store
from tiemchung.interop.standins.running import cannot_listen, serve, stop_signals

RECEIPT_PULSE_S = 0.1


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; give the exit status."""
    chosen = _parser().parse_args(arguments)
    store, mails = Store(chosen.data), MailStore(chosen.data)
    gateway = Gateway(store, Switch(), receipt_delay_s=chosen.receipt_delay)
    try:
        smpp = SmppDoor(
            gateway,
            host="127.0.0.1",
            port=chosen.smpp_port,
            password=os.environ.get("TIEMCHUNG_STANDIN_PASSWORD", ""),
        )
        http = HttpDoor(
            gateway,
            port=chosen.port,
            token=os.environ.get("TIEMCHUNG_STANDIN_TOKEN", ""),
            mode_turned=smpp.follow_mode,
            mails=mails,
        )
        mail = MailDoor(mails, gateway.switch, port=chosen.mail_port)
    except OSError as error:
        return cannot_listen("The stand-in gateway", error)
    key = os.environ.get("TIEMCHUNG_SMS_RECEIPT_KEY", "").encode()
    callbacks = Callbacks(store, address=chosen.receipts_to, key=key)
    _serve(http, smpp, mail, callbacks)
    store.close()
    mails.close()
    return 0


def _serve(http: HttpDoor, smpp: SmppDoor, mail: MailDoor, callbacks: Callbacks) -> None:
    stopping = stop_signals()
    pulses = [
        threading.Thread(target=_pulse, args=(sender.send_receipts, stopping), daemon=True)
        for sender in (smpp, callbacks)
    ]
    for pulse in pulses:
        pulse.start()
    serve(http, stopping, f" smpp={smpp.port} mail={mail.port}")
    smpp.shut()
    mail.shut()
    for pulse in pulses:
        pulse.join(10)
    callbacks.close()


def _pulse(send: Callable[[], None], stopping: threading.Event) -> None:
    while not stopping.wait(RECEIPT_PULSE_S):
        send()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="standin", description=__doc__)
    parser.add_argument("--port", type=int, default=8025, help="HTTP; 0 takes a free one")
    parser.add_argument("--smpp-port", type=int, default=2775, help="SMPP; 0 takes a free one")
    parser.add_argument("--mail-port", type=int, default=2525, help="SMTP; 0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of its own for what it has taken")
    parser.add_argument("--receipts-to", default="", help="address that gets receipts of HTTP messages")
    parser.add_argument("--receipt-delay", type=float, default=1.0, help="seconds until a phone has a message")
    return parser


if __name__ == "__main__":
    sys.exit(main())
