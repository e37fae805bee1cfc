"""The button that puts somebody on record who was vaccinated and is nowhere to be found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tiemchung.cases.actions.newcomer import register_told
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.people.rules.sight import may_register
from tiemchung.web.cases.file import facts_of
from tiemchung.web.cases.frame import open_to_desks, opened
from tiemchung.web.shared.staff_page import staff_page, tell
from tiemchung.web.shared.words import say_reason


@open_to_desks
@require_POST
def register(request: HttpRequest, ref: str) -> HttpResponse:
    """Put the person of a report on record and lay the new profile beside it; what refuses it is said at the search."""
    case = opened(request, ref)
    if not (case.mine and may_register(case.by)):
        return redirect("cases:file", ref=case.file.ref)
    try:
        person_id = register_told(by=case.by, at=clock.now(), ref=case.file.ref, version=case.file.version)
    except Refused as refused:
        words = " ".join(say_reason(reason) for reason in refused.verdict.refusals)
        page = {**facts_of(request, case), "found": [], "errors": {"text": words}}
        return staff_page(request, "cases/file.html", 422, **page)
    tell(request, "cases.file.registered")
    return redirect(f"{reverse('cases:file', kwargs={'ref': case.file.ref})}?nguoi={person_id}")
