"""One line for each action and for each look at a person, in the same transaction."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Verdict


def _line(by: Actor, at: dt.datetime, action: str, subject_id: UUID) -> AuditLine:
    return AuditLine(
        subject_id=subject_id,
        at=at,
        action=action,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_role=by.role or "",
        facility_id=by.facility_id,
        trace=by.trace,
    )


def write_line(
    *,
    by: Actor,
    at: dt.datetime,
    action: str,
    subject_id: UUID,
    object_id: UUID | None = None,
    because: str = "",
    verdict: Verdict | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write the line of one action; what was set aside or warned of is kept by code."""
    line = _line(by, at, action, subject_id)
    line.object_id, line.because, line.facts = object_id, because, dict(facts or {})
    if verdict is not None and verdict.reasons:
        line.facts["reasons"] = [f"{r.severity}:{r.code}" for r in verdict.reasons]
    line.save(force_insert=True)


def note_look(*, by: Actor, at: dt.datetime, action: str, subject_ids: Iterable[UUID], purpose: str) -> None:
    """Write that the actor saw these persons; the citizen may ask who did."""
    lines = []
    for subject_id in dict.fromkeys(subject_ids):
        line = _line(by, at, action, subject_id)
        line.because = purpose
        lines.append(line)
    AuditLine.objects.bulk_create(lines)
