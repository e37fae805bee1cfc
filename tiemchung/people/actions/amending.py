"""Changing what a profile says, with author, reason and both values kept."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import Actor
from tiemchung.core.alarms import raise_unseen
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
from tiemchung.people.reads.identity import current_holders, facts_of
from tiemchung.people.rules.births import check_birth
from tiemchung.people.rules.identity import HOME
from tiemchung.people.rules.kinds import BirthPrecision, Sex
from tiemchung.people.rules.names import clean_name
from tiemchung.people.rules.sight import may_amend, may_change_nationality

_KINDS = {"birth_precision": BirthPrecision, "sex": Sex}
_TEXTS = {"occupation", "address_text"}
MAX_PAPER = 120
MOST_ALARMS = 5  # whoever looks needs some of them and not a page


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
    paper: str = "",
    **changes: Any,
) -> AmendedProfile:
    """Change the named fields of one profile and keep what they were; equal values change nothing.

    `changes` may name full_name, birth_date, birth_precision, sex, nationality, occupation, address_text,
    area_id, address_as_of, died_on. Only who corrects records changes a nationality; away from VN, of somebody who
    has or had a CCCD or CMND, it needs the `paper` that shows it, raises an alarm, and the province settles the
    identity (rules.identity.begin_of). Raises NotFound, TypeError for another field, and Refused with
    PEOPLE_NOT_ALLOWED, PEOPLE_REASON_REQUIRED, PROFILE_CHANGED_MEANWHILE (when `expected_version` is not
    the present one), NATIONALITY_NOT_ALLOWED, NATIONALITY_PAPER or a rule's code.
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
    if "nationality" in changed:
        because = _judged(by, at, profile, before["nationality"], because, nfc(paper))
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


def _judged(by: Actor, at: dt.datetime, profile: Profile, before: str, because: str, paper: str) -> str:
    """Refuse a change of nationality that is a way round the register; give the reason to keep, with the paper."""
    if not may_change_nationality(by):
        raise Refused(refuse("NATIONALITY_NOT_ALLOWED"))
    if before != HOME or not _is_known_at_home(profile.id):
        return because
    if not 1 <= len(paper) <= MAX_PAPER:
        raise Refused(refuse("NATIONALITY_PAPER"))
    raise_unseen("NATIONALITY_CHANGED", at=at, subject_id=profile.id, most=MOST_ALARMS)
    return f"{because} ({paper})"


def _is_known_at_home(profile_id: UUID) -> bool:
    return any(one.known_at_home for one in facts_of(current_holders([profile_id])[0]).facts.values())


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
