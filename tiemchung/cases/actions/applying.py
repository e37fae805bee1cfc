"""Doing what a desk decided: each solution is one lower action, with the case as its reason and evidence."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.cases.actions.proving import demand_move_proof, demand_number_fits, demand_phone_proof
from tiemchung.cases.actions.telling_holders import tell_holder
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.reads.reporters_phone import reporters_phone
from tiemchung.cases.rules import shown_ref
from tiemchung.cases.solutions import REPORTERS, Effect, Solution
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Reason, Refused, Severity, Verdict, refuse
from tiemchung.doses import actions as doses
from tiemchung.doses.reads import entry_of
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.people import actions as people
from tiemchung.people import reads as people_reads
from tiemchung.vaccines.reads import find_lot

# In back-entry these only warn, since history is fact. A desk that decides a case says knowingly that it means it.
ASK_AGAIN = frozenset({"LATER_DOSE_AFFECTED", "POSSIBLE_DUPLICATE", "SAME_DAY", "TOO_SOON"})
NEEDS: Mapping[SolutionKind, tuple[str, ...]] = {
    SolutionKind.LINK: ("keep_person", "join_person"),
    SolutionKind.RECORD: ("profile_id", "facts"),
    SolutionKind.AMEND: ("profile_id", "dose_id", "version", "changes"),
    SolutionKind.VERIFY: ("profile_id", "dose_id", "version"),
    SolutionKind.VOID: ("profile_id", "dose_id", "version"),
    SolutionKind.AMEND_PERSON: ("profile_id", "version", "changes"),
    SolutionKind.ADD_NUMBER: ("profile_id", "system", "number"),
    SolutionKind.ADD_PHONE: ("profile_id", "system", "number"),
    SolutionKind.MOVE_PHONE: ("profile_id", "contact_id", "system", "number"),
    SolutionKind.NOTHING: (),
}


@dataclass(frozen=True, slots=True)
class Order:
    """Under whose name, for which case, and by which key a solution is applied."""

    by: Actor
    at: dt.datetime
    key: str
    ref: str
    because: str

    @property
    def why(self) -> str:
        """Give the reason as the ledger keeps it: what the desk wrote, and the case."""
        return f"{self.because.strip()} ({shown_ref(self.ref)})".strip()

    @property
    def evidence(self) -> str:
        """Give what the ledger keeps as evidence."""
        return f"case:{self.ref}"


def is_whole(solution: Solution) -> bool:
    """Tell whether a solution has all that its kind needs."""
    return all(getattr(solution, name) for name in NEEDS[solution.kind])


def apply_solution(order: Order, solution: Solution) -> Effect | None:
    """Do it, in the caller's transaction, and give what it did; None where nothing had to be changed.

    Raises Refused with the lower domain's codes, CASE_SOLUTION_INCOMPLETE, CASE_PERSON_UNSEEN for a person who is not
    there or not for this actor, or, where a rule only warns of what this would break and no `override` says why it is
    right, with that warning as an overridable refusal.
    """
    if not is_whole(solution):
        raise Refused(refuse("CASE_SOLUTION_INCOMPLETE", kind=str(solution.kind)))
    try:
        return _APPLY[solution.kind](order, solution)
    except people_reads.NotFound as nobody:
        raise Refused(refuse("CASE_PERSON_UNSEEN")) from nobody


def _link(order: Order, what: Solution) -> Effect:
    assert what.keep_person is not None
    assert what.join_person is not None
    linked = people.link_profiles(
        by=order.by,
        at=order.at,
        key=order.key,
        keep_person=what.keep_person,
        join_person=what.join_person,
        because=order.why,
    )
    return _of_person(order, what, linked.person_id, linked.link_id, "JOINED")


def _record(order: Order, what: Solution) -> Effect:
    assert what.profile_id is not None
    assert what.facts is not None
    answer = doses.record_dose(
        by=order.by,
        at=order.at,
        key=order.key,
        profile_id=what.profile_id,
        facts=_with_lot(what.facts),
        source=DoseSource.CASE,
        because=_override(order, what),
        evidence=order.evidence,
    )
    return _of_dose(order, what, answer)


def _with_lot(facts: DoseFacts) -> DoseFacts:
    """Name the lot that a written lot number means, where our list has it."""
    lot = find_lot(facts.product, facts.lot_number) if facts.lot_number and facts.lot_id is None else None
    return facts.amended({"lot_id": lot.id, "component": facts.component or lot.component or ""}) if lot else facts


def _amend(order: Order, what: Solution) -> Effect:
    return _correct(order, what, doses.amend_dose, changes=what.changes)


def _verify(order: Order, what: Solution) -> Effect:
    return _correct(order, what, doses.verify_dose)


def _void(order: Order, what: Solution) -> Effect:
    return _correct(order, what, doses.void_dose)


def _correct(order: Order, what: Solution, act: Callable[..., doses.RecordedDose], **more: Any) -> Effect:
    answer = act(
        by=order.by,
        at=order.at,
        key=order.key,
        profile_id=what.profile_id,
        dose_id=what.dose_id,
        version=what.version,
        because=_override(order, what),
        evidence=order.evidence,
        **more,
    )
    return _of_dose(order, what, answer)


def _amend_person(order: Order, what: Solution) -> Effect:
    assert what.profile_id is not None
    people.amend_profile(
        by=order.by,
        at=order.at,
        profile_id=what.profile_id,
        because=order.why,
        expected_version=what.version,
        **what.changes,
    )
    return _of_person(order, what, what.profile_id, None, "AMENDED")


def _add_number(order: Order, what: Solution) -> Effect:
    assert what.profile_id is not None
    added = people.add_identifier(
        by=order.by,
        at=order.at,
        profile_id=what.profile_id,
        system=what.system,
        value=what.number,
        because=order.why,
    )
    demand_number_fits(added, what.override)
    return Effect(what.kind, what.profile_id, added.identifier_id, None, order.at)


def _add_phone(order: Order, what: Solution) -> Effect:
    assert what.profile_id is not None
    demand_phone_proof(order.ref, what.profile_id, what.override)
    tell_holder(what.profile_id, "PHONE_ADDED", order.ref, order.at)  # before: to the phones that were there
    contact_id = people.add_phone(
        by=order.by, at=order.at, profile_id=what.profile_id, phone=what.number, relation=what.system
    )
    return Effect(what.kind, what.profile_id, contact_id, None, order.at)


def _move_phone(order: Order, what: Solution) -> Effect:
    assert what.profile_id is not None
    assert what.contact_id is not None
    demand_move_proof(order.ref, what.profile_id, what.number, what.override)
    tell_holder(what.profile_id, "PHONE_MOVED", order.ref, order.at)
    moved = people.move_phone(
        by=order.by,
        at=order.at,
        person_id=what.profile_id,
        contact_id=what.contact_id,
        to_phone=reporters_phone(order.ref) if what.number == REPORTERS else what.number,
        because=order.why,
        relation=what.system,
    )
    return Effect(what.kind, what.profile_id, moved.contact_id, None, order.at)


def _nothing(order: Order, what: Solution) -> None:
    return None


_APPLY: Mapping[SolutionKind, Callable[[Order, Solution], Effect | None]] = {
    SolutionKind.LINK: _link,
    SolutionKind.RECORD: _record,
    SolutionKind.AMEND: _amend,
    SolutionKind.VERIFY: _verify,
    SolutionKind.VOID: _void,
    SolutionKind.AMEND_PERSON: _amend_person,
    SolutionKind.ADD_NUMBER: _add_number,
    SolutionKind.ADD_PHONE: _add_phone,
    SolutionKind.MOVE_PHONE: _move_phone,
    SolutionKind.NOTHING: _nothing,
}


def _override(order: Order, what: Solution) -> str:
    """Give the reason for the ledger, with what the desk said to a warning."""
    said = what.override.strip()
    return f"{order.why}. {said}" if said else order.why


def _of_dose(order: Order, what: Solution, answer: doses.RecordedDose) -> Effect:
    if not what.override.strip():
        demand_override(answer.verdict)
    dose = answer.dose
    return Effect(what.kind, dose.profile_id, dose.id, entry_of(dose.profile_id, order.key), order.at)


def demand_override(verdict: Verdict) -> None:
    """Raise Refused with the warnings that a desk has to set aside knowingly."""
    asked = tuple(r for r in verdict.warnings if r.code in ASK_AGAIN)
    if asked:
        raise Refused(Verdict(tuple(Reason(r.code, Severity.REFUSE, True, r.facts) for r in asked)))


def _of_person(order: Order, what: Solution, profile_id: UUID, object_id: UUID | None, kind: str) -> Effect:
    entry = people_reads.change_of(profile_id, kind, order.at)
    return Effect(what.kind, profile_id, object_id, entry, order.at)
