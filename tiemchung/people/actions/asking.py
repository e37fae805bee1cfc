"""Asking the population register in batches that survive a kill at any moment: claimed, committed, asked, settled."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from tiemchung.core.actor import SYSTEM
from tiemchung.core.alarms import raise_unseen
from tiemchung.core.audit import write_lines
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.ids import new_id
from tiemchung.core.sealing import blind_index, unseal
from tiemchung.people.models import Identifier, IdentityCheck, PersonChange
from tiemchung.people.ports import FourFields, RegisterAway
from tiemchung.people.reads.identity import current_holders, facts_of, fields_hash
from tiemchung.people.reads.numbers import SEAL, identifier_row
from tiemchung.people.rules.identity import (
    IDENTITY_TRANSITIONS,
    IdentityFacts,
    IdentityStep,
    IdentityWhy,
    has_number_format,
    mismatch_why,
)
from tiemchung.people.rules.kinds import IdentityState

BATCH = 500
# A claim runs out after this: longer than any answer is waited for, so that only a killed sender's is taken over.
CLAIM = dt.timedelta(seconds=60)
LONGEST_WAIT_S = 600.0
MOST_REFUSED = 5  # alarms that wait unseen: a register that refuses everybody is one thing to look at
# Fields that changed under us are reset by whoever follows the changes; until then nobody asks about them.
_LATER = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class ClaimedBatch:
    """One question as it leaves: `persons` by request id. Its composition is stored before, under its id."""

    batch_id: UUID
    persons: Mapping[str, UUID]
    asked: Sequence[FourFields]


def request_id(batch_id: UUID, person_id: UUID) -> str:
    """Give the name of one question: the same at every repetition, and of no use to join two batches by."""
    return blind_index("people.register_request", f"{batch_id}:{person_id}").hex()[:32]


def claim_batch(*, at: dt.datetime, limit: int = BATCH) -> ClaimedBatch | None:
    """Give the next question, committed before it leaves: one begun and never answered first, else a new one.

    The numbers are unsealed here and kept nowhere. None where nothing is due.
    """
    claimed = _claim(at, limit)
    if claimed is None:
        return None
    batch_id, fields = claimed
    facts = facts_of(current_holders(fields)[0]).facts
    fresh = {p: facts[p] for p in fields if p in facts and fields_hash(facts[p]) == fields[p]}
    asked = _built(batch_id, fresh)
    sound = {p: one for p, one in asked.items() if has_number_format(_system(fresh[p]), one.number)}
    _set_aside(batch_id, fields.keys() - fresh.keys(), asked.keys() - sound.keys(), at)
    return ClaimedBatch(batch_id, {one.request_id: p for p, one in sound.items()}, list(sound.values()))


@transaction.atomic
def _claim(at: dt.datetime, limit: int) -> tuple[UUID, dict[UUID, bytes]] | None:
    due = IdentityCheck.objects.select_for_update(skip_locked=True).filter(due_at__lte=at)
    with allow_cross_shard("the sender claims what is due on its whole node"):
        begun = due.filter(batch_id__isnull=False).order_by("batch_id").first()
        if begun is not None:
            rows = list(due.filter(batch_id=begun.batch_id))
            _of(rows).update(due_at=at + CLAIM)
            return (begun.batch_id, _fields(rows)) if begun.batch_id else None
        rows = list(due.filter(batch_id__isnull=True).order_by("due_at", "person_id")[:limit])
    if not rows:
        return None
    if rows[0].why == IdentityWhy.REFUSED:
        # Something in a batch was not to the register's liking: smaller and smaller ones find out what.
        rows = rows[: max(1, limit // 8 ** rows[0].tries)]
    batch_id = new_id()
    state = IDENTITY_TRANSITIONS[IdentityState.WAITING, IdentityStep.SEND]
    _of(rows).update(state=state, batch_id=batch_id, sent_at=at, since=at, due_at=at + CLAIM)
    return batch_id, _fields(rows)


def _of(rows: Sequence[IdentityCheck]) -> QuerySet[IdentityCheck]:
    return IdentityCheck.objects.filter(person_id__in=[row.person_id for row in rows])


def _fields(rows: Sequence[IdentityCheck]) -> dict[UUID, bytes]:
    return {row.person_id: bytes(row.fields or b"") for row in rows}


def _system(facts: IdentityFacts) -> str:
    return facts.number.system if facts.number else ""


def _built(batch_id: UUID, facts: Mapping[UUID, IdentityFacts]) -> dict[UUID, FourFields]:
    places = {p: one.number.row_id.split("/") for p, one in facts.items() if one.number}
    found = Identifier.objects.filter(profile_id__in=[profile for profile, _ in places.values()])
    sealed = {str(row.id): row.sealed_value for row in found.only("id", "profile_id", "sealed_value")}
    built = {}
    for person_id, (_, row_id) in places.items():
        one = facts[person_id]
        number = unseal(SEAL, sealed[row_id], identifier_row(UUID(row_id)))
        name = request_id(batch_id, person_id)
        built[person_id] = FourFields(name, one.full_name, one.sex, one.birth_date, number)
    return built


@transaction.atomic
def _set_aside(batch_id: UUID, changed: set[UUID], unsound: set[UUID], at: dt.datetime) -> None:
    mine = IdentityCheck.objects.filter(batch_id=batch_id)
    if changed:
        waiting = IDENTITY_TRANSITIONS[IdentityState.SENT, IdentityStep.LEAVE_OUT]
        mine.filter(person_id__in=changed).update(state=waiting, batch_id=None, due_at=at + _LATER)
    if unsound:
        mine.filter(person_id__in=unsound).update(
            state=IdentityState.NOT_SENT, why=IdentityWhy.NUMBER_FORMAT, batch_id=None, due_at=None, since=at
        )


@transaction.atomic
def settle_batch(*, batch: ClaimedBatch, answers: Mapping[str, bool], at: dt.datetime) -> int:
    """Write what the register said; give how many were answered.

    Whoever changed meanwhile keeps the new beginning, whoever was left out is asked again in another batch, and
    answers to what nobody asked are dropped. Each answer leaves a PersonChange and an audit line without a value.
    """
    rows = _locked(batch)
    told = {row.person_id: answers.get(request_id(batch.batch_id, row.person_id)) for row in rows}
    right = [p for p, said in told.items() if said is True]
    wrong = [row for row in rows if told[row.person_id] is False]
    _answered(batch, right, IdentityStep.MATCH, "", at)
    for why in ("", IdentityWhy.AFTER_POLICE):
        persons = [row.person_id for row in wrong if mismatch_why(row.confirmed_by) == why]
        _answered(batch, persons, IdentityStep.MISMATCH, why, at)
    _put_back([row for row in rows if told[row.person_id] is None], IdentityWhy.UNANSWERED, at)
    return len(right) + len(wrong)


def _answered(batch: ClaimedBatch, persons: Sequence[UUID], step: IdentityStep, why: str, at: dt.datetime) -> None:
    if not persons:
        return
    state = IDENTITY_TRANSITIONS[IdentityState.SENT, step]
    IdentityCheck.objects.filter(person_id__in=persons).update(
        state=state, why=why, batch_id=None, tries=0, due_at=None, since=at, answered_at=at
    )
    PersonChange.objects.bulk_create([PersonChange(profile_id=p, kind="CHECKED", at=at) for p in persons])
    facts = {"answer": str(state)}
    about = [(person_id, batch.batch_id, facts) for person_id in persons]
    write_lines(by=SYSTEM, at=at, action="people.identity_checked", about=about)


def _locked(batch: ClaimedBatch) -> list[IdentityCheck]:
    found = IdentityCheck.objects.select_for_update().filter(person_id__in=sorted(batch.persons.values()))
    return list(found.filter(batch_id=batch.batch_id, state=IdentityState.SENT).order_by("person_id"))


def _put_back(rows: Sequence[IdentityCheck], why: IdentityWhy, at: dt.datetime) -> None:
    if not rows:
        return
    waiting = IDENTITY_TRANSITIONS[IdentityState.SENT, IdentityStep.LEAVE_OUT]
    tries = max(row.tries for row in rows) + 1
    _of(rows).update(
        state=waiting, why=why, batch_id=None, tries=min(tries, 100), since=at, due_at=at + _pause(tries)
    )


def _pause(tries: int, at_least_s: float = 0.0) -> dt.timedelta:
    return dt.timedelta(seconds=max(at_least_s, min(2.0 ** min(tries, 10), LONGEST_WAIT_S)))


@transaction.atomic
def defer_batch(*, batch: ClaimedBatch, away: RegisterAway, at: dt.datetime) -> None:
    """Keep a batch that could not be asked, to be sent as it is later and later, and not before the register said."""
    rows = _locked(batch)
    if rows:
        tries = max(row.tries for row in rows) + 1
        _of(rows).update(tries=F("tries") + 1, due_at=at + _pause(tries, away.retry_after_s))


@transaction.atomic
def split_batch(*, batch: ClaimedBatch, at: dt.datetime) -> None:
    """Take a batch apart that the register refused whole: its people wait for smaller ones.

    Whoever is refused alone waits longest and raises an alarm.
    """
    rows = _locked(batch)
    if len(rows) == 1:
        raise_unseen("POPULATION_REFUSED", at=at, subject_id=rows[0].person_id, most=MOST_REFUSED)
    _put_back(rows, IdentityWhy.REFUSED, at)
