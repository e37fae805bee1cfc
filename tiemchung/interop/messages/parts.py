"""Cut one text into the short-message parts that a phone joins again (3GPP TS 23.038 and 23.040)."""

import unicodedata
from dataclasses import dataclass

GSM7, UCS2 = 0, 8  # SMPP 3.4 data_coding values
ESCAPE = 0x1B
GSM7_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F,
    "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
MOST_PARTS = 10

_BASIC_CODES = {char: bytes([code]) for code, char in enumerate(GSM7_BASIC) if code != ESCAPE}
_GSM7_CODES = _BASIC_CODES | {char: bytes([ESCAPE, code]) for char, code in GSM7_EXTENSION.items()}
_WHOLE = {GSM7: 160, UCS2: 140}  # octets of a text that fits one message; GSM 7 travels one septet an octet
_PART = {GSM7: 153, UCS2: 134}  # the same, less the six octets of the joining header


class TextTooLong(ValueError):
    """The text needs more parts than we pay for. Carries no text."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The octets of each part, joining header included when there are several; `coding` is GSM7 or UCS2."""

    coding: int
    parts: tuple[bytes, ...]

    @property
    def joined(self) -> bool:
        """Tell whether the parts carry a joining header."""
        return len(self.parts) > 1


def cut_text(text: str, *, reference: int, force_ucs2: bool = False) -> Cut:
    """Cut a text into one to ten parts without breaking a character.

    `reference` (0-255) joins the parts on the phone. Raises TextTooLong.
    """
    units, coding = _units_of(unicodedata.normalize("NFC", text), force_ucs2)
    if sum(map(len, units)) <= _WHOLE[coding]:
        return Cut(coding, (b"".join(units),))
    bodies = _fill(units, _PART[coding])
    if len(bodies) > MOST_PARTS:
        raise TextTooLong
    return Cut(
        coding,
        tuple(
            bytes([5, 0, 3, reference & 0xFF, len(bodies), number]) + body
            for number, body in enumerate(bodies, start=1)
        ),
    )


def _units_of(text: str, force_ucs2: bool) -> tuple[list[bytes], int]:
    if not force_ucs2 and all(char in _GSM7_CODES for char in text):
        return [_GSM7_CODES[char] for char in text], GSM7
    return [char.encode("utf-16-be", "surrogatepass") for char in text], UCS2


def _fill(units: list[bytes], room: int) -> list[bytes]:
    bodies = [b""]
    for unit in units:
        if len(bodies[-1]) + len(unit) > room:
            bodies.append(b"")
        bodies[-1] += unit
    return bodies
