"""Whether the population register knows people as we do, and which desk has something to review."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tiemchung.core.sealing import blind_index
from tiemchung.people.reads.holders import Holder, current_persons, holders_of
from tiemchung.people.rules.identity import NUMBER_SYSTEMS, IdentityFacts, NumberFacts, number_to_send
from tiemchung.people.rules.kinds import IdentityState

Check = tuple[UUID, str, str, dt.datetime, bytes | None, UUID | None]  # as in _CHECKS
_STATES = {str(state): state for state in IdentityState}
MOST_PEERS = 500  # who shares one number with more than these is shared all the same
_NUMBERS = """
SELECT profile_id, profile_id || '/' || id, system, value_index, encode(value_index, 'hex'), state, created_at,
    valid_to IS NULL
FROM people_identifier WHERE profile_id = ANY(%s) AND system = ANY(%s)
"""
_CHECKS = "SELECT person_id, state, why, since, fields, facility_id FROM people_identitycheck WHERE person_id = ANY(%s)"
_FIELDS = "SELECT person_id, encode(fields, 'hex') FROM people_identitycheck WHERE person_id = ANY(%s)"
_HOLDERS_OF_NUMBERS = "SELECT value_index, profile_id FROM people_identifierlookup WHERE value_index = ANY(%s)"
_STILL = """
SELECT profile_id, value_index FROM people_identifier
WHERE profile_id = ANY(%s) AND value_index = ANY(%s) AND valid_to IS NULL
"""


@dataclass(frozen=True, slots=True)
class IdentityView:
    """Where the check of a person's four fields stands; `why` is a code of `rules.identity.IdentityWhy` or empty.

    `fields` is a keyed hash of the four fields that the state is about: a facility's signature names it. `desk` is the
    facility that reviews what is not settled; None where only officers of the area do.
    """

    person_id: UUID
    state: IdentityState
    why: str
    since: dt.datetime
    fields: bytes = b""
    desk: UUID | None = None


@dataclass(frozen=True, slots=True)
class LoadedFacts:
    """What decides about each person now, and the other persons who have or had one of their numbers."""

    facts: Mapping[UUID, IdentityFacts]
    peers: frozenset[UUID]


def identity_states(person_ids: Iterable[UUID]) -> dict[UUID, IdentityView]:
    """Give where each person's check stands, in one statement and unscoped; an id without a row is left out.

    The ids are those of current persons: one that was joined away answers NOT_SENT, why JOINED.
    """
    return views_of(checks_of(set(person_ids)))


def identity_fields(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give the hash of the four fields that each person's check is about, in hex; who has none is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_FIELDS, [list(person_ids)])
        return {person_id: fields for person_id, fields in cursor.fetchall() if fields}


def views_of(checks: Iterable[Check]) -> dict[UUID, IdentityView]:
    """Give the checks that `checks_of` gave as values, by person."""
    return {
        person: IdentityView(person, _STATES[state], why, since, bytes(fields or b""), desk)
        for person, state, why, since, fields, desk in checks
    }


def checks_of(person_ids: Iterable[UUID]) -> Sequence[Check]:
    """Give (person, state, why, since, hash of the fields, desk) of each check there is."""
    wanted = list(person_ids)
    if not wanted:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_CHECKS, [wanted])
        return cursor.fetchall()


def fields_hash(facts: IdentityFacts) -> bytes:
    """Give 32 bytes that are equal for equal four fields and tell nothing without the key."""
    return blind_index("people.identity", facts.canonical())


def fields_now(holders: Mapping[UUID, Holder]) -> dict[UUID, bytes]:
    """Give the hash of the four fields of each of these current persons (by id) as they are now, in one statement."""
    owner = {profile_id: person_id for person_id, holder in holders.items() for profile_id in holder.profile_ids}
    numbers: dict[UUID, list[NumberFacts]] = {}
    for profile_id, row, system, _, told, state, created_at, is_open in _numbers_of(owner):
        if is_open:
            numbers.setdefault(owner[profile_id], []).append(NumberFacts(system, told, state, created_at, row))
    return {
        person_id: fields_hash(_facts(holder, number_to_send(numbers.get(person_id, ())), False, False))
        for person_id, holder in holders.items()
    }


def facts_of(holders: Mapping[UUID, Holder]) -> LoadedFacts:
    """Give the four fields of these persons and who shares a number with them, in two statements as a rule.

    `holders` are current persons by their id. Numbers stay sealed: their blind indexes stand for them.
    """
    owner = {profile_id: person_id for person_id, holder in holders.items() for profile_id in holder.profile_ids}
    numbers: dict[UUID, list[NumberFacts]] = {person_id: [] for person_id in holders}
    numbered: set[UUID] = set()
    ever: dict[bytes, set[UUID]] = {}
    for profile_id, row, system, index, told, state, created_at, is_open in _numbers_of(owner):
        person_id = owner[profile_id]
        ever.setdefault(index, set()).add(person_id)
        numbered.add(person_id)
        if is_open:
            numbers[person_id].append(NumberFacts(system, told, state, created_at, row))
    others = _others(ever, owner)
    open_at = _open_at(numbers, others, ever)
    found = {}
    for person_id, holder in holders.items():
        mine = numbers[person_id]
        shared = any(len(open_at[number.index]) > 1 for number in mine)  # its own person is always among them
        found[person_id] = _facts(holder, number_to_send(mine), shared, person_id in numbered)
    return LoadedFacts(found, frozenset(others.values()) - holders.keys())


def _facts(holder: Holder, number: NumberFacts | None, shared: bool, known_at_home: bool) -> IdentityFacts:
    return IdentityFacts(
        full_name=holder.full_name,
        birth_date=holder.birth_date,
        birth_precision=holder.birth_precision,
        sex=holder.sex,
        nationality=holder.nationality,
        number=number,
        shared=shared,
        known_at_home=known_at_home,
    )


def _numbers_of(profile_ids: Iterable[UUID]) -> Sequence[tuple[UUID, str, str, bytes, str, str, dt.datetime, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [list(profile_ids), [str(system) for system in NUMBER_SYSTEMS]])
        return cursor.fetchall()


def _others(ever: Mapping[bytes, set[UUID]], owner: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Give the profiles of other persons that have or had one of these numbers, each with its person of now."""
    if not ever:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS_OF_NUMBERS, [list(ever)])
        profiles = sorted({profile_id for _, profile_id in cursor.fetchall()} - owner.keys())
    return current_persons(profiles[:MOST_PEERS]) if profiles else {}


def _open_at(
    numbers: Mapping[UUID, Sequence[NumberFacts]], others: Mapping[UUID, UUID], ever: Mapping[bytes, set[UUID]]
) -> dict[str, set[UUID]]:
    """Give for each number the persons at whom it is open now."""
    found: dict[str, set[UUID]] = {}
    for person_id, mine in numbers.items():
        for number in mine:
            found.setdefault(number.index, set()).add(person_id)
    if others:
        with connection.cursor() as cursor:
            cursor.execute(_STILL, [list(others), list(ever)])
            for profile_id, index in cursor.fetchall():
                found.setdefault(bytes(index).hex(), set()).add(others[profile_id])
    return found


def current_holders(person_ids: Iterable[UUID]) -> tuple[dict[UUID, Holder], dict[UUID, UUID]]:
    """Give the holders of the persons that these ids are now, by current id, and who was joined into whom."""
    asked = holders_of(person_ids)
    joined = {old: holder.person_id for old, holder in asked.items() if holder.person_id != old}
    return {holder.person_id: holder for holder in asked.values()}, joined
