"""Saying how a reporter was told whom no message reached."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.cases import actions
from tiemchung.cases.rules import shown_ref
from tiemchung.web.cases.frame import open_to_desks, opened
from tiemchung.web.shared.staff_page import staff_page, tell
from tiemchung.web.shared.trying import attempt
from tiemchung.web.shared.typed import text_in
from tiemchung.web.shared.words import say_reason


@open_to_desks
@require_http_methods(["GET", "POST"])
def told(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a case off the list of the unreached, with how its reporter was told otherwise."""
    case, errors, because = opened(request, ref), {}, text_in(request.POST, "because")
    if not case.own_desk:
        return redirect("cases:file", ref=case.file.ref)
    if request.method == "POST":
        tried = attempt(
            lambda: actions.told_otherwise(by=case.by, at=case.at, ref=case.file.ref, because=because)
        )
        if tried.possible:
            tell(request, "cases.untold.done", ref=shown_ref(case.file.ref))
            return redirect("cases:file", ref=case.file.ref)
        errors = {"because": " ".join(say_reason(reason) for reason in tried.verdict.refusals)}
    return staff_page(
        request, "cases/told.html", 422 if errors else 200, file=case.file, because=because, errors=errors
    )
