"""Proving that a person belongs to whoever holds a phone: by one more fact, never by the phone alone."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tiemchung.access.actions import forget_devices
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.text import tone_key
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.people.actions.sighting import demand, demand_reason, seen_person
from tiemchung.people.models import Guardianship, Identifier, Person, PersonProof, Profile
from tiemchung.people.reads import current_persons, persons_on_phone, profile_ids_of, proven_persons
from tiemchung.people.reads.keys import own_index
from tiemchung.people.rules.births import knows_as_much, same_birth
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.kinds import BirthPrecision, ProofKind, Side
from tiemchung.people.rules.names import same_name
from tiemchung.people.rules.proofs import MAX_PERSONS_SELF_SERVICE
from tiemchung.people.rules.sight import may_keep_contacts


@dataclass(frozen=True, slots=True)
class Proved:
    """Whether a claim was proved, and the persons it proved; a refusal never says which part was wrong."""

    verdict: Verdict
    person_ids: tuple[UUID, ...] = ()


@transaction.atomic
def prove_person(
    *,
    by: Actor,
    at: dt.datetime,
    contact_key: bytes,
    full_name: str = "",
    birth_date: dt.date | None = None,
    birth_precision: str = BirthPrecision.DAY,
    number: str = "",
) -> Proved:
    """Match a claim against the people on this phone and, if it fits, show them to its holder from now on.

    The claim is a name with birth date, or an identity number. Wrong, unknown and not-on-this-phone are one
    answer, PROOF_FAILED, by the same statements. A phone with more than eight people answers
    PROOF_STAFF_REVIEW: there staff proves (`prove_by_staff`). The caller limits the tries.
    """
    on_phone = persons_on_phone(contact_key)
    profiles = list(Profile.objects.filter(id__in=_profiles_of(on_phone)))
    numbers = Identifier.objects.filter(profile_id__in=[p.id for p in profiles], valid_to__isnull=True)
    held = [(row.profile_id, bytes(row.value_index)) for row in numbers]
    if number:
        how, fits = ProofKind.ID_NUMBER, _by_number(held, number)
    else:
        how, fits = ProofKind.NAME_DOB, _by_name(profiles, full_name, birth_date, birth_precision)
    verdict = YES if fits else refuse("PROOF_FAILED")
    if len(on_phone) > MAX_PERSONS_SELF_SERVICE:
        verdict = refuse("PROOF_STAFF_REVIEW")
    if not verdict.allowed:
        write_line(
            by=by,
            at=at,
            action="people.prove_person",
            subject_id=phone_subject(contact_key),
            verdict=verdict,
            facts={"how": how},
        )
        return Proved(verdict)
    persons = tuple(sorted(set(current_persons(fits).values())))
    for person_id in persons:
        _put_proof(by, at, contact_key, person_id, how)
    return Proved(verdict, persons)


def _profiles_of(persons: frozenset[UUID]) -> list[UUID]:
    rows = Person.objects.filter(id__in=persons).values_list("id", "joined_ids")
    return [profile_id for root, joined in rows for profile_id in (root, *map(UUID, joined))]


def _by_number(held: list[tuple[UUID, bytes]], number: str) -> set[UUID]:
    claimed = {own_index(system, value) for system, value in possible_systems(number)}
    return {profile_id for profile_id, index in held if index in claimed}


def _by_name(profiles: list[Profile], full_name: str, birth_date: dt.date | None, birth_precision: str) -> set[UUID]:
    """Give whom the claim names; written with marks it means that spelling, without marks only an only one."""
    if birth_date is None:
        return set()
    born = [
        p
        for p in profiles
        if same_name(full_name, p.full_name)
        and knows_as_much(birth_precision, p.birth_precision)
        and same_birth(birth_date, birth_precision, p.birth_date, p.birth_precision)
    ]
    exact = {p.id for p in born if tone_key(p.full_name) == tone_key(full_name)}
    spellings = {tone_key(p.full_name) for p in born}
    return exact or ({p.id for p in born} if len(spellings) == 1 else set())


@transaction.atomic
def prove_dependants(*, by: Actor, at: dt.datetime, contact_key: bytes) -> tuple[UUID, ...]:
    """Give the phone's holder the people for whom a proven person answers, and give those newly proved.

    The guardianship must have been noted by staff or by a proven guardian; a chain of guardians is not
    followed.
    """
    proven = set(proven_persons(contact_key, at))
    ids = _profiles_of(frozenset(proven))
    rows = Guardianship.objects.filter(profile_id__in=ids, side=Side.DEPENDANT, valid_to__isnull=True)
    dependants = set(current_persons(rows.values_list("other_id", flat=True)).values()) - proven
    for person_id in sorted(dependants):
        _put_proof(by, at, contact_key, person_id, ProofKind.GUARDIAN)
    return tuple(sorted(dependants))


@transaction.atomic
def prove_by_staff(*, by: Actor, at: dt.datetime, contact_key: bytes, person_id: UUID, because: str) -> None:
    """Let staff who saw papers say that a person belongs to a phone; on crowded phones this is the only way.

    Raises NotFound, and Refused with PEOPLE_NOT_ALLOWED or PEOPLE_REASON_REQUIRED.
    """
    person = seen_person(by, at, person_id)
    demand(by.kind is Kind.STAFF and may_keep_contacts(by, person))
    demand_reason(because)
    _put_proof(by, at, contact_key, person.person_id, ProofKind.STAFF, because)


@transaction.atomic
def use_proofs(*, by: Actor, at: dt.datetime, contact_key: bytes) -> tuple[UUID, ...]:
    """Give the persons proven to this phone at a sign-in, and count their 90 days anew.

    Writes no audit line: nothing about anybody is changed or shown by it; the sign-in itself is `access`'s.
    """
    persons = proven_persons(contact_key, at)
    ids = _profiles_of(frozenset(persons))
    PersonProof.objects.filter(phone_index=contact_key, person_id__in=ids, ended_at__isnull=True).update(
        last_used_at=at
    )
    return persons


@transaction.atomic
def end_citizen_sign_ins(*, by: Actor, at: dt.datetime, contact_key: bytes) -> None:
    """End every sign-in by this phone that was made until now, and know none of its devices; the proofs stay.

    Raises Refused with PEOPLE_NOT_ALLOWED for staff: the phone's holder signs out, nobody else.
    """
    demand(by.kind in (Kind.CITIZEN, Kind.SYSTEM))
    PersonProof.objects.filter(phone_index=contact_key).update(sign_ins_from=at)
    forget_devices(by=by, at=at, contact_key=contact_key)
    write_line(by=by, at=at, action="people.end_citizen_sign_ins", subject_id=phone_subject(contact_key))


@transaction.atomic
def end_proof(*, by: Actor, at: dt.datetime, contact_key: bytes, person_id: UUID, because: str = "") -> bool:
    """Stop showing a person to this phone; tell whether there was a proof to end. Raises NotFound."""
    demand(may_keep_contacts(by, seen_person(by, at, person_id)))
    ids = profile_ids_of(person_id)
    proofs = PersonProof.objects.filter(phone_index=contact_key, person_id__in=ids, ended_at__isnull=True)
    ended = proofs.update(ended_at=at)
    if ended:
        write_line(by=by, at=at, action="people.end_proof", subject_id=person_id, because=because)
    return bool(ended)


def _put_proof(
    by: Actor, at: dt.datetime, contact_key: bytes, person_id: UUID, how: ProofKind, because: str = ""
) -> None:
    PersonProof.objects.bulk_create(
        [PersonProof(phone_index=contact_key, person_id=person_id, how=how, proven_at=at, last_used_at=at)],
        ignore_conflicts=True,
    )
    PersonProof.objects.filter(phone_index=contact_key, person_id=person_id, ended_at__isnull=True).update(
        how=how, proven_at=at, last_used_at=at
    )
    write_line(by=by, at=at, action="people.prove_person", subject_id=person_id, because=because, facts={"how": how})


def phone_subject(contact_key: bytes) -> UUID:
    """Name a phone in the audit by the first half of its blind index: failed claims have no person."""
    return UUID(bytes=bytes(contact_key)[:16])
