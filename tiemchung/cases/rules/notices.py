"""Who is told of a dose that was just recorded, when, and by what link they may disown it."""

import datetime as dt

from tiemchung.core.text import fold
from tiemchung.core.zone import VIETNAM

# What is older was told of, is known, or came from a register of years: nobody is woken by a load of old doses.
GIVEN_WITHIN = dt.timedelta(days=3)
RECORDED_WITHIN = dt.timedelta(days=2)
# The ledger's order is that of its transactions, not quite that of `recorded_at`: a day is longer than any of them.
SILENT_AFTER = RECORDED_WITHIN + dt.timedelta(days=1)
LINK_LIFE = dt.timedelta(days=30)
MESSAGE_LIFE = dt.timedelta(days=2)
# A case's own dose was asked for by its person, a declared one was declared by its person.
TOLD_SOURCES = frozenset({"DESK", "BACKLOG", "PARTNER"})
LINK_PATH = "k/"  # short: the whole message has 160 characters
TOKEN_LETTERS = 24
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def worth_telling(kind: str, source: str, given_on: dt.date, recorded_at: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether the person of this entry is told of it: a dose of the last days that came on record just now."""
    today = at.astimezone(VIETNAM).date()
    fresh = today - given_on <= GIVEN_WITHIN and at - recorded_at <= RECORDED_WITHIN
    return kind == "RECORDED" and source in TOLD_SOURCES and fresh


def too_late_to_tell(recorded_at: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether an entry is so old that neither it nor any before it is told of, whatever it says."""
    return at - recorded_at > SILENT_AFTER


def letters_of(digest: bytes) -> str:
    """Give 24 letters (112 bits) of at least 20 bytes: no digit of theirs is taken for a code by a phone."""
    number, letters = int.from_bytes(digest[:20]), []
    for _ in range(TOKEN_LETTERS):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return "".join(letters)


def is_token(text: str) -> bool:
    """Tell whether a text has the shape of a link's token."""
    return len(text) == TOKEN_LETTERS and all(letter in _ALPHABET for letter in text)


def initials(full_name: str) -> str:
    """Give a name's first letters, N.V.D. for Nguyễn Văn Đức: enough for a family on one phone, for nobody else."""
    return "".join(f"{word[0].upper()[:1]}." for word in fold(full_name).split())
