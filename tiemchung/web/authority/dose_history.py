"""A dose's history in words of people: what happened, who did it and why, and what became what."""

import re
from typing import Any

from tiemchung.cases.rules.refs import shown_ref
from tiemchung.core.actor import Kind
from tiemchung.doses.rules import DoseState, EntryKind, state_after
from tiemchung.doses.values import EntryView
from tiemchung.web.authority.dose_facts import compared
from tiemchung.web.shared.words import say

# What actions keep as evidence names a thing by its id; whatever else stands there, a person wrote.
_NAMED = re.compile(r"(case|bulk|call|run):(\S+)")


def told_history(entries: tuple[EntryView, ...]) -> list[dict[str, Any]]:
    """Give a dose's entries, oldest first, each with who, when, why, on what evidence, and what became what."""
    told, before, state = [], None, None
    for entry in entries:
        rows: list[Any] = [row for row in compared(before, entry.facts) if row["differs"]] if before else []
        words = {"who": _who(entry), "because": _because(entry), "evidence": told_evidence(entry.evidence)}
        fell = _fell_with(state, entry)
        told.append({"entry": entry, "changed": rows, "fell": fell, **words})
        before, state = entry.facts, state_after(state, EntryKind(entry.kind)) or state
    return told


def told_evidence(kept: str) -> str:
    """Say what an entry rests on; a signing run is its own allowance, and nothing to read."""
    if not kept or _NAMED.sub("", kept).strip():
        return kept
    told = [_named(kind, name) for kind, name in _NAMED.findall(kept) if kind != "run"]
    return ", ".join(told)


def _named(kind: str, name: str) -> str:
    return say(f"dose_history.evidence.{kind}", **({"ref": shown_ref(name)} if kind == "case" else {}))


def _who(entry: EntryView) -> str:
    if entry.by_kind == Kind.SYSTEM:
        return say("authority.kind.system")
    role = f" ({say(f'access.role.{entry.by_role}')})" if entry.by_role else ""
    return entry.by_name + role


def _fell_with(state: DoseState | None, entry: EntryView) -> str:
    """Say that a signature fell with this correction, empty where none did; one that fell alone has its own entry."""
    corrected = entry.kind in (EntryKind.AMENDED, EntryKind.VOIDED)
    return say(f"dose_history.fell_with.{entry.kind}") if corrected and state is DoseState.SIGNED else ""


def _because(entry: EntryView) -> str:
    fell = entry.kind == EntryKind.UNSIGNED and entry.because
    return say(f"dose_history.fall.{entry.because}") if fell else entry.because
