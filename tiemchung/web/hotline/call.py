"""The page of a call: ask, prove, and then read out what was proved, no more."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tiemchung.cases.actions.call_cases import add_by_call
from tiemchung.cases.actions.calling import (
    CallFound,
    open_caller_record,
    prove_by_code,
    prove_by_facts,
    search_by_call,
    send_caller_code,
)
from tiemchung.cases.reads.calling import CallView, cases_of_call
from tiemchung.cases.rules.calls import Found, Proof, opens_record, questions
from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.people.actions import CallerFacts
from tiemchung.people.rules.searches import understood
from tiemchung.web.hotline.answers import quick_answers
from tiemchung.web.hotline.case_form import kinds_told
from tiemchung.web.hotline.frame import again, agent_page, found_in, in_a_call, keep_call, open_to_agents
from tiemchung.web.hotline.telling import cases_told, record_told
from tiemchung.web.shared.formats import mask_phone
from tiemchung.web.shared.language import LANGUAGES
from tiemchung.web.shared.staff_page import actor_of, tell
from tiemchung.web.shared.typed import TypedDate, date_in, line_in, text_in
from tiemchung.web.shared.words import say, sentence

Typed = dict[str, Any]
NOTHING_TYPED: Typed = {"text": "", "full_name": "", "birth": {}, "number": ""}


@open_to_agents
@require_GET
@in_a_call
def call(request: HttpRequest, call: CallView) -> HttpResponse:
    """Show the open call."""
    return call_page(request, call)


@open_to_agents
@require_POST
@in_a_call
def search(request: HttpRequest, call: CallView) -> HttpResponse:
    """Search by whatever the caller said, and show what has to be asked now."""
    return searched(request, call, line_in(request.POST, "text", 200))


def searched(request: HttpRequest, call: CallView, text: str) -> HttpResponse:
    """Answer a search: how many were found and what to ask; what was said already stands in the form."""
    try:
        found = search_by_call(by=actor_of(request), at=clock.now(), call=call, text=text)
    except Refused as refused:
        keep_call(request, again(request, call))
        return call_page(request, again(request, call), typed={"text": text}, verdict=refused.verdict)
    keep_call(request, call, found)
    return call_page(request, again(request, call), typed=_said(found, text))


def _said(found: CallFound, text: str) -> Typed:
    """Give what the search text already says of the caller, so that nobody types it twice."""
    query = understood(text)
    birth = query.birth_date
    return {
        "text": text,
        "full_name": query.name if found.found is Found.NAME_BIRTH else "",
        "birth": {"day": str(birth.day), "month": str(birth.month), "year": str(birth.year)} if birth else {},
        "number": text if found.found is Found.NUMBER and query.card is None and not query.name else "",
    }


@open_to_agents
@require_POST
@in_a_call
def prove(request: HttpRequest, call: CallView) -> HttpResponse:
    """Compare what the caller said with whom the search found."""
    found, birth = found_in(request), date_in(request.POST, "birth")
    if found is None:
        return redirect("hotline:call")
    typed: Typed = {"full_name": line_in(request.POST, "full_name", 120), "birth": birth.parts,
             "number": line_in(request.POST, "number", 60)}  # fmt: skip
    errors = _missing(typed, birth)
    if errors:
        return call_page(request, call, typed=typed, errors=errors)
    facts = CallerFacts(typed["full_name"], birth.day, birth.precision, typed["number"])
    try:
        answer = prove_by_facts(by=actor_of(request), at=clock.now(), call=call, person_ids=found.person_ids,
                                refs=found.refs, facts=facts)  # fmt: skip
    except Refused as refused:
        return call_page(request, again(request, call), typed=typed, verdict=refused.verdict)
    if not answer.verdict.allowed:
        return call_page(request, again(request, call), typed=typed, verdict=answer.verdict)
    if not opens_record(answer.proof):  # one fact is still to come: nobody types the first two twice
        return call_page(request, again(request, call), typed=typed)
    return redirect("hotline:call")


def _missing(typed: Typed, birth: TypedDate) -> dict[str, str]:
    errors = {} if typed["full_name"] else {"full_name": say("hotline.prove.name_missing")}
    return errors if birth.day is not None else errors | {"birth-day": say("hotline.prove.birth_missing")}


@open_to_agents
@require_POST
@in_a_call
def code(request: HttpRequest, call: CallView) -> HttpResponse:
    """Send a code to the number on file, or use the one that the caller reads out."""
    by, at = actor_of(request), clock.now()
    try:
        if request.POST.get("step") == "send":
            texts = {lang: sentence("hotline.code.sms", lang) for lang in LANGUAGES}
            send_caller_code(by=by, at=at, call=call, texts=texts)
            tell(request, "hotline.code.sent")
            return redirect("hotline:call")
        verdict = prove_by_code(by=by, at=at, call=call, code=line_in(request.POST, "code", 20).replace(" ", ""))
    except Refused as refused:
        verdict = refused.verdict
    if not verdict.allowed:
        return call_page(request, again(request, call), verdict=verdict)
    return redirect("hotline:call")


@open_to_agents
@require_POST
@in_a_call
def add(request: HttpRequest, call: CallView) -> HttpResponse:
    """Add what the caller says to one of their reports."""
    deed, ref = line_in(request.POST, "deed", 20), line_in(request.POST, "ref", 20)
    text = text_in(request.POST, "said", 2000)
    try:
        add_by_call(by=actor_of(request), at=clock.now(), call=call, ref=ref, deed=deed, text=text)
    except Refused as refused:
        typed = {"said": text, "ref": ref}
        return call_page(request, again(request, call), typed=typed, verdict=refused.verdict)
    tell(request, f"hotline.added.{deed}")
    return redirect("hotline:call")


def call_page(
    request: HttpRequest,
    call: CallView,
    *,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
    verdict: Verdict | None = None,
) -> HttpResponse:
    """Answer with the call as far as its caller has proved it."""
    by, at = actor_of(request), clock.now()
    found = found_in(request)
    record, cases = None, cases_told(cases_of_call(by, call), at)
    if call.opens_record:
        record = record_told(by, at, open_caller_record(by=by, at=at, call=call))
    return agent_page(
        request,
        "hotline/call.html",
        422 if errors or (verdict is not None and verdict.refusals) else 200,
        call=call,
        phone=mask_phone(call.phone) or say("hotline.call.hidden"),
        found=found,
        found_words=found_words(found, shown=len(cases)),
        asked=[say(f"hotline.ask.{fact}") for fact in questions(found.found)] if found else [],
        proof_words=say(f"hotline.proof.{call.proved or 'NOTHING'}"),
        may_code=call.proved in {Proof.NAMED, Proof.CASE} and call.person_id is not None,
        asks=found is not None and bool(found.person_ids or found.refs) and not call.opens_record,
        record=record,
        cases=cases,
        kinds=kinds_told(proved=call.opens_record),
        quick=quick_answers(),
        typed={**NOTHING_TYPED, "said": "", "ref": "", **(typed or {})},
        errors=errors or {},
        verdict=Verdict() if verdict is None else verdict,
    )


def found_words(found: CallFound | None, shown: int = 0) -> str:
    """Say what a search found without saying whom; of reports that are `shown`, that the record is not yet."""
    if found is None:
        return ""
    if found.too_many:
        return say("hotline.found.too_many")
    if not found.person_ids and not found.refs:
        return say("hotline.found.nobody")
    if shown:
        return say("hotline.found.shown", n=shown)
    if not found.person_ids:
        return say("hotline.found.cases", n=len(found.refs))
    if not found.refs:
        return say("hotline.found.people", n=len(found.person_ids))
    return say("hotline.found.both", n=len(found.person_ids), cases=len(found.refs))
