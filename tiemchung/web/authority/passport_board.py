"""Passports by unit: what waits where, how long, and why; from the country down to one facility, each count a list."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from tiemchung.certificates.reads import UnitCounts, unit_counts
from tiemchung.certificates.rules import NO_WORK, TO_ISSUE, TO_MEND, TO_SIGN
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role
from tiemchung.places import reads as places
from tiemchung.places.reads import AreaView, FacilityView, NoSuchPlace
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.passport_people import HELD, LACKING, SIGNED, heading_of
from tiemchung.web.shared.register_away import register_away
from tiemchung.web.shared.staff_page import BOARD_ROLES, actor_of, staff_page
from tiemchung.web.shared.words import say

# The words of each column's head.
COLUMNS = {LACKING: "gaps", TO_SIGN: "to_sign", SIGNED: "signed", TO_ISSUE: "to_issue", HELD: "issued"}


@dataclass(slots=True)
class Line:
    """One line of the board: an area with all that lies under it (`key`), a facility, or what no facility has.

    `people` gives the address of a count's list, `units` whose counts these are.
    """

    name: str
    key: UUID | None = None
    href: str | None = None
    people: Callable[[str], str] | None = None
    counts: UnitCounts = field(default_factory=UnitCounts)
    units: list[UUID] = field(default_factory=list)


@open_to_staff(*BOARD_ROLES)
@require_GET
def board(request: HttpRequest, area_id: UUID | None = None) -> HttpResponse:
    """Show the units right under the reader's area, or under one that lies in it."""
    by, at, today = actor_of(request), clock.now(), clock.today()
    here = area_of_board(by, area_id, today)
    lines = lines_of_board(here, today, asked=area_id)
    total = Line(say("passports.board.total"), people=_people(area_id))
    for line in lines:
        total.counts.add(line.counts)
    counts = total.counts
    return staff_page(
        request,
        "authority/passport_board.html",
        title=say("passports.board.of", name=here.full_name if here else say("passports.board.country")),
        lines=[_told(line) for line in lines],
        total=_told(total),
        gaps=[_tile(lack, counts.number(lack), area_id) for lack in TO_MEND if counts.number(lack)],
        no_work=[_tile(lack, counts.number(lack), area_id) for lack in NO_WORK if counts.number(lack)],
        away=register_away(at),
        certificates=[
            _tile(HELD, counts.issued, area_id),
            *(_tile(state, counts.standing.get(state, 0), area_id) for state in ("EXPIRING", "REVOKED")),
        ],
        above=_above(by, here),
        signs=by.role is Role.MINISTRY_OFFICER,
    )


def area_of_board(by: Actor, area_id: UUID | None, today: dt.date) -> AreaView | None:
    """Give the area of the board, None for the country; what the reader may not see does not exist."""
    if area_id is None:
        if by.role is Role.MINISTRY_OFFICER:
            return None
        own = places.current_of(by.area_id, today) if by.area_id else None
        return own or (places.area(by.area_id) if by.area_id else _nowhere())
    if by.role is not Role.MINISTRY_OFFICER and area_id not in by.area_ids:
        raise Http404
    try:
        return places.area(area_id)
    except NoSuchPlace:
        raise Http404 from None


def _nowhere() -> AreaView:
    raise Http404


def lines_of_board(here: AreaView | None, today: dt.date, *, asked: UUID | None) -> list[Line]:
    """Give the lines of the units right under an area, or of the provinces, with their counts.

    `asked` is the area as the address names it, for the addresses of the lists.
    """
    children = places.children_of(here.id if here else None, today)
    scope = places.scope_of([here.id]) if here else None
    facilities = _facilities(scope, today)
    counts = unit_counts(None if scope is None else [*facilities, *scope])
    lines = {
        area.id: Line(
            area.full_name, area.id, reverse("authority:passports_of", args=[area.id]), people=_people(area.id)
        )
        for area in children
    }
    loose: dict[UUID, Line] = {}
    for unit_id, theirs in counts.items():
        line = _line_of(unit_id, here, asked, lines, facilities, loose, today)
        if line is not None:
            line.counts.add(theirs)
            line.units.append(unit_id)
    shown = [line for line in lines.values() if _says_something(line)]
    return shown + sorted(loose.values(), key=lambda line: line.name)


def _line_of(
    unit_id: UUID,
    here: AreaView | None,
    asked: UUID | None,
    lines: Mapping[UUID, Line],
    facilities: Mapping[UUID, FacilityView],
    loose: dict[UUID, Line],
    today: dt.date,
) -> Line | None:
    """Give the line that a unit counts in: the area under which it lies, else a line of its own."""
    facility = facilities.get(unit_id)
    lies_in = _area_of(facility, today) if facility else unit_id
    for area_id in _upward(lies_in, today):
        if area_id in lines:
            return lines[area_id]
    if facility is not None:
        return loose.setdefault(unit_id, Line(facility.name, unit_id, people=_people(asked, unit_id)))
    # The area itself: people whose dose has no known place.
    known = here is not None and lies_in is not None
    if not known or here is None:
        return None
    name = say("passports.board.no_facility")
    return loose.setdefault(here.id, Line(name, here.id, people=_people(asked, here.id)))


def _facilities(scope: frozenset[UUID] | None, today: dt.date) -> dict[UUID, FacilityView]:
    if scope is None:
        every = frozenset(area.id for area in places.children_of(None, today))
        scope = places.scope_of(every)
    return {found.id: found for found in places.facilities_in(scope, today)}


def _area_of(facility: FacilityView, today: dt.date) -> UUID | None:
    stay = facility.stay_on(today)
    return stay.area_id if stay else None


def _upward(area_id: UUID | None, today: dt.date) -> list[UUID]:
    """Give the area of today that holds this one's land, and everything above it."""
    if area_id is None:
        return []
    try:
        now = places.current_of(area_id, today)
        return [step.id for step in places.path_of(now.id if now else area_id)]
    except NoSuchPlace:
        return []


def _says_something(line: Line) -> bool:
    return bool(line.counts.waiting or line.counts.standing)


def _people(area_id: UUID | None, unit_id: UUID | None = None) -> Callable[[str], str]:
    """Give what gives the addresses of the lists behind the counts of an area's board, of one unit of it if said."""

    def address(count: str) -> str:
        name, args = ("passport_people_of", [area_id, count]) if area_id else ("passport_people", [count])
        return reverse(f"authority:{name}", args=args) + (f"?don-vi={unit_id}" if unit_id else "")

    return address


def _tile(count: str, number: int, area_id: UUID | None) -> dict[str, Any]:
    return {"number": number, "label": heading_of(count), "href": _people(area_id)(count) if number else None}


def _told(line: Line) -> dict[str, Any]:
    counts, people = line.counts, line.people
    numbers = {
        LACKING: (counts.gaps, counts.oldest(*TO_MEND)),
        TO_SIGN: (counts.number(TO_SIGN), counts.oldest(TO_SIGN)),
        SIGNED: (counts.signed, None),
        TO_ISSUE: (counts.number(TO_ISSUE), counts.oldest(TO_ISSUE)),
        HELD: (counts.issued, None),
    }
    return {
        "name": line.name,
        "href": line.href,
        "cells": [
            {
                "number": number,
                "href": people(count) if number and people else None,
                "count": count,
                "label": say(f"passports.board.{COLUMNS[count]}"),
                "oldest": clock.local(oldest).date() if oldest else None,
            }
            for count, (number, oldest) in numbers.items()
        ],
    }


def _above(by: Actor, here: AreaView | None) -> dict[str, str] | None:
    if here is None:
        return None
    if here.parent_id is not None and (by.role is Role.MINISTRY_OFFICER or here.parent_id in by.area_ids):
        parent = places.area(here.parent_id)
        return {"href": reverse("authority:passports_of", args=[parent.id]), "name": parent.full_name}
    if here.parent_id is None and by.role is Role.MINISTRY_OFFICER:
        return {"href": reverse("authority:passports"), "name": say("passports.board.country")}
    return None
