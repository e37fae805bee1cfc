"""A facility's signature upon doses, and its fall: many at once, in two statements.

No lock of a history is needed: a dose is signed only if it still stands in the version that was shown, in one
conditional update; whoever corrects it at the same moment waits for that row and then takes the signature away.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.ids import new_hexes
from tiemchung.doses.rules import DoseState, EntryKind
from tiemchung.doses.values import DoseFacts


def _plain(name: str) -> str:
    """Give the SQL of one of a dose's facts as `DoseFacts.as_json` writes it."""
    if name == "given_at":  # as Python writes a moment: no fraction where it is none
        moment = "to_char(changed.given_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
        return f"replace({moment} || '+00:00', '.000000', '')"
    return f"changed.{name}"


# An UPDATE promises no order of its locks: the rows are taken in the order of their keys first. The entries are made
# where the doses lie: their facts need not travel.
_CHANGE = f"""
WITH held AS (
    SELECT d.profile_id, d.id {{held}} ORDER BY d.profile_id, d.id FOR UPDATE OF d
), changed AS (
    UPDATE doses_dose d SET state = %s, changed_at = %s FROM held
    WHERE d.profile_id = held.profile_id AND d.id = held.id RETURNING d.*
)
INSERT INTO doses_ledgerentry (id, profile_id, dose_id, kind, recorded_at, key, source, facts, by_kind, by_id, by_role,
    by_name, by_facility_id, because, evidence, set_aside)
SELECT entry.id, changed.profile_id, changed.id, %s::text, changed.changed_at, %s::text || entry.id, changed.source,
    jsonb_build_object({", ".join(f"'{name}', {_plain(name)}" for name in DoseFacts.__dataclass_fields__)}),
    %s::text, %s::uuid, %s::text, %s::text, %s::uuid, %s::text, %s::text, '[]'
FROM changed JOIN unnest(%s::uuid[], %s::uuid[]) AS entry (dose_id, id) ON entry.dose_id = changed.id
RETURNING dose_id
"""  # noqa: S608 - constants only
_SIGN = _CHANGE.format(
    held="""FROM doses_dose d JOIN unnest(%s::uuid[], %s::uuid[], %s::int[]) AS asked (profile_id, id, version)
    ON d.profile_id = asked.profile_id AND d.id = asked.id AND d.version = asked.version
    WHERE d.state = 'CONFIRMED'"""
)
_UNSIGN = _CHANGE.format(
    held="""FROM doses_dose d
    WHERE d.profile_id = ANY(%s::uuid[]) AND d.id = ANY(%s::uuid[]) AND d.state = 'SIGNED'"""
)


@dataclass(frozen=True, slots=True)
class DoseToSign:
    """One dose in the version that its facility saw."""

    profile_id: UUID
    dose_id: UUID
    version: int


def sign_doses(*, by: Actor, at: dt.datetime, run_id: UUID, items: Sequence[DoseToSign]) -> set[UUID]:
    """Say in the ledger that the facility signed these doses; give the ids of those that it now stands for.

    Left out is what is no longer confirmed or stands in another version: it was corrected meanwhile. The version
    stays, since no fact changed. `run_id` names what allowed it. Who calls holds the signatures and the caller's
    transaction, and leaves the audit line of the whole.
    """
    if not items:
        return set()
    profiles, doses = [item.profile_id for item in items], [item.dose_id for item in items]
    asked = [profiles, doses, [item.version for item in items]]
    made = _Made(EntryKind.SIGNED, DoseState.SIGNED, at, by, evidence=f"run:{run_id}")
    return _change(_SIGN, asked, doses, made)


def unsign_doses(*, at: dt.datetime, doses: Iterable[tuple[UUID, UUID]], because: str, by: Actor = SYSTEM) -> set[UUID]:
    """Say that the signatures of these doses (profile id, dose id) no longer hold; give the ids of those changed.

    `because` is a code. What is not signed is left out. Part of the caller's transaction.
    """
    named = list(doses)
    if not named:
        return set()
    profiles, ids = [profile_id for profile_id, _ in named], [dose_id for _, dose_id in named]
    return _change(_UNSIGN, [profiles, ids], ids, _Made(EntryKind.UNSIGNED, DoseState.CONFIRMED, at, by, because))


@dataclass(frozen=True, slots=True)
class _Made:
    """What is equal in all entries of one change."""

    kind: EntryKind
    state: DoseState
    at: dt.datetime
    by: Actor
    because: str = ""
    evidence: str = ""


def _change(statement: str, held: list[Any], dose_ids: Sequence[UUID], made: _Made) -> set[UUID]:
    by, named = made.by, list(dict.fromkeys(dose_ids))
    entries = [UUID(hex=one) for one in new_hexes(len(named))]
    asked = [
        *held, made.state, made.at, made.kind, f"{made.kind.lower()}:", by.kind, by.id, by.role or "", by.name,
        by.facility_id, made.because, made.evidence, named, entries,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return {row[0] for row in cursor.fetchall()}


__all__ = ["DoseToSign", "sign_doses", "unsign_doses"]
