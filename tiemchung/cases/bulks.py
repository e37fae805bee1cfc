"""What bulk corrections hand out: frozen values, never rows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.cases.rules.bulk import BulkCause, BulkCriteria, BulkState, ItemState
from tiemchung.core.verdict import Verdict
from tiemchung.doses.values import DoseFacts


@dataclass(frozen=True, slots=True)
class BulkView:
    """One bulk correction with its count of doses in each state; `changes` are typed as a dose's facts."""

    id: UUID
    unit_id: UUID
    unit_level: str
    state: BulkState
    cause: BulkCause
    criteria: BulkCriteria
    changes: Mapping[str, Any]
    because: str
    case_ref: str
    proposed_by: UUID
    proposed_name: str
    proposed_at: dt.datetime
    approved_by: UUID | None
    approved_name: str
    approved_at: dt.datetime | None
    ended_at: dt.datetime | None
    undone_at: dt.datetime | None
    undone_because: str
    total: int
    items: Mapping[ItemState, int]


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One dose of it: as it was seen, as it would be or is, and why not where it will not.

    The name has only the given name and initials: the list is judged by its facts.
    """

    item_id: UUID
    profile_id: UUID
    dose_id: UUID
    name: str
    state: ItemState
    before: DoseFacts
    after: DoseFacts | None
    verdict: Verdict
    problem: str
    loses_signature: bool = False

    @property
    def changed_meanwhile(self) -> bool:
        """Tell whether somebody corrected this dose after the list was made."""
        return any(reason.code == "CHANGED_MEANWHILE" for reason in self.verdict.refusals)


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """A bulk correction with a page of its doses; `more` is where to read on from, None at the end."""

    bulk: BulkView
    lines: tuple[BulkLine, ...]
    refused: int
    warned: int
    more: UUID | None

    @property
    def signed(self) -> int:
        """Give how many doses of the page are signed and lose the signature, which no undoing brings back."""
        return sum(line.loses_signature for line in self.lines)
