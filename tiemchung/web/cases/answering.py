"""Answering without a correction: refusing by a reason of the procedure, asking the citizen, passing the case on."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.cases import actions, reads
from tiemchung.cases.rules import LADDER, PAPERLESS, Desk, DeskLevel, RefusalCode
from tiemchung.cases.suggestions import QUESTIONS
from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.core.verdict import refuse as refused_by
from tiemchung.places import reads as places
from tiemchung.web.cases.decide import LOST, STALE, reclaim
from tiemchung.web.cases.frame import (
    Opened,
    codes_of,
    go_on,
    name_of,
    names_of,
    open_to_desks,
    opened,
    over_words,
    steps_told,
    wants_letter,
)
from tiemchung.web.cases.papers import papers_of
from tiemchung.web.cases.rests import desk_in, rest_items, rest_typed
from tiemchung.web.cases.suggested import QUESTION
from tiemchung.web.shared.staff_page import staff_page, tell
from tiemchung.web.shared.trying import attempt
from tiemchung.web.shared.typed import key_in, line_in, number_in, text_in
from tiemchung.web.shared.words import say, say_reason

MOST_FOUND = 12
FIELD_OF = {
    "ANSWER_TOO_SHORT": "text",
    "TEXT_TOO_LONG": "text",
    "REASON_MISSING": "because",
    "CASE_REFUSAL_UNKNOWN": "refusal",
    "CASE_REFUSAL_NEEDS_PAPER": "refusal",
    "CASE_SAME_DESK": "to",
    "CASE_DESK_UNKNOWN": "to",
    "CASE_DESK_UNMANNED": "to",
}
Typed = dict[str, Any]


@open_to_desks
@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, ref: str) -> HttpResponse:
    """Refuse a report by one of the procedure's reasons, with the words that the citizen gets."""
    typed: Typed = {"refusal": line_in(request.POST, "refusal", 40), "text": text_in(request.POST, "text")}
    rest = desk_in(rest_typed(request) or "")

    def facts(case: Opened) -> dict[str, Any]:
        ready = {ready_words(code, case.file.language) for code in RefusalCode}
        if typed["refusal"] in set(RefusalCode) and (not typed["text"] or typed["text"] in ready):
            typed["text"] = ready_words(typed["refusal"], case.file.language)
        chosen, rests = rest_items(case, rest_typed(request))
        paper = bool(papers_of(case))
        fitting = [code for code in RefusalCode if paper or code in PAPERLESS]
        items = [(code, say(f"case.refusal.{code}.label")) for code in fitting]
        return {"reasons": items, "paper": paper, "rest": chosen, "rests": rests}

    def act(case: Opened, version: int, key: str) -> Any:
        paper = facts(case)["paper"]
        if not paper and typed["refusal"] in set(RefusalCode) - PAPERLESS:
            raise Refused(refused_by("CASE_REFUSAL_NEEDS_PAPER"))
        ask: dict[str, Any] = {
            "by": case.by, "at": clock.now(), "key": key, "ref": case.file.ref, "version": version,
            "refusal": typed["refusal"], "answer": typed["text"],
        }  # fmt: skip
        return actions.refuse_part(**ask, rest=rest) if rest is not None else actions.refuse_case(**ask)

    return _deed(request, ref, "refuse", typed, act, done="refused" if rest is None else "parted", facts=facts)


@open_to_desks
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask the citizen for more; the clock runs on."""
    typed: Typed = {"text": text_in(request.POST, "text")}

    def facts(case: Opened) -> dict[str, Any]:
        question = request.GET.get(QUESTION, "")
        if request.method == "GET" and question in QUESTIONS:
            typed["text"] = say(f"cases.clue.{question}.question", case.file.language)
        return {}

    def act(case: Opened, version: int, key: str) -> Any:
        return actions.ask_back(by=case.by, at=clock.now(), ref=case.file.ref, version=version, text=typed["text"])

    return _deed(request, ref, "ask", typed, act, done="asked", facts=facts)


@open_to_desks
@require_http_methods(["GET", "POST"])
def pass_on(request: HttpRequest, ref: str) -> HttpResponse:
    """Pass a case to another desk, up, down or across."""
    data = request.POST
    typed: Typed = {
        "to": line_in(data, "to", 60), "because": text_in(data, "because"), "words": line_in(data, "words", 100),
    }  # fmt: skip

    def act(case: Opened, version: int, key: str) -> Any:
        target = desk_in(typed["to"]) or case.file.desk
        went = actions.pass_case(
            by=case.by, at=clock.now(), ref=case.file.ref, version=version, unit_id=target.unit_id,
            level=target.level, because=typed["because"],
        )  # fmt: skip
        if went != target:
            tell(request, "cases.rehomed.went", asked=name_of(target), name=name_of(went))
        return went

    def facts(case: Opened) -> dict[str, Any]:
        return {"desks": desk_items(case, typed), "none_found": bool(typed["words"]) and not searched(typed["words"])}

    return _deed(request, ref, "pass", typed, act, done="passed", facts=facts)


def _deed(
    request: HttpRequest,
    ref: str,
    name: str,
    typed: Typed,
    act: Callable[[Opened, int, str], Any],
    *,
    done: str,
    facts: Callable[[Opened], dict[str, Any]],
) -> HttpResponse:
    """Show the form or do the deed; what was typed stays whatever happens meanwhile to the case or the claim."""
    step = request.POST.get("step", "")
    if step == "reclaim":
        reclaim(request, ref)
    case = opened(request, ref)
    if case.over and step in ("do", "next"):
        tell(request, "cases.over.told", what=over_words(case), went=False)
    if case.over or not case.own_desk or (request.method == "GET" and not case.mine):
        return redirect("cases:file", ref=case.file.ref)
    version, key, verdict = number_in(request.POST, "version"), key_in(request.POST), Verdict()
    if step in ("do", "next"):
        tried = attempt(lambda: act(case, version, key))
        if tried.possible:
            paper = done in ("refused", "asked") and wants_letter(case.file)
            return go_on(request, done, case.file.ref, stay=done == "refused", paper=paper)
        case, verdict = opened(request, ref), tried.verdict
    return _form(request, case, f"cases/{name}.html", typed, verdict, version, key, facts(case))


def _form(
    request: HttpRequest, case: Opened, template: str, typed: Typed, verdict: Verdict, seen: int, key: str, more: Any
) -> HttpResponse:
    codes, errors = codes_of(verdict), {}
    for reason in verdict.refusals:
        if reason.code in FIELD_OF:
            errors[FIELD_OF[reason.code]] = say_reason(reason)
    stale = bool(codes & STALE) or bool(seen and seen != case.file.version)
    rest = tuple(r for r in verdict.reasons if r.code not in STALE | {LOST} and r.code not in FIELD_OF)
    lost = not case.mine
    frame = {
        "case": case, "file": case.file, "typed": typed, "errors": errors, "verdict": Verdict(rest),
        "stale": stale and not lost, "lost": lost, "version": case.file.version,
        "news": steps_told(case.file, after=seen) if stale and seen else [],
        "key": str(uuid4()) if stale else key,
    }  # fmt: skip
    return staff_page(request, template, 422 if verdict.refusals else 200, **frame, **more)


def ready_words(code: str, language: str) -> str:
    """Give the citizen's sentence of a reason, in the reporter's language."""
    return say(f"case.refusal.{code}.citizen", language)


def desk_items(case: Opened, typed: Typed) -> list[dict[str, Any]]:
    """Give the desks to choose from: what was found, the place that the citizen names, those above."""
    today = clock.local(case.at).date()
    groups: list[tuple[str, tuple[Desk, ...]]] = [("near", reads.desks_told(case.file.claim, today))]
    groups.append(("up", reads.ladder_of_desk(case.file.desk, today)[1:]))
    if typed["words"]:
        groups.insert(0, ("searched", searched(typed["words"])))
    chosen = desk_in(typed["to"])
    if chosen is not None and _exists(chosen):
        groups.append(("chosen", (chosen,)))
    names = names_of({(d.unit_id, d.level) for _, desks in groups for d in desks})
    items: list[dict[str, Any]] = []
    seen = {case.file.desk.unit_id}
    for group, desks in groups:
        for desk in sorted(desks, key=lambda d: LADDER.index(d.level)) if group != "searched" else desks:
            if desk.unit_id not in seen and desk.unit_id in names:
                seen.add(desk.unit_id)
                hint = say(f"case.level.{desk.level}") if desk.level is not DeskLevel.NATION else None
                items.append({"value": f"{desk.level}:{desk.unit_id}", "text": names[desk.unit_id], "hint": hint})
    return items


def _exists(desk: Desk) -> bool:
    try:
        return bool(names_of([(desk.unit_id, desk.level)]).get(desk.unit_id))
    except places.NoSuchPlace:
        return False


def searched(words: str) -> tuple[Desk, ...]:
    """Give the desks of facilities and areas of today whose names hold the words."""
    today = clock.today()
    hits = [hit.facility_id for hit in places.places_search(words, on=today, limit=MOST_FOUND)]
    areas = places.areas_named(words, on=today, limit=MOST_FOUND)
    found = [Desk(key, DeskLevel.FACILITY) for key in dict.fromkeys(hits)]
    return (*found[: MOST_FOUND // 2], *(area_desk(area) for area in areas[: MOST_FOUND // 2]))


def area_desk(area: places.AreaView) -> Desk:
    """Give the desk of an area's authority."""
    return Desk(area.id, DeskLevel(area.level.upper()))
