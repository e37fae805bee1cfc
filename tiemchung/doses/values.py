"""What a dose is, as it is handed in and out of this domain."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tiemchung.doses.rules import COUNTED, DoseSource, DoseState


@dataclass(frozen=True, slots=True)
class DoseFacts:
    """Everything that was true at the moment of the injection.

    `given_on` is the civil day in Vietnam; `given_at` the moment where it is known. `lot_number` is kept as
    written even where the lot is not in our list: paper names lots that we never had.
    """

    product: str
    given_on: dt.date
    lot_id: UUID | None = None
    lot_number: str = ""
    component: str = ""
    given_at: dt.datetime | None = None
    facility_id: UUID | None = None
    point_id: UUID | None = None
    place_name: str = ""
    vaccinator_id: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """Give plain values for the ledger."""
        return {name: _plain(getattr(self, name)) for name in DoseFacts.__dataclass_fields__}

    def amended(self, changes: dict[str, Any]) -> "DoseFacts":
        """Give the facts with the named ones changed; raise TypeError for a name that no dose has."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class DoseView:
    """One dose as it stands, with what a reader needs to judge it."""

    id: UUID
    profile_id: UUID
    state: DoseState
    source: DoseSource
    facts: DoseFacts
    recorded_at: dt.datetime
    changed_at: dt.datetime
    version: int
    accepted: bool = False

    @property
    def counted(self) -> bool:
        """Tell whether the dose counts: confirmed by a facility and not voided."""
        return self.state in COUNTED


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of a dose's history."""

    id: UUID
    dose_id: UUID
    kind: str
    recorded_at: dt.datetime
    source: str
    facts: dict[str, Any]
    by_name: str
    by_role: str
    because: str
    evidence: str
    set_aside: tuple[str, ...]


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value
