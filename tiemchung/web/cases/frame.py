"""What the desk's pages share: who may come in, one opened case, names of desks, and the time that is left."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from tiemchung.cases import actions, reads
from tiemchung.cases.rules import (
    NATION,
    OVER,
    Desk,
    DeskLevel,
    RefusalCode,
    Step,
    hours_left,
    is_late,
    part_kind,
    shown_ref,
)
from tiemchung.cases.values import CaseFile
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role
from tiemchung.core.audit import note_look
from tiemchung.core.outbox import MessageView
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.web.shared.case_parts import step_word
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import CASE_ROLES, actor_of, tell
from tiemchung.web.shared.words import say

AUTHORITIES = tuple(role for role in CASE_ROLES if role is not Role.FACILITY_LEAD)
open_to_desks = open_to_staff(*CASE_ROLES)
open_to_authorities = open_to_staff(*AUTHORITIES)
_DAYS_FROM = 48  # hours from which a delay is said in days


@dataclass(frozen=True, slots=True)
class Opened:
    """One case before a member of staff: whether their desk holds it, or it climbed to it being late."""

    file: CaseFile
    by: Actor
    at: dt.datetime
    own_desk: bool
    climbed: bool

    @property
    def claimed(self) -> bool:
        """Tell whether anybody holds it now."""
        return self.file.claimed_until is not None and self.file.claimed_until > self.at

    @property
    def mine(self) -> bool:
        """Tell whether the reader holds it now, and so may decide."""
        return self.own_desk and self.claimed and self.file.claimed_by == self.by.id

    @property
    def over(self) -> bool:
        """Tell whether it has ended."""
        return self.file.state in OVER

    @property
    def purpose(self) -> str:
        """Give what the audit line of each look at the person says."""
        return f"PA {self.file.ref}"


def opened(request: HttpRequest, ref: str) -> Opened:
    """Open a case for this page and leave the line that says so; another desk's case does not exist: Http404."""
    by, at = actor_of(request), clock.now()
    file = reads.desk_file(by, at, ref)
    if file is None:
        raise Http404
    subject = file.person_id or file.case_id
    note_look(by=by, at=at, action="cases.open_file", subject_ids=[subject], purpose=f"PA {file.ref}")
    desk = reads.desk_of_actor(by, at)
    mine = desk is not None and desk.unit_id == file.desk.unit_id
    told = any(step.step == Step.ESCALATE and desk and step.unit_id == desk.unit_id for step in file.steps)
    return Opened(file, by, at, mine, told and not mine)


def names_of(desks: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
    """Give the names of desks, the ministry's in the language of the page."""
    return {**reads.desk_names(desks), NATION: say("case.level.NATION")}


def name_of(desk: Desk) -> str:
    """Give the name of one desk."""
    return names_of([(desk.unit_id, desk.level)]).get(desk.unit_id, say(f"case.level.{desk.level}"))


def time_left(due: dt.datetime, at: dt.datetime) -> dict[str, str]:
    """Say how long is left or since when it is late; the colour says it a second time."""
    hours = hours_left(due, at)
    if is_late(due, at):
        if -hours >= _DAYS_FROM:
            return {"text": say("case.left.late_days", n=-hours // 24), "colour": "red"}
        return {"text": say("case.left.late", n=-hours) if hours else say("case.left.late_under"), "colour": "red"}
    if hours < 1:
        return {"text": say("case.left.under"), "colour": "orange"}
    return {
        "text": say("case.left.hours", n=hours),
        "colour": "orange" if hours < 12 else "yellow" if hours < 24 else "teal",
    }


def go_on(request: HttpRequest, done: str, ref: str, *, stay: bool = False, paper: bool = False) -> HttpResponse:
    """Say what was done, and lead to the next case, to this one, or to the list, as the button said.

    What can reach its reader on `paper` alone is printed first; the way to the next case stands beside it.
    """
    tell(request, f"cases.done.{done}", ref=shown_ref(ref))
    if paper:
        return redirect("cases:letter", ref=ref)
    if request.POST.get("step") == "next":
        return to_next(request)
    return redirect("cases:file", ref=ref) if stay else redirect("cases:queue")


def to_next(request: HttpRequest) -> HttpResponse:
    """Take the next case and lead to it; where none is left, say so on the list."""
    try:
        file = actions.next_case(by=actor_of(request), at=clock.now())
    except Refused:
        raise Http404 from None
    if file is None:
        tell(request, "cases.done.empty")
        return redirect("cases:queue")
    return redirect("cases:file", ref=file.ref)


def wants_letter(file: CaseFile) -> bool:
    """Tell whether the reporter left no phone but an address: an answer reaches them on paper or not at all."""
    return not file.phone_shown and bool(file.claim.address_text)


def codes_of(verdict: Verdict) -> set[str]:
    """Give the codes that refuse."""
    return {reason.code for reason in verdict.refusals}


def units_of(file: CaseFile) -> set[tuple[UUID, str]]:
    """Give every desk that a case names."""
    return {(s.unit_id, s.unit_level) for s in file.steps if s.unit_id} | {(file.desk.unit_id, file.desk.level)}


def steps_told(
    file: CaseFile,
    after: int = 0,
    names: dict[UUID, str] | None = None,
    messages: Mapping[tuple[UUID, int], MessageView] | None = None,
) -> list[dict[str, Any]]:
    """Give the steps of a case after a number as a history: what, when, who, to which desk, what was said.

    `messages` adds how far the message of each step came.
    """
    steps = [step for step in file.steps if step.number > after]
    known = names_of(units_of(file)) if names is None else names
    sent = {step.number: (messages or {}).get((file.case_id, step.number)) for step in steps}
    return [
        {
            "title": _step_title(s),
            "facts": _step_facts(s, known),
            "text": s.text,
            "sent": sent_told(sent[s.number]),
        }
        for s in steps
    ]


def over_words(case: Opened) -> str:
    """Say how a case ended, who said so and when; empty for one that goes on."""
    ends = [step for step in case.file.steps if step.state in OVER] if case.over else []
    return ", ".join((_step_title(ends[-1]), *_step_facts(ends[-1], {}))) if ends else ""


def sent_told(message: MessageView | None) -> dict[str, str] | None:
    """Give how far a message came, and since when; None where nothing was sent."""
    if message is None:
        return None
    return {"state": message.state, "since": say("cases.untold.since", at=message.since)}


def _step_title(step: Any) -> str:
    part = part_kind(step.step, step.code)
    return say(f"cases.rest.step.{part}") if part is not None else say(f"case.step.{step_word(step)}")


def _step_facts(step: Any, names: dict[UUID, str]) -> list[str]:
    who = ", ".join(part for part in (step.by_name, say(f"access.role.{step.by_role}") if step.by_role else "") if part)
    facts = [say("cases.file.step", at=step.at, who=who) if who else say("cases.file.step_at", at=step.at)]
    if step.step in ("CONFIRM", "RECEIVE", "PASS_ON", "ESCALATE", "REOPEN") and step.unit_id in names:
        facts.append(say("cases.file.to_desk", name=names[step.unit_id]))
    if step.code in set(RefusalCode):
        facts.append(say(f"case.refusal.{step.code}.label"))
    if step.note:
        facts.append(say("cases.file.note", text=step.note))
    return facts


def level_of(text: str) -> DeskLevel | None:
    """Give the level that a form named, None for anything else."""
    return DeskLevel(text) if text in set(DeskLevel) else None
