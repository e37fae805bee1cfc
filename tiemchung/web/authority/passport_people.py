"""The people behind a count of the passports' board: scoped like the board, a page at a time, each look on record."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from tiemchung.certificates.rules import PassportState, may_sign_centrally
from tiemchung.core import clock
from tiemchung.web.authority.frame import looks_at_person, person_address, purpose_of
from tiemchung.web.authority.passport_board import area_of_board, lines_of_board
from tiemchung.web.authority.passport_deeds import deed_of
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.list_place import place_in, query_after
from tiemchung.web.shared.passport_people import COUNTS, heading_of, people_behind
from tiemchung.web.shared.staff_page import BOARD_ROLES, actor_of, staff_page
from tiemchung.web.shared.typed import uuid_in
from tiemchung.web.shared.way_back import leading_back
from tiemchung.web.shared.words import say


@open_to_staff(*BOARD_ROLES)
@require_GET
@looks_at_person
def passport_people(request: HttpRequest, reason: str, area_id: UUID | None = None) -> HttpResponse:
    """Show who is behind one count of an area's board, or with `don-vi` of one unit on it."""
    if reason not in COUNTS:
        raise Http404
    by, at, today = actor_of(request), clock.now(), clock.today()
    here, unit_id = area_of_board(by, area_id, today), uuid_in(request.GET, "don-vi")
    lines = [line for line in lines_of_board(here, today, asked=area_id) if unit_id in (None, line.key)]
    if unit_id and not lines:
        raise Http404
    # Whoever has the whole country asks for it without naming all of its units.
    units = None if here is None and not unit_id else [unit for line in lines for unit in line.units]
    after = place_in(request.GET.get("after", ""))
    found = people_behind(reason, units, by=by, at=at, purpose=purpose_of(request), after=after)
    back = request.get_full_path()
    for row in found.rows:
        who = row["who"]
        row["href"] = leading_back(person_address(who.person_id), back) if who else None
        if who and reason == PassportState.REVOKED and may_sign_centrally(by):
            row["deed"] = (say("signing.reissue.open"), reverse("authority:reissue", args=[who.person_id]))
        elif who and row["task"] and (deed := deed_of(by, row["task"], at_facility=row["at_facility"])):
            row["deed"] = (deed[0], leading_back(deed[1], back))
    more = {"don-vi": str(unit_id)} if unit_id else {}
    name = lines[0].name if unit_id else here.full_name if here else say("passports.board.country")
    return staff_page(
        request,
        "authority/passport_people.html",
        heading=heading_of(reason),
        name=name,
        rows=found.rows,
        back=_board(area_id),
        more=query_after(found.more, **more) if found.more else None,
        first=request.path + (f"?don-vi={unit_id}" if unit_id else "") if after else None,
    )


def _board(area_id: UUID | None) -> str:
    return reverse("authority:passports_of", args=[area_id]) if area_id else reverse("authority:passports")


urlpatterns = [
    path("ho-chieu/nguoi/<slug:reason>", passport_people, name="passport_people"),
    path("ho-chieu/<uuid:area_id>/nguoi/<slug:reason>", passport_people, name="passport_people_of"),
]
