"""The only verbs that write doses. Each: lock the person's history, ask the rule, append, refresh, audit."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.access.reads import facility_scope
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.verdict import YES, Refused, Verdict, refuse
from tiemchung.doses import reads, rules
from tiemchung.doses.ledger import append, first_answer
from tiemchung.doses.models import Dose
from tiemchung.doses.rules import DoseSource, DoseState, EntryKind
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.people.actions import LockedPerson, lock_person
from tiemchung.vaccines import reads as vaccine_reads
from tiemchung.vaccines.rules import Birth, LotFacts, Mode, may_give


@dataclass(frozen=True, slots=True)
class RecordedDose:
    """The answer to an action: the dose as it now is, and all that follows for its person."""

    dose: DoseView
    person_id: UUID
    record: reads.DoseRecord
    verdict: Verdict
    repeated: bool = False


def record_dose(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    profile_id: UUID,
    facts: DoseFacts,
    source: DoseSource = DoseSource.DESK,
    because: str = "",
    evidence: str = "",
) -> RecordedDose:
    """Put a given dose on record; asked twice with one key it changes nothing and gives the same dose.

    Raises Refused with the rules' reasons; an overridable refusal is set aside by a stated `because`.
    Two callers at the same instant queue at the person's lock: the second finds the first's dose
    and is refused with SAME_DOSE, or gets it back where the keys are equal.
    """
    with transaction.atomic():
        person = lock_person(profile_id)
        before = first_answer(profile_id, key, EntryKind.RECORDED, facts)
        if before is not None:
            return _answer(person, before, YES, at, repeated=True)
        doses = reads.doses_of(person.profile_ids)
        verdict = _recording_verdict(by, at, person, doses, facts, source).or_raise(because)
        dose = append(
            by=by,
            at=at,
            key=key,
            kind=EntryKind.RECORDED,
            profile_id=profile_id,
            facts=facts,
            source=source,
            because=because,
            evidence=evidence,
            verdict=verdict,
        )
        _audit(by, at, "record_dose", person, dose.id, because, verdict)
        record = reads.record_from(_sorted((*doses, dose)), birth=_birth(person), on=local(at).date())
        return RecordedDose(dose, person.person_id, record, verdict)


def declare_dose(
    *, by: Actor, at: dt.datetime, key: str, profile_id: UUID, facts: DoseFacts, evidence: str = ""
) -> RecordedDose:
    """Keep a dose as the citizen declares it: shown at once as unverified, never counted (M22)."""
    with transaction.atomic():
        person = lock_person(profile_id)
        before = first_answer(profile_id, key, EntryKind.DECLARED, facts)
        if before is not None:
            return _answer(person, before, YES, at, repeated=True)
        verdict = rules.may_declare(by, person.person_id) + _day_has_come(facts, at)
        verdict.or_raise()
        dose = append(
            by=by,
            at=at,
            key=key,
            kind=EntryKind.DECLARED,
            profile_id=profile_id,
            facts=facts,
            source=DoseSource.SELF,
            evidence=evidence,
            verdict=verdict,
        )
        _audit(by, at, "declare_dose", person, dose.id, "", verdict)
        return _answer(person, dose, verdict, at)


def amend_dose(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    profile_id: UUID,
    dose_id: UUID,
    version: int,
    changes: dict[str, Any],
    because: str,
    evidence: str = "",
) -> RecordedDose:
    """Correct facts of a dose; `version` is the one that the corrector saw, and a newer one refuses (F4)."""
    return _correct(
        EntryKind.AMENDED, by, at, key, profile_id, dose_id, version, changes, because=because, evidence=evidence
    )


def void_dose(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    profile_id: UUID,
    dose_id: UUID,
    version: int,
    because: str,
    evidence: str = "",
) -> RecordedDose:
    """Say that a dose never took place; it stays in the history and stops counting."""
    return _correct(
        EntryKind.VOIDED, by, at, key, profile_id, dose_id, version, {}, because=because, evidence=evidence
    )


def verify_dose(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    profile_id: UUID,
    dose_id: UUID,
    version: int,
    because: str,
    evidence: str = "",
) -> RecordedDose:
    """Confirm a declared dose on evidence; from then on it counts."""
    return _correct(
        EntryKind.VERIFIED, by, at, key, profile_id, dose_id, version, {}, because=because, evidence=evidence
    )


def _correct(
    kind: EntryKind,
    by: Actor,
    at: dt.datetime,
    key: str,
    profile_id: UUID,
    dose_id: UUID,
    version: int,
    changes: dict[str, Any],
    *,
    because: str,
    evidence: str,
) -> RecordedDose:
    with transaction.atomic():
        person = lock_person(profile_id)
        row = Dose.objects.filter(profile_id=profile_id, id=dose_id).first()
        if row is None:
            raise Refused(refuse("NO_SUCH_DOSE"))
        dose = reads.view_of(row)
        facts = dose.facts.amended(changes)
        before = first_answer(profile_id, key, kind, facts)
        if before is not None:
            return _answer(person, before, YES, at, repeated=True)
        verdict = _correcting_verdict(kind, by, at, person, dose, facts, version, because)
        verdict.or_raise(because)
        after = append(
            by=by,
            at=at,
            key=key,
            kind=kind,
            profile_id=profile_id,
            facts=facts,
            source=dose.source,
            because=because,
            evidence=evidence,
            verdict=verdict,
            row=row,
        )
        _audit(by, at, f"{kind.lower()}_dose", person, dose.id, because, verdict)
        return _answer(person, after, verdict, at)


def _recording_verdict(
    by: Actor,
    at: dt.datetime,
    person: LockedPerson,
    doses: tuple[DoseView, ...],
    facts: DoseFacts,
    source: DoseSource,
) -> Verdict:
    may = rules.may_record(by, _place(by, facts), source)
    if not may:
        return may
    return may + _hour_has_come(facts, at) + _giving_verdict(at, person, doses, facts, source)


def _giving_verdict(
    at: dt.datetime, person: LockedPerson, doses: tuple[DoseView, ...], facts: DoseFacts, source: DoseSource
) -> Verdict:
    return may_give(
        facts.product,
        lot=_lot(facts),
        history=reads.given(doses),
        birth_date=_birth(person),
        on=facts.given_on,
        at=at,
        mode=Mode.DESK if source is DoseSource.DESK else Mode.BACKLOG,
    )


def _correcting_verdict(
    kind: EntryKind,
    by: Actor,
    at: dt.datetime,
    person: LockedPerson,
    dose: DoseView,
    facts: DoseFacts,
    version: int,
    because: str,
) -> Verdict:
    today = local(at).date()
    may = rules.may_correct(by, _place(by, dose.facts), local(dose.recorded_at).date(), today)
    may += rules.may_follow(dose.state, kind) + rules.reason_given(because)
    if version != dose.version:
        may += refuse("CHANGED_MEANWHILE")
    if kind is EntryKind.AMENDED and facts == dose.facts:
        may += refuse("NOTHING_CHANGED")
    if not may or kind is EntryKind.VOIDED:
        return may
    others = tuple(d for d in reads.doses_of(person.profile_ids) if d.id != dose.id)
    return may + _hour_has_come(facts, at) + _giving_verdict(at, person, others, facts, DoseSource.CASE)


def _birth(person: LockedPerson) -> Birth:
    return reads.birth_of(person.birth_date, person.birth_precision)


def _lot(facts: DoseFacts) -> LotFacts | None:
    if facts.lot_id is not None:
        return vaccine_reads.lot(facts.lot_id)
    return vaccine_reads.find_lot(facts.product, facts.lot_number) if facts.lot_number else None


def _place(by: Actor, facts: DoseFacts) -> rules.DosePlace:
    at_home = facts.facility_id is None or facts.facility_id == by.facility_id
    areas = frozenset() if at_home or facts.facility_id is None else facility_scope(facts.facility_id)
    return rules.DosePlace(facts.facility_id, areas, facts.vaccinator_id)


def _hour_has_come(facts: DoseFacts, at: dt.datetime) -> Verdict:
    """Refuse a moment ahead of the clock; a day ahead is refused by the vaccine rules (FUTURE_DATE)."""
    ahead = facts.given_at is not None and facts.given_at > at and facts.given_on <= local(at).date()
    return refuse("GIVEN_IN_FUTURE") if ahead else YES


def _day_has_come(facts: DoseFacts, at: dt.datetime) -> Verdict:
    return refuse("GIVEN_IN_FUTURE") if facts.given_on > local(at).date() else YES


def _sorted(doses: tuple[DoseView, ...]) -> tuple[DoseView, ...]:
    return tuple(sorted(doses, key=lambda d: (d.facts.given_on, d.recorded_at)))


def _answer(
    person: LockedPerson, dose: DoseView, verdict: Verdict, at: dt.datetime, *, repeated: bool = False
) -> RecordedDose:
    record = reads.record_of(person.profile_ids, birth=_birth(person), on=local(at).date())
    return RecordedDose(dose, person.person_id, record, verdict, repeated)


def _audit(
    by: Actor, at: dt.datetime, action: str, person: LockedPerson, dose_id: UUID, because: str, verdict: Verdict
) -> None:
    write_line(
        by=by,
        at=at,
        action=action,
        subject_id=person.person_id,
        object_id=dose_id,
        because=because,
        verdict=verdict,
    )


__all__ = [
    "DoseState",
    "RecordedDose",
    "amend_dose",
    "declare_dose",
    "record_dose",
    "verify_dose",
    "void_dose",
]
