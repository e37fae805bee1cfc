"""Appending to the ledger and refreshing the dose; only this domain's actions call it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.ids import new_id
from tiemchung.core.rows import put, put_row, rows
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.doses.reads import view_of
from tiemchung.doses.rules import DoseSource, DoseState, EntryKind, state_after
from tiemchung.doses.values import DoseFacts, DoseView


def first_answer(
    profile_id: UUID, key: str, kind: EntryKind, said: Mapping[str, Any], dose_id: UUID | None = None
) -> DoseView | None:
    """Give the dose that this key made or changed before; None for a new key.

    `said` are the plain facts that the caller named. Raises Refused with KEY_REUSED where the key came with other
    facts or for another dose: a client that mixes up its keys must hear of it instead of believing that a dose is on
    record.
    """
    found = rows(LedgerEntry, "profile_id = %s AND key = %s", profile_id, key)
    if not found:
        return None
    entry = found[0]
    same = all(entry.facts.get(name) == value for name, value in said.items())
    if entry.kind != kind or not same or dose_id not in (None, entry.dose_id):
        raise Refused(refuse("KEY_REUSED"))
    return view_of(Dose.objects.get(profile_id=profile_id, id=entry.dose_id))


def append(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    kind: EntryKind,
    profile_id: UUID,
    facts: DoseFacts,
    source: DoseSource,
    verdict: Verdict,
    because: str = "",
    evidence: str = "",
    row: Dose | None = None,
) -> DoseView:
    """Append one entry and make the dose what the entry says; `row` is the dose it changes."""
    dose = row or Dose(id=new_id(), profile_id=profile_id, source=source, recorded_at=at, version=0)
    before = DoseState(dose.state) if row else None
    put(
        LedgerEntry,
        profile_id=profile_id,
        dose_id=dose.id,
        kind=kind,
        recorded_at=at,
        key=key,
        source=source,
        facts=facts.as_json(),
        by_kind=by.kind,
        by_id=by.id,
        by_role=by.role or "",
        by_name=by.name,
        by_facility_id=by.facility_id,
        because=because,
        evidence=evidence,
        set_aside=[r.code for r in (*verdict.refusals, *verdict.warnings)],
    )
    _take(dose, facts, at)
    dose.accepted = bool(verdict.refusals)
    dose.state = state_after(before, kind) or dose.state
    if row is None:
        put_row(dose)
    else:
        dose.save(force_update=True)
    return view_of(dose)


def _take(dose: Dose, facts: DoseFacts, at: dt.datetime) -> None:
    for name in DoseFacts.__dataclass_fields__:
        setattr(dose, name, getattr(facts, name))
    dose.changed_at = at
    dose.version += 1
