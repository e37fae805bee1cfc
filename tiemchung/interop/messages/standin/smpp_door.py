"""The stand-in's SMPP server."""

import contextlib
import functools
import hashlib
import hmac
import itertools
import logging
import socket
import threading
import time
import uuid

from tiemchung.interop.messages.standin.gateway import (
    Gateway,
    KeyReused,
    NumberRejected,
    new_ref,
    refuse_number,
)
from tiemchung.interop.messages.standin.mode import Answers
from tiemchung.interop.messages.standin.store import DueReceipt
from tiemchung.interop.messages.standin.wire import (
    RESPONSE,
    Command,
    CommandStatus,
    Hangup,
    Pdu,
    Submit,
    make_receipt,
    pack_pdu,
    read_bind,
    read_pdu,
    read_submit,
)

RECEIPT_ANSWER_S = 5.0
BINDS = frozenset({Command.BIND_RECEIVER, Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER})
_log = logging.getLogger(__name__)


class SmppDoor:
    """Listens while the mode lets it, keeps the bound lines, and sends receipts to one of them."""

    def __init__(self, gateway: Gateway, *, host: str, port: int, password: str = "") -> None:
        self.gateway, self.password = gateway, password
        self._host, self._port = host, port
        self._listener: socket.socket | None = None
        self._lines: list[Line] = []
        self._lock = threading.Lock()
        self.open()

    @property
    def port(self) -> int:
        """The port it listens on, the same again after it was shut."""
        return self._port

    def open(self) -> None:
        """Listen, if it does not."""
        with self._lock:
            if self._listener is not None:
                return
            self._listener = socket.create_server((self._host, self._port))
            self._port = self._listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        """Refuse new connections and cut the ones there are."""
        with self._lock:
            listener, self._listener = self._listener, None
            lines, self._lines = self._lines, []
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for line in lines:
            line.cut()

    def follow_mode(self) -> None:
        """Open or shut as the mode says."""
        if self.gateway.switch.mode.answers is Answers.DOWN:
            self.shut()
        else:
            self.open()

    def send_receipts(self) -> None:
        """Send what is due to a bound line; what is not acknowledged comes again."""
        with self._lock:
            bound = [line for line in self._lines if line.takes_receipts]
        if not bound:
            return
        now = time.time()
        for receipt in self.gateway.store.due_receipts("smpp", now):
            self.gateway.store.put_off_receipt(receipt, now + RECEIPT_ANSWER_S)
            bound[-1].send_receipt(receipt)

    def forget(self, line: "Line") -> None:
        """Forget a line that is gone."""
        with self._lock:
            if line in self._lines:
                self._lines.remove(line)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                peer, _address = listener.accept()
            except OSError:
                return
            line = Line(self, peer)
            with self._lock:
                self._lines.append(line)
            threading.Thread(target=line.serve, daemon=True).start()


class Line:
    """One connection of a client."""

    def __init__(self, door: SmppDoor, peer: socket.socket) -> None:
        self._door, self._gateway, self._peer = door, door.gateway, peer
        self._writing = threading.Lock()
        self._sequence = itertools.count(1)
        self._asked: dict[int, DueReceipt] = {}
        self._system_id = ""
        self.takes_receipts = False

    def serve(self) -> None:
        """Answer until the client goes."""
        try:
            while True:
                self._take(read_pdu(self._peer))
        except (Hangup, OSError):
            pass
        finally:
            self._door.forget(self)
            self.cut()

    def cut(self) -> None:
        """Close at once."""
        with contextlib.suppress(OSError):
            self._peer.shutdown(socket.SHUT_RDWR)
        self._peer.close()

    def send_receipt(self, receipt: DueReceipt) -> None:
        """Send one receipt; its answer settles it."""
        sequence = next(self._sequence)
        self._asked[sequence] = receipt
        try:
            self._write(pack_pdu(Command.DELIVER_SM, sequence, make_receipt(ref=receipt.ref, state=receipt.state)))
        except OSError:
            self.cut()

    def _take(self, pdu: Pdu) -> None:
        if pdu.command in BINDS:
            self._bind(pdu)
        elif pdu.command == Command.DELIVER_SM | RESPONSE:
            receipt = self._asked.pop(pdu.sequence, None)
            if receipt is not None and pdu.status == CommandStatus.OK:
                self._gateway.store.settle_receipt(receipt)
        elif pdu.command in {Command.ENQUIRE_LINK, Command.UNBIND}:
            self._answer(pdu)
            if pdu.command == Command.UNBIND:
                raise Hangup
        elif pdu.command == Command.SUBMIT_SM and self._system_id:
            # A thread each: a slow answer to one must not hold up the others.
            threading.Thread(target=self._submit, args=(pdu,), daemon=True).start()
        elif not pdu.command & RESPONSE:
            wrong_state = pdu.command == Command.SUBMIT_SM
            status = CommandStatus.WRONG_STATE if wrong_state else CommandStatus.INVALID_COMMAND
            self._write(pack_pdu(Command.GENERIC_NACK, pdu.sequence, status=status))

    def _bind(self, pdu: Pdu) -> None:
        system_id, password = read_bind(pdu.body)
        wanted = self._door.password
        if not system_id or (wanted and not hmac.compare_digest(password.encode(), wanted.encode())):
            self._answer(pdu, status=CommandStatus.INVALID_PASSWORD)
            raise Hangup
        self._system_id = system_id
        self._answer(pdu, b"STANDIN\0")
        self.takes_receipts = pdu.command != Command.BIND_TRANSMITTER

    def _submit(self, pdu: Pdu) -> None:
        answers = self._gateway.switch.mode.answers
        try:
            if answers is Answers.FAILING:
                self._answer(pdu, status=CommandStatus.THROTTLED)
                return
            ref = self._keep(read_submit(pdu.body))
            if answers is Answers.LOST:
                self.cut()
                return
            self._gateway.switch.dawdle()
            self._answer(pdu, ref.encode() + b"\0")
        except NumberRejected:
            self._answer(pdu, status=CommandStatus.INVALID_DESTINATION)
        except KeyReused:
            self._answer(pdu, status=CommandStatus.SYSTEM_ERROR)
        except (Hangup, OSError):
            self.cut()

    def _keep(self, submit: Submit) -> str:
        """Keep a message or a part of one, and give its reference."""
        to = f"+{submit.destination.removeprefix('+')}"
        refuse_number(to)
        key = self._key(submit)
        take = functools.partial(self._gateway.take, key=key, via="smpp", sender=submit.source, to=to)
        if submit.joins is None:
            return take(text=submit.text, receipt=submit.wants_receipt).ref
        store = self._gateway.store
        mark, total, number = submit.joins
        joins = f"{self._system_id}/{submit.source}/{to}/{submit.reference}/{mark}/{total}"
        ref, new = store.take_part(key=key, ref=new_ref(), joins=joins, number=number, text=submit.text)
        parts = store.parts_of(joins)
        if new and len(parts) == total:
            store.forget_parts(joins)
            text = "".join(parts[n][1] for n in sorted(parts))
            # Its reference is that of the last part, the only one that clients ask a receipt for.
            take(ref=parts[total][0], text=text)
        return ref

    def _key(self, submit: Submit) -> str:
        """Give what a repeat shares: client, number, user_message_reference, octets; without one, nothing."""
        if submit.reference is None:
            return uuid.uuid4().hex
        head = f"{self._system_id}/{submit.destination}/{submit.reference}/".encode()
        return hashlib.sha256(head + submit.octets).hexdigest()

    def _answer(self, pdu: Pdu, body: bytes = b"", status: CommandStatus = CommandStatus.OK) -> None:
        self._write(pack_pdu(pdu.command | RESPONSE, pdu.sequence, body, status))

    def _write(self, octets: bytes) -> None:
        with self._writing:
            self._peer.sendall(octets)
