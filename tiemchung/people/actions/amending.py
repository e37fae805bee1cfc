"""Changing what a profile says, with author, reason and both values kept."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.text import nfc
from tiemchung.core.verdict import YES, Refused, Verdict, refuse
from tiemchung.people.actions.identifiers import recheck_identifiers
from tiemchung.people.actions.locking import lock_person
from tiemchung.people.actions.naming import put_name_keys
from tiemchung.people.actions.registration import VERSIONED, check_texts, put_version, settle_profile
from tiemchung.people.actions.sighting import demand, demand_reason, seen_person
from tiemchung.people.models import IdentityCheck, PersonChange, Profile
from tiemchung.people.rules.births import check_birth
from tiemchung.people.rules.kinds import BirthPrecision, Sex
from tiemchung.people.rules.names import clean_name
from tiemchung.people.rules.sight import may_amend

_KINDS = {"birth_precision": BirthPrecision, "sex": Sex}
_TEXTS = {"occupation", "address_text"}


@dataclass(frozen=True, slots=True)
class AmendedProfile:
    """The profile's version after the change, and which fields it changed."""

    profile_id: UUID
    version: int
    changed: tuple[str, ...]


@transaction.atomic
def amend_profile(
    *,
    by: Actor,
    at: dt.datetime,
    profile_id: UUID,
    because: str,
    expected_version: int | None = None,
    **changes: Any,
) -> AmendedProfile:
    """Change the named fields of one profile and keep what they were; equal values change nothing.

    `changes` may name full_name, birth_date, birth_precision, sex, nationality, occupation, address_text,
    area_id, address_as_of, died_on. Raises NotFound, TypeError for another field, and Refused with
    PEOPLE_NOT_ALLOWED, PEOPLE_REASON_REQUIRED, PROFILE_CHANGED_MEANWHILE (when `expected_version` is not
    the present one) or a rule's code.
    """
    if unknown := set(changes) - set(VERSIONED):
        raise TypeError(f"amend_profile has no field {sorted(unknown)}")
    demand(may_amend(by, seen_person(by, at, profile_id)))
    demand_reason(because)
    lock_person(profile_id)
    profile = Profile.objects.select_for_update().get(id=profile_id)
    if expected_version not in (None, profile.version):
        raise Refused(refuse("PROFILE_CHANGED_MEANWHILE"))
    before = {field: getattr(profile, field) for field in VERSIONED}
    _set(profile, changes, local(at).date()).or_raise()
    changed = {
        f: [_plain(before[f]), _plain(getattr(profile, f))] for f in VERSIONED if before[f] != getattr(profile, f)
    }
    if changed:
        profile.version += 1
        profile.save(force_update=True)
        put_version(profile, changed, by, at, because)
        PersonChange(profile_id=profile_id, kind="AMENDED", at=at).save(force_insert=True)
        if "area_id" in changed:  # which authority counts the open check of this identity
            IdentityCheck.objects.filter(person_id=profile_id).update(area_id=profile.area_id)
        if changed.keys() & {"full_name", "birth_date", "birth_precision"}:
            put_name_keys(profile)
        if changed.keys() & {"sex", "birth_date"}:
            recheck_identifiers(profile)
        write_line(
            by=by,
            at=at,
            action="people.amend_profile",
            subject_id=profile_id,
            because=because,
            facts={"fields": sorted(changed), "version": profile.version},
        )
    return AmendedProfile(profile_id, profile.version, tuple(sorted(changed)))


def _set(profile: Profile, changes: dict[str, Any], today: dt.date) -> Verdict:
    verdict = YES
    for field, value in changes.items():
        if field in _KINDS:
            value = _KINDS[field](value)
        setattr(profile, field, nfc(value) if field in _TEXTS else value)
    if "full_name" in changes:
        profile.full_name, verdict = clean_name(changes["full_name"])
    profile.nationality = profile.nationality.upper()
    verdict += check_birth(profile.birth_date, profile.birth_precision, today) + check_texts(profile)
    if verdict.allowed:
        settle_profile(profile)
    if profile.died_on is not None and not profile.birth_date <= profile.died_on <= today:
        verdict += refuse("DEATH_DATE_IMPOSSIBLE")
    return verdict


def _plain(value: Any) -> Any:
    return value if value is None else str(value)
