"""Questions about areas, answered from the tree in memory; a day before the table is taken as its first."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.core import text
from tiemchung.places import rules
from tiemchung.places.reads.tree import Tree, current_tree
from tiemchung.places.reads.values import AreaView, Successor
from tiemchung.places.rules import Level

# The campaign era's list is the oldest that there is; it stands for every day before it too.
TABLE_OPENS_ON = dt.date(2020, 1, 1)
_SCOPES_KEPT = 500  # postings differ in few ways; the widest scope is some 5,000 ids


class NoSuchPlace(LookupError):
    """No area, facility or point has this id or code; the text carries no data of a person."""


def area(area_id: UUID) -> AreaView:
    """Give one area of any day; raise NoSuchPlace for an id that is none."""
    try:
        return current_tree().areas[area_id]
    except KeyError:
        raise NoSuchPlace(str(area_id)) from None


def area_by_code(code: str, level: Level | str, on: dt.date) -> AreaView | None:
    """Give the area that carried this GSO code that day, or None: codes are used again for other areas."""
    day = _within_table(on)
    rows = _by_code(current_tree()).get((str(level), code), ())
    return next((row for row in rows if row.period.holds(day)), None)


def children_of(area_id: UUID | None, on: dt.date) -> tuple[AreaView, ...]:
    """Give the areas right under this one that day, as Vietnamese lists order them; None asks for provinces."""
    tree, day = current_tree(), _within_table(on)
    ids: Iterable[UUID] = tree.graph.children.get(area_id, ()) if area_id else _provinces(tree)
    found = [tree.areas[i] for i in ids if tree.areas[i].period.holds(day)]
    return tuple(sorted(found, key=lambda a: (len(a.name) if a.name.isdigit() else 0, a.name_sort, a.code)))


def path_of(area_id: UUID) -> tuple[AreaView, ...]:
    """Give the area and everything above it, smallest first: commune, (district,) province."""
    path = [area(area_id)]
    while (parent := path[-1].parent_id) is not None:
        path.append(area(parent))
    return tuple(path)


def path_name(area_id: UUID) -> str:
    """Give the path as it is written in an address: `Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh`."""
    return ", ".join(step.full_name for step in path_of(area_id))


def successor_of(area_id: UUID, on: dt.date) -> Successor:
    """Give what the area's land is on that day: exact, ambiguous (a person must settle it) or none."""
    area(area_id)
    tree = current_tree()
    state, ids = rules.successors_on(tree.graph, area_id, _within_table(on))
    return Successor(state, tuple(sorted((tree.areas[i] for i in ids), key=lambda a: a.code)))


def current_of(area_id: UUID, today: dt.date) -> AreaView | None:
    """Give the one area of today that holds this area's land, or None where it is not one."""
    found = successor_of(area_id, today)
    return found.areas[0] if found.state is rules.SuccessorState.EXACT else None


def scope_of(area_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Give every area of any day whose land lies wholly under these areas: what a posting to them may see.

    An old commune that was divided over the border is not among them (deny by default); the province above
    has it. Unknown ids add nothing.
    """
    tree, roots = current_tree(), frozenset(area_ids)
    if not roots:
        return roots
    scopes: dict[frozenset[UUID], frozenset[UUID]] = tree.once("scopes", dict)
    if roots not in scopes:
        if len(scopes) >= _SCOPES_KEPT:
            scopes.clear()
        scopes[roots] = rules.contained_in(tree.graph, roots)
    return scopes[roots]


def touching(area_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Give every area of any day that shares land with these: for finding things, never for rights."""
    return rules.touching(current_tree().graph, area_ids)


def areas_named(
    words: str, *, on: dt.date, level: Level | None = None, within: UUID | None = None, limit: int = 20
) -> tuple[AreaView, ...]:
    """Give areas of that day whose name holds every word's beginning; those with the exact accents come first."""
    tree, day = current_tree(), _within_table(on)
    wanted, toned = text.fold(words).split(), text.tone_key(words)
    hits = []
    for row in tree.areas.values():
        if (level and row.level is not level) or not row.period.holds(day):
            continue
        if wanted and all(f" {word}" in f" {row.search_key}" for word in wanted) and _under(row.id, within):
            exact = toned in text.tone_key(row.full_name)
            hits.append((not exact, list(Level).index(row.level), row.name_sort, row.code, row))
    return tuple(hit[-1] for hit in sorted(hits, key=lambda hit: hit[:-1])[:limit])


def areas_once_named(
    words: str, *, today: dt.date, level: Level, within: UUID | None, limit: int = 40
) -> tuple[tuple[AreaView, AreaView], ...]:
    """Give areas gone before today whose name held every word's beginning, each with an area of today under `within`
    that has land of it: (then, now); those with the exact accents come first.
    """
    tree, wanted, toned = current_tree(), text.fold(words).split(), text.tone_key(words)
    hits = []
    for row in tree.areas.values():
        if row.level is not level or row.period.end is None or row.period.end > today:
            continue
        if wanted and all(f" {word}" in f" {row.search_key}" for word in wanted):
            exact = toned in text.tone_key(row.full_name)
            heirs = (heir for heir in successor_of(row.id, today).areas if _under(heir.id, within))
            hits += [(not exact, row.name_sort, row.code, heir.code, row, heir) for heir in heirs]
    found = sorted(hits, key=lambda hit: hit[:4])
    return tuple({(row.full_name, row.parent_id, heir.id): (row, heir) for *_, row, heir in found}.values())[:limit]


def _under(area_id: UUID, root: UUID | None) -> bool:
    return root is None or any(step.id == root for step in path_of(area_id))


def _within_table(on: dt.date) -> dt.date:
    return max(on, TABLE_OPENS_ON)


def _provinces(tree: Tree) -> list[UUID]:
    return tree.once("provinces", lambda: [i for i, a in tree.areas.items() if a.parent_id is None])


def _by_code(tree: Tree) -> dict[tuple[str, str], list[AreaView]]:
    def make() -> dict[tuple[str, str], list[AreaView]]:
        rows: dict[tuple[str, str], list[AreaView]] = {}
        for row in tree.areas.values():
            rows.setdefault((row.level.value, row.code), []).append(row)
        return rows

    return tree.once("by_code", make)
