"""Which desk answers for a case (9458/BYT-CNTT: the facility, else by what is known of the place)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from tiemchung.core.actor import Actor, Role
from tiemchung.core.verdict import YES, Verdict, refuse

NATION = UUID(int=1)  # the desk of the ministry, above every province


class DeskLevel(StrEnum):
    """The rungs of the ladder, lowest first."""

    FACILITY = "FACILITY"
    COMMUNE = "COMMUNE"
    DISTRICT = "DISTRICT"
    PROVINCE = "PROVINCE"
    NATION = "NATION"


LADDER = tuple(DeskLevel)
DESK_ROLES: dict[DeskLevel, frozenset[Role]] = {
    DeskLevel.FACILITY: frozenset({Role.FACILITY_LEAD}),
    DeskLevel.COMMUNE: frozenset({Role.COMMUNE_OFFICER}),
    DeskLevel.DISTRICT: frozenset({Role.DISTRICT_OFFICER}),
    DeskLevel.PROVINCE: frozenset({Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER}),
    DeskLevel.NATION: frozenset({Role.MINISTRY_OFFICER}),
}
LEVEL_OF_ROLE = {role: level for level, roles in DESK_ROLES.items() for role in roles}


@dataclass(frozen=True, slots=True)
class Desk:
    """One unit that answers: a facility, or the authority of an area (`unit_id` is the facility's or the area's)."""

    unit_id: UUID
    level: DeskLevel


THE_NATION = Desk(NATION, DeskLevel.NATION)


class RouteReason(StrEnum):
    """Why a case lies where it lies; shown to the citizen in words."""

    FACILITY_OF_DOSE = "FACILITY_OF_DOSE"
    SUCCESSOR = "SUCCESSOR"
    PLACE_KNOWN = "PLACE_KNOWN"
    RESIDENCE = "RESIDENCE"
    NOBODY_BELOW = "NOBODY_BELOW"
    ABOVE_FACILITY = "ABOVE_FACILITY"
    NOTHING_KNOWN = "NOTHING_KNOWN"
    PASSED_ON = "PASSED_ON"
    TWO_PLACES = "TWO_PLACES"  # the lowest authority of all the places that a report names
    REHOMED = "REHOMED"  # its desk has nobody today, was closed, succeeded or merged
    PART_DONE = "PART_DONE"  # another desk has answered for its part, this one answers for the rest


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the place, as units of today: the ladder from the facility or the smallest area upwards.

    `ladder` never holds the nation; `why` says where its first rung came from. `instead` answers where nobody sits on
    the whole ladder.
    """

    ladder: tuple[Desk, ...]
    why: RouteReason
    instead: "Known | None" = field(default=None, compare=False)

    def answering(self, desk: Desk) -> "Known":
        """Give the ladder that this desk was found on, the fuller one where it is on neither."""
        return self.instead if self.instead is not None and desk not in self.ladder else self

    @property
    def every_desk(self) -> tuple[Desk, ...]:
        """Give all desks that may answer."""
        return self.ladder if self.instead is None else tuple(dict.fromkeys((*self.ladder, *self.instead.ladder)))


@dataclass(frozen=True, slots=True)
class Route:
    """The desk, why, and all desks above it up to the nation: the way a late case climbs."""

    desk: Desk
    why: RouteReason
    above: tuple[Desk, ...]


def route(known: Known, staffed: Iterable[UUID]) -> Route:
    """Name the lowest desk of the ladder where somebody is posted; the ministry answers for what nobody holds."""
    manned = set(staffed)
    if known.instead is not None and manned.isdisjoint(desk.unit_id for desk in known.ladder):
        return route(known.instead, manned)
    rungs = [*known.ladder, THE_NATION]
    for place, desk in enumerate(rungs):
        if desk.unit_id in manned or desk == THE_NATION:
            skipped = place > 0 and bool(known.ladder)
            named = known.why is RouteReason.TWO_PLACES and desk != THE_NATION
            why = RouteReason.NOBODY_BELOW if skipped and not named else known.why
            return Route(desk, why, tuple(d for d in rungs[place + 1 :] if d.unit_id in manned or d == THE_NATION))
    raise AssertionError("the ladder ends with the nation")


def above_facilities(known: Known) -> Known:
    """Give the ladder without facilities: nobody judges what it is suspected of itself."""
    ladder = tuple(desk for desk in known.ladder if desk.level is not DeskLevel.FACILITY)
    instead = above_facilities(known.instead) if known.instead is not None else None
    return Known(ladder, RouteReason.ABOVE_FACILITY, instead)


def above_all(places: Sequence[Known]) -> Known:
    """Give the ladder that answers for all of these places at once: none of them can put right what lies in another.

    Where they are one, that one's own; where nobody but the ministry stands above all, or nobody sits there, the first
    one's own: the ministry corrects nothing, and the first desk answers for its part and passes on the rest.
    """
    first = places[0]
    shared = tuple(desk for desk in first.ladder if all(desk in place.ladder for place in places[1:]))
    if shared == first.ladder or not shared:
        return first
    return Known(shared, RouteReason.TWO_PLACES, instead=first)


def desk_of(by: Actor, area_today: UUID | None) -> Desk | None:
    """Give the desk at which this member of staff sits, None for who has none (`area_today` is the posting's area)."""
    level = LEVEL_OF_ROLE.get(by.role) if by.role else None
    if level is None:
        return None
    if level is DeskLevel.NATION:
        return THE_NATION
    unit = by.facility_id if level is DeskLevel.FACILITY else area_today
    return Desk(unit, level) if unit else None


def may_pass_to(holder: Desk, target: Desk, reachable: Sequence[Desk]) -> Verdict:
    """Say whether a case may be passed on: to a desk above, below or beside that exists, never to itself."""
    if target == holder:
        return refuse("CASE_SAME_DESK")
    return YES if target in reachable or target == THE_NATION else refuse("CASE_DESK_UNKNOWN")


def may_end_at(holder: Desk, way: Route) -> Verdict:
    """Say whether a case that was meant for an empty desk goes anywhere: not where the way up leads back to itself."""
    return refuse("CASE_DESK_UNMANNED") if way.desk == holder else YES
