"""Certificate numbers (UVCI): opaque, never reused, without any trace of the person or of an order."""

from secrets import token_bytes

PREFIX = "URN:UVCI:01:VN:"
MAX_LENGTH = 80

# 32 letters and digits that people do not confuse (no I, L, O, U): 13 of them are 65 random bits.
_OPAQUE = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_OPAQUE_TABLE = bytes(_OPAQUE[c & 31] for c in range(256))
_OPAQUE_LENGTH = 13

_CHECK_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
_N = len(_CHECK_ALPHABET)
_VALUE = {letter: value for value, letter in enumerate(_CHECK_ALPHABET)}
_DOUBLED = {letter: sum(divmod(2 * value, _N)) for letter, value in _VALUE.items()}


def check_letter(text: str) -> str:
    """Give the Luhn mod 38 letter of a certificate number without its `#` part (eHealth Network, annex 2).

    Raises ValueError for a character outside A-Z, 0-9, `/` and `:`.
    """
    try:
        total = sum(map(_DOUBLED.__getitem__, text[::-2])) + sum(map(_VALUE.__getitem__, text[-2::-2]))
    except KeyError:
        raise ValueError("a character that certificate numbers do not use") from None
    return _CHECK_ALPHABET[-total % _N]


def new_uvci() -> str:
    """Give a new number such as `URN:UVCI:01:VN:7K3Q9XW2MZT4A#C`, 30 characters, 65 random bits and a check."""
    body = PREFIX + token_bytes(_OPAQUE_LENGTH).translate(_OPAQUE_TABLE).decode("ascii")
    return f"{body}#{check_letter(body)}"


def as_meant(typed: str) -> str:
    """Give one of our numbers as it is stored from how somebody typed it: spaces, small letters, no prefix."""
    number = "".join(typed.split()).upper()
    for part in ("URN:UVCI:", "01:VN:"):
        number = number.removeprefix(part)
    return PREFIX + number if number else ""


def checks(uvci: str) -> bool | None:
    """Tell whether the check letter is right, None when there is none.

    For a person's typing error only: half of Europe's own numbers fail it, so no reading may reject on it.
    """
    body, mark, letter = uvci.strip().upper().rpartition("#")
    if not mark:
        return None
    try:
        return check_letter(body) == letter
    except ValueError:
        return False
