"""Synthetic numbers: each kind has one reserved range, and nobody real has a number in it; pure.

Phones are 0900 000 000 to 0900 099 999. Personal numbers (CCCD) fit province, sex and year of birth and end in 000000
to 009999. Old numbers (CMND) begin with 9900, passports with TC and six digits, health insurance numbers end in
0000 and six digits. The cast has the first thousand of each range, the crowd the rest.
"""

import datetime as dt

FOR_THE_CAST = 1000
PHONES, CCCD_ENDS, CMND_ENDS = 100_000, 10_000, 100_000


class RangeUsedUp(ValueError):
    """The reserved range has no such number; a number outside it could be somebody's."""


def phone(n: int) -> str:
    """Give the n-th reserved phone in E.164; raise RangeUsedUp outside the range."""
    return f"+849000{_within(n, PHONES):05}"


def cccd(n: int, *, province: str, sex: str, born: dt.date) -> str:
    """Give the n-th reserved personal number for this province (three digits), sex and year of birth."""
    century_sex = (born.year - 1900) // 100 * 2 + (sex == "FEMALE")
    return f"{province}{century_sex}{born.year % 100:02}{_within(n, CCCD_ENDS):06}"


def cmnd(n: int) -> str:
    """Give the n-th reserved number of the old nine-digit card."""
    return f"9900{_within(n, CMND_ENDS):05}"


def passport(n: int) -> str:
    """Give the n-th reserved passport number."""
    return f"TC{_within(n, PHONES):06}"


def insurance(n: int) -> str:
    """Give the n-th reserved health insurance number of 15 characters."""
    return f"GD479{'0000'}{_within(n, PHONES):06}"


def crowd_end(n: int) -> int:
    """Give the ending for the n-th person of the crowd: 9,000 in turn, none of the cast's."""
    return FOR_THE_CAST + n % (CCCD_ENDS - FOR_THE_CAST)


def _within(n: int, size: int) -> int:
    if not 0 <= n < size:
        raise RangeUsedUp(n)
    return n
