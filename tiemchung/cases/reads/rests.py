"""Where the rest of a report goes when one desk has answered its own part."""

import datetime as dt
from uuid import UUID

from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.proposing import Rest
from tiemchung.cases.reads.desks import ladder_of_area, ladder_of_facility, routed
from tiemchung.cases.reads.reach import place_offered
from tiemchung.cases.rules import Desk, Known, Part, PartKind, RouteReason
from tiemchung.cases.values import CaseFile
from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.doses import rules as dose_rules
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts

_LEAVES_A_DOSE = frozenset({SolutionKind.RECORD, SolutionKind.VERIFY, SolutionKind.AMEND})


def rest_of(at: dt.datetime, file: CaseFile, home: UUID | None) -> Rest:
    """Give what is known of the other desks of a case; `home` is the area in which its person lives, if known.

    One statement for each place that is asked for, where the ladders are at hand.
    """
    today = local(at).date()
    refused = {part.unit_id for part in file.parts if part.kind is PartKind.REFUSED}
    done = {part.unit_id for part in done_by_others(file)}

    def known(place: UUID | None) -> Known | None:
        if place is not None:
            return ladder_of_facility(place, today)
        return Known(ladder_of_area(home, today), RouteReason.RESIDENCE) if home is not None else None

    def desk_at(place: UUID | None) -> Desk | None:
        ladder = known(place)
        desk = routed(ladder, today).desk if ladder is not None else None
        return None if desk == file.desk else desk

    def was_answered(place: UUID | None, by: set[UUID | None]) -> bool:
        ladder = known(place) if by else None
        return ladder is not None and any(desk.unit_id in by for desk in ladder.ladder)

    return Rest(desk_at, lambda place: was_answered(place, refused), lambda place: was_answered(place, done))


def done_by_others(file: CaseFile) -> tuple[Part, ...]:
    """Give the parts that other desks did; what the desk that has the case did itself it judges anew."""
    return tuple(part for part in file.parts if part.kind is PartKind.DONE and part.unit_id != file.desk.unit_id)


def done_doses(file: CaseFile) -> frozenset[UUID]:
    """Give the doses that other desks put on record, verified or corrected in their parts."""
    moments = {part.at for part in done_by_others(file)}
    found = (e.object_id for e in file.effects if e.at in moments and e.solution in _LEAVES_A_DOSE)
    return frozenset(dose_id for dose_id in found if dose_id is not None)


def rest_desks(by: Actor, at: dt.datetime, file: CaseFile) -> tuple[Desk, ...]:
    """Give the desks of those places that a report tells of beside this desk's own, and that have not answered yet.

    None where this desk may put right what lies at all of them. No statement for a report of one place.
    """
    told = list(dict.fromkeys(dose.facility_id for dose in file.claim.doses if dose.facility_id is not None))
    if len(told) < 2:
        return ()
    today, answered = local(at).date(), {part.unit_id for part in file.parts}
    found = []
    for facility in told:
        if _may_record(by, facility, today):
            continue
        ladder = ladder_of_facility(facility, today)
        if not any(desk.unit_id in answered for desk in ladder.ladder):
            found.append(routed(ladder, today).desk)
    return tuple(desk for desk in dict.fromkeys(found) if desk != file.desk)


def _may_record(by: Actor, facility: UUID, today: dt.date) -> bool:
    place = place_offered(by, DoseFacts(product="", given_on=today, facility_id=facility))
    return dose_rules.may_record(by, place, DoseSource.CASE).allowed
