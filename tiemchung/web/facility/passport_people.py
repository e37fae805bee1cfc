"""Who of a facility's people has a passport, whose code ends soon, and whose was taken away."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiemchung.core import clock
from tiemchung.web.facility.frame import open_to_desk
from tiemchung.web.facility.passports import PURPOSE
from tiemchung.web.shared.list_place import place_in, query_after
from tiemchung.web.shared.passport_people import STANDING, heading_of, people_behind
from tiemchung.web.shared.staff_page import actor_of, staff_page
from tiemchung.web.shared.way_back import leading_back


@require_safe
@open_to_desk
def passport_people(request: HttpRequest, reason: str) -> HttpResponse:
    """Show whose passport stands so at this facility, the longest first, a page at a time."""
    by, at = actor_of(request), clock.now()
    if reason not in STANDING or by.facility_id is None:
        raise Http404
    after = place_in(request.GET.get("after", ""))
    found = people_behind(reason, [by.facility_id], by=by, at=at, purpose=PURPOSE, after=after, own=True)
    for row in found.rows:
        who = row["who"]
        page = reverse("facility:person", args=[who.person_id]) if who and who.seen else None
        row["href"] = leading_back(page, request.get_full_path()) if page else None
    return staff_page(
        request,
        "facility/passport_people.html",
        heading=heading_of(reason),
        rows=found.rows,
        more=query_after(found.more) if found.more else None,
        first=request.path if after else None,
    )
