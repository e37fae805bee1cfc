"""What became of my reports: the list, each one's steps, why it is still not right, and what I can do about it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tiemchung.cases.actions import answer_back, reopen_case, withdraw_declared
from tiemchung.cases.evidence.actions import MOST_PAGES, attach_evidence
from tiemchung.cases.evidence.cleaning import LARGEST
from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.cases.reads import ListedCase, cases_listed, progress_of, travel_of
from tiemchung.cases.rules import OPEN, CaseState, Desk, DeskLevel, clean_ref, shown_ref
from tiemchung.cases.values import Progress, StepView
from tiemchung.core import clock
from tiemchung.core.actor import Kind
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.people.reads import Holder, holders_of
from tiemchung.web.citizen.reports.frame import Errors, book_page, contact_in, first_words, reader
from tiemchung.web.citizen.reports.sending import SENT
from tiemchung.web.shared.case_parts import part_sentence, state_sentence, step_title
from tiemchung.web.shared.claim_places import late_words, units_named
from tiemchung.web.shared.formats import format_moment
from tiemchung.web.shared.gate import open_to_citizen
from tiemchung.web.shared.photos import photo_answer
from tiemchung.web.shared.typed import text_in
from tiemchung.web.shared.words import has_words, say

MAX_TEXT = 1000
# Moves inside an office, which tell the reporter nothing that the state does not say.
_QUIET = frozenset({"RELEASE", "WARN"})
_ANSWERED = frozenset({CaseState.UPDATED, CaseState.REJECTED})


@dataclass(frozen=True, slots=True)
class Followed:
    """One case of this reader; `own` where this phone reported it, which alone may read texts and act."""

    case: Progress
    own: bool


def _listed(request: HttpRequest) -> tuple[ListedCase, ...]:
    by = reader(request)
    profiles = [profile for holder in holders_of(by.person_ids).values() for profile in holder.profile_ids]
    return cases_listed(by, contact_in(request), profiles)


def _one(request: HttpRequest, ref: str) -> Followed:
    """Give one of these cases; every other number is a page that does not exist."""
    own = progress_of(ref, contact_in(request))
    if own is not None:
        return Followed(own, own=True)
    about = next((case for case in _listed(request) if case.ref == clean_ref(ref)), None)
    found = progress_of(about.ref, about.contact_key) if about else None
    if found is None:
        raise Http404
    return Followed(found, own=False)


@require_safe
@open_to_citizen
def reports_page(request: HttpRequest) -> HttpResponse:
    """List the reports, each with its state, who answers and by when."""
    cases = _listed(request)
    units = units_named(case.desk for case in cases)
    people = _mine(request, {case.person_id for case in cases if case.person_id})
    lines = [
        {
            "case": case,
            "ref": shown_ref(case.ref),
            "desk": units[case.desk.unit_id],
            "late": is_late(case),
            "name": people[case.person_id].full_name if case.person_id in people else "",
        }
        for case in cases
    ]
    return book_page(request, "list", {"lines": lines})


def _mine(request: HttpRequest, person_ids: Iterable[UUID]) -> dict[UUID, Holder]:
    """Give those of these persons who are in this book; a desk may have settled a report on somebody else."""
    found = holders_of(person_ids)
    return {old: holder for old, holder in found.items() if holder.person_id in reader(request).person_ids}


def is_late(case: Progress | ListedCase) -> bool:
    """Tell whether the answer is overdue."""
    return case.state in OPEN | {CaseState.JOINED} and clock.now() >= case.due_at


@require_safe
@open_to_citizen
def report_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one report: who holds it, by when, its last and next step, and where the correction has travelled."""
    return _report_page(request, _one(request, ref))


def _report_page(
    request: HttpRequest, followed: Followed, errors: Errors | None = None, text: str = ""
) -> HttpResponse:
    case, own = followed.case, followed.own
    shown = [step for step in case.steps if step.step not in _QUIET]
    units = units_named([case.desk, *_desks_of(shown)])
    question = next((step.text for step in reversed(shown) if step.step == "ASK_BACK"), "")
    facts = {
        "case": case,
        "own": own,
        "ref": shown_ref(case.ref),
        "late": is_late(case),
        "late_words": late_words(case.desk),
        "standing": state_sentence(case),
        "part": part_sentence(case, units[case.desk.unit_id]),
        "desk": units[case.desk.unit_id],
        "why": say(f"case.why.{case.why}") if has_words(f"case.why.{case.why}") else "",
        "steps": [_told(step, units, own=own) for step in shown],
        "last": _told(shown[-1], units, own=False) if shown else None,
        "question": question if own and case.state is CaseState.NEED_MORE_INFO else "",
        "refusal": _refusal(case) if own else "",
        "travel": _travel(case),
        "may_answer": own and case.state in OPEN,
        "may_withdraw": own and case.state in OPEN | {CaseState.JOINED},
        "may_reopen": own and case.state in _ANSWERED,
        "pages": evidence_of(case.case_id) if own else (),
        "card": next(iter(_mine(request, [case.person_id]).values()), None) if case.person_id else None,
        "just_sent": request.session.get(SENT) == case.ref and len(shown) <= 1,
        "text": text,
        "limit": MAX_TEXT,
        "most": MOST_PAGES,
    }
    return book_page(request, "report", facts, errors)


def _desks_of(steps: Iterable[StepView]) -> list[Desk]:
    return [Desk(step.unit_id, DeskLevel(step.unit_level)) for step in steps if step.unit_id and step.unit_level]


def _told(step: StepView, units: dict[UUID, str], *, own: bool) -> dict[str, Any]:
    """Give one step as the history lists it; what was written is shown to the phone that reported."""
    unit = units.get(step.unit_id, "") if step.unit_id and step.by_kind != Kind.CITIZEN else ""
    facts = [format_moment(step.at), unit, step.text if own else ""]
    return {"title": step_title(step, "report.step"), "facts": [fact for fact in facts if fact]}


def _refusal(case: Progress) -> str:
    key = f"case.refusal.{case.refusal}.citizen"
    return say(key) if case.refusal and has_words(key) and say(key) not in case.answer else ""


def _travel(case: Progress) -> list[dict[str, str]]:
    """Give where the correction has arrived; a stop that any part still waits for waits."""
    stops: dict[str, list[dt.datetime | None]] = {}
    for stop in travel_of(case.effects):
        stops.setdefault(stop.stop, []).append(stop.at)
    return [{"key": say(f"report.travel.{stop}"), "value": _arrived(times)} for stop, times in stops.items()]


def _arrived(times: list[dt.datetime | None]) -> str:
    known = [moment for moment in times if moment is not None]
    return say("report.travel.done", moment=max(known)) if len(known) == len(times) else say("report.travel.waiting")


@require_safe
@open_to_citizen
def report_photo(request: HttpRequest, ref: str, page_id: UUID) -> HttpResponse:
    """Show one cleaned photo to the phone that sent it, and to nobody else here."""
    case = progress_of(ref, contact_in(request))
    if case is None:
        raise Http404
    return photo_answer(case.case_id, page_id)


@require_POST
@open_to_citizen
def act_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer the desk, add photos, take the report back, or say that the answer does not hold."""
    followed = _one(request, ref)
    if not followed.own:
        raise Http404
    text = text_in(request.POST, "text", MAX_TEXT)
    try:
        refused = _act(request, followed.case, text)
    except Refused as caught:
        refused = caught.verdict
    if refused is not None:
        field = "evidence" if refused.refusals[0].code.startswith("EVIDENCE_") else "text"
        return _report_page(request, _one(request, ref), {field: first_words(refused)}, text)
    return redirect("citizen:report", ref=followed.case.ref)


def _act(request: HttpRequest, case: Progress, text: str) -> Verdict | None:
    by, at, contact = reader(request), clock.now(), contact_in(request)
    match request.POST.get("do"):
        case "answer":
            return _answer(request, case, text)
        case "withdraw":
            because = text or say("book_report.withdraw.because")
            withdraw_declared(by=by, at=at, ref=case.ref, contact_key=contact, because=because)
        case "reopen":
            reopen_case(by=by, at=at, ref=case.ref, contact_key=contact, text=text)
    return None


def _answer(request: HttpRequest, case: Progress, text: str) -> Verdict | None:
    by, at, photos = reader(request), clock.now(), request.FILES.getlist("evidence")[:MOST_PAGES]
    if case.state not in OPEN or not (text or photos):
        return refuse("CASE_OVER") if case.state not in OPEN else refuse("REPLY_MISSING")
    for photo in photos:
        attach_evidence(by=by, at=at, case_id=case.case_id, raw=photo.read(LARGEST + 1))
    said = text or say("report.progress.photo_only")
    answer_back(by=by, at=at, ref=case.ref, contact_key=contact_in(request), text=said)
    return None
