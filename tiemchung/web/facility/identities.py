"""Identities to review: whom the population database does not know as we do, and what may be done about each."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.people import actions as people
from tiemchung.people import reads
from tiemchung.people.reads import ReviewLine
from tiemchung.people.rules import IdentityState
from tiemchung.people.rules.identity import NUMBER_SYSTEMS, REVIEWED, REVIEWERS, IdentityWhy, may_exempt
from tiemchung.people.rules.kinds import IdSystem
from tiemchung.people.rules.links import may_join
from tiemchung.places.reads import answered_by
from tiemchung.web.facility.frame import hides_strangers
from tiemchung.web.facility.identity_numbers import numbers_to_compare
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.list_place import place_in, query_after
from tiemchung.web.shared.passport_hears import passport_hears
from tiemchung.web.shared.register_away import register_away
from tiemchung.web.shared.staff_page import actor_of, address_of, staff_page, tell
from tiemchung.web.shared.typed import line_in, text_in
from tiemchung.web.shared.way_back import leading_back, way_back
from tiemchung.web.shared.words import say, say_reason

PURPOSE = "identity review"
PAGE = 25
open_to_reviewers = open_to_staff(*sorted(REVIEWERS))
# Where a deed is offered; what it may follow is the rule's own table.
_CONFIRMED_FROM = (IdentityState.MISMATCHED, IdentityState.LOCAL_REVIEW, IdentityState.NOT_FOUND)
_FIELD_OF = {"IDENTITY_OFFICER": "officer", "IDENTITY_MINUTE": "minute_ref", "IDENTIFIER_FORMAT": "value",
             "IDENTITY_NUMBER_SAME": "value"}  # fmt: skip


@open_to_reviewers
@require_GET
def identities(request: HttpRequest) -> HttpResponse:
    """List the reader's people whose identity is not settled, those that wait longest first."""
    by, at = actor_of(request), clock.now()
    state = next((one for one in REVIEWED if one == request.GET.get("state")), None)
    after = place_in(request.GET.get("after", ""))
    before = answered_by(by.facility_id, clock.today()) if by.facility_id else frozenset()
    found = reads.reviews_of(by, state=state, limit=PAGE, after=after, before=before)
    shown = [line.person_id for line in found.lines]
    people.note_seen(by=by, at=at, person_ids=shown)
    note_look(by=by, at=at, action="people.identities", subject_ids=shown, purpose=PURPOSE)
    return staff_page(
        request,
        "facility/identities.html",
        lines=[_told(line, request.get_full_path()) for line in found.lines],
        shows=_shows(by, state, before),
        state=state,
        away=register_away(at),
        more=query_after(found.more, state=state or "") if found.more else None,
        first=query_after(None, state=state or "") if after else None,
        board=address_of("authority:identity_board") if by.facility_id is None else None,
    )


@open_to_reviewers
@require_GET
@hides_strangers
def identity(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show one person's four fields, what is known of the comparison, and what may be done."""
    return _page(request, person_id)


@open_to_reviewers
@require_POST
@hides_strangers
def begin_identity_review(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Hand a person to the police."""
    return _do(request, person_id, "REVIEW", "review", people.begin_review, {})


@open_to_reviewers
@require_POST
@hides_strangers
def confirm_identity(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Write down what the police confirmed on paper."""
    typed = {name: line_in(request.POST, name, 200) for name in ("officer", "minute_ref")}
    typed["note"] = text_in(request.POST, "note")
    return _do(request, person_id, "CONFIRM", "confirm", people.confirm_identity, typed)


@open_to_reviewers
@require_POST
@hides_strangers
def nobody_found(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Write down that the local review found nobody."""
    typed = {"note": text_in(request.POST, "note")}
    return _do(request, person_id, "FIND_NOBODY", "nobody", people.note_nobody_found, typed)


@open_to_reviewers
@require_POST
@hides_strangers
def ask_again(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Send the four fields as they are once more, since the register itself was mended."""
    return _do(request, person_id, "ASK_AGAIN", "ask", people.ask_again, {"because": text_in(request.POST, "because")})


@open_to_reviewers
@require_POST
@hides_strangers
def correct_number(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Give the person the right number of a card."""
    typed = {"system": line_in(request.POST, "system", 10), "value": line_in(request.POST, "value", 60)}
    typed["because"] = text_in(request.POST, "because")
    return _do(request, person_id, "NUMBER", "number", people.correct_number, typed)


def _do(
    request: HttpRequest, person_id: UUID, deed: str, form: str, act: Callable[..., Any], typed: dict[str, str]
) -> HttpResponse:
    try:
        partial(act, by=actor_of(request), at=clock.now(), person_id=person_id, **typed)()
    except Refused as refused:
        return _page(request, person_id, form=form, typed=typed, verdict=refused.verdict)
    passport_hears(person_id)
    said = "BOOK" if typed.get("system") == IdSystem.PASSPORT else deed
    tell(request, f"identity.done.{said}", name=reads.review_of(person_id).full_name)
    return redirect(way_back(request) or _address(person_id))


def _page(
    request: HttpRequest,
    person_id: UUID,
    *,
    form: str = "",
    typed: dict[str, str] | None = None,
    verdict: Verdict | None = None,
) -> HttpResponse:
    by = actor_of(request)
    opened = people.open_person(by=by, at=clock.now(), person_id=person_id, purpose=PURPOSE)
    way = way_back(request)
    if opened.person_id != person_id:
        return redirect(leading_back(_address(opened.person_id), way))
    line = reads.review_of(person_id)
    can = _can(line, by)
    masked = {"number": _number(line), "peers": []}
    numbers = numbers_to_compare(by, clock.now(), person_id, PURPOSE) if can["compare"] else masked
    errors = _errors(form, verdict) if verdict is not None else {}
    return staff_page(
        request,
        "facility/identity.html",
        422 if errors else 200,
        line=line,
        why=_why(line),
        next_step=_next_step(line),
        doubted=_is_doubted(line),
        can=can,
        systems=[(str(system), say(f"people.id_system.{system}")) for system in _systems(line)],
        fields="book" if _is_exempt(line) else "fields",
        form=form,
        typed=typed or {},
        errors=errors,
        way=way,
        **numbers,
        **_pages(by, person_id, way),
    )


def _address(person_id: UUID) -> str:
    return reverse("facility:identity", kwargs={"person_id": person_id})


def _pages(by: Actor, person_id: UUID, way: str | None) -> dict[str, str | None]:
    """Give the pages of other audiences about this person; a look leads back here, a correction on to the list."""
    whole = address_of("authority:person", person_id=person_id)
    amend = address_of("authority:amend_person", profile_id=person_id)
    return {
        "whole": leading_back(whole, leading_back(_address(person_id), way)) if whole else None,
        "amend": leading_back(amend, way or reverse("facility:identities")) if amend else None,
        "join": address_of("authority:find_twin", person_id=person_id) if may_join(by) else None,
    }


def _errors(form: str, verdict: Verdict) -> dict[str, str]:
    """Give each refusal at its field; ids hold the form's name, since two forms ask for a note."""
    errors: dict[str, str] = {}
    for reason in verdict.refusals:
        field = _FIELD_OF.get(reason.code, "because" if form in ("number", "ask") else "note")
        errors[f"{form}-{field}"] = say_reason(reason)
    return errors


def _can(line: ReviewLine, by: Actor) -> dict[str, bool]:
    state = line.state
    unsettled = state in REVIEWED and state is not IdentityState.POLICE_CONFIRMED
    return {
        "compare": unsettled,
        "correct": _is_exempt(line) or unsettled,
        "review": state is IdentityState.MISMATCHED,
        "confirm": state in _CONFIRMED_FROM and (may_exempt(by) or not _is_doubted(line)),
        # A change of the four fields wipes the minute: what stands there was said of these very fields.
        "ask_again": state is IdentityState.MISMATCHED and bool(line.confirmed_by),
        "ask": state in _CONFIRMED_FROM and not line.confirmed_by and not _is_doubted(line),
        "nobody": state is IdentityState.LOCAL_REVIEW,
        "join": state is IdentityState.DUPLICATE,
    }


def _told(line: ReviewLine, here: str) -> dict[str, Any]:
    act = say(f"identity.act.{line.state}")
    return {
        "line": line,
        "href": leading_back(_address(line.person_id), here),
        "act": act,
        "act_of": say("identity.act.of", act=act, name=line.full_name),
        "number": _number(line) or say("identity.list.number_none"),
        "why": _why(line),
    }


def _is_doubted(line: ReviewLine) -> bool:
    """Tell whether this is a foreigner with a citizen's number, whom the province settles."""
    return line.why == IdentityWhy.FOREIGNER and line.state in REVIEWED


def _is_exempt(line: ReviewLine) -> bool:
    """Tell whether this is a foreigner of whom nobody is asked: the number of the passport book is what may lack."""
    return line.why == IdentityWhy.FOREIGNER and not _is_doubted(line)


def _systems(line: ReviewLine) -> tuple[IdSystem, ...]:
    if _is_exempt(line):
        return (IdSystem.PASSPORT,)
    return (*NUMBER_SYSTEMS, IdSystem.PASSPORT) if _is_doubted(line) else NUMBER_SYSTEMS


def _why(line: ReviewLine) -> str:
    return say(f"identity.why.{'FOREIGNER_DOUBTED' if _is_doubted(line) else line.why}") if line.why else ""


def _next_step(line: ReviewLine) -> str:
    if _is_exempt(line) and not line.number_shown:
        return say("identity.person.next.BOOK")
    known = line.state if line.state in REVIEWED else "OTHER"
    return say(f"identity.person.next.{'FOREIGNER' if _is_doubted(line) else known}")


def _number(line: ReviewLine) -> str:
    return f"{say(f'people.id_system.{line.number_system}')} {line.number_shown}" if line.number_shown else ""


def _shows(by: Actor, state: IdentityState | None, before: frozenset[UUID]) -> list[dict[str, Any]]:
    """Give the filters with how many persons each holds; the one shown is marked."""
    counts = dict.fromkeys(REVIEWED, 0)
    for count in reads.identity_counts(by, before=before):
        if count.state in counts:
            counts[count.state] += count.persons
    whole = [(None, sum(counts.values())), *((one, n) for one, n in counts.items() if n or one is state)]
    return [
        {
            "href": query_after(None, state=one or ""),
            "text": say(f"state.identity.{one}.label") if one else say("identity.list.ALL"),
            "number": n,
            "current": one is state,
        }
        for one, n in whole
    ]
