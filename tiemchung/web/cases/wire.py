"""Solutions on their way through a form: packed as JSON into a hidden field, and read back as typed values.

What comes back is as little trusted as anything that was typed: each action asks its own rules.
"""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.solutions import Solution
from tiemchung.doses.values import DoseFacts
from tiemchung.people.rules import BirthPrecision, IdSystem, PhoneRelation, Sex

MOST = 20
LONGEST = 20_000
_IDS = ("profile_id", "dose_id", "keep_person", "join_person", "contact_id")
_TEXTS = {"system": 20, "number": 60, "override": 500}
_PERSON = {"full_name", "birth_date", "birth_precision", "sex", "address_text"}
_CHOSEN: dict[str, frozenset[str]] = {"sex": frozenset(Sex), "birth_precision": frozenset(BirthPrecision)}
_SYSTEMS: dict[SolutionKind, frozenset[str]] = {
    SolutionKind.ADD_NUMBER: frozenset(IdSystem),
    SolutionKind.ADD_PHONE: frozenset(PhoneRelation),
    SolutionKind.MOVE_PHONE: frozenset(PhoneRelation),
}


class BadPacket(ValueError):
    """What came back is no list of solutions."""


def pack(solutions: Sequence[Solution]) -> str:
    """Give solutions as text for a hidden field."""
    return json.dumps([_plain(solution) for solution in solutions], ensure_ascii=False)


def unpack(text: str) -> tuple[Solution, ...]:
    """Give the solutions that `pack` packed; nothing for an empty text. Raises BadPacket for anything else."""
    if not text:
        return ()
    try:
        rows = json.loads(text[:LONGEST])
        if not isinstance(rows, list) or len(rows) > MOST or "\\u0000" in text:
            raise BadPacket
        return tuple(_typed(row) for row in rows)
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise BadPacket from wrong


def _plain(what: Solution) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": str(what.kind), "version": what.version}
    row |= {name: str(getattr(what, name)) for name in _IDS if getattr(what, name)}
    row |= {name: getattr(what, name) for name in _TEXTS if getattr(what, name)}
    if what.facts is not None:
        row["facts"] = what.facts.as_json()
    if what.changes:
        row["changes"] = DoseFacts.plain(what.changes)
    return row


def _typed(row: dict[str, Any]) -> Solution:
    kind = SolutionKind(row["kind"])
    more: dict[str, Any] = {name: UUID(row[name]) for name in _IDS if row.get(name)}
    more |= {name: str(row[name])[:most] for name, most in _TEXTS.items() if row.get(name)}
    if kind in _SYSTEMS and more.get("system") not in _SYSTEMS[kind]:
        raise BadPacket
    if row.get("facts"):
        more["facts"] = DoseFacts.from_json(row["facts"])
    if row.get("changes"):
        more["changes"] = _changes(kind, row["changes"])
    return Solution(kind=kind, version=min(int(row.get("version", 0)), 1_000_000), **more)


def _changes(kind: SolutionKind, values: dict[str, Any]) -> dict[str, Any]:
    if kind is not SolutionKind.AMEND_PERSON:
        return DoseFacts.typed(values)
    found = {name: str(value) for name, value in values.items() if name in _PERSON}
    if any(name in found and found[name] not in known for name, known in _CHOSEN.items()):
        raise BadPacket
    if "birth_date" in found:
        return {**found, "birth_date": dt.date.fromisoformat(found["birth_date"])}
    return found
