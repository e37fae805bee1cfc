"""Reading a free address: the areas are recognised by their parents, from the right to the left."""

import datetime as dt
import re
from uuid import UUID

from tiemchung.core import text
from tiemchung.places.reads.tree import Tree, current_tree
from tiemchung.places.reads.values import AddressGuess, AreaView
from tiemchung.places.rules import Level, SuccessorState

_LONGEST = 400
_COUNTRY = {"vietnam", "vn"}
# How people shorten the kinds; single letters are words of their own unless a dot or a digit follows.
_SHORT = [
    (re.compile(pattern), full)
    for pattern, full in [
        (r"^(tp|t\.p)[. ]+|^tp\.?(?=hcm)", "thanh pho "),
        (r"^(tx|t\.x)[. ]+", "thi xa "),
        (r"^(tt|t\.t)[. ]+", "thi tran "),
        (r"^q(\.\s*|\s*(?=\d))", "quan "),
        (r"^[pf](\.\s*|\s*(?=\d))", "phuong "),
        (r"^h\.\s*", "huyen "),
        (r"^x\.\s*", "xa "),
        (r"^t\.\s*", "tinh "),
    ]
]
_KIND = re.compile(
    r"\s+(?=(?:phường|xã|thị trấn|đặc khu|quận|huyện|thị xã|thành phố|tỉnh"
    r"|phuong|xa|thi tran|dac khu|quan|huyen|thi xa|thanh pho|tinh|tp\.?|tx\.?|[pqf]\.?\s?\d|[pqhxt]\.)\s*\S)",
    re.IGNORECASE,
)


def find_address(words: str, on: dt.date | None = None) -> AddressGuess:
    """Give the smallest areas that the address names, such as the address of a chip card's QR.

    A name counts only under its named parents: `Bến Nghé, Quận 1, TP Hồ Chí Minh`. Areas of `on` are
    preferred, else those whose parents are all named, else the newest. The street before them is `rest`.
    """
    tree = current_tree()
    # A hyphen parts the levels on some cards and the halves of `Bà Rịa - Vũng Tàu` on all: the deeper wins.
    plain, parted = (_read(tree, _parts(words, hyphens=hyphens), on) for hyphens in (False, True))
    return parted if _depth(parted) > _depth(plain) else plain


def _depth(guess: AddressGuess) -> int:
    return 0 if guess.level is None else list(Level).index(guess.level) + 1


def _read(tree: Tree, parts: list[str], on: dt.date | None) -> AddressGuess:
    for end in range(len(parts), 0, -1):
        provinces = _matching(tree, parts[end - 1], Level.PROVINCE)
        if provinces:
            found, used = _descend(tree, provinces, parts[: end - 1])
            best = _best(tree, found, on)
            state = SuccessorState.EXACT if len(best) == 1 else SuccessorState.AMBIGUOUS
            return AddressGuess(state, best, best[0].level, ", ".join(parts[:used]))
    return AddressGuess(SuccessorState.NONE, (), None, ", ".join(parts))


def squash(words: str) -> str:
    """Give the comparing key of an area's name: folded, kinds written out, no spaces, no leading zeros."""
    plain = text.fold(words).strip(" .")
    for pattern, full in _SHORT:
        plain = pattern.sub(full, plain)
    plain = re.sub(r"(?<![0-9])0+(?=[0-9])", "", plain)
    return "".join(c for c in plain if c.isalnum())


def _parts(words: str, *, hyphens: bool) -> list[str]:
    clean = text.nfc(words[:_LONGEST])
    parts = [part.strip() for part in re.split(r"[,;]|\s*[-–]\s*" if hyphens else "[,;]", clean)]
    if len(parts) == 1:
        parts = [part.strip() for part in _KIND.split(clean)]
    parts = [part for part in parts if part]
    return parts[:-1] if parts and squash(parts[-1]) in _COUNTRY else parts


def _descend(tree: Tree, provinces: list[AreaView], parts: list[str]) -> tuple[list[tuple[AreaView, int]], int]:
    """Walk leftwards; give the deepest areas, each with its number of named parents, and the parts not used."""
    roots = {p.id for p in provinces}
    for used in range(len(parts), 0, -1):
        districts = [d for d in _matching(tree, parts[used - 1], Level.DISTRICT) if d.parent_id in roots]
        communes = [c for c in _matching(tree, parts[used - 1], Level.COMMUNE) if _province(tree, c) in roots]
        if districts:
            below = {d.id for d in districts}
            for deeper in range(used - 1, 0, -1):
                inside = [c for c in _matching(tree, parts[deeper - 1], Level.COMMUNE) if c.parent_id in below]
                if inside:
                    return [(c, 2) for c in inside], deeper - 1
        if communes or districts:
            # `Thủ Đức` alone may be the city of 2021 or the ward of 2025: both are handed back.
            direct = [(c, 1 if c.parent_id in roots else 0) for c in communes]
            return direct + [(d, 1) for d in districts], used - 1
    return [(p, 0) for p in provinces], len(parts)


def _best(tree: Tree, found: list[tuple[AreaView, int]], on: dt.date | None) -> tuple[AreaView, ...]:
    named = [area for area, _ in found if on is not None and area.period.holds(on)]
    if not named:
        full = [area for area, parents in found if parents == max(n for _, n in found)]
        named = full
    newest: dict[str, AreaView] = {}
    for area in sorted(named, key=lambda a: a.period.start):
        newest[area.code] = area
    return tuple(sorted(newest.values(), key=lambda a: a.code))


def _matching(tree: Tree, part: str, level: Level) -> list[AreaView]:
    return _index(tree).get((level, squash(part)), [])


def _index(tree: Tree) -> dict[tuple[Level, str], list[AreaView]]:
    return tree.once("names", lambda: _names(tree))


def _names(tree: Tree) -> dict[tuple[Level, str], list[AreaView]]:
    names: dict[tuple[Level, str], list[AreaView]] = {}
    for area in tree.areas.values():
        for key in {squash(area.full_name)} | ({squash(area.name)} if not area.name.isdigit() else set()):
            names.setdefault((area.level, key), []).append(area)
    for key, ids in tree.aliases.items():
        for area in (tree.areas[i] for i in ids):
            names.setdefault((area.level, key), []).append(area)
    return names


def _province(tree: Tree, area: AreaView) -> UUID:
    while area.parent_id is not None:
        area = tree.areas[area.parent_id]
    return area.id
