"""SMPP 3.4 on the provider's side: read and make PDUs. Written apart from the client's library on purpose."""

import socket
import struct
from dataclasses import dataclass
from enum import IntEnum

from tiemchung.interop.messages.parts import ESCAPE, GSM7, GSM7_BASIC, GSM7_EXTENSION, UCS2

LONGEST_PDU = 65_536
HEADER = struct.Struct(">LLLL")
RESPONSE = 0x8000_0000
UDHI = 0x40
_EXTENSION = {code: char for char, code in GSM7_EXTENSION.items()}


class Command(IntEnum):
    """The commands that the stand-in knows."""

    GENERIC_NACK = 0x8000_0000
    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15


class CommandStatus(IntEnum):
    """The answers that the stand-in gives."""

    OK = 0x00
    INVALID_COMMAND = 0x03
    WRONG_STATE = 0x04
    SYSTEM_ERROR = 0x08
    INVALID_DESTINATION = 0x0B
    INVALID_PASSWORD = 0x0E
    THROTTLED = 0x58


class Hangup(Exception):
    """The peer closed, or sent what is not SMPP."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One unit on the wire."""

    command: int
    status: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Submit:
    """One submit_sm; `joins` is (mark, total, number) of a part, `reference` the user_message_reference."""

    source: str
    destination: str
    text: str
    octets: bytes
    joins: tuple[int, int, int] | None
    wants_receipt: bool
    reference: int | None


def read_pdu(line: socket.socket) -> Pdu:
    """Read one PDU. Raises Hangup."""
    length, command, status, sequence = HEADER.unpack(_read(line, HEADER.size))
    if not HEADER.size <= length <= LONGEST_PDU:
        raise Hangup
    return Pdu(command, status, sequence, _read(line, length - HEADER.size))


def pack_pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    """Make the octets of one PDU."""
    return HEADER.pack(HEADER.size + len(body), command, status, sequence) + body


def read_bind(body: bytes) -> tuple[str, str]:
    """Read system id and password of a bind. Raises Hangup."""
    system_id, rest = _cstring(body)
    password, _rest = _cstring(rest)
    return system_id, password


def read_submit(body: bytes) -> Submit:
    """Read a submit_sm. Raises Hangup."""
    try:
        _service, rest = _cstring(body)
        source, rest = _cstring(rest[2:])
        destination, rest = _cstring(rest[2:])
        esm_class = rest[0]
        _schedule, rest = _cstring(rest[3:])
        _validity, rest = _cstring(rest)
        registered, coding, length = rest[0], rest[2], rest[4]
        octets, options = rest[5 : 5 + length], _options(rest[5 + length :])
        joins, text = split_header(octets) if esm_class & UDHI else (None, octets)
        reference = int.from_bytes(options[0x0204]) if 0x0204 in options else None
    except (IndexError, struct.error):
        raise Hangup from None
    return Submit(source, destination, decode_text(text, coding), octets, joins, bool(registered & 1), reference)


def make_receipt(*, ref: str, state: str) -> bytes:
    """Make the body of a deliver_sm receipt: the customary text, and the optional parameters."""
    word, number = {"delivered": ("DELIVRD", 2), "failed": ("UNDELIV", 5)}.get(state, ("ENROUTE", 1))
    text = f"id:{ref} sub:001 dlvrd:001 stat:{word} err:000 text:".encode()
    head = b"\0" + b"\1\1\0" + b"\0\0\0" + b"\x04\0\0" + b"\0\0" + b"\0\0\0\0" + bytes([len(text)])
    id_option = struct.pack(">HH", 0x001E, len(ref) + 1) + ref.encode() + b"\0"
    return head + text + id_option + struct.pack(">HHB", 0x0427, 1, number)


def _read(line: socket.socket, count: int) -> bytes:
    octets = b""
    while len(octets) < count:
        try:
            more = line.recv(count - len(octets))
        except OSError:
            raise Hangup from None
        if not more:
            raise Hangup
        octets += more
    return octets


def _cstring(octets: bytes) -> tuple[str, bytes]:
    text, zero, rest = octets.partition(b"\0")
    if not zero:
        raise Hangup
    return text.decode("latin-1"), rest


def _options(octets: bytes) -> dict[int, bytes]:
    options = {}
    while octets:
        tag, length = struct.unpack(">HH", octets[:4])
        options[tag], octets = octets[4 : 4 + length], octets[4 + length :]
    return options


def split_header(octets: bytes) -> tuple[tuple[int, int, int] | None, bytes]:
    """Take the joining header off a part (3GPP TS 23.040, 9.2.3.24.1)."""
    length = octets[0]
    header, text = octets[1 : 1 + length], octets[1 + length :]
    if header[:2] != b"\x00\x03":
        return None, text
    return (header[2], header[3], header[4]), text


def decode_text(octets: bytes, coding: int) -> str:
    """Give the text of octets without a joining header; `coding` is the SMPP data_coding."""
    if coding == UCS2:
        return octets.decode("utf-16-be", "replace")
    if coding != GSM7:
        return octets.decode("latin-1")
    text, escaped = [], False
    for code in octets:
        if escaped:
            text.append(_EXTENSION.get(code, " "))
            escaped = False
        elif code == ESCAPE:
            escaped = True
        else:
            text.append(GSM7_BASIC[code & 0x7F])
    return "".join(text)
