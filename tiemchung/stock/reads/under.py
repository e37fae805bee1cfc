"""What an authority sees of the facilities under its area: deliveries, what they say alone, and lots used too often."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.statements import ask
from tiemchung.places import reads as places
from tiemchung.places.reads import FacilityView
from tiemchung.stock.models import Issue, StockMove
from tiemchung.stock.reads.deliveries import MOST_SHOWN, IssueView, views_of
from tiemchung.stock.rules import ISSUERS, IssueState, MoveKind, may_issue
from tiemchung.vaccines import reads as vaccines
from tiemchung.vaccines.rules import LotFacts

SHOWN_FOR = dt.timedelta(days=30)
_WHY = "the ministry sees every facility's stock; the others' facilities are named"
_ANY = "(%s::uuid[] IS NULL OR s.facility_id = ANY(%s))"
# A lot that a facility gave and never had counts from the day on which it keeps any stock at all.
_OVER_USED = f"""
SELECT s.facility_id, s.lot_id, s.received - s.removed, sum(d.doses)::int AS given
FROM stock_shelf s JOIN stock_lotday d ON d.facility_id = s.facility_id AND d.lot_id = s.lot_id
    AND d.given_on >= coalesce(s.counted_on, s.first_on)
WHERE {_ANY} GROUP BY s.facility_id, s.lot_id, s.received, s.removed HAVING sum(d.doses) > s.received - s.removed
UNION ALL
SELECT s.facility_id, s.lot_id, 0, sum(s.doses)::int AS given FROM stock_lotday s
WHERE {_ANY} AND s.given_on >= %s AND s.doses > 0
    AND NOT EXISTS (SELECT FROM stock_shelf h WHERE h.facility_id = s.facility_id AND h.lot_id = s.lot_id)
    AND EXISTS (SELECT FROM stock_shelf k WHERE k.facility_id = s.facility_id AND k.first_on <= s.given_on)
GROUP BY s.facility_id, s.lot_id
ORDER BY given DESC LIMIT %s
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class OverUsed:
    """A lot of which a facility gave more doses than it had."""

    facility_id: UUID
    facility: str
    lot: LotFacts
    had: int
    given: int


@dataclass(frozen=True, slots=True)
class OwnWord:
    """What a facility says that it got or found, and no authority sent it."""

    facility: str
    lot: LotFacts
    kind: MoveKind
    doses: int
    on_day: dt.date
    paper: str
    because: str
    by_name: str
    at: dt.datetime


def _sees(by: Actor) -> bool:
    return by.is_staff and by.role in ISSUERS


def facilities_under(by: Actor, today: dt.date) -> tuple[FacilityView, ...]:
    """Give the facilities open today in the actor's areas; empty for who issues nothing, and for the whole country."""
    return places.facilities_in(by.area_ids, today) if _sees(by) and not by.everywhere else ()


def areas_of(facility: FacilityView, today: dt.date) -> list[UUID]:
    """Give the area in which the facility stands today, or where it stood before it closed."""
    stay = facility.stay_on(today)
    return [stay.area_id] if stay else [stay.area_id for stay in facility.stays]


def _ids(by: Actor, today: dt.date) -> list[UUID] | None:
    """Give the facilities of the actor's areas, lately closed ones too; None is every facility."""
    if by.everywhere:
        return None
    stood = (places.facilities_in(by.area_ids, day) for day in (today, today - SHOWN_FOR))
    return list({facility.id for some in stood for facility in some})


def issues_under(by: Actor, today: dt.date) -> tuple[IssueView, ...]:
    """Give the deliveries to facilities under the actor: all on the way, oldest first, then those of thirty days."""
    if not _sees(by):
        return ()
    ids = _ids(by, today)
    rows = Issue.objects.all() if ids is None else Issue.objects.filter(facility_id__in=ids)
    with allow_cross_shard(_WHY):
        sent = list(rows.filter(state=IssueState.SENT).order_by("sent_on", "id")[:MOST_SHOWN])
        over = rows.exclude(state=IssueState.SENT).filter(sent_on__gte=today - SHOWN_FOR)
        closed = list(over.order_by("-closed_at", "-id")[:MOST_SHOWN])
    return views_of(sent + closed)


def issue_under(by: Actor, facility_id: UUID, issue_id: UUID, today: dt.date) -> IssueView | None:
    """Give one delivery to a facility under the actor; None alike for no such delivery and for one elsewhere."""
    if not _sees(by):
        return None
    view = places.facilities_by_id([facility_id]).get(facility_id)
    if view is None or not may_issue(by, areas_of(view, today)):
        return None
    return next(iter(views_of(list(Issue.objects.filter(facility_id=facility_id, id=issue_id)))), None)


def own_words_under(by: Actor, today: dt.date) -> tuple[OwnWord, ...]:
    """Give what facilities under the actor took in or found by their own word within thirty days, newest first."""
    if not _sees(by):
        return ()
    ids = _ids(by, today)
    rows = StockMove.objects.filter(issue_id=None, doses__gt=0, kind__in=[MoveKind.RECEIVED, MoveKind.COUNTED])
    rows = rows.filter(on_day__gte=today - SHOWN_FOR)
    rows = rows if ids is None else rows.filter(facility_id__in=ids)
    with allow_cross_shard(_WHY):
        found = list(rows.order_by("-at", "-id")[:MOST_SHOWN])
    lots, names = _told_of(found)
    return tuple(
        OwnWord(names.get(row.facility_id, ""), lots[row.lot_id], MoveKind(row.kind), row.doses, row.on_day, row.paper,
                row.because, row.by_name, row.at)
        for row in found
    )  # fmt: skip


def over_used_under(by: Actor, today: dt.date) -> tuple[OverUsed, ...]:
    """Give the lots of which facilities under the actor gave more doses than they had, the most given first."""
    if not _sees(by):
        return ()
    ids = _ids(by, today)
    with allow_cross_shard(_WHY):
        found = ask(_OVER_USED, ids, ids, ids, ids, today - SHOWN_FOR, MOST_SHOWN)
    lots = vaccines.lots_by_id(row[1] for row in found)
    names = places.facility_names(row[0] for row in found)
    return tuple(
        OverUsed(facility, names[facility], lots[lot], had, given)
        for facility, lot, had, given in found
        if facility in names and lot in lots
    )


def _told_of(rows: Iterable[Any]) -> tuple[dict[UUID, LotFacts], dict[UUID, str]]:
    known = list(rows)
    names = places.facility_names(row.facility_id for row in known)
    return vaccines.lots_by_id(row.lot_id for row in known), names
