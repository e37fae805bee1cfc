"""Vietnamese text made comparable without changing what was written."""

import re
import unicodedata

# Look-alikes that arrive from other keyboards and from PDF copies: Icelandic and African D for Đ.
_LOOKALIKES = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "\u00a0": " ", "\u00ad": None, "\ufeff": None})
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_OPEN_PAIR = re.compile(rf"(?<!q)([ou])([{_TONES}])([aey])(?![a-z\u0300-\u0323])")
# Vietnamese dictionary order: base letters with their marks first, then the five tones.
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(0x21 + i) for i, letter in enumerate(_LETTERS)}
_TONE_RANK = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


def nfc(text: str) -> str:
    """Give the text in NFC with look-alikes mapped, invisible characters dropped and spaces collapsed."""
    mapped = _CONTROL.sub("", _INVISIBLE.sub("", text.translate(_LOOKALIKES)))
    return " ".join(unicodedata.normalize("NFC", mapped).split())


def fold(text: str) -> str:
    """Give lower-case letters without any mark, for searching; `Đặng` becomes `dang`."""
    plain = unicodedata.normalize("NFD", nfc(text).lower().replace("đ", "d"))
    return unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c)))


def tone_key(text: str) -> str:
    """Give a key under which old and new tone placement are equal: `hoà` and `hòa`, never `Hùng` and `Hưng`."""
    spread = unicodedata.normalize("NFD", nfc(text).lower())
    return unicodedata.normalize("NFC", _OPEN_PAIR.sub(r"\1\3\2", spread))


def _syllable_sort(word: str) -> str:
    letters, tone = [], "0"
    for char in unicodedata.normalize("NFC", word.lower()):
        base = unicodedata.normalize("NFD", char)
        tones = [mark for mark in base if mark in _TONE_RANK]
        tone = _TONE_RANK[tones[0]] if tones else tone
        bare = unicodedata.normalize("NFC", "".join(m for m in base if m not in _TONE_RANK))
        letters.append(_RANK.get(bare, bare))
    return "".join(letters) + tone


def name_sort(full_name: str) -> str:
    """Give the key that sorts names as Vietnamese lists do: given name, then middle, then family name."""
    words = nfc(full_name).split()
    ordered = words[-1:] + words[1:-1] + (words[:1] if len(words) > 1 else [])
    return " ".join(_syllable_sort(word) for word in ordered)
