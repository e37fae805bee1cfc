"""A report by telephone in three clicks: what it is about, which dose or what is true, and the confirmation."""

import datetime as dt
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.cases.actions.call_cases import report_by_call
from tiemchung.cases.actions.calling import open_caller_record
from tiemchung.cases.kinds import Door, Kind, kinds_at
from tiemchung.cases.reads.calling import CallView
from tiemchung.cases.receiving import may_receive
from tiemchung.cases.rules import Claim, shown_ref
from tiemchung.cases.rules.calls import AnswerBy
from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.doses.reads import doses_of
from tiemchung.doses.values import DoseView
from tiemchung.people.reads import PersonSight
from tiemchung.people.rules.births import birth_text
from tiemchung.web.hotline.case_fields import Typed, claim_from, first_typed, product_items, read_form, told_rows
from tiemchung.web.hotline.frame import agent_page, in_a_call, open_to_agents
from tiemchung.web.hotline.telling import product_name
from tiemchung.web.shared.claim_form import blocks_of, dose_named, field_of, name_errors, points_only, takes_more
from tiemchung.web.shared.claim_where import place_is_open, place_items, province_items
from tiemchung.web.shared.staff_page import actor_of, tell
from tiemchung.web.shared.typed import key_in
from tiemchung.web.shared.words import say, say_reason

_OWN_FIELDS = {
    "ANSWER_BY_MISSING": "answer_by", "PHONE_HIDDEN": "answer_by", "PROMISE_NO_PHONE": "other_phone",
    "LETTER_ADDRESS_MISSING": "address", "CLAIM_DOSE_NOT_CHOSEN": "dose_id",
}  # fmt: skip
_WHO_FIELDS = frozenset({"full_name", "birth-day", "number"})


def phone_kinds(*, proved: bool) -> dict[str, Kind]:
    """Give the kinds of report that a caller may make, by code in the order of the form.

    A dose goes onto a card at once only for a caller who has proved whose card it is; until then it is a missing one.
    """
    return {kind.code: kind for kind in kinds_at(Door.HOTLINE) if proved or not kind.declares}


def kinds_told(*, proved: bool) -> list[tuple[str, str]]:
    """Give the kinds with their short words."""
    return [(code, say(f"case.kind.{code}.short")) for code in phone_kinds(proved=proved)]


@open_to_agents
@require_http_methods(["GET", "POST"])
@in_a_call
def case_form(request: HttpRequest, call: CallView, kind: str) -> HttpResponse:
    """Ask for what this kind needs, read it back, and open the report."""
    rules = phone_kinds(proved=True).get(kind)
    if rules is None:
        raise Http404
    if rules.declares and not call.opens_record:
        tell(request, "hotline.case.prove_first")
        return redirect("hotline:call")
    person, doses = _record(request, call)
    step, data = request.POST.get("step", ""), request.POST
    typed = read_form(data) if request.method == "POST" else first_typed(call)
    facts: dict[str, Any] = {"kind": rules, "person": person, "typed": typed, "call": call, "step": step}
    if step not in ("check", "do"):
        return _form(request, facts, doses)
    claim, verdict = claim_from(typed, rules, person, doses)
    unnamed = dose_named(typed, rules, doses, claim)
    verdict += may_receive(rules, Door.HOTLINE, claim, clock.today(), evidence=0) if unnamed.allowed else unnamed
    verdict += _answering(typed, call)
    if step == "check":
        verdict += day_is_free(rules, claim, doses)
    if not verdict.allowed or _form_errors(facts):
        return _form(request, facts, doses, verdict)
    if step == "check":
        rows = told_rows(claim, typed)
        return agent_page(request, "hotline/case_check.html", **_frame(facts, doses), rows=rows, key=str(uuid4()))
    return _open(request, facts, doses, claim)


def _open(request: HttpRequest, facts: dict[str, Any], doses: tuple[DoseView, ...], claim: Claim) -> HttpResponse:
    typed, call = facts["typed"], facts["call"]
    chosen = [dose.dose_id for dose in claim.doses if dose.dose_id]
    try:
        opened = report_by_call(
            by=actor_of(request), at=clock.now(), key=key_in(request.POST), call=call, kind=facts["kind"].code,
            claim=claim, answer_by=typed["answer_by"], other_phone=typed["other_phone_clean"],
            dose_id=chosen[0] if chosen else None,
        )  # fmt: skip
    except Refused as refused:
        return _form(request, facts, doses, refused.verdict)
    tell(request, "hotline.case.opened", ref=shown_ref(opened.ref))
    return redirect("hotline:call")


def _record(request: HttpRequest, call: CallView) -> tuple[PersonSight | None, tuple[DoseView, ...]]:
    """Give the proved person with the doses to choose from; nobody and nothing before that."""
    if not call.opens_record:
        return None, ()
    person = open_caller_record(by=actor_of(request), at=clock.now(), call=call)
    return person, doses_of(person.profile_ids)


def _answering(typed: Typed, call: CallView) -> Verdict:
    way = typed["answer_by"]
    if way not in set(AnswerBy):
        return refuse("ANSWER_BY_MISSING")
    if way == AnswerBy.PHONE and not call.phone:
        return refuse("PHONE_HIDDEN")
    if way == AnswerBy.CALL_BACK and not typed["other_phone_clean"]:
        return refuse("PROMISE_NO_PHONE")
    return refuse("LETTER_ADDRESS_MISSING") if way == AnswerBy.LETTER and not typed["address"] else Verdict()


def day_is_free(kind: Kind, claim: Claim, doses: tuple[DoseView, ...]) -> Verdict:
    """Refuse to declare a dose on a day on which one stands on record: what is wrong there is that dose."""
    days = {dose.facts.given_on for dose in doses} if kind.declares else set()
    taken = [dose.given_on for dose in claim.doses if dose.given_on in days]
    return refuse("DECLARED_DAY_TAKEN", day=taken[0]) if taken else Verdict()


def _form_errors(facts: dict[str, Any]) -> dict[str, str]:
    """Give what must be looked at again though the report could be taken: names, and where it belongs."""
    kind, typed, person = facts["kind"], facts["typed"], facts["person"]
    errors = name_errors(typed, kind, asks_name=person is None)
    if person is None and place_is_open(typed):  # nobody else could say to which authority it goes
        errors["province"] = say("claim_form.province_missing")
    return errors


def _form(
    request: HttpRequest, facts: dict[str, Any], doses: tuple[DoseView, ...], verdict: Verdict | None = None
) -> HttpResponse:
    frame, known = _frame(facts, doses), Verdict() if verdict is None else verdict
    errors = errors_of(known, frame) | (_form_errors(facts) if verdict is not None else {})
    rest = Verdict(tuple(reason for reason in known.reasons if say_reason(reason) not in errors.values()))
    status = 422 if known.refusals or errors else 200
    return agent_page(request, "hotline/case_form.html", status, **frame, verdict=rest, errors=errors)


def errors_of(verdict: Verdict, frame: dict[str, Any]) -> dict[str, str]:
    """Give what refuses a field of this form, by the field's id; what no field can mend stays with the rest."""
    errors: dict[str, str] = {}
    for reason in verdict.refusals:
        field = _OWN_FIELDS.get(reason.code) or field_of(reason.code, reason.facts.get("dose"))
        shown = frame["person"] is None if field in _WHO_FIELDS else True
        if field.startswith(("product_", "given_")):
            shown = bool(frame["blocks"])
        if field and shown:
            errors.setdefault(field, say_reason(reason))
    return errors


def _frame(facts: dict[str, Any], doses: tuple[DoseView, ...]) -> dict[str, Any]:
    kind, person, typed, call = facts["kind"], facts["person"], facts["typed"], facts["call"]
    blocks = 0 if points_only(kind, doses) else blocks_of(typed, kind, more=facts["step"] == "more")
    ways = [way for way in AnswerBy if way is not AnswerBy.PHONE or call.phone]
    return {
        **facts,
        "title": say(f"case.kind.{kind.code}.short"),
        "who": say("hotline.case.who", name=person.full_name,
                   birth=birth_text(person.birth_date, person.birth_precision)) if person else "",
        "blocks": blocks,
        "more": takes_more(typed, kind, blocks),
        "dose_items": dose_items(doses, kind, clock.today()),
        "places": place_items(typed),
        "provinces": province_items(),
        "products": product_items(),
        "ways": [(way, say(f"hotline.answer_by.{way}.label")) for way in ways],
        "wants": sorted(kind.wants),
    }  # fmt: skip


def dose_items(doses: tuple[DoseView, ...], kind: Kind, today: dt.date) -> list[tuple[str, str]]:
    """Give the doses on record to choose from, where this kind is about one."""
    if not kind.picks_dose:
        return []
    return [(str(dose.id), _dose_words(dose)) for dose in doses]


def _dose_words(dose: DoseView) -> str:
    facts = dose.facts
    where = facts.place_name or say("hotline.read.no_place")
    return say("hotline.case.dose", product=product_name(facts.product), day=facts.given_on, place=where)
