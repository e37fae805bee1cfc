"""Which letters a desk owes to a reporter without a phone; pure."""

from enum import StrEnum


class LetterKind(StrEnum):
    """What is said on paper where others get a message.

    A receipt is no letter that is owed: it is handed over, or its number read out, where the report is taken down.
    """

    ASKED = "ASKED"
    SETTLED = "SETTLED"
    REFUSED = "REFUSED"


MOST_A_RUN = 100  # letters printed at once; the oldest first


def is_owed(code: str, *, phone: bool, address: str) -> bool:
    """Tell whether this word to a reporter has to go by letter: no phone takes it, and an address was left."""
    return code in set(LetterKind) and not phone and bool(address.strip())
