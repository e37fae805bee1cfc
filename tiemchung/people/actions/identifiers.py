"""Numbers of a profile: added, retired, found by their blind index; never overwritten."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.sealing import seal, unseal
from tiemchung.core.verdict import YES, Reason, Verdict, warn
from tiemchung.people.actions.sighting import demand, demand_reason, seen_person
from tiemchung.people.models import Identifier, IdentifierLookup, PersonChange, Profile
from tiemchung.people.reads import NotFound, current_persons
from tiemchung.people.reads.keys import own_index, profiles_with, value_index
from tiemchung.people.reads.numbers import SEAL, identifier_row
from tiemchung.people.rules.identifiers import check_identifier, number_spaces, state_after, tail_of
from tiemchung.people.rules.identity import NUMBER_SYSTEMS
from tiemchung.people.rules.kinds import IdentifierState, IdSystem
from tiemchung.people.rules.sight import may_amend

_RESTED_ON = frozenset({*NUMBER_SYSTEMS, IdSystem.PASSPORT})


@dataclass(frozen=True, slots=True)
class AddedIdentifier:
    """The number's row, what is to be said of the number, and whether the profile had it before (`known`)."""

    identifier_id: UUID
    warnings: tuple[Reason, ...]
    known: bool = False


def known_elsewhere(system: str, value: str, own_person: UUID | None) -> Verdict:
    """Warn with IDENTIFIER_KNOWN and a count where another person has this number; nobody is merged by it."""
    holders = set(current_persons(profiles_with([own_index(system, value)])).values()) - {own_person}
    return warn("IDENTIFIER_KNOWN", count=len(holders)) if holders else YES


def put_identifier(profile: Profile, system: str, value: str, verdict: Verdict, at: dt.datetime) -> Identifier:
    """Write a checked number and its look-up rows, in the caller's transaction."""
    row = Identifier(profile_id=profile.id, system=system, state=state_after(verdict), tail=tail_of(value))
    row.sealed_value = seal(SEAL, value, identifier_row(row.id))
    row.value_index = own_index(system, value)
    row.valid_from, row.created_at = local(at).date(), at
    row.save(force_insert=True)
    for space, part in number_spaces(system, value):
        index = value_index(space, part)
        if not IdentifierLookup.objects.filter(value_index=index, profile_id=profile.id).exists():
            IdentifierLookup(value_index=index, system=system, profile_id=profile.id).save(force_insert=True)
    return row


@transaction.atomic
def add_identifier(
    *, by: Actor, at: dt.datetime, profile_id: UUID, system: str, value: str, because: str = ""
) -> AddedIdentifier:
    """Give a profile one more number; the number it already has is answered again.

    Raises NotFound, and Refused with IDENTIFIER_FORMAT or PEOPLE_NOT_ALLOWED.
    """
    person = seen_person(by, at, profile_id)
    demand(may_amend(by, person))
    profile = Profile.objects.select_for_update().get(id=profile_id)
    number, verdict = check_identifier(system, value, sex=profile.sex, birth_date=profile.birth_date)
    verdict.or_raise()
    known = Identifier.objects.filter(
        profile_id=profile_id, value_index=own_index(system, number), valid_to__isnull=True
    ).first()
    if known is not None:
        return AddedIdentifier(known.id, verdict.warnings, known=True)
    verdict += known_elsewhere(system, number, person.person_id)
    row = put_identifier(profile, system, number, verdict_of_number(verdict), at)
    _tell_of_number(profile_id, system, at)
    write_line(
        by=by,
        at=at,
        action="people.add_identifier",
        subject_id=profile_id,
        object_id=row.id,
        because=because,
        verdict=verdict,
        facts={"system": system},
    )
    return AddedIdentifier(row.id, verdict.warnings)


def _tell_of_number(profile_id: UUID, system: str, at: dt.datetime) -> None:
    """Let followers hear of a number that a passport may rest on: a card's is one of the register's four fields."""
    if system in _RESTED_ON:
        PersonChange(profile_id=profile_id, kind="AMENDED", at=at).save(force_insert=True)


def verdict_of_number(verdict: Verdict) -> Verdict:
    """Leave out that others have the number too: that says nothing of how it fits this holder."""
    return Verdict(tuple(r for r in verdict.reasons if r.code != "IDENTIFIER_KNOWN"))


@transaction.atomic
def retire_identifier(*, by: Actor, at: dt.datetime, profile_id: UUID, identifier_id: UUID, because: str) -> None:
    """End a number that is no longer or never was this person's; it can still be found by.

    Retiring it twice changes nothing. Raises NotFound, and Refused with PEOPLE_REASON_REQUIRED or
    PEOPLE_NOT_ALLOWED.
    """
    demand(may_amend(by, seen_person(by, at, profile_id)))
    demand_reason(because)
    open_row = Identifier.objects.filter(profile_id=profile_id, id=identifier_id)
    system = open_row.values_list("system", flat=True).first()
    if system is None:
        raise NotFound
    changed = open_row.filter(valid_to__isnull=True).update(
        valid_to=local(at).date(), state=IdentifierState.RETIRED, because=because
    )
    if changed:
        _tell_of_number(profile_id, system, at)
        write_line(
            by=by,
            at=at,
            action="people.retire_identifier",
            subject_id=profile_id,
            object_id=identifier_id,
            because=because,
        )


def recheck_identifiers(profile: Profile) -> None:
    """Ask anew how each open number fits, after sex or birth date were amended."""
    for row in Identifier.objects.filter(profile_id=profile.id, valid_to__isnull=True):
        value = unseal(SEAL, row.sealed_value, identifier_row(row.id))
        state = state_after(check_identifier(row.system, value, sex=profile.sex, birth_date=profile.birth_date)[1])
        if state != row.state:
            Identifier.objects.filter(profile_id=profile.id, id=row.id).update(state=state)
