"""Vietnamese mobile numbers, the renumbering of 2018 included (vietnam.md 3.6)."""

import re
import unicodedata

import phonenumbers

from tiemchung.core.verdict import Reason

# 11-digit prefixes that became 10-digit ones from 15 Sep 2018 to 30 Jun 2019; the last seven digits stayed.
_RENUMBERED = {f"016{n}": f"03{n}" for n in range(2, 10)} | {
    "0120": "070",
    "0121": "079",
    "0122": "077",
    "0126": "076",
    "0128": "078",
    "0123": "083",
    "0124": "084",
    "0125": "085",
    "0127": "081",
    "0129": "082",
    "0186": "056",
    "0188": "058",
    "0199": "059",
}
_NOISE = re.compile(r"[\s.\-()/'\u2010-\u2015\u00a0\u200b-\u200f\u202a-\u202e\ufeff]")
_MOBILE = re.compile(r"0[35789]\d{8}")
_FIXED = re.compile(r"02\d{8,9}")


def normalise_phone(raw: str) -> tuple[str | None, Reason | None]:
    """Give (E.164, None) for a Vietnamese mobile number, else (None, why): only mobiles receive a one-time
    code.

    Reasons: PHONE_EMPTY, PHONE_FORMAT, PHONE_FIXED_LINE, PHONE_SERVICE_NUMBER, PHONE_FOREIGN.
    """
    if len(raw) > 60:
        return None, Reason("PHONE_FORMAT")
    text = _NOISE.sub("", unicodedata.normalize("NFKC", raw))
    if not text:
        return None, Reason("PHONE_EMPTY")
    if not re.fullmatch(r"\+?[0-9]+", text):
        return None, Reason("PHONE_FORMAT")
    number = _national(text)
    if number is None:
        return None, Reason("PHONE_FOREIGN")
    why = _why_not_mobile(number)
    return (None, Reason(why)) if why else (f"+84{number[1:]}", None)


def _national(text: str) -> str | None:
    """Give the number with its leading 0, the map of 2018 applied; None for another country's."""
    if text.startswith("+") and not text.startswith("+84"):
        return None
    digits = re.sub(r"^(\+84|0084)", "", text)
    if digits == text and len(text) in (11, 12) and re.match(r"84[1235789]", text):
        digits = text[2:]
    if digits != text:
        digits = digits.lstrip("0")
    if not digits.startswith("0") and (digits != text or re.fullmatch(r"[35789]\d{8}|1[2689]\d{8}", digits)):
        digits = "0" + digits
    if len(digits) == 11 and digits[:4] in _RENUMBERED:
        digits = _RENUMBERED[digits[:4]] + digits[4:]
    return digits


def _why_not_mobile(number: str) -> str | None:
    if re.fullmatch(r"0?1[89]00\d{4,6}", number):
        return "PHONE_SERVICE_NUMBER"
    if _FIXED.fullmatch(number):
        return "PHONE_FIXED_LINE"
    if not _MOBILE.fullmatch(number):
        return "PHONE_FORMAT"
    parsed = phonenumbers.parse(number, "VN")
    return None if phonenumbers.is_valid_number(parsed) else "PHONE_FORMAT"


def mask_phone(last3: str) -> str:
    """Give what may be shown of a phone: its last three digits."""
    return f"••• ••• •{last3}"
