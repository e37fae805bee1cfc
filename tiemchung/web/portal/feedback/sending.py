"""Steps 4 and 5: all answers at a glance, the proof of work, the code to the phone, and the report is a case."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.cases.actions.drafting import confirm_draft, may_send, send_draft
from tiemchung.cases.drafts import Asked, Draft, DraftState, Question, dose_orders, first_missing
from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.people.rules.births import birth_text
from tiemchung.web.portal.feedback.doses import dose_heading
from tiemchung.web.portal.feedback.frame import (
    Errors,
    address_of,
    asks,
    draft_in,
    first_words,
    lead_to,
    lead_to_start,
    question_page,
    reason_words,
    token_of,
)
from tiemchung.web.portal.feedback.names import area_names, place_line, product_name
from tiemchung.web.shared.captcha import judged
from tiemchung.web.shared.chosen_language import code_language, keep_picked
from tiemchung.web.shared.formats import format_date, format_phone, mask_phone
from tiemchung.web.shared.gate import network_address, open_to_public
from tiemchung.web.shared.known_device import device_in, keep_known
from tiemchung.web.shared.language import spoken_language
from tiemchung.web.shared.told_once import Told, tell_on, told_on
from tiemchung.web.shared.typed import code_in
from tiemchung.web.shared.words import say, sentence

Rows = list[dict[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
@asks(Question.CHECK)
def check_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Show all answers; a proof of work sends the code to the phone that was given."""
    if request.method != "POST":
        return _check_page(request, draft)
    verdict = may_send(draft, clock.now())
    if not verdict.allowed:
        return _check_page(request, draft, {"": first_words(verdict)})
    proof = judged(request, code_follows=True)
    if not proof.allowed:
        return _check_page(request, draft, {"captcha": first_words(proof)})
    refused = _send(request, draft)
    if refused is not None:
        return _check_page(request, draft, {"": first_words(refused)})
    return redirect("portal:feedback_code")


def _send(request: HttpRequest, draft: Draft) -> Verdict | None:
    try:
        send_draft(
            by=PUBLIC, at=clock.now(), token=token_of(request), network=network_address(request),
            text=sentence("report.sms.code", code_language(request, draft.phone)), device=device_in(request).token,
        )  # fmt: skip
    except Refused as refused:
        if "DRAFT_GONE" in str(refused) or "DRAFT_SENT" in str(refused):
            raise
        return refused.verdict
    return None


def _check_page(request: HttpRequest, draft: Draft, errors: Errors | None = None) -> HttpResponse:
    kind = draft.kind_rules
    facts = {
        "person": _person_rows(draft),
        "about": _about_rows(draft),
        "doses": [_dose_part(draft, dose.order) for dose in draft.claim.doses],
        "more": bool(kind and dose_orders(kind) and len(draft.claim.doses) < kind.doses[1]),
        "may_drop": bool(kind and len(draft.claim.doses) > kind.doses[0]),
        "wanted": _wanted_rows(draft),
        "paper": _paper_rows(draft),
        "waiting": draft.state is DraftState.CODE_PENDING,
    }
    return question_page(request, draft, Asked(Question.CHECK), facts, errors)


def _row(key: str, value: str, asked: Asked | None = None) -> dict[str, str]:
    """Give one answer; one with a page of its own leads back to it, all others are changed from their heading."""
    row = {"key": say(key), "value": value or say("report.check.nothing")}
    return row | {"href": address_of(asked), "hidden": row["key"]} if asked else row


def _person_rows(draft: Draft) -> Rows:
    claim = draft.claim
    born = birth_text(claim.birth_date, claim.birth_precision) if claim.birth_date else ""
    return [
        _row("report.person.name", claim.full_name),
        _row("report.person.birth", born),
        _row("report.person.sex", say(f"report.sex.{claim.sex}")),
        _row("report.person.phone", format_phone(draft.phone)),
        _row("report.person.number", ", ".join(number for _, number in claim.numbers)),
        _row("report.person.workplace", claim.workplace),
    ]


def _about_rows(draft: Draft) -> Rows:
    return [
        _row("report.area.title_short", area_names(draft.claim), Asked(Question.AREA)),
        _row("report.kind.title_short", say(f"case.kind.{draft.kind}.label"), Asked(Question.KIND)),
    ]


def _dose_part(draft: Draft, order: int) -> dict[str, Any]:
    dose, heading = draft.dose(order), dose_heading(draft, order)
    if dose is None:
        return {}
    rows = [
        _row("report.dose.product", product_name(dose.product)),
        _row("report.dose.day", format_date(dose.given_on)),
        _row("report.dose.lot", dose.lot_number),
        _row("report.place.title_short", place_line(dose), Asked(Question.PLACE, order)),
    ]
    return {"order": order, "heading": heading, "href": address_of(Asked(Question.DOSE, order)), "rows": rows}


def _wanted_rows(draft: Draft) -> Rows:
    wanted, rows = dict(draft.claim.wanted), []
    if "birth_date" in wanted:
        year, month, day = wanted["birth_date"].split("-")
        shown = {"YEAR": (year,), "MONTH": (month, year)}.get(wanted.get("birth_precision", ""), (day, month, year))
        wanted["birth_date"] = "/".join(shown)
    if "sex" in wanted:
        wanted["sex"] = say(f"report.sex.{wanted['sex']}")
    wanted["phone"] = format_phone(draft.claim.other_phone)
    for name in ("full_name", "birth_date", "sex", "number", "phone"):
        if wanted.get(name):
            rows.append(_row(f"report.wanted.{name}", wanted[name]))
    return rows


def _paper_rows(draft: Draft) -> Rows:
    count = len(evidence_of(draft.id))
    return [
        _row("report.paper.title", say("report.paper.count", count=count) if count else ""),
        _row("report.paper.text", draft.claim.text),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
def code_page(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one makes the report a case, and asking twice makes it one case."""
    draft = draft_in(request)
    if draft is None:
        return lead_to_start("gone")
    if draft.receipt is not None:
        return redirect("portal:feedback_done")
    if draft.state is not DraftState.CODE_PENDING:
        return lead_to(first_missing(draft), why="first")
    if request.method != "POST":
        return _code_page(request, draft)
    if request.POST.get("do") == "again":
        return _again(request, draft)
    digits = code_in(request.POST)
    if not digits:
        return tell_on(request, Told({"code": say("citizen.code.six_digits")}))
    try:
        answer = confirm_draft(
            by=PUBLIC, at=clock.now(), token=token_of(request), code=digits, language=spoken_language(),
            device=device_in(request).token,
        )  # fmt: skip
    except Refused as refused:
        return tell_on(request, Told({"code": reason_words(refused.verdict.refusals[0])}))
    if answer.receipt is None:
        return tell_on(request, Told({"code": first_words(answer.verdict)}))
    if answer.first:
        keep_picked(request, contact_key(draft.phone))
    done = redirect("portal:feedback_done")
    return keep_known(request, done, draft.phone) if answer.first else done


def _again(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Send another code to the same phone; the limits of codes and reports stand before it."""
    if _wait(draft):
        return tell_on(request, Told({"again": say("citizen.code.wait", seconds=_wait(draft))}))
    try:
        refused = _send(request, draft)
    except Refused:
        return lead_to_start("gone")
    if refused is not None:
        return tell_on(request, Told({"again": first_words(refused)}))
    return tell_on(request, Told(sent_again=True))


def _wait(draft: Draft) -> int:
    at = clock.now()
    return max(0, -int((at - draft.again_at).total_seconds() // 1)) if draft.again_at else 0


def _code_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    asked = Asked(Question.CODE)
    told = told_on(request)
    facts = {"phone": mask_phone(draft.phone), "wait": _wait(draft), "sent_again": told.sent_again}
    return question_page(request, draft, asked, facts, told.errors)
