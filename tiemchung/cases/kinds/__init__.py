"""The kinds of report: one file a kind, found by its folder; a new kind is a new file, its words and its test."""

import importlib
import pkgutil
from collections.abc import Mapping

from tiemchung.cases.kinds.base import Door, Kind, SolutionKind


def _found() -> Mapping[str, Kind]:
    names = [module.name for module in pkgutil.iter_modules(__path__) if module.name != "base"]
    kinds = [importlib.import_module(f"{__name__}.{name}").KIND for name in names]
    return {kind.code: kind for kind in sorted(kinds, key=lambda kind: kind.order)}


KINDS: Mapping[str, Kind] = _found()


def kinds_at(door: Door) -> tuple[Kind, ...]:
    """Give the kinds that this door offers, in the order of its form."""
    return tuple(kind for kind in KINDS.values() if door in kind.doors)


__all__ = ["KINDS", "Door", "Kind", "SolutionKind", "kinds_at"]
