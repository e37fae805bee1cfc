"""Peers that misbehave over SMPP."""

import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.interop.messages.ways import StandIn, eventually
from tiemchung.core.ids import new_id
from tiemchung.core.outbox import Handed, Temporary
from tiemchung.interop.messages.backends import backend_from_url
from tiemchung.interop.messages.receipts import Receipt
from tiemchung.interop.messages.smpp import SmppSms
from tiemchung.interop.messages.standin.wire import Command, Pdu, make_receipt, pack_pdu, read_pdu

ENQUIRE_LINK, SUBMIT_SM, BIND = Command.ENQUIRE_LINK, Command.SUBMIT_SM, Command.BIND_TRANSCEIVER
RESPONSE = 0x8000_0000


class Peer:
    """A provider played by hand: binds are answered, everything else is kept for the test."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lines: list[socket.socket] = []
        self.got: list[Pdu] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def say(self, octets: bytes) -> None:
        self.lines[-1].sendall(octets)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for line in self.lines:
            line.close()

    def commands(self) -> list[int]:
        return [pdu.command for pdu in self.got]

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            self.lines.append(line)
            threading.Thread(target=self._listen, args=(line,), daemon=True).start()

    def _listen(self, line: socket.socket) -> None:
        try:
            while True:
                pdu = read_pdu(line)
                self.got.append(pdu)
                if pdu.command == BIND:
                    line.sendall(pack_pdu(BIND | RESPONSE, pdu.sequence, b"PEER\0"))
                elif pdu.command == SUBMIT_SM and b"answer me" in pdu.body:
                    line.sendall(pack_pdu(SUBMIT_SM | RESPONSE, pdu.sequence, b"SG7\0"))
        except Exception:
            return


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def told() -> list[Receipt]:
    return []


def a_port(peer: Peer, told: list[Receipt], *, timeout_s: float, idle_s: float) -> SmppSms:
    """Make a line to the peer that writes down what it is told."""

    def take(receipt: Receipt) -> bool:
        told.append(receipt)
        if receipt.provider_ref == "database away":
            raise OSError
        return receipt.provider_ref == "known"

    return SmppSms(
        host="127.0.0.1",
        port=peer.port,
        system_id="id",
        password="pw",
        timeout_s=timeout_s,
        idle_s=idle_s,
        take_receipt=take,
    )


@pytest.fixture
def port(peer: Peer, told: list[Receipt]) -> Iterator[SmppSms]:
    """Give a line that outlives a machine which stands still."""
    port = a_port(peer, told, timeout_s=20, idle_s=60)
    yield port
    port.close()


@pytest.fixture
def hasty(peer: Peer, told: list[Receipt]) -> Iterator[SmppSms]:
    """Give a line that soon takes a quiet peer for a dead one."""
    port = a_port(peer, told, timeout_s=1, idle_s=0.2)
    yield port
    port.close()


def _send(port: SmppSms, text: str = "answer me") -> Handed:
    return port.send(message_id=new_id(), to="+84900000001", text=text)


def _sent(port: SmppSms) -> bool:
    """Send as the outbox does, which tries again."""
    try:
        return _send(port) == Handed("SG7")
    except Temporary:
        return False


@pytest.mark.parametrize(
    "octets",
    [
        b"\xff" * 64,
        struct.pack(">L", 2),
        struct.pack(">LLLL", 16, 0x7777, 0, 1),
        struct.pack(">LLLL", 0x7FFF_FFFF, SUBMIT_SM, 0, 1),
        pack_pdu(Command.DELIVER_SM, 1, b"\0" * 5),
        pack_pdu(Command.DELIVER_SM, 1, b"\0" * 17 + b"\x05ab"),
    ],
)
def test_garbage_on_the_wire_ends_the_line_and_the_next_message_makes_a_new_one(
    peer: Peer, hasty: SmppSms, octets: bytes
) -> None:
    eventually(lambda: _sent(hasty))
    before = len(peer.lines)
    peer.say(octets)
    eventually(lambda: len(peer.lines) > before)
    eventually(lambda: _sent(hasty))


def test_a_quiet_line_is_asked_after_and_left_when_it_stays_quiet(peer: Peer, hasty: SmppSms) -> None:
    eventually(lambda: _sent(hasty))
    before = len(peer.lines)
    eventually(lambda: ENQUIRE_LINK in peer.commands())
    eventually(lambda: len(peer.lines) > before)


def test_the_peers_own_question_is_answered(peer: Peer, port: SmppSms) -> None:
    _send(port)
    peer.say(pack_pdu(ENQUIRE_LINK, 77))
    eventually(lambda: any(p.command == ENQUIRE_LINK | RESPONSE and p.sequence == 77 for p in peer.got))


def test_an_answer_that_belongs_to_nobody_is_ignored(peer: Peer, port: SmppSms) -> None:
    _send(port)
    peer.say(pack_pdu(SUBMIT_SM | RESPONSE, 4_000, b"SG9\0"))
    assert _send(port) == Handed("SG7")
    assert len(peer.lines) == 1


def test_no_answer_is_temporary(peer: Peer, hasty: SmppSms) -> None:
    with pytest.raises(Temporary, match=r"gateway_slow|connection_lost"):
        _send(hasty, "never")


@pytest.mark.parametrize(("ref", "status"), [("known", 0), ("not yet known", 0x64), ("database away", 0x64)])
def test_a_receipt_is_acknowledged_only_when_it_was_written_down(
    peer: Peer, port: SmppSms, told: list[Receipt], ref: str, status: int
) -> None:
    _send(port)
    peer.say(pack_pdu(Command.DELIVER_SM, 55, make_receipt(ref=ref, state="delivered")))

    def answer() -> Any:
        return next((p for p in peer.got if p.command == Command.DELIVER_SM | RESPONSE), None)

    assert eventually(answer).status == status
    assert [receipt.provider_ref for receipt in told] == [ref]


def test_a_message_from_a_phone_is_taken_and_dropped(peer: Peer, port: SmppSms, told: list[Receipt]) -> None:
    _send(port)
    body = make_receipt(ref="known", state="delivered").replace(b"\x04\0\0", b"\x00\0\0", 1)
    peer.say(pack_pdu(Command.DELIVER_SM, 56, body))
    eventually(lambda: Command.DELIVER_SM | RESPONSE in peer.commands())
    assert told == []


def test_receipts_come_while_there_is_nothing_to_send_and_after_the_gateway_was_away(
    standin: StandIn, phone: str
) -> None:
    told: list[Receipt] = []

    def take(receipt: Receipt) -> bool:
        told.append(receipt)
        return True

    standin.turn(receipts="none")
    sender = backend_from_url(standin.url("smpp"), take_receipt=take)
    standin.turn(receipts="once")
    handed = sender.send(message_id=new_id(), to=phone, text="x")
    standin.turn(mode="down")
    standin.turn(mode="ok")
    eventually(lambda: handed.provider_ref in {receipt.provider_ref for receipt in told})
    sender.close()
