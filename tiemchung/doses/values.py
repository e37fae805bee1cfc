"""What a dose is, as it is handed in and out of this domain."""

import datetime as dt
from collections.abc import Callable, Mapping
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

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "DoseFacts":
        """Give the facts that `as_json` gave."""
        return cls(**cls.typed(values))

    @staticmethod
    def plain(changes: Mapping[str, Any]) -> dict[str, Any]:
        """Give some of the facts as plain values."""
        return {name: _plain(value) for name, value in changes.items()}

    @staticmethod
    def typed(changes: Mapping[str, Any]) -> dict[str, Any]:
        """Give some of the facts from their plain values; raise KeyError for a name that no dose has."""
        return {name: _TYPES[name](value) if value is not None else None for name, value in changes.items()}

    def amended(self, changes: Mapping[str, Any]) -> "DoseFacts":
        """Give the facts with the named ones changed; raise TypeError for a name that no dose has."""
        return replace(self, **changes)


_TYPES: dict[str, Callable[[str], Any]] = {
    "product": str,
    "given_on": dt.date.fromisoformat,
    "lot_id": UUID,
    "lot_number": str,
    "component": str,
    "given_at": dt.datetime.fromisoformat,
    "facility_id": UUID,
    "point_id": UUID,
    "place_name": str,
    "vaccinator_id": UUID,
}


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
    by_kind: str
    by_facility_id: UUID | None = None


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value
