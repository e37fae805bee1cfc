"""The figures on the centre's wall: large, fresh every twenty seconds, about nobody."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tiemchung.cases.reads.calling import Wall, wall_of
from tiemchung.core import clock
from tiemchung.web.hotline.frame import moment_words, open_to_wall
from tiemchung.web.shared.formats import format_moment, format_number
from tiemchung.web.shared.staff_page import staff_page
from tiemchung.web.shared.words import say

_FIGURES = ("calls_open", "agents", "waiting", "late", "calls_today", "opened_today")
# A figure fills its drawing of 100 by 60 units; a digit is about 0.6 as wide as it is high.
_TALLEST, _WIDEST = 64, 160


@open_to_wall
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """Show the figures."""
    at = clock.now()
    found = wall_of(at)
    oldest = moment_words(found.oldest_due) if found.oldest_due else say("hotline.wall.none_waits")
    facts: dict[str, Any] = {"figures": figures_of(found), "oldest": oldest, "fresh": format_moment(at)}
    return staff_page(request, "hotline/wall.html", late=found.late > 0, **facts)


def figures_of(found: Wall) -> list[dict[str, str]]:
    """Give each figure with its words."""
    numbers = {name: format_number(getattr(found, name)) for name in _FIGURES}
    return [
        {"number": number, "label": say(f"hotline.wall.{name}"), "size": str(min(_TALLEST, _WIDEST // len(number)))}
        for name, number in numbers.items()
    ]
