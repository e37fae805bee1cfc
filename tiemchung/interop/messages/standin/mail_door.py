"""The stand-in's mail server: takes letters on the loopback address, and fails as its switch says."""

import asyncio
import datetime as dt
import threading
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tiemchung.interop.messages.standin.mail_store import MailStore
from tiemchung.interop.messages.standin.mode import Answers, Switch

UNKNOWN = "unknown@"  # a mailbox of this name does not exist anywhere
MOST_OCTETS = 5_000_000


class MailHandler:
    """What happens to a letter; the names are those that aiosmtpd calls."""

    def __init__(self, store: MailStore, switch: Switch) -> None:
        self._store, self._switch = store, switch

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse the mailbox that never exists."""
        if address.startswith(UNKNOWN):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Say what the server can, or that it is closing."""
        session.host_name = hostname
        return ["421 4.3.2 closing"] if self._switch.mode.answers is Answers.DOWN else responses

    async def handle_HELO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:  # noqa: N802
        """Greet, or close."""
        session.host_name = hostname
        return "421 4.3.2 closing" if self._switch.mode.answers is Answers.DOWN else "250 stand-in"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the letter; when failing, answer for now no."""
        answers = self._switch.mode.answers
        if answers is Answers.FAILING:
            return "451 4.3.0 failing"
        raw = envelope.original_content or b""
        at = dt.datetime.now(dt.UTC)
        for to in envelope.rcpt_tos:
            await asyncio.to_thread(self._store.take, raw, to=to, sender=envelope.mail_from or "", at=at)
        if answers is Answers.LOST and server.transport is not None:
            server.transport.close()
        await asyncio.to_thread(self._switch.dawdle)
        return "250 2.0.0 taken"


class MailDoor:
    """Listens in a thread of its own; raises OSError where the port is taken."""

    def __init__(self, store: MailStore, switch: Switch, *, port: int) -> None:
        self._loop = asyncio.new_event_loop()
        handler = MailHandler(store, switch)
        opening = self._loop.create_server(lambda: _smtp(handler), host="127.0.0.1", port=port)
        self._server = self._loop.run_until_complete(opening)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def shut(self) -> None:
        """Take no more letters."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


def _smtp(handler: Any) -> SMTP:
    return SMTP(handler, data_size_limit=MOST_OCTETS, ident="stand-in", enable_SMTPUTF8=True)
