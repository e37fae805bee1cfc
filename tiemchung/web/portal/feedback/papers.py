"""Step 3, last part: a photo or file of the paper, and anything the citizen wants to add."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tiemchung.access.actions import take_upload
from tiemchung.cases.actions.drafting import keep_text
from tiemchung.cases.drafts import Asked, Draft, Question, may_open
from tiemchung.cases.evidence.actions import MOST_PAGES, attach_evidence, remove_evidence
from tiemchung.cases.evidence.cleaning import LARGEST
from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC
from tiemchung.core.verdict import Refused
from tiemchung.web.portal.feedback.frame import (
    Errors,
    asks,
    draft_in,
    first_words,
    lead_on,
    question_page,
    token_of,
)
from tiemchung.web.shared.gate import network_address, open_to_public
from tiemchung.web.shared.photos import photo_answer
from tiemchung.web.shared.typed import text_in, uuid_in
from tiemchung.web.shared.words import say

MAX_TEXT = 1000


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
@asks(Question.PAPER)
def paper_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Take photos or files of the paper, one or several at a time; what cannot be used is refused here and now."""
    if request.method != "POST":
        return _paper_page(request, draft)
    page_id = uuid_in(request.POST, "remove")
    if page_id is not None:
        remove_evidence(by=PUBLIC, at=clock.now(), case_id=draft.id, evidence_id=page_id, draft=True)
        return redirect("portal:feedback_paper")
    errors = _attach(request, draft)
    text = text_in(request.POST, "text", MAX_TEXT + 1)
    if len(text) > MAX_TEXT:
        errors["text"] = say("report.paper.text_long", limit=MAX_TEXT)
    needed = draft.kind_rules is not None and draft.kind_rules.needs_evidence
    go_on = request.POST.get("do") != "add"
    if go_on and needed and not errors and not evidence_of(draft.id):
        errors["evidence"] = say("report.paper.missing")
    if errors:
        return _paper_page(request, draft, errors, text)
    if not go_on:
        return redirect("portal:feedback_paper")
    kept = keep_text(token=token_of(request), at=clock.now(), text=text)
    return lead_on(kept, Asked(Question.PAPER), back_to_check=True)


def _attach(request: HttpRequest, draft: Draft) -> Errors:
    for sent in request.FILES.getlist("evidence")[:MOST_PAGES]:
        try:
            take_upload(at=clock.now(), network=network_address(request))
            # One byte more than the largest tells a file that is too large without reading all of it.
            attach_evidence(by=PUBLIC, at=clock.now(), case_id=draft.id, raw=sent.read(LARGEST + 1))
        except Refused as refused:
            return {"evidence": first_words(refused.verdict)}
    return {}


def _paper_page(
    request: HttpRequest, draft: Draft, errors: Errors | None = None, text: str | None = None
) -> HttpResponse:
    kind = draft.kind_rules
    facts = {
        "pages": evidence_of(draft.id),
        "needed": bool(kind and kind.needs_evidence),
        "text": draft.claim.text if text is None else text,
        "most": MOST_PAGES,
        "limit": MAX_TEXT,
    }
    return question_page(request, draft, Asked(Question.PAPER), facts, errors)


@require_POST
@open_to_public
def add_paper(request: HttpRequest) -> JsonResponse:
    """Take one file as soon as it was chosen, or take its pages out again, for the page's script.

    Answers {"pages": [ids]} of what was taken, else {"error": why it cannot be used, in words}.
    """
    draft = draft_in(request)
    if draft is None or draft.receipt is not None or not may_open(draft, Asked(Question.PAPER)):
        return JsonResponse({"error": say("verdict.DRAFT_GONE")}, status=409)
    if gone := request.POST.getlist("remove")[:MOST_PAGES]:
        for page_id in gone:
            _take_out(draft, page_id)
        return JsonResponse({})
    before = {page.id for page in evidence_of(draft.id)}
    errors = _attach(request, draft)
    if errors:
        return JsonResponse({"error": errors["evidence"]}, status=422)
    taken = [str(page.id) for page in evidence_of(draft.id) if page.id not in before]
    return JsonResponse({"pages": taken}, status=201 if request.FILES.get("evidence") else 422)


def _take_out(draft: Draft, page_id: str) -> None:
    try:
        evidence_id = UUID(page_id[:40])
    except ValueError:
        return
    remove_evidence(by=PUBLIC, at=clock.now(), case_id=draft.id, evidence_id=evidence_id, draft=True)


@require_safe
@open_to_public
def page_photo(request: HttpRequest, page_id: UUID) -> HttpResponse:
    """Show one cleaned page to the browser that holds its draft, and to nobody else."""
    draft = draft_in(request)
    if draft is None or draft.receipt is not None:
        raise Http404
    return photo_answer(draft.id, page_id)
