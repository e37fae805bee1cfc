"""Everything on record around the doses of whole days, put together for the rules: a few statements, however many."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.reads.notices import disowned_among
from tiemchung.cases.rules.ghost_signals import Trace
from tiemchung.cases.rules.ghosts import NOWHERE
from tiemchung.core.keyed import keyed_statements
from tiemchung.doses.tracing import DoseTrace, traces_at
from tiemchung.people.reads.traces import PersonTrace, person_traces
from tiemchung.places import reads as places
from tiemchung.places.reads import FacilityView, PointView
from tiemchung.stock.reads import first_days
from tiemchung.vaccines.rules.giving import STOPS_THE_DESK
from tiemchung.visits.tracing import SeenDays, seen_days

FacilityDay = tuple[UUID, dt.date]
# Only a vaccinator's last choice of the day is kept; a lot that ran out at noon shows in the doses of the morning.
_LOT_IN_USE_FROM = 3


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One dose with all that is on record around it."""

    dose: DoseTrace
    trace: Trace

    @property
    def facility_id(self) -> UUID:
        """Give where it was given; zero where the place is in no list."""
        return self.dose.facility_id or NOWHERE


@dataclass(frozen=True, slots=True)
class _Around:
    seen: SeenDays
    people: Mapping[UUID, PersonTrace]
    facilities: Mapping[UUID, FacilityView]
    points: Mapping[UUID, PointView]
    disowned: frozenset[UUID]
    lots: frozenset[tuple[UUID | None, dt.date, UUID | None]]
    stock: Mapping[UUID, Mapping[UUID, dt.date]]


def looked_at(days: Iterable[FacilityDay]) -> list[LookedAt]:
    """Give the doses that count of these facilities' days, NOWHERE being no listed place; unscoped, for the rules."""
    with keyed_statements():
        return _looked_at(set(days))


def _looked_at(asked: set[FacilityDay]) -> list[LookedAt]:
    doses = traces_at((None if facility == NOWHERE else facility, day) for facility, day in asked)
    seen = seen_days((d for d in asked if d[0] != NOWHERE), {d.vaccinator_id for d in doses if d.vaccinator_id})
    around = _Around(
        seen=seen,
        people=person_traces(dose.profile_id for dose in doses),
        facilities=places.facilities_by_id({dose.facility_id for dose in doses if dose.facility_id}),
        points=places.points_by_id({dose.point_id for dose in doses if dose.point_id}),
        disowned=disowned_among(dose.dose_id for dose in doses),
        lots=_lots_in_use(doses, seen),
        stock=first_days({dose.facility_id for dose in doses if dose.facility_id}),
    )
    return [LookedAt(dose, _trace(dose, around)) for dose in doses]


def _lots_in_use(doses: Iterable[DoseTrace], seen: SeenDays) -> frozenset[tuple[UUID | None, dt.date, UUID | None]]:
    """Give the lots of each facility's day: those chosen last, and those with which some people were seen before."""
    given = Counter((d.facility_id, d.given_on, d.lot_id) for d in doses if d.dose_id in seen.watched)
    return seen.lots | {lot for lot, number in given.items() if number >= _LOT_IN_USE_FROM}


def _trace(dose: DoseTrace, around: _Around) -> Trace:
    facility, day, seen = dose.facility_id, dose.given_on, around.seen
    here = (facility, day) if facility else None
    person = around.people.get(dose.profile_id)
    chosen = here is not None and here in seen.chosen_days
    return Trace(
        dose_id=dose.dose_id,
        given_on=day,
        recorded_at=dose.recorded_at,
        source=dose.source,
        recorder=dose.recorded_by,
        evidenced=dose.evidenced,
        overridden=dose.overridden,
        rules_broken=not STOPS_THE_DESK.isdisjoint(dose.set_aside),
        lot_known=dose.lot_id is not None,
        facility_open=_open_on(around.facilities.get(facility) if facility else None, day),
        point_standing=_stands_on(around.points.get(dose.point_id) if dose.point_id else None, day),
        visit_seen=dose.dose_id in seen.watched,
        visit_watched=seen.watched.get(dose.dose_id, False),
        visits_there=here in seen.open_days,
        lot_chosen=(facility, day, dose.lot_id) in around.lots if chosen else None,
        lot_held=_held(around.stock.get(facility, {}) if facility else {}, dose),
        on_duty=(facility, day, dose.vaccinator_id) in seen.vaccinators if chosen and dose.vaccinator_id else None,
        died_on=person.died_on if person else None,
        born_on=person.born_on if person else None,
        registered_at=person.registered_at if person else None,
        tail=person.tail if person else "",
        phone_crowd=person.crowd if person else 0,
        reachable=person.reachable if person else True,
        disowned=dose.dose_id in around.disowned,
    )


def _held(stock: Mapping[UUID, dt.date], dose: DoseTrace) -> bool | None:
    """Say whether the facility ever had the lot by that day; None of the days before it kept any stock here."""
    if dose.lot_id is None or not any(first_on <= dose.given_on for first_on in stock.values()):
        return None
    return stock.get(dose.lot_id, dt.date.max) <= dose.given_on


def _open_on(facility: FacilityView | None, day: dt.date) -> bool | None:
    return facility.period.holds(day) if facility else None


def _stands_on(point: PointView | None, day: dt.date) -> bool | None:
    return point.period.holds(day) and point.stay_on(day) is not None if point else None
