"""The only verbs that write places."""

from tiemchung.places.actions.facilities import close_facility, move_facility, open_facility, succeed_facility
from tiemchung.places.actions.loading import load_areas
from tiemchung.places.actions.points import close_point, open_point, stand_point

__all__ = [
    "close_facility",
    "close_point",
    "load_areas",
    "move_facility",
    "open_facility",
    "open_point",
    "stand_point",
    "succeed_facility",
]
