"""Which profiles were joined to a person, by whom and why, as the audit lines of those decisions say."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.access import reads as access
from tiemchung.core.audit import looks_at

LINKED, UNDONE = "people.link_profiles", "people.undo_link"


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One decision "these are one person" that still stands."""

    link_id: UUID
    kept_id: UUID
    joined_id: UUID
    at: dt.datetime
    by_name: str
    because: str


def links_among(profile_ids: Sequence[UUID]) -> list[LinkLine]:
    """Give the standing decisions that hold these profiles together, oldest first."""
    if len(profile_ids) < 2:
        return []
    lines = looks_at(profile_ids, actions=(LINKED, UNDONE))
    undone = {line.object_id for line in lines if line.action == UNDONE}
    joined = [line for line in lines if line.action == LINKED and line.object_id not in undone]
    names = access.staff_names(line.actor_id for line in joined if line.actor_id)
    return [
        LinkLine(
            link_id=line.object_id,
            kept_id=line.subject_id,
            joined_id=UUID(line.facts["joined"]),
            at=line.at,
            by_name=names.get(line.actor_id, "") if line.actor_id else "",
            because=line.because,
        )
        for line in reversed(joined)
        if line.object_id is not None
    ]
