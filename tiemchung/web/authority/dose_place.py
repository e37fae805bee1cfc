"""A dose of which nobody knows where it was given: an officer of the holder's area finds the facility, writes it in.

No facility has such a dose on its work list, and none could sign it; who corrects where its holder lives may place it.
"""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.doses import actions, reads
from tiemchung.doses.rules import AREA_CORRECTORS
from tiemchung.places import reads as places
from tiemchung.web.authority.dose_facts import compared, product_name
from tiemchung.web.authority.frame import looks_at_person, opened
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import key_in, line_in, number_in, text_in, uuid_in
from tiemchung.web.shared.way_back import leading_back, way_back
from tiemchung.web.shared.words import say

MOST_FOUND = 12


@open_to_staff(*sorted(AREA_CORRECTORS))
@require_http_methods(["GET", "POST"])
@looks_at_person
def place_dose(request: HttpRequest, person_id: UUID, dose_id: UUID) -> HttpResponse:
    """Find the facility of a dose without one by name, and put it on record with reason and evidence."""
    person, data = opened(request, person_id), request.POST
    found = reads.dose([profile.profile_id for profile in person.profiles], dose_id)
    if found is None:
        raise Http404
    if found.facts.facility_id is not None:
        return redirect(leading_back(_address(person_id, dose_id), way_back(request)))
    words, chosen = line_in(data, "q", 120) or found.facts.place_name, uuid_in(data, "facility")
    typed = {"because": text_in(data, "because"), "evidence": text_in(data, "evidence", 500)}
    version, verdict, errors = number_in(data, "version") or found.version, Verdict(), {}
    if data.get("step") == "do":
        place = places.facilities_by_id([chosen]).get(chosen) if chosen else None
        if place is None:
            errors["facility"] = say("dose_place.choose")
        else:
            try:
                actions.amend_dose(
                    by=actor_of(request), at=clock.now(), key=key_in(data), profile_id=found.profile_id,
                    dose_id=dose_id, version=version, changes={"facility_id": place.id, "place_name": place.name},
                    **typed,
                )  # fmt: skip
            except Refused as refused:
                verdict = refused.verdict
            else:
                tell(request, "dose_place.done", place=place.name)
                return redirect(way_back(request) or _address(person_id, dose_id))
    facts: dict[str, Any] = {"person": person, "dose": found, "q": words, "chosen": str(chosen or ""), **typed}
    facts |= {"places": _offered(words, found.facts.given_on), "now": compared(found.facts, found.facts)}
    facts |= {"version": version, "key": key_in(data), "verdict": verdict, "product_name": product_name}
    facts["back"] = leading_back(_address(person_id, dose_id), way_back(request))
    status = 422 if errors or verdict.refusals else 200
    return staff_page(request, "authority/dose_place.html", status, errors=errors, **facts)


def _address(person_id: UUID, dose_id: UUID) -> str:
    return reverse("authority:dose", kwargs={"person_id": person_id, "dose_id": dose_id})


def _offered(words: str, on: Any) -> list[dict[str, str]]:
    """Give the facilities that stood under these words on the day of the dose, as items of a list of radios."""
    hits = places.places_search(words, on=on, limit=MOST_FOUND) if words else ()
    found = places.facilities_by_id(dict.fromkeys(hit.facility_id for hit in hits))
    return [
        {"value": str(key), "text": one.name, "hint": stay.address if (stay := one.stay_on(on)) else one.code}
        for key, one in found.items()
    ]


urlpatterns = [path("nguoi/<uuid:person_id>/mui/<uuid:dose_id>/co-so", place_dose, name="place_dose")]
