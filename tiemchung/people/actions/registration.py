"""Putting somebody on record: a new profile, and with it a person of the same id; never a merge."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.once import once
from tiemchung.core.outbox import contact_key
from tiemchung.core.text import name_sort, nfc
from tiemchung.core.verdict import YES, Reason, Severity, Verdict, refuse
from tiemchung.people.actions.contacts import checked_phone, put_phone
from tiemchung.people.actions.identifiers import known_elsewhere, put_identifier
from tiemchung.people.actions.naming import put_name_keys
from tiemchung.people.actions.sighting import demand, permit_look
from tiemchung.people.models import Person, Profile, ProfileVersion
from tiemchung.people.reads.keys import own_index
from tiemchung.people.rules.births import check_birth, trim_birth
from tiemchung.people.rules.identifiers import check_identifier
from tiemchung.people.rules.identity import HOME
from tiemchung.people.rules.kinds import BirthPrecision, PermitWhy, PhoneRelation, Sex, Source
from tiemchung.people.rules.names import clean_name, name_back, name_key
from tiemchung.people.rules.sight import may_register

TEXT_LIMITS = {"address_text": 300, "occupation": 120}


@dataclass(frozen=True, slots=True)
class RegisteredProfile:
    """A new profile and its person (the same id), with what the desk should be told."""

    profile_id: UUID
    person_id: UUID
    warnings: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Checked:
    profile: Profile
    numbers: list[tuple[str, str, Verdict]]
    phones: dict[str, str]
    verdict: Verdict


def register_profile(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    full_name: str,
    birth_date: dt.date,
    birth_precision: str = BirthPrecision.DAY,
    sex: str = Sex.UNKNOWN,
    source: str,
    identifiers: Sequence[tuple[str, str]] = (),
    phones: Sequence[tuple[str, str]] = (),
    address_text: str = "",
    area_id: UUID | None = None,
    address_as_of: dt.date | None = None,
    nationality: str = HOME,
    occupation: str = "",
) -> RegisteredProfile:
    """Put somebody on record and give the new profile; the same `key` gives the first answer again.

    Steps: the role is asked, every value is checked, profile, person, numbers and phones are written, one
    audit line. `identifiers` are (system, number), `phones` (number, relation). A number that somebody else
    has warns with IDENTIFIER_KNOWN. Raises Refused with the codes of the rules for names, births, numbers
    and phones.
    """
    demand(may_register(by))
    checked = _check(
        Profile(
            full_name=full_name,
            birth_date=birth_date,
            birth_precision=BirthPrecision(birth_precision),
            sex=Sex(sex),
            source=Source(source),
            nationality=nationality.upper(),
            occupation=nfc(occupation),
            address_text=nfc(address_text),
            area_id=area_id,
            address_as_of=address_as_of,
            facility_id=by.facility_id,
            created_at=at,
        ),
        identifiers,
        phones,
        local(at).date(),
    )
    ask = _fingerprinted(checked, by)
    answer = once(key, "people.register_profile", ask, at, lambda: _write(by, at, checked))
    profile_id = UUID(answer["profile_id"])
    warnings = tuple(Reason(code, Severity(weight), False, facts) for code, weight, facts in answer["warnings"])
    return RegisteredProfile(profile_id, profile_id, warnings)


def _check(
    profile: Profile,
    identifiers: Sequence[tuple[str, str]],
    phones: Sequence[tuple[str, str]],
    today: dt.date,
) -> _Checked:
    """Normalise the profile's values in place and check everything; raise Refused for the first kind of
    fault.
    """
    profile.full_name, verdict = clean_name(profile.full_name)
    verdict += check_birth(profile.birth_date, profile.birth_precision, today)
    verdict += check_texts(profile)
    verdict.or_raise()
    settle_profile(profile)
    numbers = []
    for system, raw in dict.fromkeys(identifiers):
        number, fits = check_identifier(system, raw, sex=profile.sex, birth_date=profile.birth_date)
        verdict += fits
        numbers.append((system, number, fits))
    verdict.or_raise()
    called = {checked_phone(raw): str(PhoneRelation(relation)) for raw, relation in phones}
    unique = {own_index(system, number): (system, number, fits) for system, number, fits in numbers}
    return _Checked(profile, list(unique.values()), called, verdict)


def check_texts(profile: Profile) -> Verdict:
    """Refuse free texts beyond their columns (TEXT_TOO_LONG) and a nationality that is no two-letter code."""
    for field, limit in TEXT_LIMITS.items():
        if len(getattr(profile, field)) > limit:
            return refuse("TEXT_TOO_LONG", field=field, limit=limit)
    code = profile.nationality
    return YES if len(code) == 2 and code.isascii() and code.isalpha() else refuse("NATIONALITY_FORMAT")


def settle_profile(profile: Profile) -> None:
    """Derive every value that is computed from another, so that it cannot contradict it."""
    profile.name_key = name_key(profile.full_name)[:120]
    profile.name_back = name_back(profile.full_name)[:120]
    profile.name_sort = name_sort(profile.full_name)[:500]
    profile.birth_date = trim_birth(profile.birth_date, profile.birth_precision)


def _fingerprinted(checked: _Checked, by: Actor) -> Mapping[str, Any]:
    """Give what makes two askings the same; numbers and phones by blind index only, since the print is
    kept.
    """
    profile = checked.profile
    return {
        "by": by.id,
        "name": profile.full_name,
        "birth": [profile.birth_date, profile.birth_precision],
        "sex": profile.sex,
        "source": profile.source,
        "area": profile.area_id,
        "numbers": sorted(own_index(system, value).hex() for system, value, _ in checked.numbers),
        "phones": sorted(contact_key(phone).hex() for phone in checked.phones),
        **({} if profile.nationality == HOME else {"nationality": profile.nationality}),
    }


def _write(by: Actor, at: dt.datetime, checked: _Checked) -> dict[str, Any]:
    """Write everything of one profile, inside the transaction that `once` holds."""
    profile, verdict = checked.profile, checked.verdict
    profile.save(force_insert=True)
    Person(id=profile.id, person_id=profile.id, created_at=at).save(force_insert=True)
    for system, number, fits in checked.numbers:
        verdict += known_elsewhere(system, number, None)
        put_identifier(profile, system, number, fits, at)
    put_name_keys(profile)
    for phone, relation in checked.phones.items():
        put_phone(profile.id, phone, relation, at)
    put_version(profile, {f: [None, _plain(getattr(profile, f))] for f in VERSIONED}, by, at, "")
    if by.kind is Kind.STAFF:
        permit_look(by=by, at=at, person_ids=[profile.id], why=PermitWhy.REGISTERED)
    write_line(
        by=by,
        at=at,
        action="people.register_profile",
        subject_id=profile.id,
        verdict=verdict,
        facts={"source": profile.source, "numbers": len(checked.numbers), "phones": len(checked.phones)},
    )
    told = [r for r in verdict.reasons if r.severity is not Severity.REFUSE]
    return {"profile_id": str(profile.id), "warnings": [[r.code, r.severity, dict(r.facts)] for r in told]}


VERSIONED = (
    "full_name",
    "birth_date",
    "birth_precision",
    "sex",
    "nationality",
    "occupation",
    "address_text",
    "area_id",
    "address_as_of",
    "died_on",
)


def put_version(profile: Profile, changes: Mapping[str, Any], by: Actor, at: dt.datetime, because: str) -> None:
    """Write one dated version of the profile with its author and reason."""
    ProfileVersion(
        profile_id=profile.id,
        number=profile.version,
        at=at,
        actor_id=by.id,
        actor_role=by.role or "",
        because=because,
        changes=dict(changes),
    ).save(force_insert=True)


def _plain(value: Any) -> Any:
    return value if value is None else str(value)
