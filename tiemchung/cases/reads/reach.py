"""What a desk may be offered to do at which place: areas are asked for only where they decide, once a minute each."""

from uuid import UUID

from tiemchung.access.reads import facility_scope
from tiemchung.core.actor import Actor
from tiemchung.core.kept import Kept
from tiemchung.doses import reads as doses
from tiemchung.doses.rules import AREA_CORRECTORS, DosePlace
from tiemchung.doses.values import DoseFacts

# What is done is judged anew by its action: a minute's delay shows an offer that is refused, and spares two statements.
_scopes: Kept[UUID, frozenset[UUID]] = Kept(60.0, most=20_000)


def place_offered(by: Actor, facts: DoseFacts, home: UUID | None = None) -> DosePlace:
    """Give what decides whether this actor is offered to record or correct a dose; `home` is where its person lives.

    For what is shown alone. Whoever corrects in no area needs none; that of a facility is as within the last minute.
    """
    facility_id = facts.facility_id
    if facility_id is None or facility_id == by.facility_id:
        return doses.place_of(by, facts, home)
    areas: frozenset[UUID] = frozenset()
    if by.role in AREA_CORRECTORS:
        areas = _scopes.of(facility_id, lambda: facility_scope(facility_id))
    return DosePlace(facility_id, areas, facts.vaccinator_id)
