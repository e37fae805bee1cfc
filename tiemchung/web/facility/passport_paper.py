"""The passport on paper, printed at the facility for who has no phone or printer (R61, peers E7)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tiemchung.certificates.reads import passport_of
from tiemchung.core import clock
from tiemchung.people import actions as people
from tiemchung.web.facility.frame import actor_of, hides_strangers, open_to_desk
from tiemchung.web.shared.language import spoken_language
from tiemchung.web.shared.passport_page import pdf_answer

PURPOSE = "facility: print passport"


@require_safe
@open_to_desk
@hides_strangers
def passport_paper(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Give the PDF of a person whom this desk may open, A4 or for a wallet (`giay=THE`); the look leaves a trace.

    Who has no passport in force is shown at the desk instead: a former one is not printed.
    """
    by, at = actor_of(request), clock.now()
    opened = people.open_person(by=by, at=at, person_id=person_id, purpose=PURPOSE)
    view = passport_of(by, opened.person_id, at)
    if not view.in_force(at):
        return redirect("facility:person", person_id=opened.person_id)
    return pdf_answer(view, request.GET.get("giay", "A4"), spoken_language())
