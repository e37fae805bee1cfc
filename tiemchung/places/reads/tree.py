"""The whole tree of areas held in the process: reference data, so that no page asks the database for it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tiemchung.core.kept import Kept
from tiemchung.places.models import Area, AreaAlias, AreaChangeEdge, AreaTable
from tiemchung.places.reads.values import AreaView
from tiemchung.places.rules import AreaKind, Edge, Graph, Level, Period, build_graph

_lock = threading.Lock()
_checksums: Kept[str, str] = Kept(60.0, most=1)


@dataclass(frozen=True)
class Tree:
    """All areas of all days with their graph and the aliases' keys."""

    checksum: str
    areas: dict[UUID, AreaView]
    graph: Graph
    aliases: dict[str, list[UUID]]
    memo: dict[str, Any] = field(default_factory=dict)

    def once[T](self, name: str, make: Callable[[], T]) -> T:
        """Give what is derived from this tree, made at the first asking."""
        if name not in self.memo:
            self.memo[name] = make()
        return self.memo[name]


class _Held:
    tree: Tree | None = None


def current_tree() -> Tree:
    """Give the tree; at most once a minute ask the database whether another table has been loaded since."""
    # An empty tree is asked for again at once: the table is about to be loaded.
    checksum = _checksums.of("areas", _read_checksum, worth=bool)
    held = _Held.tree
    if held is not None and checksum and held.checksum == checksum:
        return held
    with _lock:
        if _Held.tree is None or not checksum or _Held.tree.checksum != checksum:
            _Held.tree = _read_tree(checksum)
        return _Held.tree


def forget_tree() -> None:
    """Drop the held tree, so that the next question reads the database; for the loader and for tests."""
    with _lock:
        _Held.tree = None
    _checksums.forget()


def _read_checksum() -> str:
    return AreaTable.objects.values_list("checksum", flat=True).first() or ""


def _read_tree(checksum: str) -> Tree:
    fields = ("id", "code", "level", "kind", "name", "full_name", "parent_id", "valid_from", "valid_to")
    extra = ("legal_act", "search_key", "name_sort")
    areas = {row[0]: _view(row) for row in Area.objects.values_list(*fields, *extra).iterator(5000)}
    edges = AreaChangeEdge.objects.values_list("from_area_id", "to_area_id", "change__effective_on", "partial")
    graph = build_graph(
        {key: area.period for key, area in areas.items()},
        {key: area.parent_id for key, area in areas.items()},
        [Edge(*row) for row in edges],
    )
    aliases: dict[str, list[UUID]] = {}
    for key, area_id in AreaAlias.objects.values_list("key", "area_id"):
        aliases.setdefault(key, []).append(area_id)
    return Tree(checksum, areas, graph, aliases)


def _view(row: tuple) -> AreaView:
    key, code, level, kind, name, full_name, parent, start, end, act, search_key, name_sort = row
    period = Period(start, end)
    return AreaView(
        key, code, Level(level), AreaKind(kind), name, full_name, parent, period, act, search_key, name_sort
    )
