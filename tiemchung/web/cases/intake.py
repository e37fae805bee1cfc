"""Somebody comes to the desk: their report is taken down, of the same kinds as everywhere, and its number is on paper.

The unit must take a report from everybody who comes (R46). Who has a phone is answered there too, once a code that was
sent to it has shown that it is theirs. Who shows an identity paper reports from their own record's page, about a dose
of it or without one.
"""

from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from tiemchung.cases import actions, reads
from tiemchung.cases.actions.at_desk import report_at_desk
from tiemchung.cases.evidence.actions import MOST_PAGES, attach_evidence, drop_evidence_of
from tiemchung.cases.evidence.cleaning import LARGEST
from tiemchung.cases.kinds import Door, Kind, kinds_at
from tiemchung.cases.receiving import may_receive
from tiemchung.cases.rules import Claim, Desk, DeskLevel
from tiemchung.cases.rules.papers import PaperSeen
from tiemchung.cases.values import OpenedCase
from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.web.cases.frame import open_to_desks
from tiemchung.web.cases.intake_here import NOBODY, Here, begun, who_stands_here
from tiemchung.web.cases.intake_phone import ProvedPhone, prove_phone, send_intake_code
from tiemchung.web.cases.letter import letter_page, receipt_of
from tiemchung.web.shared.claim_form import (
    blocks_of,
    chosen_facility,
    days_readable,
    field_of,
    name_errors,
    points_only,
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
               "CODE_WRONG": "code", "PAPER_NOT_NAMED": "paper"}  # fmt: skip
_ASKING = frozenset({"find", "more", "code"})  # the form is shown again with more in it, and nothing is judged


def kinds_here(here: Here = NOBODY) -> dict[str, Kind]:
    """Give the kinds that a desk takes down; a dose is declared only in a book or a call that proved its person.

    Beside a dose it is about that dose; of a person on record, about what is not there or not right about them.
    """
    kinds = {kind.code: kind for kind in kinds_at(Door.DESK) if not kind.declares}
    about_dose = here.dose is not None
    return {code: kind for code, kind in kinds.items() if here.person is None or kind.picks_dose is about_dose}


@open_to_desks
@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    """Ask what is to be reported, take it down with the paper that was brought, and show the receipt to be printed."""
    return _intake(request, NOBODY)


@open_to_desks
@require_http_methods(["GET", "POST"])
def intake_of(request: HttpRequest, person_id: UUID, dose_id: UUID | None = None) -> HttpResponse:
    """Take down what somebody on record reports who shows an identity paper, about this dose of theirs where one is
    named; whom or what the reader may not see does not exist.
    """
    return _intake(request, who_stands_here(request, person_id, dose_id))


def _intake(request: HttpRequest, here: Here) -> HttpResponse:
    by, at = actor_of(request), clock.now()
    desk = reads.desk_of_actor(by, at)
    if desk is None:
        return staff_page(request, "cases/no_desk.html", 403, verdict=refuse("CASE_NO_DESK"))
    typed, key = read_form(request, here), key_in(request.POST)
    kind = kinds_here(here).get(typed["kind"])
    if kind is None:
        verdict = refuse("INTAKE_KIND_MISSING") if request.method == "POST" else Verdict()
        return _kinds_page(request, here, verdict)
    if request.method != "POST":
        return _page(request, desk, kind, typed, str(uuid4()), here)
    if typed["step"] in _ASKING:
        told = send_intake_code(request, typed, key) if typed["step"] == "code" else Verdict()
        return _page(request, desk, kind, typed, key, here, told)
    claim, verdict = claim_of(typed, desk, kind, here)
    verdict += may_receive(kind, Door.DESK, claim, clock.today(), evidence=0) + here.may_begin(typed["paper"])
    again = name_errors(typed, kind, asks_name=here.person is None)
    if not verdict.allowed or again:
        return _page(request, desk, kind, typed, key, here, verdict, again)
    try:
        opened = _taken(request, kind, claim, key, typed, here)
    except Refused as refused:
        return _page(request, desk, kind, typed, key, here, refused.verdict)
    tell(request, "cases.intake.done")
    return letter_page(
        request, receipt_of(opened, kind.code, claim, typed["spoken"], at), at, can_open=opened.desk == desk
    )


def _taken(request: HttpRequest, kind: Kind, claim: Claim, key: str, typed: Typed, here: Here) -> OpenedCase:
    """Attach the papers, use the code of the phone and open the case; what is refused leaves no photo behind."""
    by, at, case_id = actor_of(request), clock.now(), uuid5(NAMESPACE_OID, f"cases.intake:{key}")
    try:
        for photo in request.FILES.getlist("evidence")[:MOST_PAGES]:
            # One byte more than the largest tells a file that is too large without reading all of it.
            attach_evidence(by=by, at=at, case_id=case_id, raw=photo.read(LARGEST + 1))
        with transaction.atomic():  # a code that opened no case is not spent
            proved = prove_phone(request, typed, key)
            opened = _opened(request, kind, claim, key, typed, proved, here) if proved.verdict.allowed else None
        if opened is None:
            raise Refused(proved.verdict)
        return opened
    except Refused:
        drop_evidence_of(by=by, at=at, case_id=case_id)
        raise


def _opened(
    request: HttpRequest, kind: Kind, claim: Claim, key: str, typed: Typed, proved: ProvedPhone, here: Here
) -> OpenedCase:
    ask: dict[str, Any] = {
        "by": actor_of(request), "at": clock.now(), "key": key, "kind": kind.code, "claim": claim,
        "case_id": uuid5(NAMESPACE_OID, f"cases.intake:{key}"), "language": typed["spoken"], "phone": proved.phone,
    }  # fmt: skip
    if here.person is None:
        return actions.open_case(**ask, door=Door.DESK)
    dose_id = here.dose.id if here.dose else None
    return report_at_desk(**ask, person_id=here.person.person_id, paper=typed["paper"], dose_id=dose_id)


def read_form(request: HttpRequest, here: Here = NOBODY) -> Typed:
    """Read every field as typed; the kind stands in the address before the form is sent, and so does the dose."""
    data = request.POST
    typed = read_claim(data) | {"kind": line_in(data if request.method == "POST" else request.GET, "kind", 30)}
    more = (("phone", 60), ("code", 20), ("step", 10), ("paper", 20))
    typed |= {name: line_in(data, name, most) for name, most in more}
    spoken, place = line_in(data, "spoken", 2), line_in(data, "place", 10)
    typed["spoken"] = spoken if spoken in ("vi", "en") else "vi"
    typed["place"] = place if place in (HERE, ELSEWHERE) else HERE
    if here.dose is not None:  # where it was given stands as it is on record until another place is chosen
        typed |= {"place": ELSEWHERE, "dose_ids": [str(here.dose.id)]}
    return typed


def claim_of(typed: Typed, desk: Desk, kind: Kind, here: Here = NOBODY) -> tuple[Claim, Verdict]:
    """Give the claim that the form means, and what of it cannot be read."""
    at_ours = typed["place"] == HERE and desk.level is DeskLevel.FACILITY
    facility, place = (desk.unit_id, "") if at_ours else chosen_facility(typed)
    told = told_doses(typed, kind, here.doses, facility_id=facility, place_name=place)
    wanted, other_phone, verdict = wanted_in(typed, kind)
    numbers = tuple((str(system), value) for system, value in possible_systems(typed["number"])[:1])
    if typed["number"] and not numbers:
        verdict += refuse("CLAIM_NUMBER_UNREADABLE")
    claim = Claim(
        **here.who(typed),
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


def _kinds_page(request: HttpRequest, here: Here, verdict: Verdict) -> HttpResponse:
    errors = {"kind": say_reason(verdict.refusals[0])} if verdict.refusals else {}
    kinds = [(code, say(f"case.kind.{code}.short")) for code in kinds_here(here)]
    return staff_page(request, "cases/intake_kind.html", 422 if errors else 200, kinds=kinds, here=here, errors=errors)


def _page(
    request: HttpRequest,
    desk: Desk,
    kind: Kind,
    typed: Typed,
    key: str,
    here: Here,
    verdict: Verdict | None = None,
    again: dict[str, str] | None = None,
) -> HttpResponse:
    errors, rest = dict(again or {}), []
    for reason in verdict.reasons if verdict is not None else ():
        field = _OWN_FIELDS.get(reason.code) or field_of(reason.code, reason.facts.get("dose"))
        field = field or ("evidence" if reason.code.startswith("EVIDENCE_") else "")
        if field:
            errors.setdefault(field, say_reason(reason))
        else:
            rest.append(reason)
    blocks = 0 if points_only(kind, here.doses) else blocks_of(typed, kind, more=typed["step"] == "more")
    facts = {
        "typed": typed,
        "key": key,
        "errors": errors,
        "verdict": Verdict(tuple(rest)),
        "kind": kind,
        "here": here,
        "papers_seen": [(paper, begun(say(f"cases.at_desk.paper.{paper}"))) for paper in PaperSeen],
        "wants": kind.wants,
        "products": [
            ("", say("cases.at_desk.as_recorded" if here.dose else "cases.intake.product_unknown")),
            *product_choices(),
        ],
        "at_facility": desk.level is DeskLevel.FACILITY and here.dose is None,
        "blocks": blocks,
        "more": takes_more(typed, kind, blocks),
        "places": place_items(typed),
        "provinces": province_items(),
        "most": MOST_PAGES,
    }
    refused = bool(errors or rest)
    return staff_page(request, "cases/intake.html", 422 if refused else 200, **facts)
