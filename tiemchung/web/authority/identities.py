"""How many identities are not settled below an authority: by area and state, with the oldest."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.people.reads import IdentityCount, identity_counts
from tiemchung.people.rules import IdentityState
from tiemchung.people.rules.identity import REVIEWERS
from tiemchung.places import reads as places
from tiemchung.places.reads import AreaView
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.register_away import register_away
from tiemchung.web.shared.staff_page import actor_of, address_of, staff_page
from tiemchung.web.shared.words import say

BOARD_ROLES = (
    Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER,
)  # fmt: skip
_S = IdentityState
# The columns: what travels is one, what a desk has to do has one each.
COLUMNS: tuple[tuple[str, tuple[IdentityState, ...]], ...] = (
    ("NOT_SENT", (_S.NOT_SENT,)),
    ("WAITING", (_S.WAITING, _S.SENT)),
    ("MISMATCHED", (_S.MISMATCHED,)),
    ("NOT_FOUND", (_S.NOT_FOUND,)),
    ("DUPLICATE", (_S.DUPLICATE,)),
    ("LOCAL_REVIEW", (_S.LOCAL_REVIEW,)),
    ("POLICE_CONFIRMED", (_S.POLICE_CONFIRMED,)),
)


@open_to_staff(*BOARD_ROLES)
@require_GET
def identity_board(request: HttpRequest, province_id: UUID | None = None) -> HttpResponse:
    """Show the counts below the reader; the ministry sees provinces first, and the communes behind each."""
    by, today = actor_of(request), clock.today()
    if province_id is not None and not by.everywhere:
        raise Http404
    placed = [(_area_of(count.area_id, today), count) for count in identity_counts(by)]
    whole = by.everywhere and province_id is None
    if province_id is not None:
        placed = [(area, count) for area, count in placed if area is not None and _province(area).id == province_id]
    rows = _rows((_province(area) if area and whole else area, count) for area, count in placed)
    return staff_page(
        request,
        "authority/identity_board.html",
        columns=[name for name, _ in COLUMNS],
        away=register_away(clock.now()),
        rows=[_told(area, counts, whole=whole) for area, counts in rows],
        total=_told(None, [count for _, count in placed], whole=False),
        back=reverse("authority:identity_board") if province_id else None,
        where=places.area(province_id).full_name if province_id and rows else "",
        review=address_of("facility:identities") if by.role in REVIEWERS else None,
    )


def _area_of(area_id: UUID | None, today: dt.date) -> AreaView | None:
    """Give today's area of the land, or the area as captured where its land was divided."""
    if area_id is None:
        return None
    try:
        return places.current_of(area_id, today) or places.area(area_id)
    except places.NoSuchPlace:
        return None


def _province(area: AreaView) -> AreaView:
    return places.path_of(area.id)[-1]


def _rows(
    placed: Iterable[tuple[AreaView | None, IdentityCount]],
) -> list[tuple[AreaView | None, list[IdentityCount]]]:
    groups: dict[UUID | None, tuple[AreaView | None, list[IdentityCount]]] = {}
    for area, count in placed:
        groups.setdefault(area.id if area else None, (area, []))[1].append(count)
    return sorted(groups.values(), key=lambda row: (row[0] is None, row[0].name_sort if row[0] else ""))


def _told(area: AreaView | None, counts: list[IdentityCount], *, whole: bool) -> dict[str, Any]:
    by_state = {name: sum(c.persons for c in counts if c.state in states) for name, states in COLUMNS}
    below = whole and area is not None
    return {
        "name": area.full_name if area else say("identity.board.unknown"),
        "href": reverse("authority:identity_board_of", kwargs={"province_id": area.id}) if below and area else None,
        "counts": by_state,
        "oldest": min((count.oldest for count in counts), default=None),
    }
