"""One SMPP connection that several senders share and that comes back by itself."""

import contextlib
import itertools
import logging
import queue
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from smpplib import client, consts, exceptions, smpp

LONGEST_PDU = 65_536
IDLE_S = 30.0
LONGEST_PAUSE_S = 30.0
LINE_ERRORS = (OSError, ValueError, struct.error, exceptions.ConnectionError, exceptions.UnknownCommandError)
# AttributeError: another thread hung up between our look and our write
SEND_ERRORS = (*LINE_ERRORS, AttributeError, exceptions.PDUError)

_log = logging.getLogger(__name__)
# smpplib writes whole messages, number and text, at DEBUG. A logger outside the tree: no logging configuration finds
# it and turns it on again.
_silent = logging.Logger("smpplib, silenced")
_silent.disabled = True


class LinkDown(Exception):
    """There is no answer to be had on this connection now; the text is a code."""


class BindRefused(LinkDown):
    """The provider knows us and refuses: wrong system id or password, or already bound too often."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to bind and as whom."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    tls: bool = False


class _Line(client.Client):
    """smpplib's client: silent, with a cap on what it reads, and TLS that checks the host's name."""

    def __init__(self, address: Address, timeout_s: float) -> None:
        super().__init__(address.host, address.port, timeout=timeout_s, allow_unknown_opt_params=True)
        self._socket: socket.socket | None = None
        self.logger = _silent
        self.waiting: dict[int, queue.SimpleQueue[Any]] = {}
        self._tls = address.tls

    def _create_socket(self) -> socket.socket:
        plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        plain.settimeout(self.timeout)
        if not self._tls:
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)

    def _recv_exact(self, exact_size: int) -> bytes:
        if exact_size > LONGEST_PDU:
            raise exceptions.ConnectionError
        octets: bytes = super()._recv_exact(exact_size)
        return octets

    def has_something(self, wait_s: float) -> bool:
        """Tell within `wait_s` seconds whether there is something to read."""
        line = self._socket
        if line is None:
            raise exceptions.ConnectionError
        if isinstance(line, ssl.SSLSocket) and line.pending():
            return True
        return bool(select.select([line], [], [], wait_s)[0])

    def hang_up(self) -> None:
        """Close at once and wake whoever waits for something to read."""
        line = self._socket
        self._socket = None
        self.state = consts.SMPP_CLIENT_STATE_CLOSED
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


class SmppLink:
    """A bound transceiver: `ask` sends and waits, one thread reads and keeps the line alive."""

    def __init__(
        self,
        address: Address,
        *,
        timeout_s: float,
        take_delivery: Callable[[Any], int],
        idle_s: float = IDLE_S,
    ) -> None:
        """`take_delivery` gets each deliver_sm and gives the SMPP status to answer it with."""
        self._address, self._timeout_s, self._idle_s = address, timeout_s, idle_s
        self._take_delivery = take_delivery
        self._line: _Line | None = None
        self._reader: threading.Thread | None = None
        self._binding, self._sending, self._swapping = threading.Lock(), threading.Lock(), threading.Lock()
        self._bound, self._closing = threading.Event(), threading.Event()

    def ask(self, command: str, **fields: Any) -> Any:
        """Send one PDU and give its answer. Raises LinkDown, BindRefused."""
        line = self._bound_line()
        answer: queue.SimpleQueue[Any] = queue.SimpleQueue()
        sequence = self._put(line, command, fields, answer)
        try:
            pdu = answer.get(timeout=self._timeout_s)
        except queue.Empty:
            raise LinkDown("gateway_slow") from None
        finally:
            line.waiting.pop(sequence, None)
        if pdu is None:
            raise LinkDown("connection_lost")
        return pdu

    def listen(self) -> None:
        """Begin to bind and read in the background, now and after each loss."""
        with self._swapping:
            if self._reader is None and not self._closing.is_set():
                self._reader = threading.Thread(target=self._keep_reading, name="smpp-reader", daemon=True)
                self._reader.start()

    def close(self) -> None:
        """Unbind and stop for good."""
        self._closing.set()
        self._bound.set()
        line = self._line
        if line is not None:
            with contextlib.suppress(*SEND_ERRORS), self._sending:
                line.send_pdu(smpp.make_pdu("unbind", client=line))
            self._lose(line)
        if self._reader is not None and self._reader is not threading.current_thread():
            self._reader.join(self._timeout_s * 2)

    def _put(self, line: _Line, command: str, fields: dict[str, Any], answer: queue.SimpleQueue[Any]) -> int:
        with self._sending:
            pdu = smpp.make_pdu(command, client=line, **fields)
            sequence = int(pdu.sequence)
            line.waiting[sequence] = answer
            try:
                line.send_pdu(pdu)
            except SEND_ERRORS:
                self._lose(line)
                raise LinkDown("connection_lost") from None
        return sequence

    def _bound_line(self) -> _Line:
        self.listen()
        if not self._binding.acquire(timeout=self._timeout_s):
            raise LinkDown("gateway_slow")
        try:
            line = self._line or self._bind()
            with self._swapping:
                if self._closing.is_set():
                    line.hang_up()
                    raise LinkDown("closed")
                self._line = line
                self._bound.set()
            return line
        finally:
            self._binding.release()

    def _bind(self) -> _Line:
        line = _Line(self._address, self._timeout_s / 2)  # to connect and to bind: two waits
        try:
            line.connect()
            line.bind_transceiver(system_id=self._address.system_id, password=self._address.password)
        except exceptions.PDUError:
            line.hang_up()
            raise BindRefused("bind_refused") from None
        except LINE_ERRORS:
            line.hang_up()
            raise LinkDown("gateway_unreachable") from None
        return line

    def _lose(self, line: _Line | None) -> None:
        """Forget a dead line and tell everybody who waits on it."""
        with self._swapping:
            if line is None or self._line is not line:
                return
            self._line = None
            self._bound.clear()
        line.hang_up()
        for answer in list(line.waiting.values()):
            answer.put(None)

    def _keep_reading(self) -> None:
        pauses = _growing_pauses()
        while not self._closing.is_set():
            line = self._line
            try:
                line = line or self._bound_line()
                self._read_on(line)
            except LinkDown:
                self._bound.wait(next(pauses))
            except Exception as error:  # whatever a peer can put on the wire ends this line, never the thread
                if not self._closing.is_set():
                    _log.info("SMPP line lost: %s", type(error).__name__)
                self._lose(line)
                pauses = _growing_pauses()

    def _read_on(self, line: _Line) -> None:
        """Read until the line is lost; ask after the peer when it is quiet, and hang up when it stays so."""
        asked = False
        while True:
            if line.has_something(self._idle_s):
                asked = False
                self._take(line, line.read_pdu())
            elif asked:
                raise exceptions.ConnectionError
            else:
                asked = True
                with self._sending:
                    line.send_pdu(smpp.make_pdu("enquire_link", client=line))

    def _take(self, line: _Line, pdu: Any) -> None:
        if pdu.command == "deliver_sm":
            self._answer(line, "deliver_sm_resp", pdu, status=self._take_delivery(pdu))
        elif pdu.command == "enquire_link":
            self._answer(line, "enquire_link_resp", pdu)
        elif pdu.command == "unbind":
            self._answer(line, "unbind_resp", pdu)
            raise exceptions.ConnectionError
        elif (waiting := line.waiting.get(int(pdu.sequence))) is not None:
            waiting.put(pdu)

    def _answer(self, line: _Line, command: str, question: Any, status: int = consts.SMPP_ESME_ROK) -> None:
        with self._sending:
            pdu = smpp.make_pdu(command, client=line, status=status)
            pdu.sequence = question.sequence
            line.send_pdu(pdu)


def _growing_pauses() -> itertools.chain[float]:
    return itertools.chain((1.0, 2.0, 4.0, 8.0, 16.0), itertools.repeat(LONGEST_PAUSE_S))
