"""The figures on the centre's wall: large, fresh every twenty seconds, about nobody."""

from textwrap import wrap
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
# A figure and two lines of words fill a drawing of 100 by 68 units, a third of the wall; a digit is about 0.6 as wide
# as it is high, and 20 letters of the words' size fill its width.
_TALLEST, _WIDEST, _LINE = 58, 160, 20


@open_to_wall
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """Show the figures."""
    at = clock.now()
    found = wall_of(at)
    oldest = moment_words(found.oldest_due) if found.oldest_due else say("hotline.wall.none_waits")
    facts: dict[str, Any] = {"figures": figures_of(found), "oldest": oldest, "fresh": format_moment(at)}
    return staff_page(request, "hotline/wall.html", late=found.late > 0, **facts)


def figures_of(found: Wall) -> list[dict[str, Any]]:
    """Give each figure with its words."""
    numbers = {name: format_number(getattr(found, name)) for name in _FIGURES}
    told: list[dict[str, Any]] = []
    for name, number in numbers.items():
        label = say(f"hotline.wall.{name}")
        size = str(min(_TALLEST, _WIDEST // len(number)))
        told.append({"number": number, "label": label, "lines": wrap(label, _LINE), "size": size})
    return told
