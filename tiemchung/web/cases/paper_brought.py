"""A paper that somebody brought or sent to the desk: the desk adds it to the case that it holds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tiemchung.cases.evidence.actions import MOST_PAGES, attach_evidence
from tiemchung.cases.evidence.cleaning import LARGEST
from tiemchung.core.verdict import Refused
from tiemchung.web.cases.file import facts_of
from tiemchung.web.cases.frame import Opened, open_to_desks, opened
from tiemchung.web.shared.staff_page import staff_page, tell
from tiemchung.web.shared.words import say, say_reason


@open_to_desks
@require_POST
def add_paper(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the photos or files that were sent, cleaned like a citizen's own; what cannot be taken says why."""
    case = opened(request, ref)
    if not case.mine:
        return redirect("cases:file", ref=case.file.ref)
    photos = request.FILES.getlist("evidence")[:MOST_PAGES]
    words = "" if photos else say("cases.file.paper_choose")
    try:
        for photo in photos:
            # One byte more than the largest tells a file that is too large without reading all of it.
            attach_evidence(by=case.by, at=case.at, case_id=case.file.case_id, raw=photo.read(LARGEST + 1))
    except Refused as refused:
        words = " ".join(say_reason(reason) for reason in refused.verdict.refusals)
    if words:
        return _again(request, case, words)
    tell(request, "cases.file.paper_added")
    return redirect("cases:file", ref=case.file.ref)


def _again(request: HttpRequest, case: Opened, words: str) -> HttpResponse:
    return staff_page(request, "cases/file.html", 422, **{**facts_of(request, case), "errors": {"evidence": words}})
