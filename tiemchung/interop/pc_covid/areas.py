"""The area that a partner tells of a place of no list: by code or by name, of today or of the day of the dose."""

import datetime as dt
from uuid import UUID

from tiemchung.interop.pc_covid.proposal import BadProposal, ProposedDose
from tiemchung.places import reads as places
from tiemchung.places.reads import AreaView
from tiemchung.places.rules import Level

MOST_CHOICES = 12
_ALL = 1000  # more communes than ever bore one name; fewer would be cut before the province is looked at


def area_meant(dose: ProposedDose, today: dt.date) -> UUID | None:
    """Give the area of today that a dose tells of its place: the commune, else the province; None where it tells none.

    An area that went into another since the dose is found under the name and code of that day. Raises BadProposal
    with AREA_UNKNOWN, or AREA_MANY where a name fits several (`choices`), each with its `field`.
    """
    province = _meant("province", dose.province, dose, today, None) if dose.province else None
    commune = _meant("commune", dose.commune, dose, today, province) if dose.commune else None
    return commune.id if commune else province.id if province else None


def _meant(part: str, words: str, dose: ProposedDose, today: dt.date, within: AreaView | None) -> AreaView:
    """Give the one area of today that the words name."""
    level, found = Level(part), _fitting(words, Level(part), today, within)
    if not found and dose.given_on is not None:
        then = (places.current_of(one.id, today) for one in _fitting(words, level, dose.given_on, None))
        found = tuple(dict.fromkeys(now for now in then if now is not None and _lies_in(now, within)))
    if not found:
        raise BadProposal("AREA_UNKNOWN", field=f"area.{part}")
    if len(found) > 1:
        choices = [{"code": one.code, "name": places.path_name(one.id)} for one in found[:MOST_CHOICES]]
        raise BadProposal("AREA_MANY", field=f"area.{part}", choices=choices)
    return found[0]


def _fitting(words: str, level: Level, on: dt.date, within: AreaView | None) -> tuple[AreaView, ...]:
    """Give the areas of that day with this code, else of exactly this name, else those whose names begin so."""
    coded = places.area_by_code(words, level, on)
    if coded is not None:
        return (coded,) if _lies_in(coded, within) else ()
    found = places.areas_named(words, on=on, level=level, within=within.id if within else None, limit=_ALL)
    exact = tuple(one for one in found if words.casefold() in {one.name.casefold(), one.full_name.casefold()})
    return exact or found


def _lies_in(area: AreaView, within: AreaView | None) -> bool:
    return within is None or any(step.id == within.id for step in places.path_of(area.id))
