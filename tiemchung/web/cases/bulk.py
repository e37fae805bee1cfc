"""Bulk corrections: proposed by one, seen dose by dose before and after, approved by a second, undone whole."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tiemchung.cases import actions, reads
from tiemchung.cases.bulks import BulkLine, BulkPreview, BulkView
from tiemchung.cases.rules import clean_ref, shown_ref
from tiemchung.cases.rules.bulk import IN_THE_CODE, BulkCause, BulkState, BulkStep, may_approve_bulk, may_step_bulk
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look
from tiemchung.core.verdict import Reason, Verdict
from tiemchung.places import reads as places
from tiemchung.web.cases.bulk_form import facility_choices, read_bulk
from tiemchung.web.cases.bulk_given_by import vaccinator_items, vaccinator_name, vaccinators_at
from tiemchung.web.cases.bulk_prefill import prefilled
from tiemchung.web.cases.dose_form import product_items
from tiemchung.web.cases.frame import opened
from tiemchung.web.cases.sides import fact_rows, product_name
from tiemchung.web.shared.formats import format_date
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import BULK_ROLES, actor_of, staff_page, tell
from tiemchung.web.shared.trying import attempt
from tiemchung.web.shared.typed import key_in, line_in, text_in
from tiemchung.web.shared.words import has_words, say, say_reason

open_to_bulk = open_to_staff(*BULK_ROLES)
_FIELD_OF = {
    "BULK_DAYS": "since-day",
    "BULK_ONE_DAY": "since-day",
    "REASON_MISSING": "because",
    "BULK_CHANGES_NOT_OF_CAUSE": "cause",
    "BULK_EMPTY": "lot_number",
    "BULK_TOO_MANY": "lot_number",
    "NOT_YOUR_PLACE": "facility",
}


@open_to_bulk
@require_GET
def bulk(request: HttpRequest) -> HttpResponse:
    """Show the bulk corrections of the reader's desk, and those that wait for them as the second person."""
    by, at = actor_of(request), clock.now()
    mine, waiting = reads.bulks_of_desk(by, at), reads.bulks_to_approve(by, at)
    return staff_page(request, "cases/bulk.html", mine=[_line(v) for v in mine], waiting=[_line(v) for v in waiting])


@open_to_bulk
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Take in a proposal: nothing is changed by it yet."""
    by = actor_of(request)
    if request.method == "GET":
        typed = {"facility": by.facility_id} | _from_case(request)
        return _form(request, typed, {}, str(uuid4()))
    read, key = read_bulk(request.POST), key_in(request.POST)
    if request.POST.get("step") == "find_place":
        return _form(request, read.typed, {}, key, words=line_in(request.POST, "words", 100))
    cause, criteria = read.cause, read.criteria
    if (one := read.typed["vaccinator"]) and one not in _given_by(by, read.typed["facility"]):
        read.errors["vaccinator"] = say("bulk_given_by.not_there")
    if cause is None or criteria is None or read.errors:
        return _form(request, read.typed, read.errors, key)
    tried = attempt(
        lambda: actions.propose_bulk(
            by=by,
            at=clock.now(),
            key=key,
            cause=cause,
            criteria=criteria,
            changes=read.changes,
            because=read.typed["because"],
            case_ref=read.typed["case_ref"],
        )
    )
    if tried.possible:
        tell(request, "cases.bulk.proposed")
        return redirect("cases:bulk_list", bulk_id=tried.answer)
    errors = {_FIELD_OF[r.code]: say_reason(r) for r in tried.verdict.refusals if r.code in _FIELD_OF}
    rest = Verdict(tuple(r for r in tried.verdict.reasons if r.code not in _FIELD_OF))
    return _form(request, read.typed, errors, key, verdict=rest)


def _from_case(request: HttpRequest) -> dict[str, Any]:
    """Give what the case that the address names fills in; its number alone where it is not the reader's."""
    ref = clean_ref(line_in(request.GET, "phan-anh", 20))
    try:
        return prefilled(opened(request, ref)) if ref else {}
    except Http404:
        return {"case_ref": ref}


def _given_by(by: Actor, facility_id: UUID | None) -> set[UUID]:
    found = vaccinators_at(by, [facility_id] if facility_id else [], clock.today())
    return {one.staff_id for one in found}


def _form(
    request: HttpRequest,
    typed: dict[str, Any],
    errors: dict[str, str],
    key: str,
    *,
    words: str = "",
    verdict: Verdict | None = None,
) -> HttpResponse:
    by = actor_of(request)
    facilities = facility_choices(by, typed, words)
    houses = {UUID(key): name for key, name in facilities}
    return staff_page(
        request,
        "cases/bulk_form.html",
        422 if errors or (verdict is not None and verdict.reasons) else 200,
        typed=typed,
        errors=errors,
        key=key,
        words=words,
        verdict=Verdict() if verdict is None else verdict,
        causes=[(cause, say(f"bulk.cause.{cause}")) for cause in BulkCause],
        products=[("", say("cases.bulk.any_product")), *product_items(typed.get("product", ""))[1:]],
        new_products=product_items(typed.get("new_product", "")),
        facilities=facilities,
        vaccinators=vaccinator_items(
            vaccinators_at(by, houses, clock.today()), houses, say("bulk_given_by.everybody")
        ),
    )


@open_to_bulk
@require_GET
def bulk_list(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """Show a bulk correction dose by dose, before and after, with what refuses; and what may be done with it."""
    return _list_page(request, bulk_id)


@open_to_bulk
@require_POST
def approve(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """Let a proposal run, as the second person."""
    by = actor_of(request)
    return _step(request, bulk_id, "approved", lambda: actions.approve_bulk(by=by, at=clock.now(), bulk_id=bulk_id))


@open_to_bulk
@require_POST
def withdraw(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """Drop a proposal that does not run yet."""
    by, why = actor_of(request), text_in(request.POST, "because")

    def act() -> None:
        actions.withdraw_bulk(by=by, at=clock.now(), bulk_id=bulk_id, because=why)

    return _step(request, bulk_id, "withdrawn", act)


@open_to_bulk
@require_POST
def undo(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """Have every dose put back as it was."""
    by, why = actor_of(request), text_in(request.POST, "because")

    def act() -> None:
        actions.undo_bulk(by=by, at=clock.now(), bulk_id=bulk_id, because=why)

    return _step(request, bulk_id, "undoing", act)


def _step(request: HttpRequest, bulk_id: UUID, done: str, act: Callable[[], Any]) -> HttpResponse:
    if reads.bulk_view(actor_of(request), clock.now(), bulk_id) is None:
        raise Http404
    tried = attempt(act)
    if tried.possible:
        tell(request, f"cases.bulk.{done}")
        return redirect("cases:bulk_list", bulk_id=bulk_id)
    return _list_page(request, bulk_id, verdict=tried.verdict, because=text_in(request.POST, "because"))


def _list_page(
    request: HttpRequest, bulk_id: UUID, *, verdict: Verdict | None = None, because: str = ""
) -> HttpResponse:
    by, at = actor_of(request), clock.now()
    after = request.GET.get("after", "")
    found = reads.bulk_preview(by, at, bulk_id, after=_id(after))
    if found is None:
        raise Http404
    purpose = f"BULK {bulk_id}"
    note_look(by=by, at=at, action="cases.see_bulk", subject_ids={x.profile_id for x in found.lines}, purpose=purpose)
    refused = Verdict() if verdict is None else verdict
    said = [r for r in refused.refusals if r.code == "REASON_MISSING"]
    return staff_page(
        request,
        "cases/bulk_list.html",
        200 if verdict is None else 422,
        view=found.bulk,
        title=say(f"bulk.cause.{found.bulk.cause}"),
        summary=summary_of(found.bulk),
        lines=[line_told(line) for line in found.lines],
        tally=tally_of(found),
        undo_words=undo_words(found.bulk),
        counts=[{"number": n, "label": say(f"state.bulk_item.{s}.label")} for s, n in found.bulk.items.items() if n],
        may={step.lower(): may_step_bulk(found.bulk.state, step).allowed for step in BulkStep},
        second=may_approve_bulk(found.bulk.proposed_by, by.id),
        running=found.bulk.state in (BulkState.APPROVED, BulkState.UNDOING),
        verdict=Verdict(tuple(r for r in refused.reasons if r not in said)),
        because=because,
        errors={"because": say_reason(said[0])} if said else {},
        more=f"?after={found.more}" if found.more else None,
        first=reverse("cases:bulk_list", kwargs={"bulk_id": bulk_id}) if after else None,
    )


def summary_of(view: BulkView) -> list[dict[str, str]]:
    """Give what all the doses have in common, what they should be, and who said so."""
    names = _facility_names(view)
    asked = view.criteria
    days = format_date(asked.since) + (f" – {format_date(asked.until)}" if asked.until != asked.since else "")
    common = [names.get(asked.facility_id, ""), days, product_name(asked.product), asked.lot_number]
    common.append(vaccinator_name(asked.vaccinator_id))
    after = [_change_words(name, value, names) for name, value in view.changes.items()]
    rows = [
        ("common", ", ".join(part for part in common if part)),
        ("should_be", "; ".join(after)),
        ("because", view.because),
        ("case", shown_ref(view.case_ref) if view.case_ref else ""),
        ("proposed_by", say("cases.file.step", at=view.proposed_at, who=view.proposed_name)),
        ("approved_by", _who_when(view.approved_at, view.approved_name)),
        ("undone", f"{_who_when(view.undone_at, '')} {view.undone_because}".strip()),
    ]
    return [{"key": say(f"cases.bulk.{key}"), "value": value} for key, value in rows if value]


def _who_when(at: Any, who: str) -> str:
    if at is None:
        return ""
    return say("cases.file.step", at=at, who=who) if who else say("cases.file.step_at", at=at)


def _facility_names(view: BulkView) -> dict[UUID, str]:
    ids = [key for key in (view.criteria.facility_id, view.changes.get("facility_id")) if key]
    return {key: found.name for key, found in places.facilities_by_id(ids).items()}


def _change_words(name: str, value: Any, names: dict[UUID, str]) -> str:
    label = say(f"cases.fact.{'place' if name == 'place_name' else name}")
    if name == "facility_id":
        return f"{label}: {names.get(value, '')}"
    return f"{label}: {format_date(value) if name == 'given_on' else product_name(str(value))}"


def line_told(line: BulkLine) -> dict[str, Any]:
    """Give one dose of the list: each fact before and after, and why not where it will not."""
    why = [say_reason(reason) for reason in line.verdict.reasons]
    if line.problem:
        why = [problem_words(line.problem)]
    return {
        "name": line.name,
        "state": line.state,
        "cells": [cell for cell in fact_rows(line.before, line.after) if cell.differs or line.after is None],
        "refused": not line.verdict.allowed,
        "loses_signature": line.loses_signature,
        "why": why,
    }


def problem_words(code: str) -> str:
    """Say why a dose was not corrected; words that need facts which are not kept are said by the code's own name."""
    key = f"verdict.{code}" if has_words(f"verdict.{code}") else f"verdict.{code}.text"
    try:
        return say_reason(Reason(code)) if has_words(key) else code
    except KeyError:
        return code


def tally_of(found: BulkPreview) -> list[str]:
    """Say how many doses of the page will be refused, come with a warning, or lose a signature."""
    counts = (("refused", found.refused), ("warned", found.warned))
    told = [say(f"cases.bulk.tally.{name}", n=n) for name, n in counts if n]
    if not found.signed:
        return told
    code = say(f"bulk_signing.code.{'REVOKED' if found.bulk.cause in IN_THE_CODE else 'STANDS'}")
    return [*told, f"{say('bulk_signing.lost', n=found.signed)} {code} {say('bulk_signing.for_good')}"]


def undo_words(view: BulkView) -> str:
    """Say what an undo brings back and what not."""
    words = [say("cases.bulk.undo_text"), say("bulk_signing.undo")]
    return " ".join([*words, say("bulk_signing.undo_code")] if view.cause in IN_THE_CODE else words)


def _line(view: BulkView) -> dict[str, Any]:
    facility = _facility_names(view).get(view.criteria.facility_id, "")
    return {
        "title": say("cases.bulk.line", cause=say(f"bulk.cause.{view.cause}"), n=view.total),
        "href": reverse("cases:bulk_list", kwargs={"bulk_id": view.id}),
        "facts": [facility, say("cases.bulk.proposed_at", at=view.proposed_at, name=view.proposed_name)],
        "state": view.state,
    }


def _id(text: str) -> UUID | None:
    try:
        return UUID(text[:40]) if text else None
    except ValueError:
        return None
