"""The name on the passport, shown at the desk to who has no phone: the holder says whether it is right."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.certificates.reads import passport_name
from tiemchung.core import clock
from tiemchung.people import actions as people
from tiemchung.web.facility.frame import hides_strangers, open_to_desk
from tiemchung.web.shared.passport_name import take_word
from tiemchung.web.shared.staff_page import actor_of, address_of, staff_page, tell_words

PURPOSE = "facility: confirm passport name"


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_desk
@hides_strangers
def name_on_passport(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show both forms of the name of a person whom this desk may open, and take the holder's word for them."""
    by = actor_of(request)
    opened = people.open_person(by=by, at=clock.now(), person_id=person_id, purpose=PURPOSE)
    if request.method == "POST":
        words, went = take_word(request, by, opened.person_id)
        tell_words(request, words, went=went)
        return redirect("facility:passport_name", person_id=opened.person_id)
    return staff_page(
        request,
        "facility/passport_name.html",
        who=opened,
        name=passport_name(opened.person_id, opened.main.full_name),
        amend=address_of("authority:amend_person", profile_id=opened.main.profile_id),
    )
