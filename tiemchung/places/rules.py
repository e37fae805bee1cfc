"""What an area became, when two periods meet, and which territory belongs to a scope; plain values only."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID, uuid5

from tiemchung.core.actor import Actor, Role
from tiemchung.core.verdict import YES, Verdict, refuse

# Areas of one key get the same id on every machine, so that frozen files and foreign rows agree.
_NAMESPACE = UUID("6f0a5d0e-7a35-5b0c-9a1c-2f6f8f3f5a11")


class Level(StrEnum):
    """The three levels of the tree; there is no district from 1 July 2025 on."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class AreaKind(StrEnum):
    """What an area calls itself; the values are the official words."""

    TINH = "tỉnh"
    THANH_PHO = "thành phố"
    QUAN = "quận"
    HUYEN = "huyện"
    THI_XA = "thị xã"
    XA = "xã"
    PHUONG = "phường"
    THI_TRAN = "thị trấn"
    DAC_KHU = "đặc khu"


class ChangeKind(StrEnum):
    """Why one row of the tree ended and another began."""

    MERGE = "merge"
    SPLIT = "split"
    RENAME = "rename"
    RETYPE = "retype"
    REPARENT = "reparent"
    ABOLISH = "abolish"


class FacilityKind(StrEnum):
    """The kinds of facility that give vaccines."""

    COMMUNE_STATION = "commune_station"
    DISTRICT_CENTRE = "district_centre"
    AREA_CENTRE = "area_centre"
    PROVINCE_CDC = "province_cdc"
    HOSPITAL = "hospital"
    INSTITUTE = "institute"
    CLINIC = "clinic"
    CAMPAIGN_SITE = "campaign_site"


# What the kinds are called, Vietnamese and English, as the ministry's papers and the glossary have them.
FACILITY_KIND_WORDS: Mapping[FacilityKind, tuple[str, str]] = {
    FacilityKind.COMMUNE_STATION: ("Trạm Y tế xã, phường, thị trấn", "Commune health station"),
    FacilityKind.DISTRICT_CENTRE: ("Trung tâm Y tế huyện", "District health centre"),
    FacilityKind.AREA_CENTRE: ("Trung tâm Y tế khu vực", "Area health centre"),
    FacilityKind.PROVINCE_CDC: ("Trung tâm Kiểm soát bệnh tật tỉnh", "Provincial centre for disease control"),
    FacilityKind.HOSPITAL: ("Bệnh viện", "Hospital"),
    FacilityKind.INSTITUTE: ("Viện Vệ sinh dịch tễ, Viện Pasteur", "Institute of epidemiology, Pasteur institute"),
    FacilityKind.CLINIC: ("Phòng tiêm chủng dịch vụ", "Private vaccination clinic"),
    FacilityKind.CAMPAIGN_SITE: ("Điểm tiêm chiến dịch", "Campaign vaccination site"),
}
AREA_KIND_ENGLISH: Mapping[AreaKind, str] = {
    AreaKind.TINH: "province",
    AreaKind.THANH_PHO: "city",
    AreaKind.QUAN: "urban district",
    AreaKind.HUYEN: "district",
    AreaKind.THI_XA: "town",
    AreaKind.XA: "commune",
    AreaKind.PHUONG: "ward",
    AreaKind.THI_TRAN: "township",
    AreaKind.DAC_KHU: "special zone",
}


class SuccessorState(StrEnum):
    """How sure it is what an area of the past is on another day."""

    EXACT = "exact"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `start` on, up to but without `end`; no end means still going on."""

    start: dt.date
    end: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Tell whether the day lies inside."""
        return self.start <= day and (self.end is None or day < self.end)

    def meets(self, other: "Period") -> bool:
        """Tell whether the two share a day."""
        return (self.end is None or other.start < self.end) and (other.end is None or self.start < other.end)

    def covers(self, other: "Period") -> bool:
        """Tell whether every day of `other` is a day of this period."""
        return self.start <= other.start and (self.end is None or (other.end is not None and other.end <= self.end))


@dataclass(frozen=True, slots=True)
class Edge:
    """One area's land, whole or in part, became another's; `onto` None means that nothing is known."""

    source: UUID
    onto: UUID | None
    on: dt.date
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything that the questions below need: periods, parents and change edges by id."""

    periods: Mapping[UUID, Period]
    parents: Mapping[UUID, UUID | None]
    forward: Mapping[UUID, tuple[Edge, ...]] = field(default_factory=dict)
    backward: Mapping[UUID, tuple[Edge, ...]] = field(default_factory=dict)
    children: Mapping[UUID, tuple[UUID, ...]] = field(default_factory=dict)


def area_id_of(scheme: str, code: str, level: str, valid_from: dt.date) -> UUID:
    """Give the id that this area row has on every machine."""
    return uuid5(_NAMESPACE, f"{scheme}/{level}/{code}/{valid_from.isoformat()}")


def build_graph(periods: Mapping[UUID, Period], parents: Mapping[UUID, UUID | None], edges: Iterable[Edge]) -> Graph:
    """Give the graph with its edges and children indexed both ways."""
    forward, backward, children = defaultdict(list), defaultdict(list), defaultdict(list)
    for edge in edges:
        forward[edge.source].append(edge)
        if edge.onto is not None:
            backward[edge.onto].append(edge)
    for child, parent in parents.items():
        if parent is not None:
            children[parent].append(child)
    return Graph(
        periods,
        parents,
        {k: tuple(v) for k, v in forward.items()},
        {k: tuple(v) for k, v in backward.items()},
        {k: tuple(v) for k, v in children.items()},
    )


def successors_on(graph: Graph, area: UUID, on: dt.date) -> tuple[SuccessorState, frozenset[UUID]]:
    """Give what the area's land is on that day: one area (exact), several (ambiguous) or unknown (none).

    Days before the area's own lead backwards along the same edges. An area abolished with its whole level
    (a district of before July 2025) is what its communes have become.
    """
    found = _walk(graph, area, on, frozenset())
    if not found:
        return SuccessorState.NONE, frozenset()
    return (SuccessorState.EXACT if len(found) == 1 else SuccessorState.AMBIGUOUS), found


def _walk(graph: Graph, area: UUID, on: dt.date, seen: frozenset[UUID]) -> frozenset[UUID]:
    if graph.periods[area].holds(on):
        return frozenset({area})
    if area in seen:
        return frozenset()
    steps = _steps(graph, area, on)
    below = seen | {area}
    return frozenset().union(*(_walk(graph, step, on, below) for step in steps)) if steps else frozenset()


def _steps(graph: Graph, area: UUID, on: dt.date) -> tuple[UUID, ...]:
    """Give where the land went when the row ended, or came from when it began; else the children's ways."""
    period = graph.periods[area]
    if on >= period.start:
        onto = [edge.onto for edge in graph.forward.get(area, ()) if edge.on == period.end]
    else:
        onto = [edge.source for edge in graph.backward.get(area, ()) if edge.on == period.start]
    known = tuple(step for step in onto if step is not None)
    return known if onto else graph.children.get(area, ())


def contained_in(graph: Graph, roots: Iterable[UUID]) -> frozenset[UUID]:
    """Give every area, of any day, whose land lies wholly inside the roots' land.

    Deny by default: an old commune that was divided over the scope's border is outside, since part of it
    belongs to somebody else. Areas that lie inside: the roots and what is under them; what was made only of
    such areas; what became only such areas; and a parent all of whose children are such.
    """
    inside = {root for root in roots if root in graph.periods}
    frontier = list(inside)
    while frontier:
        fresh = {c for area in frontier for c in graph.children.get(area, ())} - inside
        inside |= fresh
        frontier = list(fresh | _made_only_of(graph, frontier, inside))
        inside |= set(frontier)
    return frozenset(inside)


def _made_only_of(graph: Graph, frontier: Iterable[UUID], inside: set[UUID]) -> set[UUID]:
    fresh: set[UUID] = set()
    for area in frontier:
        for edge in graph.forward.get(area, ()):
            if edge.onto and edge.onto not in inside and _born_inside(graph, edge.onto, inside):
                fresh.add(edge.onto)
        for edge in graph.backward.get(area, ()):
            if edge.source not in inside and _ended_inside(graph, edge.source, inside):
                fresh.add(edge.source)
        parent = graph.parents.get(area)
        if parent and parent not in inside and inside.issuperset(graph.children[parent]):
            fresh.add(parent)
    return fresh


def _born_inside(graph: Graph, area: UUID, inside: set[UUID]) -> bool:
    """Tell whether the area began with these edges and all its land came from inside."""
    start, edges = graph.periods[area].start, graph.backward.get(area, ())
    return bool(edges) and all(edge.on == start and edge.source in inside for edge in edges)


def _ended_inside(graph: Graph, area: UUID, inside: set[UUID]) -> bool:
    """Tell whether the area ended with these edges and all its land went inside; unknown land did not."""
    end, edges = graph.periods[area].end, graph.forward.get(area, ())
    return bool(edges) and all(edge.on == end and edge.onto in inside for edge in edges)


def touching(graph: Graph, roots: Iterable[UUID]) -> frozenset[UUID]:
    """Give every area, of any day, that shares land with the roots; for finding things, never for rights."""
    inside = contained_in(graph, roots)
    return _reach(graph.forward, inside) | _reach(graph.backward, inside)


def _reach(edges: Mapping[UUID, tuple[Edge, ...]], start: Iterable[UUID]) -> frozenset[UUID]:
    reached = set(start)
    frontier = list(reached)
    while frontier:
        area = frontier.pop()
        ends = {e.onto if e.source == area else e.source for e in edges.get(area, ())}
        fresh = {end for end in ends if end is not None} - reached
        reached |= fresh
        frontier.extend(fresh)
    return frozenset(reached)


def may_follow(earlier: Iterable[Period], new: Period) -> Verdict:
    """Refuse a stay that shares a day with another one: nothing stands in two places at once."""
    if any(period.meets(new) for period in earlier):
        return refuse("STAY_OVERLAPS", valid_from=new.start, valid_to=new.end)
    return YES


def may_lie(within: Period, stay: Period) -> Verdict:
    """Refuse a stay on a day when its area, or the facility that holds it, does not exist."""
    if stay.end is not None and stay.end <= stay.start:
        return refuse("PERIOD_EMPTY", valid_from=stay.start, valid_to=stay.end)
    if not within.holds(stay.start):
        return refuse("STAY_OUTSIDE_PERIOD", valid_from=stay.start, valid_to=stay.end)
    return YES


def may_close(period: Period, on: dt.date) -> Verdict:
    """Refuse closing on or before the first day, and closing what is closed."""
    if period.end is not None:
        return refuse("FACILITY_CLOSED", valid_to=period.end)
    if on <= period.start:
        return refuse("PERIOD_EMPTY", valid_from=period.start, valid_to=on)
    return YES


def may_stay_open(period: Period) -> Verdict:
    """Refuse a change to what is closed."""
    return YES if period.end is None else refuse("FACILITY_CLOSED", valid_to=period.end)


def may_name(name: str) -> Verdict:
    """Refuse a name without a letter."""
    return YES if any(c.isalpha() for c in name) else refuse("NAME_EMPTY")


def ended_by(earlier: Period, later: Period) -> Period:
    """Give the earlier stay as the later one leaves it: one without an end stops where the next begins."""
    if earlier.end is None and earlier.start < later.start:
        return Period(earlier.start, later.start)
    return earlier


def may_name_code(code: str) -> Verdict:
    """Refuse a facility code that is not 5 to 20 letters and digits."""
    if 5 <= len(code) <= 20 and code.isascii() and code.replace("-", "").isalnum():
        return YES
    return refuse("FACILITY_CODE_SHAPE", shortest=5, longest=20)


_MANAGERS = frozenset({Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER, Role.ADMIN})
_POINT_MANAGERS = _MANAGERS | {Role.DISTRICT_OFFICER, Role.COMMUNE_OFFICER}


def may_manage_facility(by: Actor, area_id: UUID) -> Verdict:
    """Refuse who may not open, move or close facilities here: officers of province and ministry may."""
    if by.everywhere or (by.role in _MANAGERS and area_id in by.area_ids):
        return YES
    return refuse("PLACE_NOT_YOURS")


def may_manage_point(by: Actor, area_id: UUID, facility_id: UUID) -> Verdict:
    """Refuse who may not place a point there: officers of the area, and the lead of its facility, may."""
    own = by.role is Role.FACILITY_LEAD and by.facility_id == facility_id
    if own or by.everywhere or (by.role in _POINT_MANAGERS and area_id in by.area_ids):
        return YES
    return refuse("PLACE_NOT_YOURS")
