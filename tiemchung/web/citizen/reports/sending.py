"""Where the dose was given; then the check page with photos, and the sending."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.access.actions import take_report
from tiemchung.cases.actions import declared_facts, open_case, report_declared
from tiemchung.cases.evidence.actions import MOST_PAGES, attach_evidence, drop_evidence_of
from tiemchung.cases.evidence.cleaning import LARGEST
from tiemchung.cases.kinds import Door
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.values import OpenedCase
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.people.reads import Holder
from tiemchung.web.citizen import pending as under_way
from tiemchung.web.citizen.card_facts import product_name
from tiemchung.web.citizen.reports import draft as drafts
from tiemchung.web.citizen.reports.draft import ReportDraft
from tiemchung.web.citizen.reports.frame import Errors, book_page, first_words, holder_in, reader
from tiemchung.web.citizen.reports.names import place_line
from tiemchung.web.shared.claim_places import NOT_LISTED, placed_dose, places_offered, sought_in
from tiemchung.web.shared.formats import format_date, mask_identifier
from tiemchung.web.shared.gate import network_address, open_to_citizen
from tiemchung.web.shared.place_area import read_place_area
from tiemchung.web.shared.typed import line_in, text_in
from tiemchung.web.shared.words import say

MAX_TEXT = 1000
SENT = "citizen_report_sent"


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_citizen
def place_page(request: HttpRequest) -> HttpResponse:
    """Find the place as it stood that day, or take the citizen's own words for it."""
    draft = drafts.draft_in(request.session)
    if draft is None or draft.dose is None:
        return redirect("citizen:reports")
    holder = holder_in(request, draft.person_id)
    if request.method != "POST":
        return _place_page(request, holder, draft.dose)
    chosen, area = request.POST.get("place", "")[:60], read_place_area(request.POST, clock.today())
    placed = placed_dose(draft.dose, chosen, line_in(request.POST, "place_name", 200), area.area_id)
    if isinstance(placed, str):
        return _place_page(request, holder, draft.dose, {placed: say(f"report.place.{placed}_missing")})
    if chosen == NOT_LISTED and area.errors:
        return _place_page(request, holder, draft.dose, area.errors)
    drafts.keep(request.session, draft.changed(dose=placed, placed=True))
    return redirect("citizen:report_send")


def _place_page(request: HttpRequest, holder: Holder, dose: ClaimedDose, errors: Errors | None = None) -> HttpResponse:
    typed = sought_in(request.POST or request.GET)
    items = places_offered(typed, dose.given_on)
    facts = {
        "holder": holder,
        "q": typed,
        "found": items,
        "chosen": request.POST.get("place", "")[:60] or (NOT_LISTED if typed and not items else None),
        "place_name": line_in(request.POST, "place_name", 200) if request.POST else typed,
        "area": read_place_area(request.POST, clock.today()),
        "day": format_date(dose.given_on),
    }
    return book_page(request, "place", facts, errors)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_citizen
def send_page(request: HttpRequest) -> HttpResponse:
    """Show what will be sent, take photos of the paper and a word more, and send it."""
    draft = drafts.draft_in(request.session)
    if draft is None:
        return _sent_already(request)
    holder = holder_in(request, draft.person_id)
    if not draft.placed:
        return redirect("citizen:report_place")
    if request.method != "POST":
        return _send_page(request, holder, draft)
    if request.POST.get("draft") != str(draft.case_id):  # another window has begun another report since
        return _send_page(request, holder, draft, {"": say("book_report.send.other_draft")})
    text = text_in(request.POST, "text", MAX_TEXT + 1)
    if len(text) > MAX_TEXT:
        return _send_page(request, holder, draft, {"text": say("report.paper.text_long", limit=MAX_TEXT)}, text)
    phone = under_way.phone_of(request.session)
    if phone is None:
        return redirect("citizen:sign_in")
    try:
        opened = _send(request, holder, draft, phone, text)
    except Refused as refused:
        field = "evidence" if any(r.code.startswith("EVIDENCE_") for r in refused.verdict.refusals) else "text"
        return _send_page(request, holder, draft, {field: first_words(refused.verdict)}, text)
    drafts.forget(request.session)
    request.session[SENT] = opened.ref
    return redirect("citizen:report", ref=opened.ref)


def _sent_already(request: HttpRequest) -> HttpResponse:
    ref = request.session.get(SENT)
    return redirect("citizen:report", ref=ref) if ref else redirect("citizen:reports")


def _send(request: HttpRequest, holder: Holder, draft: ReportDraft, phone: str, text: str) -> OpenedCase:
    """Attach the photos and open the case; a refused report leaves no photo behind."""
    by, at = reader(request), clock.now()
    try:
        for photo in request.FILES.getlist("evidence")[:MOST_PAGES]:
            # One byte more than the largest tells a file that is too large without reading all of it.
            attach_evidence(by=by, at=at, case_id=draft.case_id, raw=photo.read(LARGEST + 1))
        with transaction.atomic():
            take_report(at=at, phone=phone, network=network_address(request), proved=True)
            return _open(request, holder, draft, phone, text)
    except Refused:
        drop_evidence_of(by=by, at=at, case_id=draft.case_id)
        raise


def _open(request: HttpRequest, holder: Holder, draft: ReportDraft, phone: str, text: str) -> OpenedCase:
    claim = Claim(
        full_name=holder.full_name,
        birth_date=holder.birth_date,
        birth_precision=holder.birth_precision,
        sex=holder.sex,
        doses=(draft.dose,) if draft.dose else (),
        wanted=draft.wanted,
        text=text,
    )
    ask: dict[str, Any] = {
        "by": reader(request), "at": clock.now(), "key": f"book:{draft.case_id}", "case_id": draft.case_id,
        "claim": claim, "phone": phone, "person_id": holder.person_id,
        "language": request.lang,  # type: ignore[attr-defined]
    }  # fmt: skip
    if draft.kind == drafts.DECLARED and draft.dose is not None:
        return report_declared(**ask, facts=declared_facts(draft.dose)).opened
    return open_case(**ask, kind=draft.kind, door=Door.BOOK, dose_id=draft.dose_id)


def _send_page(
    request: HttpRequest, holder: Holder, draft: ReportDraft, errors: Errors | None = None, text: str = ""
) -> HttpResponse:
    facts = {
        "holder": holder,
        "draft": draft,
        "rows": told_rows(draft),
        "text": text,
        "limit": MAX_TEXT,
        "most": MOST_PAGES,
    }
    return book_page(request, "send", facts, errors)


def told_rows(draft: ReportDraft) -> list[dict[str, str]]:
    """Give what the draft says, row by row, as the reader will recognise it."""
    rows = [("what", say(f"book_report.kind.{draft.kind}"))]
    if draft.dose is not None:
        rows += [
            ("product", product_name(draft.dose.product)),
            ("day", format_date(draft.dose.given_on)),
            ("lot", draft.dose.lot_number or say("card.dose.no_lot")),
            ("place", place_line(draft.dose)),
        ]
    wanted = draft.wanted
    if "full_name" in wanted:
        rows.append(("full_name", wanted["full_name"]))
    if "birth_date" in wanted:
        year, month, day = wanted["birth_date"].split("-")
        parts = {"DAY": (day, month, year), "MONTH": (month, year)}.get(wanted["birth_precision"], (year,))
        rows.append(("birth_date", "/".join(parts)))
    if "sex" in wanted:
        rows.append(("sex", say(f"report.sex.{wanted['sex']}")))
    if "number" in wanted:
        rows.append(("number", mask_identifier(wanted["number"])))
    return [{"key": say(f"book_report.row.{name}"), "value": value} for name, value in rows]
