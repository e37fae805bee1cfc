"""A facility's signature upon doses, and its fall: many at once, in two statements.

No lock of a history is needed: a dose is signed only if it still stands in the version that was shown, in one
conditional update; whoever corrects it at the same moment waits for that row and then takes the signature away.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.ids import new_id
from tiemchung.core.rows import copy_rows
from tiemchung.doses.models import LedgerEntry
from tiemchung.doses.rules import EntryKind
from tiemchung.doses.values import DoseFacts

_FACTS = tuple(DoseFacts.__dataclass_fields__)
# An UPDATE promises no order of its locks: the rows are taken in the order of their keys first.
_SIGN = f"""
WITH held AS (
    SELECT d.profile_id, d.id FROM doses_dose d
    JOIN unnest(%s::uuid[], %s::uuid[], %s::int[]) AS asked (profile_id, id, version)
    ON d.profile_id = asked.profile_id AND d.id = asked.id AND d.version = asked.version
    WHERE d.profile_id = ANY(%s::uuid[]) AND d.state = 'CONFIRMED'
    ORDER BY d.profile_id, d.id FOR UPDATE OF d
)
UPDATE doses_dose d SET state = 'SIGNED', changed_at = %s FROM held
WHERE d.profile_id = held.profile_id AND d.id = held.id
RETURNING d.id, d.profile_id, d.source, {", ".join(f"d.{name}" for name in _FACTS)}
"""  # noqa: S608 - constants only
_UNSIGN = f"""
WITH held AS (
    SELECT d.profile_id, d.id FROM doses_dose d
    WHERE d.profile_id = ANY(%s::uuid[]) AND d.id = ANY(%s::uuid[]) AND d.state = 'SIGNED'
    ORDER BY d.profile_id, d.id FOR UPDATE OF d
)
UPDATE doses_dose d SET state = 'CONFIRMED', changed_at = %s FROM held
WHERE d.profile_id = held.profile_id AND d.id = held.id
RETURNING d.id, d.profile_id, d.source, {", ".join(f"d.{name}" for name in _FACTS)}
"""  # noqa: S608 - constants only
_COLUMNS = (
    "id", "profile_id", "dose_id", "kind", "recorded_at", "key", "source", "facts", "by_kind", "by_id", "by_role",
    "by_name", "by_facility_id", "because", "evidence", "set_aside",
)  # fmt: skip


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
    profiles = [item.profile_id for item in items]
    asked = [profiles, [item.dose_id for item in items], [item.version for item in items], profiles, at]
    return _change(_SIGN, asked, EntryKind.SIGNED, by, at, evidence=f"run:{run_id}")


def unsign_doses(*, at: dt.datetime, doses: Iterable[tuple[UUID, UUID]], because: str, by: Actor = SYSTEM) -> set[UUID]:
    """Say that the signatures of these doses (profile id, dose id) no longer hold; give the ids of those changed.

    `because` is a code. What is not signed is left out. Part of the caller's transaction.
    """
    named = list(doses)
    if not named:
        return set()
    asked = [[profile_id for profile_id, _ in named], [dose_id for _, dose_id in named], at]
    return _change(_UNSIGN, asked, EntryKind.UNSIGNED, by, at, because=because)


def _change(
    statement: str, asked: list[Any], kind: EntryKind, by: Actor, at: dt.datetime, because: str = "", evidence: str = ""
) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        changed = cursor.fetchall()
    role, name, none = by.role or "", by.name, json.dumps([])
    copy_rows(
        LedgerEntry,
        _COLUMNS,
        (
            (
                entry,
                profile,
                dose,
                kind,
                at,
                f"{kind.lower()}:{entry}",
                source,
                _facts(facts),
                by.kind,
                by.id,
                role,
                name,
                by.facility_id,
                because,
                evidence,
                none,
            )
            for dose, profile, source, *facts in changed
            for entry in (new_id(),)
        ),
    )
    return {row[0] for row in changed}


def _facts(values: Sequence[Any]) -> str:
    return json.dumps(DoseFacts(*values).as_json(), ensure_ascii=False, separators=(",", ":"))


__all__ = ["DoseToSign", "sign_doses", "unsign_doses"]
