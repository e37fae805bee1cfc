"""What the domain hands out: frozen values, never rows."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.places.rules import AreaKind, FacilityKind, Level, Period, SuccessorState


@dataclass(frozen=True, slots=True)
class AreaView:
    """One administrative area in one period of its life."""

    id: UUID
    code: str
    level: Level
    kind: AreaKind
    name: str
    full_name: str
    parent_id: UUID | None
    period: Period
    legal_act: str
    search_key: str
    name_sort: str


@dataclass(frozen=True, slots=True)
class Successor:
    """What an area's land is on another day: `exact` is one area, `ambiguous` several, `none` not known."""

    state: SuccessorState
    areas: tuple[AreaView, ...]


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a facility or a point stood, and when."""

    area_id: UUID
    address: str
    period: Period


@dataclass(frozen=True, slots=True)
class FacilityView:
    """A facility with all its stays, oldest first."""

    id: UUID
    code: str
    name: str
    kind: FacilityKind
    level: Level
    period: Period
    stays: tuple[Stay, ...]

    def stay_on(self, day: dt.date) -> Stay | None:
        """Give where it stood that day, or None."""
        return next((stay for stay in self.stays if stay.period.holds(day)), None)


@dataclass(frozen=True, slots=True)
class PointView:
    """A vaccination point with all its stands, oldest first."""

    id: UUID
    facility_id: UUID
    name: str
    mobile: bool
    period: Period
    stays: tuple[Stay, ...]

    def stay_on(self, day: dt.date) -> Stay | None:
        """Give where it stood that day, or None."""
        return next((stay for stay in self.stays if stay.period.holds(day)), None)


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """One line of a search's answer; `stays` are those that fit the asked day and area, oldest first."""

    id: UUID
    is_point: bool
    facility_id: UUID
    name: str
    mobile: bool
    stays: tuple[Stay, ...]


@dataclass(frozen=True, slots=True)
class AddressGuess:
    """The smallest areas that a free address names; `rest` is what stands before them (street, hamlet).

    `exact` has one area, `ambiguous` several; `level` says how deep the reading went, since an address whose
    commune is not known under its district still names the district.
    """

    state: SuccessorState
    areas: tuple[AreaView, ...]
    level: Level | None
    rest: str
