"""The number of a case that a person can read out: nine digits and one that guards them."""

import secrets

_DIGITS = 9


def new_ref() -> str:
    """Give a new random number, ten digits; who guesses hits one case in a thousand tries at a million cases."""
    body = f"{secrets.randbelow(9 * 10 ** (_DIGITS - 1)) + 10 ** (_DIGITS - 1)}"
    return body + _guard(body)


def clean_ref(typed: str) -> str:
    """Give the number without its spaces, dots and the letters PA; empty where it cannot be one."""
    digits = "".join(c for c in typed if c.isascii() and c.isdigit())
    good = len(digits) == _DIGITS + 1 and _guard(digits[:-1]) == digits[-1]
    return digits if good and len(typed) <= 40 else ""


def shown_ref(ref: str) -> str:
    """Give the number as it is printed and read out: `PA 123 456 7890`."""
    return f"PA {ref[:3]} {ref[3:6]} {ref[6:]}"


def _guard(body: str) -> str:
    """Give the check digit of ISO/IEC 7064 MOD 11,10: every wrong digit and nearly every swap is noticed."""
    rest = 10
    for digit in body:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)
