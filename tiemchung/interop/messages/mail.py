"""Hand letters to a mail server over SMTP, encrypted unless it is on this machine."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from tiemchung.core.outbox import Handed, Permanent, Temporary
from tiemchung.interop.breaker import WITHIN_S, Breaker
from tiemchung.interop.messages.backends import BadAddress
from tiemchung.interop.messages.breaker import GuardedSms
from tiemchung.interop.messages.letters import write_letter

DEFAULT_TIMEOUT_S = 8.0
OPERATOR_WAIT_S = 60.0  # wrong password, no encryption: nothing changes until a person acts
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OPTIONS = frozenset({"from", "timeout", "tls"})


class WriteLetter(Protocol):
    """Writes one letter from what the outbox keeps of it; raises Permanent where there is nothing left to write of."""

    def __call__(self, text: str) -> EmailMessage: ...


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters go; `tls` is `none` (this machine alone), `starttls`, or `implicit` from the first octet on."""

    host: str
    port: int
    sender: str
    tls: str = "starttls"
    username: str = ""
    password: str = ""
    timeout_s: float = DEFAULT_TIMEOUT_S


class SmtpMail:
    """The outbox's port over SMTP: one connection a letter, the message's id as its Message-ID.

    SMTP tells no more than that the server took the letter; a twin that leaves after a lost answer has the same
    Message-ID, by which mailboxes drop it.
    """

    def __init__(
        self, server: MailServer, *, write: WriteLetter = write_letter, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server, self._write = server, write
        self._tls = tls or ssl.create_default_context()

    def send(self, *, message_id: UUID, to: str, text: str) -> Handed:
        """Write the letter that `text` describes and hand it over; raises Temporary or Permanent."""
        letter = self._write(text)
        ref = f"{message_id}@{self._server.sender.rpartition('@')[2]}"
        letter["From"], letter["To"] = self._server.sender, to
        letter["Date"], letter["Message-ID"] = formatdate(), f"<{ref}>"
        letter["Auto-Submitted"] = "auto-generated"
        _told(lambda: self._hand_over(letter, to))
        return Handed(ref[:80])

    def _hand_over(self, letter: EmailMessage, to: str) -> None:
        server = self._server
        with self._connect() as line:
            if server.tls == "starttls":
                line.starttls(context=self._tls)
            if server.username:
                line.login(server.username, server.password)
            line.send_message(letter, server.sender, [to])

    def _connect(self) -> smtplib.SMTP:
        where, timeout = (self._server.host, self._server.port), self._server.timeout_s
        if self._server.tls == "implicit":
            return smtplib.SMTP_SSL(*where, timeout=timeout, context=self._tls)
        return smtplib.SMTP(*where, timeout=timeout)


def _told(hand_over: Callable[[], None]) -> None:
    """Turn what SMTP says into a code; a server's free text is never repeated, for it may quote the address."""
    try:
        hand_over()
    except smtplib.SMTPRecipientsRefused as refused:
        ((code, _),) = refused.recipients.values()
        raise _by_code(code, "address_refused") from None
    except smtplib.SMTPAuthenticationError:
        raise Temporary("not_let_in", OPERATOR_WAIT_S) from None
    except smtplib.SMTPNotSupportedError:
        raise Temporary("no_encryption", OPERATOR_WAIT_S) from None
    except smtplib.SMTPResponseException as answer:
        raise _by_code(answer.smtp_code, "letter_refused") from None
    except ssl.SSLError:
        raise Temporary("encryption_failed", OPERATOR_WAIT_S) from None
    except TimeoutError:
        raise Temporary("server_slow", 5.0) from None
    except (smtplib.SMTPException, OSError) as problem:
        slow = isinstance(problem.__context__, TimeoutError)  # smtplib calls a server that says nothing a lost one
        raise Temporary("server_slow" if slow else "server_unreachable", 5.0) from None


def _by_code(code: int, refused: str) -> Exception:
    return Permanent(refused) if 500 <= code < 600 else Temporary(f"server_{code}", 30.0)


def mail_from_url(url: str) -> GuardedSms:
    """Give the port that an address in the settings names, with its breaker; nothing connects yet.

    `smtp://user:password@host:587?from=a@b.vn` speaks STARTTLS, `smtps://` TLS from the start; `tls=none` is let
    through for this machine alone. Raises BadAddress, whose text never repeats the address.
    """
    return GuardedSms(SmtpMail(server_from_url(url)), Breaker())


def server_from_url(url: str) -> MailServer:
    """Read the address of a mail server; raises BadAddress."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadAddress("the mail address is no URL") from None
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme not in {"smtp", "smtps"} or not host:
        raise BadAddress("the mail address must be smtp://host or smtps://host")
    if unknown := options.keys() - OPTIONS:
        raise BadAddress(f"the mail address has unknown options: {', '.join(sorted(unknown))}")
    if "@" not in options.get("from", ""):
        raise BadAddress("the mail address has no from=somebody@somewhere")
    tls = "implicit" if parts.scheme == "smtps" else options.get("tls", "starttls")
    if tls not in {"implicit", "starttls", "none"} or (tls == "none" and host not in LOOPBACK):
        raise BadAddress("tls must be starttls; none is for a server on this machine alone")
    usual = 465 if tls == "implicit" else 25 if tls == "none" else 587
    return MailServer(
        host=host,
        port=port or usual,
        sender=options["from"],
        tls=tls,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        timeout_s=_timeout(options.get("timeout", "")),
    )


def _timeout(text: str) -> float:
    try:
        seconds = float(text or DEFAULT_TIMEOUT_S)
    except ValueError:
        raise BadAddress("the mail time-out is not a number of seconds") from None
    if not 0 < seconds <= WITHIN_S:
        raise BadAddress(f"the mail time-out must be above 0 and at most {WITHIN_S:g} seconds")
    return seconds
