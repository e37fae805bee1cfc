"""Answering one's own part of a report and passing on the rest: one transaction, or not at all."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from tiemchung.cases.actions.applying import Order
from tiemchung.cases.actions.desk import demand_answer, subject_of, way_on
from tiemchung.cases.actions.holding import Held, hold_claimed
from tiemchung.cases.actions.joining import keep_defects, tell_all
from tiemchung.cases.actions.moving import move_case
from tiemchung.cases.actions.settling import apply_solutions, judge_solutions, name_person, once_held
from tiemchung.cases.letters import drop_letter
from tiemchung.cases.rules import PART_DONE, Desk, DeskLevel, RefusalCode, Route, RouteReason, clean_ref
from tiemchung.cases.solutions import Solution
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.verdict import Refused, refuse


@dataclass(frozen=True, slots=True)
class _Words:
    """What the desk says: to the citizen, to its colleagues, and why the case goes on."""

    answer: str
    because: str
    code: str


def settle_part(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    ref: str,
    version: int,
    solutions: Sequence[Solution],
    answer: str,
    because: str,
    rest: Desk,
    seen_paper: bool = False,
) -> Desk:
    """Apply the solutions of this desk's part and pass the case on to the desk of the rest; all of it or nothing.

    Gives the desk to which it went: `rest`, or the one that answers instead. The clock runs on, the reporter is told,
    and what was done has its effects and receipts at once. Asked twice with one key it gives the first answer. Raises
    Refused as `settle_case` and `pass_case` do.
    """
    ask = _ask(by, ref, version, rest, answer, because)
    ask["solutions"] = [asdict(solution) for solution in solutions]

    def act() -> dict[str, Any]:
        held = hold_claimed(by, at, clean_ref(ref), version)
        judge_solutions(solutions, answer, because)
        way = way_on(held.case, rest, at)
        apply_solutions(held.case, Order(by, at, key, held.case.ref, because), solutions)
        _pass_rest(held, way, _Words(answer, because, PART_DONE), by=by, at=at)
        name_person(held.case, solutions, at)
        keep_defects(held.case)
        facts = {"solutions": [str(s.kind) for s in solutions], "rest": way.desk.level,
                 "seen_paper": seen_paper}  # fmt: skip
        _audit(held, by, at, "cases.settle_part", because, facts)
        return _as_json(way.desk)

    return _desk(once_held(clean_ref(ref), key, "cases.settle_part", ask, at, act))


def refuse_part(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    ref: str,
    version: int,
    refusal: RefusalCode | str,
    answer: str,
    rest: Desk,
) -> Desk:
    """Refuse this desk's part by one of the procedure's reasons and pass the case on to the desk of the rest.

    Gives the desk to which it went. What another desk settles of it stands. Asked twice with one key it gives the first
    answer. Raises Refused as `refuse_case` and `pass_case` do.
    """
    ask = _ask(by, ref, version, rest, answer, str(refusal))

    def act() -> dict[str, Any]:
        held = hold_claimed(by, at, clean_ref(ref), version)
        if refusal not in set(RefusalCode):
            raise Refused(refuse("CASE_REFUSAL_UNKNOWN"))
        demand_answer(answer)
        way = way_on(held.case, rest, at)
        _pass_rest(held, way, _Words(answer, "", str(refusal)), by=by, at=at)
        _audit(held, by, at, "cases.refuse_part", "", {"refusal": str(refusal), "rest": way.desk.level})
        return _as_json(way.desk)

    return _desk(once_held(clean_ref(ref), key, "cases.refuse_part", ask, at, act))


def _pass_rest(held: Held, way: Route, words: _Words, *, by: Actor, at: dt.datetime) -> None:
    onward = Route(way.desk, RouteReason.PART_DONE, way.above)
    drop_letter(held.case, held.case.unit_id)
    move_case(held, onward, by=by, at=at, note=words.because, said=words.answer, code=words.code)
    tell_all(held.case, "PART_DONE", at)


def _audit(held: Held, by: Actor, at: dt.datetime, action: str, because: str, facts: dict[str, Any]) -> None:
    case = held.case
    write_line(
        by=by, at=at, action=action, subject_id=subject_of(case), object_id=case.id, because=because, facts=facts
    )


def _ask(by: Actor, ref: str, version: int, rest: Desk, answer: str, because: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"by": by.id, "ref": clean_ref(ref), "version": version, "rest": _as_json(rest)}
    return asked | {"answer": answer, "because": because}


def _as_json(desk: Desk) -> dict[str, Any]:
    return {"unit_id": str(desk.unit_id), "level": str(desk.level)}


def _desk(answer: dict[str, Any]) -> Desk:
    return Desk(UUID(answer["unit_id"]), DeskLevel(answer["level"]))


__all__ = ["refuse_part", "settle_part"]
