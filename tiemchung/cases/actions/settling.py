"""Settling and refusing a case: decided by its desk, done and answered in one transaction, or not at all."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.cases.actions.applying import Order, apply_solution
from tiemchung.cases.actions.declaring import drop_declared
from tiemchung.cases.actions.desk import demand_answer, demand_reason, subject_of
from tiemchung.cases.actions.ending import end_case
from tiemchung.cases.actions.hearing import let_partners_hear
from tiemchung.cases.actions.holding import Held, hold, hold_claimed
from tiemchung.cases.kinds import KINDS, SolutionKind
from tiemchung.cases.models import Case, CaseByPerson, CaseEffect
from tiemchung.cases.rules import RefusalCode, Step, clean_ref
from tiemchung.cases.solutions import Effect, Solution
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.once import once
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people import reads as people

LONG_ANSWER = 20  # "the record is right" changes nothing: the citizen must at least read why
MOST = 20  # solutions of one case: a person has a handful of doses


@dataclass(frozen=True, slots=True)
class SettledCase:
    """What was done: the effects in their order, and how many repeats were answered with the case."""

    ref: str
    effects: tuple[Effect, ...]
    repeats: int


def settle_case(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    ref: str,
    version: int,
    solutions: Sequence[Solution],
    answer: str,
    because: str,
    seen_paper: bool = False,
) -> SettledCase:
    """Apply the solutions, answer the citizen and every repeat, and end the case; all of it or nothing.

    `version` is the one that the desk saw; `seen_paper` that somebody there says to have seen the paper, for the audit
    line. Asked twice with one key it gives the first answer. Raises Refused with
    what `hold_claimed` says (a case settled under another key is CASE_OVER), CASE_NO_SOLUTION, CASE_NOTHING_ALONE,
    ANSWER_TOO_SHORT, REASON_MISSING, or the codes of `apply_solution`.
    """
    asked = clean_ref(ref)
    ask: dict[str, Any] = {"by": by.id, "ref": asked, "version": version, "answer": answer, "because": because}
    ask["solutions"] = [asdict(solution) for solution in solutions]

    def act() -> dict[str, Any]:
        held = hold_claimed(by, at, asked, version)
        judge_solutions(solutions, answer, because)
        order = Order(by, at, key, held.case.ref, because)
        return _settle(held, order, solutions, answer, seen_paper=seen_paper)

    return _settled(once_held(asked, key, "cases.settle_case", ask, at, act))


def once_held(
    ref: str, key: str, action: str, ask: dict[str, Any], at: dt.datetime, act: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Lock the case before the key is looked up, so that a twin who waited finds the first one's answer."""
    with transaction.atomic():
        hold(ref)
        return once(key, action, ask, at, act)


def judge_solutions(solutions: Sequence[Solution], answer: str, because: str) -> None:
    """Raise Refused where a decision lacks its solutions, its words to the citizen or its reason."""
    if not 0 < len(solutions) <= MOST:
        raise Refused(refuse("CASE_NO_SOLUTION"))
    nothing = [s for s in solutions if s.kind is SolutionKind.NOTHING]
    if nothing and len(solutions) > 1:
        raise Refused(refuse("CASE_NOTHING_ALONE"))
    demand_answer(answer)
    if nothing:
        if len(answer.strip()) < LONG_ANSWER:
            raise Refused(refuse("ANSWER_TOO_SHORT", least=LONG_ANSWER))
        return
    demand_reason(because)


def _settle(
    held: Held, order: Order, solutions: Sequence[Solution], answer: str, *, seen_paper: bool
) -> dict[str, Any]:
    case = held.case
    effects = apply_solutions(case, order, solutions)
    repeats = end_case(held, Step.SETTLE, by=order.by, at=order.at, answer=answer, note=order.because)
    name_person(case, solutions, order.at)
    facts = {"solutions": [str(s.kind) for s in solutions], "repeats": repeats, "seen_paper": seen_paper}
    write_line(
        by=order.by,
        at=order.at,
        action="cases.settle_case",
        subject_id=subject_of(case),
        object_id=case.id,
        because=order.because,
        facts=facts,
    )
    return {"ref": case.ref, "effects": [_as_json(effect) for effect in effects], "repeats": repeats}


def apply_solutions(case: Case, order: Order, solutions: Sequence[Solution]) -> list[Effect]:
    """Do each of these in their order and keep what it did with the case; raise Refused as `apply_solution` does."""
    effects = []
    for number, solution in enumerate(solutions):
        effect = apply_solution(Order(order.by, order.at, f"{order.key}:{number}", order.ref, order.because), solution)
        if effect is not None:
            effects.append(effect)
    keep_effects(case, effects)
    return effects


def keep_effects(case: Case, effects: Sequence[Effect]) -> None:
    """Keep what settled a case, by which its receipts are found."""
    CaseEffect.objects.bulk_create(
        CaseEffect(
            contact_key=case.contact_key,
            case_id=case.id,
            at=effect.at,
            solution=effect.solution,
            profile_id=effect.profile_id,
            object_id=effect.object_id,
            entry_id=effect.entry_id,
        )
        for effect in effects
    )


def name_person(case: Case, solutions: Sequence[Solution], at: dt.datetime) -> None:
    """Keep whom the desk settled on: the case is then found from the person's page."""
    named = next((s.keep_person or s.profile_id for s in solutions if s.keep_person or s.profile_id), None)
    if named is None:
        return
    if case.person_id is None:
        case.person_id = people.person_of(named)
        case.save(force_update=True, update_fields=["person_id"])
        let_partners_hear(case, at)
    row = CaseByPerson(person_id=named, contact_key=case.contact_key, case_id=case.id)
    CaseByPerson.objects.bulk_create([row], ignore_conflicts=True)


def refuse_case(
    *, by: Actor, at: dt.datetime, key: str, ref: str, version: int, refusal: RefusalCode | str, answer: str
) -> int:
    """End a case and its repeats with one of the procedure's reasons and an answer; give how many repeats there were.

    What stood on the card by the reporter's word alone goes off it and stays in the history. Asked twice with one key
    it changes nothing. Raises Refused with what `hold_claimed` says,
    CASE_REFUSAL_UNKNOWN or ANSWER_TOO_SHORT.
    """
    asked = clean_ref(ref)
    ask = {"by": by.id, "ref": asked, "version": version, "refusal": str(refusal), "answer": answer}

    def act() -> dict[str, Any]:
        held = hold_claimed(by, at, asked, version)
        if refusal not in set(RefusalCode):
            raise Refused(refuse("CASE_REFUSAL_UNKNOWN"))
        demand_answer(answer)
        repeats = end_case(held, Step.REFUSE, by=by, at=at, answer=answer, code=str(refusal))
        facts = {"refusal": str(refusal), "repeats": repeats}
        case = held.case
        if KINDS[case.kind].declares:
            drop_declared(at=at, ref=case.ref, person_id=case.person_id, dose_id=case.dose_id, because=str(refusal))
        write_line(
            by=by, at=at, action="cases.refuse_case", subject_id=subject_of(case), object_id=case.id, facts=facts
        )
        return {"repeats": repeats}

    return int(once_held(asked, key, "cases.refuse_case", ask, at, act)["repeats"])


def _as_json(effect: Effect) -> dict[str, Any]:
    ids = {name: _text(getattr(effect, name)) for name in ("profile_id", "object_id", "entry_id")}
    return {"solution": str(effect.solution), "at": effect.at.isoformat(), **ids}


def _settled(answer: dict[str, Any]) -> SettledCase:
    effects = tuple(
        Effect(
            solution=SolutionKind(e["solution"]),
            profile_id=UUID(e["profile_id"]),
            object_id=_id(e["object_id"]),
            entry_id=_id(e["entry_id"]),
            at=dt.datetime.fromisoformat(e["at"]),
        )
        for e in answer["effects"]
    )
    return SettledCase(answer["ref"], effects, answer["repeats"])


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None
