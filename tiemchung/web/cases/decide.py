"""Settling a case: what would change is shown first, then it is done, the citizen answered, and the next case taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tiemchung.cases import actions
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.solutions import Solution
from tiemchung.core import clock
from tiemchung.core.verdict import Reason, Refused, Severity, Verdict, refuse, warn
from tiemchung.people.reads import NotFound
from tiemchung.vaccines.reads import find_lot
from tiemchung.web.cases.falls import falls_of
from tiemchung.web.cases.frame import (
    Opened,
    codes_of,
    go_on,
    open_to_desks,
    opened,
    over_words,
    steps_told,
    wants_letter,
)
from tiemchung.web.cases.papers import papers_of
from tiemchung.web.cases.preview import Looks, freshened, previews
from tiemchung.web.cases.rests import desk_in, rest_items, rest_typed
from tiemchung.web.cases.sides import person_cells
from tiemchung.web.cases.wire import BadPacket, pack, unpack
from tiemchung.web.shared.staff_page import actor_of, staff_page
from tiemchung.web.shared.trying import attempt, rehearse, told_as_warnings
from tiemchung.web.shared.typed import key_in, number_in, text_in
from tiemchung.web.shared.words import say, say_reason

STALE = frozenset({"CHANGED_MEANWHILE", "PROFILE_CHANGED_MEANWHILE"})
LOST = "CASE_CLAIM_LOST"
OVER = "CASE_OVER"
UNSEEN = "CASE_PAPER_UNSEEN"
FROM_PAPER = frozenset({SolutionKind.RECORD, SolutionKind.VERIFY})
# A trial run needs some reason; the deed itself takes only what was typed.
TRIAL = "xem trước khi lưu"
_FIELD_OF = {"REASON_MISSING": "because", "PEOPLE_REASON_REQUIRED": "because", "ANSWER_TOO_SHORT": "answer",
             UNSEEN: "seen_paper"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """What a member of staff has decided so far; whatever happens it is shown again.

    `rest` is what becomes of the doses of other places, None as long as nobody was asked.
    """

    solutions: tuple[Solution, ...]
    version: int
    key: str = field(default_factory=lambda: str(uuid4()))
    answer: str = ""
    because: str = ""
    override: str = ""
    rest: str | None = None
    seen_paper: bool = False

    @property
    def meant(self) -> tuple[Solution, ...]:
        """Give the solutions with what was said to their warnings."""
        return tuple(replace(one, override=self.override) for one in self.solutions)


def read_decision(request: HttpRequest) -> Decision:
    """Read the decision's form; raise BadPacket where its solutions are none."""
    data = request.POST
    return Decision(
        solutions=unpack(data.get("what", "")),
        version=number_in(data, "version"),
        key=key_in(data),
        answer=text_in(data, "answer"),
        because=text_in(data, "because"),
        override=text_in(data, "override", 500),
        rest=rest_typed(request),
        seen_paper="1" in data.getlist("seen_paper"),
    )


@open_to_desks
@require_POST
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what a decision would change, or do it."""
    step = request.POST.get("step", "check")
    if step == "reclaim":
        reclaim(request, ref)
    case = opened(request, ref)
    try:
        decision = read_decision(request)
    except BadPacket:
        return redirect("cases:file", ref=case.file.ref)
    if step.startswith("drop-"):
        decision = _without(decision, step.removeprefix("drop-"))
    if not decision.solutions:
        return redirect("cases:file", ref=case.file.ref)
    if case.over:
        return _over(request, case, decision, done=step in ("do", "next"))
    if step not in ("do", "next"):
        return check_page(request, case, decision)
    if asks_for_paper(decision, papers_of(case) if case.mine else []) and not decision.seen_paper:
        return check_page(request, case, decision, refuse(UNSEEN))
    tried = attempt(lambda: _settle(request, case, decision, decision.answer, decision.because))
    if tried.possible and desk_in(decision.rest or "") is not None:
        return go_on(request, "parted", case.file.ref)
    if tried.possible:
        return go_on(request, "settled", case.file.ref, stay=True, paper=wants_letter(case.file))
    return check_page(request, opened(request, ref), decision, tried.verdict)


def _over(request: HttpRequest, case: Opened, decision: Decision, *, done: bool) -> HttpResponse:
    """Lead whose own deed ended the case to its page, also when they pressed twice; tell all others how it ended."""
    if done and attempt(lambda: _settle(request, case, decision, decision.answer, decision.because)).possible:
        return redirect("cases:file", ref=case.file.ref)
    return check_page(request, case, decision, refuse(OVER))


def asks_for_paper(decision: Decision, papers: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a dose is put on record or verified while there is paper to be seen: then somebody must see it."""
    from_paper = any(one.kind in FROM_PAPER for one in decision.solutions)
    return from_paper and any(page["state"] == "CLEAN" for page in papers)


def unknown_lots(looks: Looks, decision: Decision) -> Verdict:
    """Warn of a lot number that is put into a dose and stands in no list: most are slips of the pen."""
    verdict = Verdict()
    for one in decision.solutions:
        dose = looks.dose(one) if one.kind is SolutionKind.AMEND and one.changes.get("lot_number") else None
        facts = dose.facts.amended(one.changes) if dose else None
        if facts and find_lot(facts.product, facts.lot_number) is None:
            verdict += warn("LOT_UNKNOWN")
    return verdict


def unlike_told(case: Opened, looks: Looks, decision: Decision) -> list[str]:
    """Say in which of name, birth and sex the person that this is done to differs from whom the report tells of."""
    told = []
    for person_id in dict.fromkeys(one.keep_person or one.profile_id for one in decision.solutions):
        person = looks.person(person_id)
        cells = person_cells(case.file.claim, person, whole=False) if person else []
        told += [say("cases.unlike.line", fact=cell.label, told=cell.told, recorded=cell.recorded)
                 for cell in cells if cell.differs]  # fmt: skip
    return told


def check_page(request: HttpRequest, case: Opened, decision: Decision, verdict: Verdict | None = None) -> HttpResponse:
    """Show before and after of a decision, with what refuses it, and keep all that was typed.

    `verdict` is what the deed said; without one a trial run is asked.
    """
    looks = Looks(case)
    shown = previews(looks, decision.solutions)
    papers = papers_of(case) if case.mine else []
    chosen, rests = rest_items(case, decision.rest)
    decision = replace(decision, rest=chosen)
    tried = verdict is None
    if verdict is None:
        verdict = _trial(request, case, decision)
    verdict += unknown_lots(looks, decision)
    codes = codes_of(verdict)
    stale, lost = bool(codes & STALE) or decision.version != case.file.version, LOST in codes or not case.mine
    rest = told_once(r for r in verdict.reasons if r.code not in STALE | {LOST, OVER} and r.code not in _FIELD_OF)
    asks = bool(rest.refusals) and rest.needs_override
    news = steps_told(case.file, after=decision.version) if stale and decision.version else []
    return staff_page(
        request,
        "cases/decide.html",
        200 if tried else 422,
        case=case,
        file=case.file,
        previews=shown,
        what=pack(freshened(looks, decision.solutions)),
        version=case.file.version,
        key=decision.key,
        answer=decision.answer or ready_answer(decision.solutions, case.file.language),
        because=decision.because,
        override=decision.override,
        verdict=told_as_warnings(rest) if asks else rest,
        asks=asks or bool(decision.override),
        possible=(asks or not rest.refusals) and not case.over,
        over=over_words(case),
        stale=stale and not lost,
        lost=lost and not case.over,
        news=news,
        unlike=unlike_told(case, looks, decision),
        falls=falls_of(looks, decision.solutions, case.at),
        person_id=next((one.keep_person or one.profile_id for one in decision.solutions), None),
        nothing=[one.kind for one in decision.solutions] == [SolutionKind.NOTHING],
        rest=chosen,
        rests=rests,
        papers=papers,
        asks_paper=asks_for_paper(decision, papers),
        seen_paper=decision.seen_paper,
        kinds=[(kind.lower(), say(f"case.solution.{kind}.label")) for kind in SolutionKind if kind != "NOTHING"],
        errors=errors_of(verdict),
    )


def told_once(reasons: Iterable[Reason]) -> Verdict:
    """Give reasons without those that say word for word what another says, the gravest kept: several rules see one."""
    ordered = sorted(reasons, key=lambda reason: reason.severity is not Severity.REFUSE)
    by_words = {say_reason(reason): reason for reason in reversed(ordered)}
    return Verdict(tuple(reason for reason in ordered if by_words[say_reason(reason)] is reason))


def errors_of(verdict: Verdict) -> dict[str, str]:
    """Give what refuses a field of the form, beside the field."""
    return {_FIELD_OF[r.code]: say_reason(r) for r in verdict.refusals if r.code in _FIELD_OF}


def ready_answer(solutions: Sequence[Solution], language: str) -> str:
    """Give the ready sentences for what was decided, in the reporter's language."""
    kinds = dict.fromkeys(one.kind for one in solutions)
    return " ".join(say(f"case.solution.{kind}.answer", language) for kind in kinds)


def reclaim(request: HttpRequest, ref: str) -> None:
    """Take a case again whose time ran out; where somebody else has it, the page that follows says so."""
    attempt(lambda: actions.claim_case(by=actor_of(request), at=clock.now(), ref=ref))


def _trial(request: HttpRequest, case: Opened, decision: Decision) -> Verdict:
    if not case.mine:
        return refuse(LOST)
    answer = decision.answer or ready_answer(decision.solutions, case.file.language)
    because = decision.because if len(decision.because) >= len(TRIAL) else TRIAL
    fresh = replace(decision, version=case.file.version, key=str(uuid4()))
    return rehearse(lambda: _settle(request, case, fresh, answer, because)).verdict


def _settle(request: HttpRequest, case: Opened, decision: Decision, answer: str, because: str) -> Any:
    rest = desk_in(decision.rest or "")
    ask: dict[str, Any] = {
        "by": case.by, "at": clock.now(), "key": decision.key, "ref": case.file.ref, "version": decision.version,
        "solutions": decision.meant, "answer": answer, "because": because,
        "seen_paper": decision.seen_paper,
    }  # fmt: skip
    try:
        return actions.settle_part(**ask, rest=rest) if rest is not None else actions.settle_case(**ask)
    except NotFound:
        raise Refused(refuse("CASE_PERSON_UNSEEN")) from None


def _without(decision: Decision, place: str) -> Decision:
    kept = [one for n, one in enumerate(decision.solutions) if str(n) != place]
    return replace(decision, solutions=tuple(kept))
