"""The only verbs that write doses. Each: lock the person's history, ask the rule, append, refresh, audit."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.verdict import YES, Refused, Verdict, refuse
from tiemchung.doses import reads, rules
from tiemchung.doses.judging import (
    Subject,
    correcting_verdict,
    giving_verdict,
    hour_has_come,
    lot_of,
    was_alive,
    with_consequences,
)
from tiemchung.doses.ledger import append, first_answer
from tiemchung.doses.models import Dose
from tiemchung.doses.rules import DoseSource, DoseState, EntryKind
from tiemchung.doses.signing import DoseToSign, sign_doses, unsign_doses
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.people.actions import LockedPerson, lock_person
from tiemchung.vaccines.reads import find_lot
from tiemchung.vaccines.rules import Birth, LotFacts


@dataclass(frozen=True, slots=True)
class RecordedDose:
    """The answer to an action: the dose as it now is, and all that follows for its person."""

    dose: DoseView
    person_id: UUID
    record: reads.DoseRecord
    verdict: Verdict
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class KeptDose:
    """The answer to a declaration: the dose as it now is; it counts for nothing yet, so nothing follows from it."""

    dose: DoseView
    person_id: UUID
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
    held: LockedPerson | None = None,
    lot: LotFacts | None = None,
) -> RecordedDose:
    """Put a given dose on record; asked twice with one key it changes nothing and gives the same dose.

    `held` is the person whom the caller's transaction has locked already, `lot` the dose's lot as it has just read it.
    Raises Refused with the rules' reasons; an overridable refusal is set aside by a stated `because`.
    Two callers at the same instant queue at the person's lock: the second finds the first's dose
    and is refused with SAME_DOSE, or gets it back where the keys are equal.
    """
    with transaction.atomic(savepoint=held is None):  # who holds the person goes back as a whole
        person = held or lock_person(profile_id)
        before = first_answer(profile_id, key, EntryKind.RECORDED, facts.as_json())
        if before is not None:
            return _answer(person, before, YES, at, repeated=True)
        doses = reads.doses_of(person.profile_ids)
        verdict = _recording_verdict(by, at, person, doses, facts, source, lot).or_raise(because)
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
) -> KeptDose:
    """Keep a dose as the citizen declares it: shown at once as unverified, never counted (M22)."""
    with transaction.atomic():
        person = lock_person(profile_id)
        before = first_answer(profile_id, key, EntryKind.DECLARED, facts.as_json())
        if before is not None:
            return KeptDose(before, person.person_id, YES, repeated=True)
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
        return KeptDose(dose, person.person_id, verdict)


@dataclass(frozen=True, slots=True)
class _Correction:
    """One correction as it is asked for: who, when, of which dose in which version, why and on what evidence."""

    kind: EntryKind
    by: Actor
    at: dt.datetime
    key: str
    profile_id: UUID
    dose_id: UUID
    version: int
    because: str
    evidence: str
    changes: Mapping[str, Any] = field(default_factory=dict)


def amend_dose(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    profile_id: UUID,
    dose_id: UUID,
    version: int,
    changes: Mapping[str, Any],
    because: str,
    evidence: str = "",
) -> RecordedDose:
    """Correct facts of a dose; `version` is the one that the corrector saw, and a newer one refuses (F4).

    What follows from a change is changed with it, unless named: another day has no known hour, another facility no
    known point, another lot number is looked up. Raises Refused with NOT_YOUR_PLACE, DOSE_VOIDED, CHANGED_MEANWHILE,
    NOTHING_CHANGED, REASON_MISSING or a rule's code.
    """
    return _correct(
        _Correction(EntryKind.AMENDED, by, at, key, profile_id, dose_id, version, because, evidence, changes)
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
    return _correct(_Correction(EntryKind.VOIDED, by, at, key, profile_id, dose_id, version, because, evidence))


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
    return _correct(_Correction(EntryKind.VERIFIED, by, at, key, profile_id, dose_id, version, because, evidence))


def _correct(ask: _Correction) -> RecordedDose:
    with transaction.atomic():
        person = lock_person(ask.profile_id)
        row = Dose.objects.filter(profile_id=ask.profile_id, id=ask.dose_id).first()
        if row is None:
            raise Refused(refuse("NO_SUCH_DOSE"))
        said = DoseFacts.plain(ask.changes)
        before = first_answer(ask.profile_id, ask.key, ask.kind, said, ask.dose_id)
        if before is not None:
            return _answer(person, before, YES, ask.at, repeated=True)
        dose = reads.view_of(row)
        facts = dose.facts.amended(with_consequences(dose.facts, ask.changes, find_lot))
        verdict = _correcting_verdict(ask, person, dose, facts).or_raise(ask.because)
        after = append(
            by=ask.by,
            at=ask.at,
            key=ask.key,
            kind=ask.kind,
            profile_id=ask.profile_id,
            facts=facts,
            source=dose.source,
            because=ask.because,
            evidence=ask.evidence,
            verdict=verdict,
            row=row,
        )
        _audit(ask.by, ask.at, f"{ask.kind.lower()}_dose", person, dose.id, ask.because, verdict)
        return _answer(person, after, verdict, ask.at)


def _recording_verdict(
    by: Actor,
    at: dt.datetime,
    person: LockedPerson,
    doses: tuple[DoseView, ...],
    facts: DoseFacts,
    source: DoseSource,
    lot: LotFacts | None,
) -> Verdict:
    may = rules.may_record(by, reads.place_of(by, facts, person.area_id), source)
    if not may:
        return may
    alive = was_alive(facts, person.died_on)
    lot = lot or lot_of(facts)
    return may + hour_has_come(facts, at) + alive + giving_verdict(at, _birth(person), doses, facts, lot, source)


def _correcting_verdict(ask: _Correction, person: LockedPerson, dose: DoseView, facts: DoseFacts) -> Verdict:
    others = tuple(d for d in reads.doses_of(person.profile_ids) if d.id != dose.id)
    subject = Subject(dose, facts, others, _birth(person), person.area_id, person.died_on)
    return correcting_verdict(ask.kind, ask.by, ask.at, ask.version, ask.because, subject, lot_of)


def _birth(person: LockedPerson) -> Birth:
    return reads.birth_of(person.birth_date, person.birth_precision)


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
    "DoseToSign",
    "KeptDose",
    "RecordedDose",
    "amend_dose",
    "declare_dose",
    "record_dose",
    "sign_doses",
    "unsign_doses",
    "verify_dose",
    "void_dose",
]
