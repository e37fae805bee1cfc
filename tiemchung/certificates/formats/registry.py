"""The open list of formats: a file in this folder that defines FORMAT is a member."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from tiemchung.certificates.formats.reading import Fault, Reading, Why, reading_of
from tiemchung.certificates.formats.revocation import RevocationHashes
from tiemchung.certificates.formats.trust import TrustList

MAX_TEXT = 8 * 1024
MAX_PACKED_TEXT = 16 * 1024
# Issuers' clocks run ahead; without this a code signed a moment ago reads as not yet valid.
CLOCK_SKEW = timedelta(minutes=5)

Revoked = Callable[[RevocationHashes], bool]


def never_revoked(_hashes: RevocationHashes) -> bool:
    """Answer for a reader that has no revocation list: nothing is known to be revoked."""
    return False


class ReadFormat(Protocol):
    """How a member reads a text that it has claimed."""

    def __call__(self, text: str, *, keys: TrustList, now: datetime, revoked: Revoked) -> Reading:
        """Give the Reading; raises Fault when a layer does not hold."""


@dataclass(frozen=True, slots=True)
class Format:
    """One member: its code, the texts it claims, how it reads them, and how long they may be."""

    code: str
    claims: Callable[[str], bool]
    read: ReadFormat
    max_text: int = MAX_TEXT


@cache
def formats() -> tuple[Format, ...]:
    """Give every member of this folder, in order of file name."""
    package = __name__.rpartition(".")[0]
    folder = import_module(package)
    names = sorted(module.name for module in iter_modules(folder.__path__))
    members = (getattr(import_module(f"{package}.{name}"), "FORMAT", None) for name in names)
    return tuple(member for member in members if isinstance(member, Format))


def read(text: str, *, keys: TrustList, now: datetime, revoked: Revoked = never_revoked) -> Reading:
    """Give the Reading of any text; never raises, whatever the text is.

    `now` is aware. Without a format that claims the text the answer is UNKNOWN, NOT_OURS.
    """
    # Spaces at the end may count in HC1; what scanners and copyists put before a code never does.
    code = text.strip("\r\n\t\ufeff\0").lstrip(" \r\n\t\ufeff\0")
    if len(code) > MAX_PACKED_TEXT:
        return reading_of(Why.TOO_LONG, "")
    member = next((m for m in formats() if m.claims(code)), None)
    if member is None:
        return reading_of(Why.NOT_OURS, "")
    if len(code) > member.max_text:
        return reading_of(Why.TOO_LONG, member.code)
    try:
        return member.read(code, keys=keys, now=now, revoked=revoked)
    except Fault as fault:
        return reading_of(fault.why, member.code, layers=((fault.layer, False),))
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, AttributeError, IndexError):
        # A member should name its faults; whatever it missed is still an answer and never a crash.
        return reading_of(Why.DAMAGED, member.code)
