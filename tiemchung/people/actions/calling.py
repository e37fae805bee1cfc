"""What a caller must say before anything is read out by phone: three facts, one answer."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.people.actions.sighting import demand
from tiemchung.people.models import Identifier, Person, Profile
from tiemchung.people.reads.keys import own_index
from tiemchung.people.rules.births import knows_as_much, same_birth
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.kinds import BirthPrecision
from tiemchung.people.rules.names import same_name
from tiemchung.people.rules.sight import searches_nationwide


class CallerLevel(StrEnum):
    """How far a caller has proved to be the person: NAMED is not yet enough to be told anything."""

    NONE = "NONE"
    NAMED = "NAMED"
    NUMBERED = "NUMBERED"


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """What the caller said: the full name, the birth date, and the whole identity number if they have it at hand."""

    full_name: str = ""
    birth_date: dt.date | None = None
    birth_precision: str = BirthPrecision.DAY
    number: str = ""


@dataclass(frozen=True, slots=True)
class CallerProof:
    """How far the caller came; a refusal never says which fact was wrong, nor whether the person exists."""

    level: CallerLevel
    verdict: Verdict


@transaction.atomic
def prove_caller(*, by: Actor, at: dt.datetime, person_id: UUID, facts: CallerFacts) -> CallerProof:
    """Compare what a caller said with one person on record and say how far it proves them.

    NUMBERED: name, birth date and the whole number of one profile of the person fit. NAMED: name and birth date fit
    and no number was said; then a code to the phone on file has to follow. Anything wrong, and somebody unknown, is
    NONE with CALLER_NOT_PROVEN, by the same statements. The caller limits the tries. Raises Refused with
    PEOPLE_NOT_ALLOWED for who does not serve callers.
    """
    demand(searches_nationwide(by))
    level = _level(_group(person_id), facts)
    verdict = refuse("CALLER_NOT_PROVEN") if level is CallerLevel.NONE else YES
    write_line(
        by=by,
        at=at,
        action="people.prove_caller",
        subject_id=person_id,
        verdict=verdict,
        facts={"level": level, "number": bool(facts.number)},
    )
    return CallerProof(level, verdict)


def _group(person_id: UUID) -> list[UUID]:
    """Give the profiles of a person in two statements, and in the same two those of nobody."""
    root = Person.objects.filter(id=person_id).values_list("person_id", flat=True).first()
    joined = Person.objects.filter(id=root or person_id).values_list("joined_ids", flat=True).first()
    return [root or person_id, *map(UUID, joined or ())]


def _level(group: list[UUID], facts: CallerFacts) -> CallerLevel:
    profiles = list(Profile.objects.filter(id__in=group))
    numbers = Identifier.objects.filter(profile_id__in=group, valid_to__isnull=True)
    held = {bytes(index) for index in numbers.values_list("value_index", flat=True)}
    said = {own_index(system, value) for system, value in possible_systems(facts.number)}
    if not any(_named(facts, profile) for profile in profiles) or (facts.number and held.isdisjoint(said)):
        return CallerLevel.NONE
    return CallerLevel.NUMBERED if facts.number else CallerLevel.NAMED


def _named(facts: CallerFacts, profile: Profile) -> bool:
    return (
        facts.birth_date is not None
        and same_name(facts.full_name, profile.full_name)
        and knows_as_much(facts.birth_precision, profile.birth_precision)
        and same_birth(facts.birth_date, facts.birth_precision, profile.birth_date, profile.birth_precision)
    )
