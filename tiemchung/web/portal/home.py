"""The front page of the platform, and the search for vaccination points; open, light, the same for everybody."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tiemchung.core import clock
from tiemchung.places import reads as places
from tiemchung.web.shared.gate import open_to_public

LONGEST = 120
_MOST = 20
_CACHE = "public, max-age=300"


@require_safe
@open_to_public
def home_page(request: HttpRequest) -> HttpResponse:
    """Show what the platform is, and its doors."""
    return _shared(render(request, "portal/home.html", using="jinja2"))


@require_safe
@open_to_public
def points_page(request: HttpRequest) -> HttpResponse:
    """Find facilities and points by words, with accents or without; mobile ones with where and when they stand."""
    typed = "".join(c for c in request.GET.get("q", "")[:LONGEST] if c.isprintable()).strip()
    today = clock.today()
    found = [line for place in places.places_search(typed, limit=2 * _MOST) if (line := _line(place, today))]
    facts = {"q": typed, "found": found[:_MOST], "more": len(found) > _MOST}
    return _shared(render(request, "portal/points.html", facts, using="jinja2"))


def _line(place: places.FoundPlace, today: dt.date) -> dict[str, Any] | None:
    """Give a place with its stays of today and later, None for one that stands nowhere any more."""
    stays = [
        {
            "where": ", ".join(part for part in (stay.address, places.path_name(stay.area_id)) if part),
            "today_called": _called_today(stay.area_id, today),
            "now": stay.period.holds(today),
            "from_on": stay.period.start,
            "last_on": stay.period.end - dt.timedelta(days=1) if stay.period.end else None,
        }
        for stay in place.stays
        if stay.period.end is None or stay.period.end > today
    ]
    return {"name": place.name, "mobile": place.mobile, "is_point": place.is_point, "stays": stays} if stays else None


def _called_today(area_id: UUID, today: dt.date) -> str:
    """Give what the area is called now where it had another name in the address, else nothing."""
    now = places.successor_of(area_id, today).areas
    return places.path_name(now[0].id) if len(now) == 1 and now[0].id != area_id else ""


def _shared(response: HttpResponse) -> HttpResponse:
    """Let shared caches keep the page, one copy a language."""
    response.headers["Cache-Control"] = _CACHE
    response.headers["Vary"] = "Cookie"
    return response
