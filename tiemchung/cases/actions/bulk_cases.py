"""Who reported what a bulk correction has put right is answered with it, and is told when it is taken back."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.actions.ending import end_case
from tiemchung.cases.actions.holding import Held, hold
from tiemchung.cases.actions.joining import keep_defects
from tiemchung.cases.actions.opening import put_inbox
from tiemchung.cases.actions.settling import keep_effects
from tiemchung.cases.actions.steps import take_step
from tiemchung.cases.actions.untold import forget_untold
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.letters import drop_letter
from tiemchung.cases.models import Case, CaseByPerson, CaseEffect, CaseRepeat
from tiemchung.cases.proposing.met import MET_BY_AMENDING, is_met, met_by
from tiemchung.cases.reads.desks import areas_of_ladder, ladder_of_desk, way_to
from tiemchung.cases.rules import OPEN, CaseState, Desk, DeskLevel, Step, due_at
from tiemchung.cases.sealed import open_claim
from tiemchung.cases.solutions import Effect
from tiemchung.cases.telling import answer_words, tell
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.doses.reads import doses_of, entry_of
from tiemchung.doses.values import DoseView
from tiemchung.people import reads as people

_MOST = 50  # cases of one person; the newest


@dataclass(frozen=True, slots=True)
class Correction:
    """One dose of a bulk correction: in whose name, and under which key the ledger keeps it."""

    by: Actor
    at: dt.datetime
    profile_id: UUID
    dose_id: UUID
    key: str
    cause: str
    because: str


def hold_unmet(profile_id: UUID, dose_id: UUID) -> list[Held]:
    """Lock the open cases of a dose's person that this correction may answer: they tell what is not on record yet.

    Asked before the dose is touched, as whoever settles a case locks the case first.
    """
    person_ids = people.profile_ids_of(profile_id)
    found = _cases(person_ids, OPEN)
    asking = [case for case in found if case.kind in MET_BY_AMENDING]
    doses = doses_of(person_ids) if asking else ()
    unmet = [case.ref for case in asking if not is_met(open_claim(case.id, case.sealed_claim), case.dose_id, doses)]
    held = [hold(ref) for ref in sorted(unmet)]
    return [one for one in held if one.inbox is not None]


def settle_met(done: Correction, held: Sequence[Held]) -> int:
    """Settle those of the locked cases that the corrected dose answers, with its entry in the ledger; give how many.

    Each reporter, of a repeat too, gets a sentence in their own language.
    """
    if not held:
        return 0
    doses = doses_of(people.profile_ids_of(done.profile_id))
    return sum(_settle(done, one) for one in held if _answers(done.dose_id, one.case, doses))


def _answers(dose_id: UUID, case: Case, doses: Sequence[DoseView]) -> bool:
    claim = open_claim(case.id, case.sealed_claim)
    return is_met(claim, case.dose_id, doses) and dose_id in met_by(claim, case.dose_id, doses)


def _settle(done: Correction, held: Held) -> int:
    case = held.case
    if case.state != CaseState.IN_REVIEW:
        take_step(case, Step.CLAIM, by=done.by, at=done.at)
    entry = entry_of(done.profile_id, done.key)
    keep_effects(case, [Effect(SolutionKind.AMEND, done.profile_id, done.dose_id, entry, done.at)])
    answer = answer_words(case.language, done.cause)
    repeats = end_case(held, Step.SETTLE, by=done.by, at=done.at, answer=answer, note=done.because)
    facts = {"solutions": ["AMEND"], "repeats": repeats, "key": done.key}
    _audit(done, case, "cases.settle_case", facts)
    return 1


def hold_settled(profile_id: UUID, key: str) -> list[Held]:
    """Lock the cases that the ledger entry of this key settled and that nobody opened again since."""
    entry = entry_of(profile_id, key)
    if entry is None:
        return []
    over = _cases(people.profile_ids_of(profile_id), frozenset({CaseState.UPDATED}))
    effects = CaseEffect.objects.filter(contact_key__in=[c.contact_key for c in over], entry_id=entry) if over else ()
    settled_at = {effect.case_id: effect.at for effect in effects}
    held = [hold(case.ref) for case in sorted(over, key=lambda case: case.ref) if case.id in settled_at]
    return [h for h in held if h.case.state == CaseState.UPDATED and h.case.settled_at == settled_at[h.case.id]]


def reopen_undone(undone: Correction, held: Sequence[Held]) -> int:
    """Open the cases again whose correction was taken back, with their repeats and a new clock; give how many.

    Each goes to the desk that answers for it today, and its reporters are told why.
    """
    for one in held:
        _reopen(undone, one.case)
    return len(held)


def _reopen(undone: Correction, case: Case) -> None:
    way = way_to(Desk(case.unit_id, DeskLevel(case.unit_level)), local(undone.at).date())
    drop_letter(case, case.unit_id)
    forget_untold(case)
    case.unit_id, case.unit_level, case.route_why = way.desk.unit_id, way.desk.level, way.why
    _unanswer(undone, case, Step.REOPEN, code=way.why, due=due_at(undone.at))
    put_inbox(case, way, areas_of_ladder(ladder_of_desk(way.desk, local(undone.at).date())))
    keep_defects(case)
    tell(case, "REOPENED", undone.at)
    repeats = [repeat for repeat in _repeats_of(case) if repeat.state == CaseState.UPDATED]
    for repeat in repeats:
        drop_letter(repeat, repeat.unit_id)
        repeat.unit_id, repeat.unit_level = case.unit_id, case.unit_level
        _unanswer(undone, repeat, Step.JOIN, code=way.why, due=case.due_at)
        tell(repeat, "REOPENED", undone.at)
    _audit(undone, case, "cases.reopen_undone", {"repeats": len(repeats), "key": undone.key})


def _unanswer(undone: Correction, case: Case, step: Step, *, code: str, due: dt.datetime) -> None:
    text = answer_words(case.language, "UNDONE")
    take_step(case, step, by=undone.by, at=undone.at, text=text, note=undone.because, code=code)
    case.due_at, case.settled_at, case.refusal, case.sealed_answer = due, None, "", None
    case.save(force_update=True)


def _repeats_of(lead: Case) -> list[Case]:
    """Lock and give the repeats that were answered with this case and belong to it still."""
    rows = CaseRepeat.objects.filter(contact_key=lead.contact_key, lead_id=lead.id)
    pairs = list(rows.values_list("repeat_contact", "repeat_id"))
    keys, ids = {bytes(key) for key, _ in pairs}, {repeat_id for _, repeat_id in pairs}
    found = Case.objects.select_for_update().filter(contact_key__in=keys, id__in=ids, lead_id=lead.id) if pairs else ()
    return sorted(found, key=lambda case: (case.recorded_at, case.id))


def _cases(person_ids: Sequence[UUID], states: frozenset[CaseState]) -> list[Case]:
    places = list(CaseByPerson.objects.filter(person_id__in=person_ids).order_by("-id")[:_MOST])
    if not places:
        return []
    keys, ids = [place.contact_key for place in places], [place.case_id for place in places]
    return list(Case.objects.filter(contact_key__in=keys, id__in=ids, state__in=states))


def _audit(what: Correction, case: Case, action: str, facts: dict[str, object]) -> None:
    subject = case.person_id or case.id
    write_line(
        by=what.by, at=what.at, action=action, subject_id=subject, object_id=case.id, because=what.because, facts=facts
    )


__all__ = ["Correction", "hold_settled", "hold_unmet", "reopen_undone", "settle_met"]
