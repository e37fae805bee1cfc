"""What the authority's pages share: who may come in, and why they look."""

from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tiemchung.core import clock
from tiemchung.core.actor import CORRECTING_ROLES, Role
from tiemchung.people.actions import PersonView, open_person
from tiemchung.people.reads import NotFound
from tiemchung.people.rules.sight import MAY_AMEND
from tiemchung.web.shared.gate import View, open_to_staff
from tiemchung.web.shared.staff_page import LOT_ROLES, PEOPLE_ROLES, actor_of

PURPOSES = ("PRESENT", "CORRECT", "DUPLICATES", "COMPLAINT", "CHECK")
open_to_seers = open_to_staff(*PEOPLE_ROLES)
CORRECTORS = (Role.VACCINATOR, Role.FACILITY_LEAD, Role.DATA_CORRECTOR)
open_to_correctors = open_to_staff(*CORRECTORS)
open_to_amenders = open_to_staff(*MAY_AMEND)
open_to_joiners = open_to_staff(*CORRECTING_ROLES)
open_to_trail = open_to_staff(Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER)
open_to_lots = open_to_staff(*LOT_ROLES)
TRAIL_ROLES = frozenset({Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER})


def purpose_of(request: HttpRequest) -> str:
    """Give why this member of staff looks at people now, empty until they said it."""
    chosen = request.session.get("purpose", "")
    return chosen if chosen in PURPOSES else ""


def set_purpose(request: HttpRequest, chosen: str) -> None:
    """Keep why they look, for this sign-in."""
    if chosen in PURPOSES:
        request.session["purpose"] = chosen


def looks_at_person(view: View) -> View:
    """Ask for the purpose first, and answer alike for who does not exist and who may not be seen."""

    @wraps(view)
    def looking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not purpose_of(request):
            # A list goes on at its own page and unit; what a form had sent is to be sent again.
            request.session["purpose_for"] = request.get_full_path() if request.method == "GET" else request.path
            return redirect("authority:purpose")
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None

    return looking


def opened(request: HttpRequest, person_id: UUID) -> PersonView:
    """Open a person for this page and leave the line that says so; raise NotFound."""
    by = actor_of(request)
    return open_person(by=by, at=clock.now(), person_id=person_id, purpose=purpose_of(request))


def person_address(person_id: UUID) -> str:
    """Give the address of a person's page."""
    return reverse("authority:person", kwargs={"person_id": person_id})
