"""The only questions that others may ask about places; places are public, so no actor is asked for."""

from tiemchung.places.reads.addresses import find_address
from tiemchung.places.reads.areas import (
    NoSuchPlace,
    area,
    area_by_code,
    areas_named,
    children_of,
    current_of,
    path_name,
    path_of,
    scope_of,
    successor_of,
    touching,
)
from tiemchung.places.reads.facilities import (
    answering_facility,
    facilities_by_id,
    facilities_in,
    facility,
    facility_by_code,
    facility_names,
    point,
    points_at,
    points_by_id,
    points_of,
)
from tiemchung.places.reads.search import places_search
from tiemchung.places.reads.tree import forget_tree
from tiemchung.places.reads.values import (
    AddressGuess,
    AreaView,
    FacilityView,
    FoundPlace,
    PointView,
    Stay,
    Successor,
)

__all__ = [
    "AddressGuess",
    "AreaView",
    "FacilityView",
    "FoundPlace",
    "NoSuchPlace",
    "PointView",
    "Stay",
    "Successor",
    "answering_facility",
    "area",
    "area_by_code",
    "areas_named",
    "children_of",
    "current_of",
    "facilities_by_id",
    "facilities_in",
    "facility",
    "facility_by_code",
    "facility_names",
    "find_address",
    "forget_tree",
    "path_name",
    "path_of",
    "places_search",
    "point",
    "points_at",
    "points_by_id",
    "points_of",
    "scope_of",
    "successor_of",
    "touching",
]
