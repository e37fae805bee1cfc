"""Step 1: what a report is, what to have at hand, other ways; beginning, going on, giving up."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tiemchung.access.actions import take_draft
from tiemchung.cases.actions.drafting import begin_draft, drop_draft
from tiemchung.cases.drafts import Asked, DraftState, Question, first_missing
from tiemchung.cases.reads import desk_names
from tiemchung.cases.rules import shown_ref
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC
from tiemchung.core.verdict import Refused
from tiemchung.web.portal.feedback.frame import (
    draft_in,
    forget_token,
    keep_token,
    lead_to,
    lead_to_start,
    private_page,
    token_of,
)
from tiemchung.web.shared.claim_places import unit_name
from tiemchung.web.shared.gate import network_address, open_to_public

_WHY = {"gone", "dropped"}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
def start_page(request: HttpRequest) -> HttpResponse:
    """Say what a report is and begin one; a draft of this browser is offered to go on with."""
    draft = draft_in(request)
    if request.method == "POST":
        if draft is not None and draft.state is not DraftState.SENT:
            return lead_to(first_missing(draft))
        take_draft(at=clock.now(), network=network_address(request))
        _, token = begin_draft(at=clock.now())
        return keep_token(lead_to(Asked(Question.PERSON)), token)
    why = request.GET.get("why", "")
    facts = {"draft": draft, "why": why if why in _WHY else "", "step": 1, "steps": 5}
    return private_page(request, "portal/feedback/start.html", facts)


@require_POST
@open_to_public
def drop_page(request: HttpRequest) -> HttpResponse:
    """Forget the draft of this browser, photos and all."""
    try:
        drop_draft(by=PUBLIC, at=clock.now(), token=token_of(request))
    except Refused:
        return forget_token(lead_to_start("gone"))
    return forget_token(lead_to_start("dropped"))


@require_safe
@open_to_public
def done_page(request: HttpRequest) -> HttpResponse:
    """Show the number of the sent report, who answers, by when, and what comes next."""
    draft = draft_in(request)
    if draft is None:
        return lead_to_start("gone")
    if draft.receipt is None:
        return lead_to(first_missing(draft), why="first")
    receipt = draft.receipt
    names = desk_names([(receipt.desk.unit_id, receipt.desk.level)])
    facts = {
        "ref": shown_ref(receipt.ref),
        "desk": unit_name(receipt.desk, names.get(receipt.desk.unit_id, "")),
        "due_at": receipt.due_at,
        "joined": receipt.joined,
    }
    return private_page(request, "portal/feedback/done.html", facts)
