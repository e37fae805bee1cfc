"""Where a report stands: by its number and phone in words and times; in full, and to act on it, after a code."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tiemchung.access.actions import send_code, take_status, use_code
from tiemchung.access.rules import Purpose
from tiemchung.cases.actions import answer_back, reopen_case, withdraw_declared
from tiemchung.cases.evidence.actions import attach_evidence
from tiemchung.cases.evidence.cleaning import LARGEST
from tiemchung.cases.reads import desk_names, progress_of, travel_of
from tiemchung.cases.rules import OPEN, CaseState, clean_ref, shown_ref
from tiemchung.cases.values import Progress, StepView
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC, Actor, Kind
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.web.portal.feedback.frame import Errors, first_words, private_page
from tiemchung.web.portal.pending_code import PendingCode, begin, keep, pending_in
from tiemchung.web.shared.captcha import judged
from tiemchung.web.shared.case_parts import part_sentence, state_sentence, step_title
from tiemchung.web.shared.chosen_language import code_language
from tiemchung.web.shared.claim_places import late_words, unit_name
from tiemchung.web.shared.formats import format_moment, mask_phone
from tiemchung.web.shared.gate import network_address, open_to_public
from tiemchung.web.shared.known_device import device_in, keep_known
from tiemchung.web.shared.told_once import Told, tell_on, told_on
from tiemchung.web.shared.typed import code_in, line_in, text_in
from tiemchung.web.shared.words import has_words, say, sentence

KEPT = "feedback_progress"
MAX_TEXT = 1000
# Moves inside an office, which tell the reporter nothing that the state does not say.
_QUIET = frozenset({"RELEASE", "WARN"})
_REOPENABLE = frozenset({CaseState.UPDATED, CaseState.REJECTED})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
def find_page(request: HttpRequest) -> HttpResponse:
    """Ask for number and phone; whichever of them is wrong, missing or malformed, the answer is one."""
    if request.method != "POST":
        return private_page(request, "portal/feedback/find.html", {"typed": {}, "errors": {}})
    proof = judged(request)
    if not proof.allowed:
        return _find_again(request, {"captcha": first_words(proof)})
    try:
        take_status(at=clock.now(), network=network_address(request))
    except Refused as refused:
        return _find_again(request, {"": first_words(refused.verdict)})
    ref, phone = clean_ref(request.POST.get("ref", "")[:40]), normalise_phone(line_in(request.POST, "phone", 60))[0]
    # The same question is asked of the database whatever is wrong, so that its time tells nothing.
    found = progress_of(ref or "0000000000", contact_key(phone or ""))
    if found is None or not phone:
        return _find_again(request, {"ref": say("report.find.none")})
    keep(request.session, KEPT, begin(found.ref, phone))
    return redirect("portal:feedback_progress")


def _find_again(request: HttpRequest, errors: Errors) -> HttpResponse:
    typed = {"ref": line_in(request.POST, "ref", 40), "phone": line_in(request.POST, "phone", 60)}
    return private_page(request, "portal/feedback/find.html", {"typed": typed, "errors": errors})


@require_safe
@open_to_public
def progress_page(request: HttpRequest) -> HttpResponse:
    """Show where the report stands, and why it is still not right."""
    pending = pending_in(request.session, KEPT)
    found = _progress(pending)
    if pending is None or found is None:
        return redirect("portal:feedback_find")
    return _progress_page(request, pending, found)


def _progress(pending: PendingCode | None) -> Progress | None:
    return progress_of(pending.about, contact_key(pending.phone)) if pending else None


def _progress_page(
    request: HttpRequest, pending: PendingCode, found: Progress, errors: Errors | None = None, text: str = ""
) -> HttpResponse:
    at, full = clock.now(), pending.open(clock.now())
    names = desk_names(
        [(found.desk.unit_id, found.desk.level), *((s.unit_id, s.unit_level) for s in found.steps if s.unit_id)]
    )
    shown = [step for step in found.steps if step.step not in _QUIET]
    question = next((s.text for s in reversed(shown) if s.step == "ASK_BACK"), "")
    facts = {
        "ref": shown_ref(found.ref),
        "found": found,
        "full": full,
        "late": found.state in OPEN and at >= found.due_at,
        "desk": unit_name(found.desk, names.get(found.desk.unit_id, "")),
        "steps": [_step(step, names, full=full) for step in shown],
        "last": f"{step_title(shown[-1], 'report.step')}, {format_moment(shown[-1].at)}" if shown else "",
        "asked": found.state is CaseState.NEED_MORE_INFO,
        "standing": state_sentence(found),
        "part": part_sentence(found, unit_name(found.desk, names.get(found.desk.unit_id, ""))),
        "question": question if full else "",
        "late_words": late_words(found.desk),
        "may_answer": full and found.state in OPEN,
        "may_withdraw": full and found.state in OPEN | {CaseState.JOINED},
        "may_reopen": full and found.state in _REOPENABLE,
        "travel": _travel(found),
        "refusal": _refusal(found),
        "text": text,
        "limit": MAX_TEXT,
        "phone": mask_phone(pending.phone),
        "errors": errors or {},
    }
    return private_page(request, "portal/feedback/progress.html", facts)


def _step(step: StepView, names: dict[Any, str], *, full: bool) -> dict[str, Any]:
    """Give one step as the page's history lists it; what was written is shown to the proven phone only."""
    unit = names.get(step.unit_id, "") if step.unit_id else ""
    title = step_title(step, "report.step")
    told = [step.text] if step.text and full else []
    where = [unit] if unit and step.by_kind != Kind.CITIZEN else []
    return {"title": title, "facts": [format_moment(step.at), *where, *told]}


def _refusal(found: Progress) -> str:
    key = f"case.refusal.{found.refusal}.citizen"
    return say(key) if found.refusal and has_words(key) else ""


def _travel(found: Progress) -> list[dict[str, str]]:
    """Give where the correction has arrived, each stop with its time; one that any part still waits for waits."""
    stops: dict[str, list[dt.datetime | None]] = {}
    for stop in travel_of(found.effects):
        stops.setdefault(stop.stop, []).append(stop.at)
    return [{"key": say(f"report.travel.{stop}"), "value": _arrived(times)} for stop, times in stops.items()]


def _arrived(times: list[dt.datetime | None]) -> str:
    known = [moment for moment in times if moment is not None]
    if len(known) < len(times):
        return say("report.travel.waiting")
    return say("report.travel.done", moment=max(known))


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
def code_page(request: HttpRequest) -> HttpResponse:
    """Prove the phone by a code, to read and do everything."""
    pending = pending_in(request.session, KEPT)
    if pending is None or _progress(pending) is None:
        return redirect("portal:feedback_find")
    if request.method != "POST":
        return _code_page(request, pending)
    if request.POST.get("do") == "again":
        return tell_on(request, Told(_sent(request, pending)))
    digits = code_in(request.POST)
    if not digits:
        return tell_on(request, Told({"code": say("citizen.code.six_digits")}))
    verdict = use_code(
        by=PUBLIC, at=clock.now(), phone=pending.phone, purpose=Purpose.CASE_VIEW, bound_to=pending.bound_to,
        code=digits, device=device_in(request).token,
    )  # fmt: skip
    if not verdict.allowed:
        return tell_on(request, Told({"code": first_words(verdict)}))
    request.session.cycle_key()
    keep(request.session, KEPT, pending.changed(proved_at=clock.now()))
    return keep_known(request, redirect("portal:feedback_progress"), pending.phone)


def _sent(request: HttpRequest, pending: PendingCode) -> Errors:
    """Send a code and give what is against it; opening the page alone sends none."""
    at = clock.now()
    if pending.wait_seconds(at):
        return {"again": say("citizen.code.wait", seconds=pending.wait_seconds(at))}
    try:
        sent = send_code(
            by=PUBLIC, at=at, phone=pending.phone, purpose=Purpose.CASE_VIEW, bound_to=pending.bound_to,
            network=network_address(request), text=sentence("report.sms.view", code_language(request, pending.phone)),
            device=device_in(request).token,
        )  # fmt: skip
    except Refused as refused:
        return {"again": first_words(refused.verdict)}
    keep(request.session, KEPT, pending.changed(again_at=sent.again_at))
    return {}


def _code_page(request: HttpRequest, pending: PendingCode) -> HttpResponse:
    told = told_on(request)
    facts = {
        "phone": mask_phone(pending.phone),
        "errors": told.errors,
        "sent": pending.again_at is not None,
        "wait": pending.wait_seconds(clock.now()),
    }
    return private_page(request, "portal/feedback/progress_code.html", facts)


@require_POST
@open_to_public
def act_page(request: HttpRequest) -> HttpResponse:
    """Answer the desk, add a photo, take the report back, or say that the answer does not hold."""
    pending = pending_in(request.session, KEPT)
    found = _progress(pending)
    if pending is None or found is None:
        return redirect("portal:feedback_find")
    if not pending.open(clock.now()):
        return redirect("portal:feedback_progress_code")
    text = text_in(request.POST, "text", MAX_TEXT)
    refused = _act(request, pending, found, text)
    if refused is not None:
        return _progress_page(request, pending, found, {"text": first_words(refused)}, text)
    return redirect("portal:feedback_progress")


def _act(request: HttpRequest, pending: PendingCode, found: Progress, text: str) -> Verdict | None:
    by, at, contact = Actor(kind=Kind.CITIZEN), clock.now(), contact_key(pending.phone)
    try:
        match request.POST.get("do"):
            case "answer":
                photos = request.FILES.getlist("evidence")[:10]
                if found.state not in OPEN or not (text or photos):
                    return refuse("CASE_OVER") if found.state not in OPEN else refuse("REPLY_MISSING")
                for sent in photos:
                    attach_evidence(by=by, at=at, case_id=found.case_id, raw=sent.read(LARGEST + 1))
                said = text or say("report.progress.photo_only")
                answer_back(by=by, at=at, ref=found.ref, contact_key=contact, text=said)
            case "withdraw":
                withdraw_declared(by=by, at=at, ref=found.ref, contact_key=contact, because=text)
            case "reopen":
                reopen_case(by=by, at=at, ref=found.ref, contact_key=contact, text=text)
            case _:
                return None
    except Refused as refused:
        return refused.verdict
    return None
