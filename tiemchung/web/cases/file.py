"""One case: the report beside the record, the papers, what is suggested, what can be decided, and what became of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tiemchung.access import reads as access
from tiemchung.cases import reads
from tiemchung.cases.kinds import KINDS, SolutionKind
from tiemchung.cases.reads import AtHand
from tiemchung.cases.rules import shown_ref
from tiemchung.core.audit import looks_together
from tiemchung.core.outbox import MessageView
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import FoundPeople, find_people
from tiemchung.people.rules.sight import may_register
from tiemchung.web.cases.bulk_prefill import may_begin_bulk
from tiemchung.web.cases.frame import (
    Opened,
    names_of,
    open_to_desks,
    opened,
    sent_told,
    steps_told,
    time_left,
    units_of,
)
from tiemchung.web.cases.papers import papers_of
from tiemchung.web.cases.rests import parts_told
from tiemchung.web.cases.sides import area_name, dose_pairs, other_phone_shown, person_cells, wanted_cells
from tiemchung.web.cases.suggested import likely_person, suggestions_of
from tiemchung.web.cases.travel import travel_told
from tiemchung.web.cases.voided import mark_voided
from tiemchung.web.cases.whose import Whose, whose_record
from tiemchung.web.shared.formats import format_time
from tiemchung.web.shared.staff_page import staff_page
from tiemchung.web.shared.typed import line_in
from tiemchung.web.shared.words import say, say_reason


@open_to_desks
@require_GET
def file(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a case to its desk, or to read only to a desk above it."""
    with looks_together():
        facts = facts_of(request, opened(request, ref))
    return staff_page(request, "cases/file.html", **facts)


@open_to_desks
@require_POST
def find(request: HttpRequest, ref: str) -> HttpResponse:
    """Find the person whom a case is about; what is typed never stands in an address."""
    case = opened(request, ref)
    if not case.mine:
        return redirect("cases:file", ref=case.file.ref)
    text = line_in(request.POST, "text")
    facts = facts_of(request, case)
    try:
        found = find_people(by=case.by, at=case.at, text=text, purpose=case.purpose)
    except Refused as refused:
        words = " ".join(say_reason(reason) for reason in refused.verdict.refusals)
        return staff_page(request, "cases/file.html", 422, **{**facts, "text": text, "errors": {"text": words}})
    return staff_page(request, "cases/file.html", **{**facts, "text": text, "found": found_lines(found)})


def facts_of(request: HttpRequest, case: Opened) -> dict[str, Any]:
    """Give everything that the page of a case shows."""
    kept, claim = case.file, case.file.claim
    papers = papers_of(case) if case.mine else None
    hand, named = AtHand(papers=any(page["own"] for page in papers or ())), dict[UUID, str]()
    suggestions = suggestions_of(case, hand, named) if case.mine else []
    names = names_of(units_of(kept))
    messages = reads.messages_of(kept)
    lost = any(message.lost for message in messages.values())
    whose = whose_record(request, case, likely=likely_person(suggestions), hand=hand)
    pairs = dose_pairs(claim, whose.doses, named)
    return {
        "case": case,
        "file": kept,
        "title": say("cases.file.title", ref=shown_ref(kept.ref)),
        "kind": say(f"case.kind.{kept.kind}.label"),
        "left": time_left(kept.due_at, case.at),
        "summary": summary_of(case, names),
        "standing": standing_of(case),
        "can_claim": can_claim(case),
        "whose": whose,
        "people": person_cells(claim, whose.person, whole=case.mine),
        "wanted": wanted_cells(claim, whose.person),
        "doses": pairs,
        "gone": mark_voided(case, whose, pairs, named),
        "other_phone": other_phone_shown(claim.other_phone) if claim.other_phone else "",
        "papers": papers,
        "suggestions": suggestions,
        "by_hand": by_hand(case, whose),
        "bulk": may_begin_bulk(case),
        "found": None,
        "may_register": may_register(case.by) and not whose.chosen and kept.person_id is None,
        "text": claim.full_name,
        "letter": letter_words(case, lost=lost),
        "untold": reads.untold_since(kept) if lost and case.own_desk else None,
        "history": steps_told(kept, names=names, messages=messages),
        "repeats": repeats_of(case, whose, named, messages),
        "others": others_of(case),
        "parts": parts_told(kept),
        "travel": travel_told(case) if case.over or kept.parts else [],
        "answer": kept.steps[-1].text if case.over and kept.steps else "",
    }


def letter_words(case: Opened, *, lost: bool = False) -> str:
    """Give the words of the link to the letter for a reporter whom no message reaches; empty for all others.

    `lost` where there is a phone, and a message to it never arrived.
    """
    if (case.file.phone_shown and not lost) or not case.own_desk:
        return ""
    return say("cases.letter.open") if case.file.claim.address_text else say("cases.letter.open_slip")


def summary_of(case: Opened, names: dict[UUID, str]) -> list[dict[str, str]]:
    """Give the case's own facts as a list."""
    kept = case.file
    desk = say("cases.file.desk_why", name=names.get(kept.desk.unit_id, ""), why=say(f"case.why.{kept.why}"))
    phone = say("cases.file.phone", phone=kept.phone_shown) if kept.phone_shown else say("cases.file.no_phone")
    rows = [
        ("received", say("cases.file.step_at", at=kept.recorded_at)),
        ("due", say("cases.file.step_at", at=kept.due_at)),
        ("door", f"{say(f'case.door.{kept.door}')}. {phone}"),
        ("desk", desk),
    ]
    told = [{"key": say(f"cases.file.{key}"), "value": value} for key, value in rows]
    if kept.claim.seen_paper:
        paper = say(f"cases.at_desk.paper.{kept.claim.seen_paper}")
        told.append({"key": say("cases.at_desk.row"), "value": say("cases.at_desk.taken", paper=paper)})
    return told


def standing_of(case: Opened) -> str:
    """Say in whose hands the case is and what its reader may do."""
    until = format_time(case.file.claimed_until)
    if case.over:
        return ""
    if case.mine:
        return say("cases.file.holds_until", until=until)
    if not case.own_desk:
        return say("cases.file.read_only")
    if case.claimed:
        name = access.staff_names([case.file.claimed_by]) if case.file.claimed_by else {}
        return say("cases.file.held_by_other", until=until, name=next(iter(name.values()), ""))
    return say("cases.file.unheld")


def can_claim(case: Opened) -> str:
    """Give the word of the button that takes the case, empty where it cannot be taken."""
    if case.over or case.claimed:
        return ""
    if case.own_desk:
        return say("cases.file.claim")
    return say("cases.file.take_over") if case.climbed else ""


def by_hand(case: Opened, whose: Whose) -> list[dict[str, str]]:
    """Give the solutions that this kind of report knows first, then all others, each with its form's address.

    Before anybody is found there is nobody's record to correct: then only that nothing has to be.
    """
    first = KINDS[case.file.kind].solutions if case.file.kind in KINDS else ()
    order = dict.fromkeys([*first, *SolutionKind])
    query = f"?nguoi={whose.person_id}" if whose.person_id else ""
    return [
        {
            "text": say(f"case.solution.{kind}.label"),
            "href": reverse("cases:manual", kwargs={"ref": case.file.ref, "kind": kind.lower()}) + query,
            "first": "1" if kind in first else "",
        }
        for kind in order
        if kind is SolutionKind.NOTHING or whose.person_id
    ]


def repeats_of(
    case: Opened, whose: Whose, named: dict[UUID, str], messages: Mapping[tuple[UUID, int], MessageView]
) -> list[dict[str, Any]]:
    """Give the further reports of the same defect, each with what it tells and how far its last message came."""
    last = {place[0]: message for place, message in messages.items()}
    return [
        {
            "title": say("cases.file.repeat", ref=shown_ref(repeat.ref), at=repeat.recorded_at),
            "cells": person_cells(repeat.claim, whose.person, whole=case.mine),
            "doses": dose_pairs(repeat.claim, whose.doses, named),
            "text": "\n".join((repeat.claim.text, *repeat.said)).strip(),
            "sent": sent_told(last.get(repeat.case_id)),
        }
        for repeat in case.file.repeats
    ]


def others_of(case: Opened) -> list[dict[str, str]]:
    """Give other reports about the same person; those that repeat this one stand above already."""
    if case.file.person_id is None:
        return []
    repeats = {repeat.ref for repeat in case.file.repeats}
    found = reads.cases_beside(case.by, case.file.person_id, case.file.case_id)
    return [
        {
            "title": say("cases.queue.line", ref=shown_ref(one.ref), kind=say(f"case.kind.{one.kind}.short")),
            "href": reverse("cases:file", kwargs={"ref": one.ref}) if one.desk == case.file.desk else "",
            "state": one.state,
        }
        for one in found
        if one.ref not in repeats
    ]


def found_lines(found: FoundPeople) -> list[dict[str, Any]]:
    """Give the people that a search found, with just enough to tell them apart."""
    return [
        {
            "person_id": line.person_id,
            "name": line.full_name,
            "birth": (line.birth_date, line.birth_precision.lower()),
            "sex": line.sex,
            "facts": [part for part in (line.number_shown, line.phone_shown, _home(line)) if part],
        }
        for line in found.lines
    ]


def _home(line: Any) -> str:
    area_id: UUID | None = line.area_id
    return ", ".join(part for part in (line.address_text, area_name(area_id)) if part)
