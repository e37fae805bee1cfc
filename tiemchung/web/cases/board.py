"""The authority's board: how the desks below answer, and the open cases behind each figure, to read only."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from tiemchung.cases import reads
from tiemchung.cases.rules import DeskLevel
from tiemchung.cases.values import BoardRow
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.web.cases.frame import names_of, open_to_authorities
from tiemchung.web.cases.queue import PAGE, lines_told
from tiemchung.web.shared.formats import format_number
from tiemchung.web.shared.language import spoken_language
from tiemchung.web.shared.list_place import place_in, query_after
from tiemchung.web.shared.staff_page import actor_of, staff_page
from tiemchung.web.shared.words import say


@open_to_authorities
@require_GET
def board(request: HttpRequest, province_id: UUID | None = None) -> HttpResponse:
    """Show every desk below the reader's; the ministry sees provinces first, and a province's desks behind each."""
    by, at = actor_of(request), clock.now()
    desk = reads.desk_of_actor(by, at)
    nation = desk is not None and desk.level is DeskLevel.NATION
    if province_id is not None and not nation:
        raise Http404
    try:
        rows = reads.board_under(by, at, province_id=province_id)
    except Refused as refused:
        return staff_page(request, "cases/no_desk.html", 403, verdict=refused.verdict)
    names = names_of({(row.unit_id, row.unit_level) for row in rows} | _province(province_id))
    whole = nation and province_id is None
    return staff_page(
        request,
        "cases/board.html",
        title=say("cases.board.desks", name=names[province_id]) if province_id in names else say("cases.board.title"),
        inside=province_id is not None,
        rows=[row_told(row, names, whole=whole) for row in rows],
        total=totals_of(rows),
    )


def _province(province_id: UUID | None) -> set[tuple[UUID, str]]:
    return {(province_id, DeskLevel.PROVINCE)} if province_id else set()


def row_told(row: BoardRow, names: dict[UUID, str], *, whole: bool) -> dict[str, Any]:
    """Give one desk's figures, each with the address of the cases behind it."""
    name = names.get(row.unit_id, say(f"case.level.{row.unit_level}"))
    group = whole and row.unit_level == DeskLevel.PROVINCE
    here = reverse("cases:board_of", args=[row.unit_id]) if group else reverse("cases:lines", args=[row.unit_id])
    return {
        "name": name,
        "href": here,
        "late_href": here if group else f"{here}?late=1",
        "row": row,
        "median": hours_words(row.median_hours),
        "worst": hours_words(row.worst_hours),
        "late_words": say("cases.board.late_of", n=row.late, name=name),
        "open_words": say("cases.board.open_of", n=row.open, name=name),
    }


def hours_words(hours: float | None) -> str:
    """Write hours with one decimal as the reader's language does: 54,5 or 54.5; a dash for none."""
    if hours is None:
        return "–"
    return f"{hours:,.1f}" if spoken_language() == "en" else format_number(hours, 1)


def totals_of(rows: tuple[BoardRow, ...]) -> dict[str, int]:
    """Give the sums of the counts; medians of medians would say nothing."""
    return {name: sum(getattr(row, name) for row in rows) for name in ("open", "late", "warned", "settled")}


@open_to_authorities
@require_GET
def lines(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    """Show the open cases of a desk below, or only the late ones; they are read here, not worked on."""
    by, at = actor_of(request), clock.now()
    late, after = request.GET.get("late") == "1", place_in(request.GET.get("after", ""))
    try:
        found = reads.lines_under(by, at, unit_id=unit_id, late=late, limit=PAGE, after=after)
    except Refused:
        raise Http404 from None
    whole = found or (reads.lines_under(by, at, unit_id=unit_id, limit=1) if late else None)
    if whole is None:
        raise Http404
    name = names_of([(unit_id, whole.desk.level)])[unit_id]
    query = {"late": "1"} if late else {}
    return staff_page(
        request,
        "cases/lines.html",
        title=say("cases.board.lines_late" if late else "cases.board.lines_title", name=name),
        lines=lines_told(found.lines, by, at) if found else [],
        late=late,
        here=reverse("cases:lines", args=[unit_id]),
        more=query_after(found.more, **query) if found and found.more else None,
        first=query_after(None, **query) if after else None,
    )
