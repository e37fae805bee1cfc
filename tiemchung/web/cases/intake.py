"""Somebody comes to the desk without a phone: their report is taken down, and they leave with its number on paper.

Who has a phone reports by the portal or the health book; the unit must take a report from everybody who comes (R46).
"""

from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from tiemchung.cases import actions, reads
from tiemchung.cases.evidence.actions import MOST_PAGES, attach_evidence, drop_evidence_of
from tiemchung.cases.evidence.cleaning import LARGEST
from tiemchung.cases.kinds import Door, Kind, kinds_at
from tiemchung.cases.receiving import MAX_TEXT, may_receive
from tiemchung.cases.rules import Claim, ClaimedDose, Desk, DeskLevel
from tiemchung.cases.values import OpenedCase
from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.web.cases.frame import open_to_desks
from tiemchung.web.cases.letter import letter_page, receipt_of
from tiemchung.web.shared.claim_places import product_choices
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import date_in, key_in, line_in, text_in
from tiemchung.web.shared.words import say, say_reason

Typed = dict[str, Any]
BLOCKS = (1, 2)
HERE, ELSEWHERE = "here", "elsewhere"
_LINES = {"kind": 30, "full_name": 120, "number": 60, "address": 200, "place": 10, "place_name": 200, "spoken": 2}
_FIELD_OF = {
    "INTAKE_KIND_MISSING": "kind", "CLAIM_NAME_MISSING": "full_name", "CLAIM_BIRTH_MISSING": "birth-day",
    "CLAIM_BIRTH_FUTURE": "birth-day", "CLAIM_NUMBER_UNREADABLE": "number", "CLAIM_DAY_UNREADABLE": "given_1-day",
    "GIVEN_IN_FUTURE": "given_1-day", "CLAIM_DOSE_TOO_EARLY": "given_1-day", "CLAIM_DOSE_BEFORE_BIRTH": "given_1-day",
    "CLAIM_DOSES_OUT_OF_ORDER": "given_2-day", "TEXT_TOO_LONG": "text",
}  # fmt: skip


def kinds_here() -> dict[str, Kind]:
    """Give the kinds that a desk takes down; a dose is declared only in a book or a call that proved its person."""
    return {kind.code: kind for kind in kinds_at(Door.DESK) if not kind.declares}


@open_to_desks
@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    """Ask what is to be reported, take it down with the paper that was brought, and show the receipt to be printed."""
    by, at = actor_of(request), clock.now()
    desk = reads.desk_of_actor(by, at)
    if desk is None:
        return staff_page(request, "cases/no_desk.html", 403, verdict=refuse("CASE_NO_DESK"))
    typed, key = read_form(request), key_in(request.POST)
    if request.method != "POST":
        return _page(request, desk, typed, str(uuid4()), Verdict())
    claim, verdict = claim_of(typed, desk)
    kind = kinds_here().get(typed["kind"])
    verdict += refuse("INTAKE_KIND_MISSING") if kind is None else Verdict()
    # What is wrong with the person is said at once, also before anything was chosen; that kind asks for no dose.
    verdict += may_receive(kind or kinds_here()["PERSONAL_DATA"], Door.DESK, claim, clock.today(), evidence=0)
    if kind is None or not verdict.allowed:
        return _page(request, desk, typed, key, verdict)
    try:
        opened = _taken(request, kind, claim, key, typed["spoken"])
    except Refused as refused:
        return _page(request, desk, typed, key, refused.verdict)
    tell(request, "cases.intake.done")
    return letter_page(
        request, receipt_of(opened, kind.code, claim, typed["spoken"], at), at, can_open=opened.desk == desk
    )


def _taken(request: HttpRequest, kind: Kind, claim: Claim, key: str, spoken: str) -> OpenedCase:
    """Attach the papers and open the case; what is refused leaves no photo behind."""
    by, at, case_id = actor_of(request), clock.now(), uuid5(NAMESPACE_OID, f"cases.intake:{key}")
    try:
        for photo in request.FILES.getlist("evidence")[:MOST_PAGES]:
            # One byte more than the largest tells a file that is too large without reading all of it.
            attach_evidence(by=by, at=at, case_id=case_id, raw=photo.read(LARGEST + 1))
        return actions.open_case(
            by=by, at=at, key=key, kind=kind.code, door=Door.DESK, claim=claim, case_id=case_id, language=spoken
        )
    except Refused:
        drop_evidence_of(by=by, at=at, case_id=case_id)
        raise


def read_form(request: HttpRequest) -> Typed:
    """Read every field as typed."""
    data = request.POST
    typed: Typed = {name: line_in(data, name, most) for name, most in _LINES.items()}
    typed["spoken"] = typed["spoken"] if typed["spoken"] in ("vi", "en") else "vi"
    typed["place"] = typed["place"] if typed["place"] in (HERE, ELSEWHERE) else HERE
    typed |= {"birth": date_in(data, "birth"), "text": text_in(data, "text", MAX_TEXT + 1)}
    typed["doses"] = {
        n: {
            "product": line_in(data, f"product_{n}", 30),
            "lot_number": line_in(data, f"lot_{n}", 40),
            "given_on": date_in(data, f"given_{n}"),
        }
        for n in BLOCKS
    }
    return typed


def claim_of(typed: Typed, desk: Desk) -> tuple[Claim, Verdict]:
    """Give the claim that the form means, and what of it cannot be read."""
    verdict, kind = Verdict(), kinds_here().get(typed["kind"])
    least, most = kind.doses if kind else (0, 0)
    told = [dose for n in BLOCKS[: max(1, most)] if (dose := _dose(typed, n, desk, asked=n <= least)) is not None]
    for n in BLOCKS:
        day = typed["doses"][n]["given_on"]
        if not day.empty and (day.day is None or day.precision != "DAY"):
            verdict += refuse("CLAIM_DAY_UNREADABLE")
    numbers = tuple((str(system), value) for system, value in possible_systems(typed["number"])[:1])
    if typed["number"] and not numbers:
        verdict += refuse("CLAIM_NUMBER_UNREADABLE")
    claim = Claim(
        full_name=typed["full_name"],
        birth_date=typed["birth"].day,
        birth_precision=typed["birth"].precision,
        numbers=numbers,
        address_text=typed["address"],
        doses=tuple(told) if most else (),
        text=typed["text"],
        **_area(desk),
    )
    return claim, verdict


def _dose(typed: Typed, n: int, desk: Desk, *, asked: bool) -> ClaimedDose | None:
    said = typed["doses"][n]
    day = said["given_on"].day if said["given_on"].precision == "DAY" else None
    if not (asked or said["product"] or said["lot_number"] or day):
        return None
    here = typed["place"] == HERE and desk.level is DeskLevel.FACILITY
    return ClaimedDose(
        order=n,
        product=said["product"],
        lot_number=said["lot_number"],
        given_on=day,
        facility_id=desk.unit_id if here else None,
        place_name="" if here else typed["place_name"],
    )


def _area(desk: Desk) -> dict[str, Any]:
    """Give where a report belongs that names no facility: this desk's own area, which passes on what is not its."""
    today = clock.today()
    own = next((one for one in reads.ladder_of_desk(desk, today) if one.level in _AREAS), None)
    return {f"{own.level.lower()}_id": own.unit_id} if own else {}


_AREAS = frozenset({DeskLevel.COMMUNE, DeskLevel.DISTRICT, DeskLevel.PROVINCE})


def _page(request: HttpRequest, desk: Desk, typed: Typed, key: str, verdict: Verdict) -> HttpResponse:
    errors, rest = dict[str, str](), []
    for reason in verdict.reasons:
        field = _FIELD_OF.get(reason.code) or ("evidence" if reason.code.startswith("EVIDENCE_") else "")
        if field:
            errors.setdefault(field, say_reason(reason))
        else:
            rest.append(reason)
    facts = {
        "typed": typed,
        "key": key,
        "errors": errors,
        "verdict": Verdict(tuple(rest)),
        "kinds": [(code, say(f"case.kind.{code}.short")) for code in kinds_here()],
        "products": [("", say("cases.intake.product_unknown")), *product_choices()],
        "at_facility": desk.level is DeskLevel.FACILITY,
        "blocks": BLOCKS,
        "most": MOST_PAGES,
    }
    return staff_page(request, "cases/intake.html", 422 if verdict.refusals else 200, **facts)
