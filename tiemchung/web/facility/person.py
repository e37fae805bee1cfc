"""One person at the desk: confirm, screen, record, in three taps; or end the visit without an injection."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tiemchung.cases.actions.elsewhere import DoseElsewhere, dose_elsewhere, report_elsewhere
from tiemchung.cases.rules import shown_ref
from tiemchung.certificates.reads import passports_in_force
from tiemchung.core import clock
from tiemchung.core.verdict import Reason, Refused, Severity, Verdict
from tiemchung.people import actions as people
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.vaccines import reads as vaccines
from tiemchung.visits import actions as visit_actions
from tiemchung.visits import reads as visits
from tiemchung.visits.rules import Outcome, VisitState, form_for
from tiemchung.web.facility.desk import PURPOSE
from tiemchung.web.facility.fields import TypedScreening, date_in, key_in, line, new_key, screening_in, uuid_in
from tiemchung.web.facility.frame import (
    actor_of,
    address_of,
    hides_strangers,
    open_to_desk,
    page,
    refused_words,
)
from tiemchung.web.facility.history import birth_of, given_today, history_lines, label_of, record_of
from tiemchung.web.shared.way_back import leading_back, way_back
from tiemchung.web.shared.words import say

OF_STOCK = frozenset({"LOT_NOT_IN_STOCK", "LOT_USED_UP"})
REPORTED = "ELSEWHERE_REPORTED"
OUTCOMES = (VisitState.DEFERRED, VisitState.CONTRAINDICATED, VisitState.REFERRED, VisitState.DECLINED)


@require_safe
@open_to_desk
@hides_strangers
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show who stands here, their doses, and the three taps to the next one; without a lot of the day, to look at."""
    told = request.session.pop("desk_told", [])
    notes = Verdict(tuple(Reason(code, Severity.WARN, False, facts) for code, facts in told))
    reported = any(reason.code == REPORTED for reason in notes.reasons)
    return _person_page(request, person_id, notes=notes, looks_elsewhere=not reported)


@require_POST
@open_to_desk
@hides_strangers
def elsewhere(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Report that this person's first dose lies under another record; only where the page itself found one."""
    by, at = actor_of(request), clock.now()
    who = people.open_person(by=by, at=at, person_id=person_id, purpose=PURPOSE)
    found = dose_elsewhere(by=by, at=at, who=who, record=record_of(who, clock.today()), purpose=PURPOSE)
    day, phone = date_in(request.POST, "first"), line(request.POST, "other_phone", 60)
    number = normalise_phone(phone)[0] if phone else ""
    errors = {}
    if not day.empty and (day.day is None or day.precision != "DAY"):
        errors["first-day"] = say("elsewhere.day_wrong")
    if number is None:
        errors["other_phone"] = say("elsewhere.phone_wrong")
    page_again = leading_back(_address(person_id), way_back(request))
    if found is None:
        return redirect(page_again)
    if not errors:
        try:
            opened = report_elsewhere(
                by=by, at=at, key=key_in(request.POST), who=who, found=found, given_on=day.day,
                other_phone=number or "", text=say("elsewhere.text", "vi", vaccine=label_of(found.product)),
            )  # fmt: skip
            request.session["desk_told"] = [[REPORTED, {"ref": shown_ref(opened.ref)}]]
            return redirect(page_again)
        except Refused as refused:
            errors["first-day"] = refused_words(refused.verdict)
    return _person_page(request, person_id, status=422, errors=errors, found=found)


@require_POST
@open_to_desk
@hides_strangers
def inject(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Put the dose on record; a refusal shows the page again with its reasons and everything that was typed."""
    typed = screening_in(request.POST)
    lot_id = uuid_in(request.POST, "lot")
    faults = _faults(request, typed)
    if lot_id is None:
        return _ask_for_lot(request, person_id)
    if faults:
        return _person_page(request, person_id, status=400, errors=faults, typed=typed)
    try:
        done = visit_actions.inject(
            by=actor_of(request),
            at=clock.now(),
            key=key_in(request.POST),
            profile_id=person_id,
            screening=typed.screening,
            product=line(request.POST, "product", 30),
            lot_id=lot_id,
            because=line(request.POST, "because", visit_actions.LONGEST_REASON + 1),
        )
    except Refused as refused:
        errors = {"reasons": refused_words(refused.verdict)}
        return _person_page(request, person_id, status=422, errors=errors, typed=typed, refused=refused.verdict)
    return redirect("facility:done", profile_id=done.visit.profile_id, visit_id=done.visit.id)


@require_POST
@open_to_desk
@hides_strangers
def defer(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """End the visit without an injection, with the reason that is kept."""
    typed = screening_in(request.POST)
    again = date_in(request.POST, "again")
    outcome = line(request.POST, "outcome", 20)
    errors = {}
    if outcome not in OUTCOMES:
        errors["outcome"] = say("desk.defer.outcome_missing")
    if not again.empty and again.day is None:
        errors["again-day"] = say("desk.defer.again_wrong")
    if not errors:
        try:
            visit = visit_actions.defer_visit(
                by=actor_of(request),
                at=clock.now(),
                key=key_in(request.POST),
                profile_id=person_id,
                outcome=VisitState(outcome),
                screening=typed.screening,
                product=line(request.POST, "product", 30),
                because=line(request.POST, "defer_because", visit_actions.LONGEST_REASON + 1),
                come_again_on=again.day,
            )
            return redirect("facility:done", profile_id=visit.profile_id, visit_id=visit.id)
        except Refused as refused:
            errors["defer_because"] = refused_words(refused.verdict)
    return _person_page(request, person_id, status=400, errors=errors, typed=typed, deferring=True)


def _faults(request: HttpRequest, typed: TypedScreening) -> dict[str, str]:
    errors = {}
    if not request.POST.get("confirmed"):
        errors["confirmed"] = say("desk.confirm.missing")
    if typed.wrong:
        errors[typed.wrong[0]] = say("desk.screen.figure_wrong", sign=say(f"desk.vital.{typed.wrong[0]}"))
    return errors


def _person_page(
    request: HttpRequest,
    person_id: UUID,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    typed: TypedScreening | None = None,
    refused: Verdict | None = None,
    notes: Verdict | None = None,
    deferring: bool = False,
    looks_elsewhere: bool = False,
    found: DoseElsewhere | None = None,
) -> HttpResponse:
    by, at = actor_of(request), clock.now()
    today = visits.day_of(at)
    opened = people.open_person(by=by, at=at, person_id=person_id, purpose=PURPOSE)
    choice = visits.day_choice(by, today)
    if choice is None and typed is not None:
        return _ask_for_lot(request, person_id)
    doses = record_of(opened, today)
    if looks_elsewhere:
        found = dose_elsewhere(by=by, at=at, who=opened, record=doses, purpose=PURPOSE)
    birth = birth_of(opened)
    verdict = visits.may_inject(choice, record=doses, birth=birth, on=today, at=at) if choice else Verdict()
    form = form_for(birth, today)
    shown = refused if refused is not None else verdict
    return page(
        request,
        "person",
        status,
        who=opened,
        choice=choice,
        label=label_of(choice.product) if choice else "",
        **_ways(request, opened.person_id),
        form=form,
        verdict=shown,
        offers_override=shown.needs_override or verdict.needs_override,
        override_hint="stock.override_hint" if _of_stock_alone(shown) else "desk.override.hint",
        blocked=not verdict.allowed and not verdict.needs_override,
        notes=notes or Verdict(),
        **_elsewhere(found, request),
        history=history_lines(doses),
        card=doses.card,
        given_today=given_today(opened, doses, today),
        **_typed_again(request, typed),
        outcomes=[(state, say(f"desk.defer.{state}")) for state in OUTCOMES],
        deferring=deferring,
        products=[("", say("desk.screen.reacted_unknown")), *((p.code, p.label) for p in vaccines.products(today))],
        key=_key(request, refused),
        errors=errors or {},
        outcome_of=_outcome_words(),
        authority_page=address_of("authority:person", person_id=opened.person_id),
        has_passport=opened.person_id in passports_in_force([opened.person_id], at),
    )


def _typed_again(request: HttpRequest, typed: TypedScreening | None) -> dict[str, Any]:
    """Give what was ticked and typed, to be shown again: an error loses nothing."""
    data = request.POST
    return {
        "ticked": typed.ticked if typed else frozenset(),
        "figures": typed.typed if typed else {},
        "reacted_to": line(data, "reacted_to", 30),
        "confirmed": bool(data.get("confirmed")),
        "because": line(data, "because", visit_actions.LONGEST_REASON + 1),
        "outcome": line(data, "outcome", 20),
        "defer_because": line(data, "defer_because", visit_actions.LONGEST_REASON + 1),
        "again": date_in(data, "again").parts,
    }


def _ways(request: HttpRequest, person_id: UUID) -> dict[str, Any]:
    """Give the list to go back to, this page with that list behind it, and where the lot of the day is chosen."""
    way = way_back(request)
    again = leading_back(_address(person_id), way)
    return {"way": way, "page_again": again, "lot_at": _lot_address(request, person_id)}


def _address(person_id: UUID) -> str:
    return reverse("facility:person", kwargs={"person_id": person_id})


def _lot_address(request: HttpRequest, person_id: UUID) -> str:
    """Give where the lot of the day is chosen, and from there back to this person and the list before."""
    return leading_back(reverse("facility:choose_day"), leading_back(_address(person_id), way_back(request)))


def _ask_for_lot(request: HttpRequest, person_id: UUID) -> HttpResponse:
    return redirect(_lot_address(request, person_id))


def _elsewhere(found: DoseElsewhere | None, request: HttpRequest) -> dict[str, Any]:
    return {
        "elsewhere": found,
        "elsewhere_label": label_of(found.product) if found else "",
        "first": date_in(request.POST, "first").parts,
        "other_phone": line(request.POST, "other_phone", 60),
    }


def _of_stock_alone(verdict: Verdict) -> bool:
    return bool(verdict.refusals) and all(reason.code in OF_STOCK for reason in verdict.refusals)


def _key(request: HttpRequest, refused: Verdict | None) -> str:
    """Keep the page's key after an error: a refused dose left nothing behind it, and a lost answer is asked again."""
    mixed_up = refused is not None and any(r.code == "KEY_REUSED" for r in refused.refusals)
    return new_key() if request.method != "POST" or mixed_up else key_in(request.POST)


def _outcome_words() -> dict[str, Any]:
    return {outcome: say(f"visits.outcome.{outcome}") for outcome in Outcome}
