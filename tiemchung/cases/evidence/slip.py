"""What the text of a confirmation slip seems to say: proposals for an officer, never facts.

The slip ("GIẤY XÁC NHẬN ĐÃ TIÊM VẮC XIN COVID-19", 3588/QĐ-BYT, 2021) names the person, then each dose with its day
and vaccine; the slip of 2021 has no lot number, later ones may.
"""

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from tiemchung.core.text import fold, nfc
from tiemchung.vaccines.rules import the_book

_LONGEST_TEXT = 20_000
_MOST = 10
_NAME_LABEL = re.compile(
    r"h[o0]\s*(?:v[a4]|,?\s*chu\s*dem\s*v[a4])?\s*t[e3]n(?:\s*/?\s*(?:full\s*)?name)?|full\s*name|\bname\b"
)
_AFTER_NAME = re.compile(
    r"\b(?:ngay|sinh|date|birth|gioi|nam sinh|so\s|cccd|cmnd|cmt|can cuoc|dien thoai|tel|phone|dia chi|address|quoc)\b"
)
_NO_DOSE = re.compile(r"sinh|birth|dob|cap ngay|ngay cap|issue|het han|han dung|hsd|exp")
_A_DOSE = re.compile(r"\bm[uo]i\b|\blieu\b|\btiem\b|\bdose\b|vaccinat|vac\s*xin|vaccine")
# Digits as a reader of paper takes them for letters.
_DIGITS = str.maketrans("OoQDIl|iSsBZ", "000011115582")
_DIGIT = r"[0-9OoQDIl|iSsBZ]"
_DAY = re.compile(rf"(?<![\w/.-])({_DIGIT}{{1,2}})\s?[/.\-]\s?({_DIGIT}{{1,2}})\s?[/.\-]\s?({_DIGIT}{{4}})(?![\w/])")
_DAY_IN_WORDS = re.compile(
    rf"ngay\s*({_DIGIT}{{1,2}})\s*thang\s*({_DIGIT}{{1,2}})\s*nam\s*({_DIGIT}{{4}})", re.IGNORECASE
)
_LOT = re.compile(
    r"\b(?:so\s*l[o0]|l[o0](?:\s*(?:so|vac\s*xin))?|lot|batch)\b\s*(?:n[o0]\b|number|#)?[\s.:/]*([a-z0-9][a-z0-9-]{3,19})\b"
)
_WORD = re.compile(r"[a-z0-9]+")
# Words of the products' names that say nothing about which product it is.
_COMMON = frozenset({"vaccine", "covid", "vac", "xin", "vacxin", "bivalent", "original", "cell"})

# Words of the slip that a misreading brings close to a product's name ("vắc xin" to Covaxin).
_OTHER_WORDS = ("vacxin", "vaccine", "vaccination", "vacxincovid", "covid19", "covid", "xincovid", "loaivacxin")


@dataclass(frozen=True, slots=True)
class Proposals:
    """What the paper seems to say, each list in the order of the paper; empty where nothing was made out.

    `product` holds codes of the catalogue.
    """

    name: str = ""
    given_on: tuple[dt.date, ...] = ()
    product: tuple[str, ...] = ()
    lot: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.name or self.given_on or self.product or self.lot)

    def as_json(self) -> dict[str, Any]:
        """Give plain values."""
        return asdict(self) | {"given_on": [str(day) for day in self.given_on]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Proposals":
        """Give what `as_json` gave."""
        return cls(
            name=values.get("name", ""),
            given_on=tuple(dt.date.fromisoformat(day) for day in values.get("given_on", ())),
            product=tuple(values.get("product", ())),
            lot=tuple(values.get("lot", ())),
        )


def propose(text: str, *, latest: dt.date | None = None) -> Proposals:
    """Give what the text of a slip seems to say; `latest` is the last day that can have been a dose's.

    Days before the first approval of any vaccine, of birth and of a card's issue are left out. Any text is answered.
    """
    lines = [nfc(line) for line in text[:_LONGEST_TEXT].splitlines()]
    lines = [line for line in lines if line]
    return Proposals(
        name=_name_in(lines),
        given_on=tuple(_few(_days_in(lines, latest or dt.date.max), once=False)),
        product=tuple(_few(_products_in(lines), once=False)),
        lot=tuple(_few(_lots_in(lines))),
    )


def _few[T](found: Iterable[T], *, once: bool = True) -> list[T]:
    kept = list(found)
    return (list(dict.fromkeys(kept)) if once else kept)[:_MOST]


def _name_in(lines: list[str]) -> str:
    for place, line in enumerate(lines):
        label = _NAME_LABEL.search(_same_length(line))
        if not label or label.start() > 25:
            continue
        for rest in (line[label.end() :], *lines[place + 1 : place + 2]):
            if name := _as_name(rest):
                return name
    return ""


def _same_length(line: str) -> str:
    """Fold each letter by itself, so that a place in the folded text is the same place in the line."""
    return "".join((fold(char) or " ")[:1] for char in line)


def _as_name(text: str) -> str:
    stop = _AFTER_NAME.search(_same_length(text))
    part = (text[: stop.start()] if stop else text).lstrip(" .:;|,/-_=")
    part = re.split(r"\d|[(;|]", part)[0]
    words = [word for word in re.findall(r"[^\W\d_]+", part) if len(word) <= 7]
    return " ".join(words) if 2 <= len(words) <= 7 and len(words[0]) > 1 else ""


def _days_in(lines: list[str], latest: dt.date) -> list[dt.date]:
    """Give the days beside a word about doses; where no line has such a word, all days that could be."""
    first = min(product.approved_on for product in the_book().products.values())
    beside: list[dt.date] = []
    others: list[dt.date] = []
    for place, line in enumerate(lines):
        folded = fold(line)
        if _NO_DOSE.search(folded):
            continue
        # A line may be cut in two by its reader; the day of the signature below the doses is written in words.
        before = lines[place - 1] if place else ""
        cut = bool(_A_DOSE.search(fold(before))) and not list(_days_of(before)) and not _DAY_IN_WORDS.search(folded)
        about_doses = _A_DOSE.search(folded) or cut
        (beside if about_doses else others).extend(day for day in _days_of(line) if first <= day <= latest)
    return beside or others


def _days_of(line: str) -> Iterator[dt.date]:
    for match in [*_DAY.finditer(line), *_DAY_IN_WORDS.finditer(_same_length(line))]:
        numbers = [part.translate(_DIGITS) for part in match.groups()]
        try:
            yield dt.date(int(numbers[2]), int(numbers[1]), int(numbers[0]))
        except ValueError:
            continue


@cache
def _names_of_products() -> tuple[tuple[str, str], ...]:
    """Give (telling word of a name, product's code); a word that two products share tells nothing."""
    words: dict[str, set[str]] = {}
    for product in the_book().products.values():
        names = (product.label, product.name_vi, product.name_en, product.code)
        for word in {w for name in names for w in _WORD.findall(fold(name).replace("-", ""))}:
            if len(word) >= 4 and word not in _COMMON and not word.isdigit():
                words.setdefault(word, set()).add(product.code)
        for name in (product.label, product.code):
            words.setdefault("".join(_WORD.findall(fold(name))), set()).add(product.code)
    return tuple((word, codes.copy().pop()) for word, codes in sorted(words.items()) if len(codes) == 1)


def _products_in(lines: list[str]) -> Iterator[str]:
    for line in lines:
        words = _WORD.findall(fold(line))
        found: dict[str, None] = {}
        for place, word in enumerate(words):
            pair = word + (words[place + 1] if place + 1 < len(words) else "")
            code = _product_of(word) or _product_of(pair)
            if code:
                found[code] = None
        yield from found


@cache
def _word_list() -> tuple[tuple[str, ...], Mapping[str, str]]:
    pairs = dict(_names_of_products())
    return tuple(pairs), pairs


def _product_of(word: str) -> str:
    """Give the product that a word names, with about one letter in five misread; "" for none."""
    names, codes = _word_list()
    if word in codes:
        return codes[word]
    if not 5 <= len(word) <= 24:
        return ""
    near = difflib.get_close_matches(word, [*names, *_OTHER_WORDS], n=1, cutoff=0.8 if len(word) > 7 else 0.83)
    return codes.get(near[0], "") if near and len(near[0]) >= 5 else ""


def _lots_in(lines: list[str]) -> Iterator[str]:
    for line in lines:
        for match in _LOT.finditer(_same_length(line)):
            number = match.group(1).upper()
            if any(char.isdigit() for char in number):
                yield number
