"""When a phone on record is its person's no more: what the reporter says of it, and whether messages still arrive.

Neither moves anybody: both are shown to a desk as the reason for a solution that it decides on.
"""

import re
from collections.abc import Iterable
from itertools import takewhile

from tiemchung.core.text import nfc

LEAST_LOST = 2  # one message is lost where a phone was off for two days
_LOST = frozenset({"FAILED", "EXPIRED"})
_WAITING = frozenset({"WAITING"})
_DIGITS = r"(?: [+0-9][0-9. ]{7,15})?"  # the number itself, between "số" and what became of it
_THING = r"(?:điện thoại|số điện thoại|đt|sđt|sim|thuê bao)"
# With its marks: "mất sổ" is a lost booklet, "mất số" a lost number.
_SAID = re.compile(
    rf"(?<!không )(?<!chưa )mất (?:cái )?(?:{_THING}|máy|số)\b"
    rf"|(?<!không )(?<!chưa )(?:đổi|thay|bỏ) (?:{_THING}|máy|số)\b"
    rf"|không (?:còn )?(?:dùng|sử dụng|giữ|liên lạc)(?: được)? (?:{_THING}|máy|số)\b"
    r"|không còn (?:dùng|sử dụng|giữ)\b"
    rf"|{_THING}(?: cũ)?{_DIGITS},? không (?:còn )?(?:dùng|sử dụng)(?: được)? nữa\b"
    rf"|(?:{_THING}|số)(?: cũ)?(?: đó| này| kia| ấy)?{_DIGITS} (?:đã |bị )*(?:mất|khóa|khóa|hủy|huỷ|thu hồi|cắt)\b"
)
# Without marks only what cannot be a booklet, and English.
_PLAINLY_SAID = re.compile(
    r"\b(?:bi |da )?mat (?:cai )?(?:dien thoai|so dien thoai|dt|sdt|sim)\b"
    r"|\b(?:doi|thay|bo) (?:so dien thoai|sdt|sim)\b"
    r"|\bkhong con (?:dung|su dung) (?:so|sim|dien thoai)\b"
    r"|\b(?:dien thoai|sim|thue bao)(?: cu)? (?:da |bi )*(?:mat|khoa|huy|thu hoi)\b"
    r"|\b(?:lost|stolen|changed)\b[^.]{0,30}\b(?:phone|number|sim)\b"
    r"|\b(?:phone|number|sim)\b[^.]{0,30}\b(?:lost|stolen|cut off|no longer)\b"
    r"|\bno longer (?:use|have|own)\b"
)


def says_lost(texts: Iterable[str]) -> bool:
    """Tell whether any of a reporter's sentences says that a phone is lost, changed or used no more."""
    return any(_said(nfc(text).lower()) for text in texts)


def _said(text: str) -> bool:
    return bool(_SAID.search(text) or (text.isascii() and _PLAINLY_SAID.search(text)))


def is_silent(states: Iterable[str]) -> bool:
    """Tell whether messages to a phone arrive no more: the newest that came to an end, two at least, were all lost.

    `states` are those of the outbox, the newest first; what still waits says nothing.
    """
    ended = (state for state in states if state not in _WAITING)
    return sum(1 for _ in takewhile(lambda state: state in _LOST, ended)) >= LEAST_LOST
