"""The local review of somebody whom the register does not know as we do: hamlet, police, paper (2262/BYT, 9438/BYT)."""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.text import nfc
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people.actions.identifiers import add_identifier, retire_identifier
from tiemchung.people.actions.sighting import demand, demand_reason, seen_person
from tiemchung.people.models import Identifier, IdentityCheck, PersonChange, ProfileVersion
from tiemchung.people.reads.holders import Holder, holders_of
from tiemchung.people.reads.identity import current_holders, facts_of
from tiemchung.people.rules.identity import (
    ASKED_AGAIN_AFTER,
    NUMBER_SYSTEMS,
    IdentityStep,
    IdentityWhy,
    check_confirmation,
    check_note,
    identity_after,
    may_ask_again,
    may_exempt,
    may_rest_on,
    may_review,
)
from tiemchung.people.rules.kinds import IdentityState, IdSystem


@transaction.atomic
def begin_review(*, by: Actor, at: dt.datetime, person_id: UUID) -> IdentityState:
    """Hand a person whom the register contradicts to hamlet and police; twice changes nothing.

    Raises NotFound, and Refused with PEOPLE_NOT_ALLOWED or IDENTITY_NOT_THERE (the check stands elsewhere).
    """
    row = _locked(by, at, person_id)
    if row.state != IdentityState.LOCAL_REVIEW:
        _step(row, IdentityStep.REVIEW, by, at)
    return IdentityState(row.state)


@transaction.atomic
def confirm_identity(
    *, by: Actor, at: dt.datetime, person_id: UUID, officer: str, minute_ref: str, note: str = ""
) -> IdentityState:
    """Write down that the police confirmed the four fields on a signed minute; the register is asked again later.

    `officer` is the named police officer, `minute_ref` the number of the paper. A foreigner with a citizen's number is
    not asked about: the province's corrector settles it, and not who changed the nationality. Raises NotFound, and
    Refused with PEOPLE_NOT_ALLOWED, IDENTITY_OFFICER, IDENTITY_MINUTE, TEXT_TOO_LONG, IDENTITY_NOT_THERE,
    IDENTITY_PROVINCE or IDENTITY_SECOND.
    """
    check_confirmation(officer, minute_ref, note).or_raise()
    row = _locked(by, at, person_id)
    row.confirmed_by, row.minute_ref, row.note = nfc(officer), nfc(minute_ref), nfc(note)
    if _is_doubted(row):
        _demand_second(by, row)
        _step(row, IdentityStep.ADMIT, by, at)
        return IdentityState(row.state)
    row.due_at, row.tries = at + ASKED_AGAIN_AFTER, 0
    _step(row, IdentityStep.CONFIRM, by, at)
    return IdentityState(row.state)


@transaction.atomic
def note_nobody_found(*, by: Actor, at: dt.datetime, person_id: UUID, note: str) -> IdentityState:
    """Write down that the local review found nobody of these four fields; they have to be corrected, or the person
    gone to the police for a card.

    Raises NotFound, and Refused with PEOPLE_NOT_ALLOWED, PEOPLE_REASON_REQUIRED, TEXT_TOO_LONG or IDENTITY_NOT_THERE.
    """
    demand_reason(note)
    check_note(note).or_raise()
    row = _locked(by, at, person_id)
    row.note = nfc(note)
    _step(row, IdentityStep.FIND_NOBODY, by, at)
    return IdentityState(row.state)


@transaction.atomic
def ask_again(*, by: Actor, at: dt.datetime, person_id: UUID, because: str) -> IdentityState:
    """Put the same four fields to the register once more, since it was mended itself; give where the check stands.

    `because` says who told so. Raises NotFound, and Refused with PEOPLE_NOT_ALLOWED, PEOPLE_REASON_REQUIRED,
    TEXT_TOO_LONG, IDENTITY_NOT_THERE or, within an hour of the last question, IDENTITY_ASKED_LATELY.
    """
    demand_reason(because)
    check_note(because).or_raise()
    row = _locked(by, at, person_id)
    if _is_doubted(row) or identity_after(IdentityState(row.state), IdentityStep.ASK_AGAIN) is None:
        raise Refused(refuse("IDENTITY_NOT_THERE"))
    may_ask_again(row.sent_at, at).or_raise()
    row.note, row.due_at, row.tries = nfc(because), at, 0
    _step(row, IdentityStep.ASK_AGAIN, by, at)
    return IdentityState(row.state)


@transaction.atomic
def correct_number(
    *, by: Actor, at: dt.datetime, person_id: UUID, system: str, value: str, because: str
) -> IdentityState | None:
    """Give a person the right CCCD or CMND and retire the one that was sent; give where the check stood before.

    The new number is one of the four fields: followers hear of it and the register is asked again. A foreigner's
    passport number takes the place of the one on file, and nobody is asked. Raises NotFound, and Refused with
    PEOPLE_NOT_ALLOWED, PEOPLE_REASON_REQUIRED, IDENTIFIER_FORMAT or IDENTITY_NUMBER_SAME.
    """
    demand_reason(because)
    demand(may_review(by, seen_person(by, at, person_id)))
    current, _ = current_holders([person_id])
    person, holder = next(iter(current.items()))
    demand(may_rest_on(system, holder.nationality))
    former = _numbers_sent(current, person) if system in NUMBER_SYSTEMS else _books_of(holder)
    added = add_identifier(by=by, at=at, profile_id=person, system=system, value=value, because=because)
    if added.identifier_id in {identifier_id for _, identifier_id in former}:
        raise Refused(refuse("IDENTITY_NUMBER_SAME"))
    for profile_id, identifier_id in former:
        retire_identifier(by=by, at=at, profile_id=profile_id, identifier_id=identifier_id, because=because)
    state = IdentityCheck.objects.filter(person_id=person).values_list("state", flat=True).first()
    return IdentityState(state) if state else None


def _numbers_sent(current: Mapping[UUID, Holder], person: UUID) -> list[tuple[UUID, UUID]]:
    number = facts_of(current).facts[person].number
    if number is None:
        return []
    profile_id, identifier_id = map(UUID, number.row_id.split("/"))
    return [(profile_id, identifier_id)]


def _books_of(holder: Holder) -> list[tuple[UUID, UUID]]:
    open_books = Identifier.objects.filter(
        profile_id__in=holder.profile_ids, system=IdSystem.PASSPORT, valid_to__isnull=True
    )
    return list(open_books.values_list("profile_id", "id"))


def _locked(by: Actor, at: dt.datetime, person_id: UUID) -> IdentityCheck:
    person = seen_person(by, at, person_id)
    demand(may_review(by, person))
    row = IdentityCheck.objects.select_for_update().filter(person_id=person.person_id).first()
    if row is None:
        raise Refused(refuse("IDENTITY_NOT_THERE"))
    return row


def _is_doubted(row: IdentityCheck) -> bool:
    """Tell whether the check is about a foreigner who has or had a citizen's number, and open."""
    return row.why == IdentityWhy.FOREIGNER and row.state != IdentityState.NOT_APPLICABLE


def _demand_second(by: Actor, row: IdentityCheck) -> None:
    """Refuse whoever is not of the province, or changed a nationality of this person themselves."""
    if not may_exempt(by):
        raise Refused(refuse("IDENTITY_PROVINCE"))
    profiles = [p for holder in holders_of([row.person_id]).values() for p in holder.profile_ids]
    made = ProfileVersion.objects.filter(profile_id__in=profiles, actor_id=by.id, number__gt=1)
    if made.filter(changes__has_key="nationality").exists():
        raise Refused(refuse("IDENTITY_SECOND"))


def _step(row: IdentityCheck, step: IdentityStep, by: Actor, at: dt.datetime) -> None:
    before = IdentityState(row.state)
    after = identity_after(before, step)
    if after is None:
        raise Refused(refuse("IDENTITY_NOT_THERE"))
    row.state, row.since, row.why = after, at, IdentityWhy.FOREIGNER if _is_doubted(row) else ""
    row.save(force_update=True)
    PersonChange(profile_id=row.person_id, kind="CHECKED", at=at).save(force_insert=True)
    facts = {"from": str(before), "to": str(after)}
    action = f"people.identity_{step.lower()}"
    write_line(by=by, at=at, action=action, subject_id=row.person_id, because=row.note, facts=facts)
