"""Somebody comes to the desk: their report is taken down, of the same kinds as everywhere, and its number is on paper.

The unit must take a report from everybody who comes (R46). Who has a phone is answered there too, once a code that was
sent to it has shown that it is theirs.
"""

from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from tiemchung.cases import actions, reads
from tiemchung.cases.evidence.actions import MOST_PAGES, attach_evidence, drop_evidence_of
from tiemchung.cases.evidence.cleaning import LARGEST
from tiemchung.cases.kinds import Door, Kind, kinds_at
from tiemchung.cases.receiving import may_receive
from tiemchung.cases.rules import Claim, Desk, DeskLevel
from tiemchung.cases.values import OpenedCase
from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.web.cases.frame import open_to_desks
from tiemchung.web.cases.intake_phone import ProvedPhone, prove_phone, send_intake_code
from tiemchung.web.cases.letter import letter_page, receipt_of
from tiemchung.web.shared.claim_form import (
    blocks_of,
    chosen_facility,
    days_readable,
    field_of,
    name_errors,
    read_claim,
    takes_more,
    told_doses,
    wanted_in,
)
from tiemchung.web.shared.claim_places import product_choices
from tiemchung.web.shared.claim_where import area_in, home_in, place_items, province_items
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import key_in, line_in
from tiemchung.web.shared.words import say, say_reason

Typed = dict[str, Any]
HERE, ELSEWHERE = "here", "elsewhere"
_OWN_FIELDS = {"INTAKE_KIND_MISSING": "kind", "INTAKE_PHONE_UNREADABLE": "phone", "INTAKE_CODE_MISSING": "code",
               "CODE_WRONG": "code"}  # fmt: skip
_ASKING = frozenset({"find", "more", "code"})  # the form is shown again with more in it, and nothing is judged


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
    kind = kinds_here().get(typed["kind"])
    if kind is None:
        verdict = refuse("INTAKE_KIND_MISSING") if request.method == "POST" else Verdict()
        return _kinds_page(request, verdict)
    if request.method != "POST":
        return _page(request, desk, kind, typed, str(uuid4()), Verdict())
    if typed["step"] in _ASKING:
        told = send_intake_code(request, typed, key) if typed["step"] == "code" else Verdict()
        return _page(request, desk, kind, typed, key, told)
    claim, verdict = claim_of(typed, desk, kind)
    verdict += may_receive(kind, Door.DESK, claim, clock.today(), evidence=0)
    again = name_errors(typed, kind, asks_name=True)
    if not verdict.allowed or again:
        return _page(request, desk, kind, typed, key, verdict, again)
    try:
        opened = _taken(request, kind, claim, key, typed)
    except Refused as refused:
        return _page(request, desk, kind, typed, key, refused.verdict)
    tell(request, "cases.intake.done")
    return letter_page(
        request, receipt_of(opened, kind.code, claim, typed["spoken"], at), at, can_open=opened.desk == desk
    )


def _taken(request: HttpRequest, kind: Kind, claim: Claim, key: str, typed: Typed) -> OpenedCase:
    """Attach the papers, use the code of the phone and open the case; what is refused leaves no photo behind."""
    by, at, case_id = actor_of(request), clock.now(), uuid5(NAMESPACE_OID, f"cases.intake:{key}")
    try:
        for photo in request.FILES.getlist("evidence")[:MOST_PAGES]:
            # One byte more than the largest tells a file that is too large without reading all of it.
            attach_evidence(by=by, at=at, case_id=case_id, raw=photo.read(LARGEST + 1))
        with transaction.atomic():  # a code that opened no case is not spent
            proved = prove_phone(request, typed, key)
            opened = _opened(request, kind, claim, key, typed["spoken"], proved) if proved.verdict.allowed else None
        if opened is None:
            raise Refused(proved.verdict)
        return opened
    except Refused:
        drop_evidence_of(by=by, at=at, case_id=case_id)
        raise


def _opened(
    request: HttpRequest, kind: Kind, claim: Claim, key: str, spoken: str, proved: ProvedPhone
) -> OpenedCase:
    return actions.open_case(
        by=actor_of(request), at=clock.now(), key=key, kind=kind.code, door=Door.DESK, claim=claim,
        case_id=uuid5(NAMESPACE_OID, f"cases.intake:{key}"), language=spoken, phone=proved.phone,
    )  # fmt: skip


def read_form(request: HttpRequest) -> Typed:
    """Read every field as typed; the kind stands in the address before the form is sent."""
    data = request.POST
    typed = read_claim(data) | {"kind": line_in(data if request.method == "POST" else request.GET, "kind", 30)}
    typed |= {name: line_in(data, name, most) for name, most in (("phone", 60), ("code", 20), ("step", 10))}
    spoken, place = line_in(data, "spoken", 2), line_in(data, "place", 10)
    typed["spoken"] = spoken if spoken in ("vi", "en") else "vi"
    typed["place"] = place if place in (HERE, ELSEWHERE) else HERE
    return typed


def claim_of(typed: Typed, desk: Desk, kind: Kind) -> tuple[Claim, Verdict]:
    """Give the claim that the form means, and what of it cannot be read."""
    here = typed["place"] == HERE and desk.level is DeskLevel.FACILITY
    facility, place = (desk.unit_id, "") if here else chosen_facility(typed)
    told = told_doses(typed, kind, facility_id=facility, place_name=place)
    wanted, other_phone, verdict = wanted_in(typed, kind)
    numbers = tuple((str(system), value) for system, value in possible_systems(typed["number"])[:1])
    if typed["number"] and not numbers:
        verdict += refuse("CLAIM_NUMBER_UNREADABLE")
    claim = Claim(
        full_name=typed["full_name"],
        birth_date=typed["birth"].day,
        birth_precision=typed["birth"].precision,
        numbers=numbers,
        address_text=typed["address"],
        doses=told,
        wanted=wanted,
        other_phone=other_phone,
        text=typed["text"],
        **(home_in(typed) if not told and area_in(typed) else _area(desk)),
    )
    return claim, days_readable(typed, told) + verdict


def _area(desk: Desk) -> dict[str, Any]:
    """Give where a report belongs that names no facility: this desk's own area, which passes on what is not its."""
    today = clock.today()
    own = next((one for one in reads.ladder_of_desk(desk, today) if one.level in _AREAS), None)
    return {f"{own.level.lower()}_id": own.unit_id} if own else {}


_AREAS = frozenset({DeskLevel.COMMUNE, DeskLevel.DISTRICT, DeskLevel.PROVINCE})


def _kinds_page(request: HttpRequest, verdict: Verdict) -> HttpResponse:
    errors = {"kind": say_reason(verdict.refusals[0])} if verdict.refusals else {}
    kinds = [(code, say(f"case.kind.{code}.short")) for code in kinds_here()]
    return staff_page(request, "cases/intake_kind.html", 422 if errors else 200, kinds=kinds, errors=errors)


def _page(
    request: HttpRequest,
    desk: Desk,
    kind: Kind,
    typed: Typed,
    key: str,
    verdict: Verdict,
    again: dict[str, str] | None = None,
) -> HttpResponse:
    errors, rest = dict(again or {}), []
    for reason in verdict.reasons:
        field = _OWN_FIELDS.get(reason.code) or field_of(reason.code, reason.facts.get("dose"))
        field = field or ("evidence" if reason.code.startswith("EVIDENCE_") else "")
        if field:
            errors.setdefault(field, say_reason(reason))
        else:
            rest.append(reason)
    blocks = blocks_of(typed, kind, more=typed["step"] == "more")
    facts = {
        "typed": typed,
        "key": key,
        "errors": errors,
        "verdict": Verdict(tuple(rest)),
        "kind": kind,
        "wants": kind.wants,
        "products": [("", say("cases.intake.product_unknown")), *product_choices()],
        "at_facility": desk.level is DeskLevel.FACILITY,
        "blocks": blocks,
        "more": takes_more(typed, kind, blocks),
        "places": place_items(typed),
        "provinces": province_items(),
        "most": MOST_PAGES,
    }
    return staff_page(request, "cases/intake.html", 422 if errors or verdict.refusals else 200, **facts)
