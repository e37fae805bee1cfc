"""Signs that a Vietnamese keyboard method rewrote what a scanner typed (vietnam.md 3.3)."""

import re
import unicodedata

_SHAPES = {"aa": "â", "ee": "ê", "oo": "ô", "dd": "đ", "aw": "ă", "ow": "ơ", "uw": "ư"}
_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_FAMILY_NAMES = """
    nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh đào đoàn trịnh lâm mai tạ lương
    tô hà cao chu trương thái kiều quách tống từ vương
"""
SURNAMES = frozenset(_FAMILY_NAMES.split())
# What a Vietnamese word may look like once its tone is taken off: beginning, core, end.
_WORD = re.compile(
    "(b|ch|c|d|đ|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|r|s|th|tr|t|v|x)?"
    "(iêu|yêu|ươu|ươi|uôi|oai|oay|uây|uyê|iê|yê|ươ|uô|oa|oă|oe|uê|uơ|uâ|uy|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|oi|ôi"
    "|ơi|ua|ui|ưa|ưi|ưu|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y)(ch|c|m|ng|nh|n|p|t)?"
)
# The digit row of Windows' "Vietnamese" layout: 1234567890 arrive as these letters and marks.
_LAYOUT = frozenset("ăâêô\u0300\u0309\u0303\u0301\u0323đ₫")


def from_telex(word: str) -> str:
    """Give the word that these keys would write under Telex, or "" where they write none: `nguyeenx` is
    `nguyễn`.
    """
    keys = word.lower()
    if not keys.isascii() or not keys.isalpha():
        return ""
    tone = ""
    body = keys
    match = re.fullmatch(r"([a-z]*[aeiouyw][a-z]*?)([sfrxj])([a-z]*)", keys)
    if match and (match[3] == "" or re.fullmatch("ch|c|m|ng|nh|n|p|t|[aeiouy]+", match[3])):
        body, tone = match[1] + match[3], _TONES[match[2]]
    for typed, letter in _SHAPES.items():
        body = body.replace(typed, letter)
    body = body.replace("uơ", "ươ").replace("w", "ư")
    if body == keys or not _WORD.fullmatch(body):
        return ""
    return _with_tone(body, tone)


def _with_tone(body: str, tone: str) -> str:
    if not tone:
        return body
    for vowel in "ơôêâăưaeoyui" if "ươ" not in body else "ơ":
        at = body.rfind(vowel)
        if at >= 0:
            return unicodedata.normalize("NFC", body[: at + 1] + tone + body[at + 1 :])
    return body


def telex_typed(name: str, sex: str) -> bool:
    """Tell whether name and sex look like Telex keys: the sex does, the family name does, or two words do.

    One odd word alone is no sign: citizens named Max or Alex exist.
    """
    if from_telex(sex) == "nữ":
        return True
    words = name.split()
    decoded = [from_telex(word) for word in words]
    return bool(words) and (decoded[0] in SURNAMES or sum(map(bool, decoded)) >= 2)


def vni_typed(name: str, sex: str) -> bool:
    """Tell whether digits stand inside words, as VNI keys leave them: `Nguye64n`, `Nu74`."""
    return bool(re.search(r"[^\W\d_]\d", f"{name} {sex}"))


def digits_rewritten(number: str) -> bool:
    """Tell whether the digit row arrived as letters and marks of the Vietnamese layout."""
    parts = unicodedata.normalize("NFC", number).strip()
    return len(parts) > 3 and all(char in _LAYOUT or char.isdigit() for char in parts) and not parts.isdigit()
