"""Who a person is now, and where to reach them; every answer resolves joined profiles first."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tiemchung.core.rows import rows
from tiemchung.core.sealing import unseal
from tiemchung.people.models import ContactPhone, Person, PersonChange, PersonProof, Profile, ProfilePhone
from tiemchung.people.rules.kinds import PhoneRelation, ProofKind
from tiemchung.people.rules.proofs import MAX_PERSONS_SELF_SERVICE, proof_holds, sign_in_over

Change = PersonChange  # the stream that followers name
PHONE_SEAL = "people.phone"
_HOLDERS = """
SELECT p.id, p.person_id, p.joined_ids, f.full_name, f.birth_date, f.birth_precision, f.sex, f.nationality
FROM people_person p JOIN people_profile f ON f.id = p.id WHERE p.id = ANY(%s)
"""
_REACH = (PhoneRelation.OWN, PhoneRelation.GUARDIAN, PhoneRelation.FAMILY)


class NotFound(Exception):
    """There is no such person, or none that this actor may see: both look the same."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a card or certificate belongs to; the values are those of the kept profile."""

    person_id: UUID
    full_name: str
    birth_date: dt.date
    birth_precision: str
    sex: str
    nationality: str
    profile_ids: tuple[UUID, ...]


def phone_row(contact_id: UUID) -> str:
    """Name the row to which a sealed phone is bound."""
    return f"people.contact_phone:{contact_id}"


def profile_ids_of(person_id: UUID) -> tuple[UUID, ...]:
    """Give the profiles that are this person now, its own first; an id that was joined away answers too.

    Raises NotFound.
    """
    return tuple(_resolve(person_id)[1])


def person_of(profile_id: UUID) -> UUID:
    """Give the person that this profile is now; raise NotFound."""
    return current_persons([profile_id])[profile_id]


def current_persons(ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give for each profile or former person the person it is now; raise NotFound where one is unknown."""
    wanted = set(ids)
    found = {profile_id: person_id for profile_id, (person_id, _) in _folded(wanted).items()}
    if len(found) < len(wanted):
        raise NotFound
    return found


def persons_among(ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give for each id that is a profile or former person the person it is now; any other id is left out."""
    return {profile_id: person_id for profile_id, (person_id, _) in _folded(set(ids)).items()}


def joined_persons(ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give of these ids those that were joined away, with the person each is now; nearly nobody, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, person_id FROM people_person WHERE id = ANY(%s) AND person_id <> id", [list(ids)])
        return dict(cursor.fetchall())


def _folded(ids: set[UUID]) -> dict[UUID, tuple[UUID, tuple[UUID, ...]]]:
    """Give for each id the person it is now and the further profiles of the person of that id."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, person_id, joined_ids FROM people_person WHERE id = ANY(%s)", [list(ids)])
        return {row[0]: (row[1], _ids(row[2])) for row in cursor.fetchall()}


def _ids(folded: str | list[str]) -> tuple[UUID, ...]:
    if folded in ("[]", []):  # nearly everybody
        return ()
    return tuple(map(UUID, json.loads(folded) if isinstance(folded, str) else folded))


def _resolve(person_id: UUID) -> tuple[UUID, list[UUID]]:
    for _ in range(2):
        found = rows(Person, "id = %s", person_id)
        if not found:
            raise NotFound
        if found[0].person_id == person_id:
            return person_id, [person_id, *map(UUID, found[0].joined_ids)]
        person_id = found[0].person_id
    # A join fell between the two questions; the next one gives the settled answer.
    return _resolve(person_id)


def holder_of(person_id: UUID) -> Holder:
    """Give the holder of cards and certificates, unscoped: the caller has decided who may ask; raise
    NotFound.
    """
    root, profile_ids = _resolve(person_id)
    found = rows(Profile, "id = %s", root)
    if not found:
        raise NotFound
    return _holder(found[0], tuple(profile_ids))


def area_of(person_id: UUID) -> UUID | None:
    """Give the area of the kept profile as captured, of whatever day it is; raise NotFound."""
    root = _resolve(person_id)[0]
    return Profile.objects.filter(id=root).values_list("area_id", flat=True).first()


def holders_of(person_ids: Iterable[UUID]) -> dict[UUID, Holder]:
    """Give the holder for each id asked, former ids included, in one statement, one more where somebody was
    joined; unknown ids are left out.
    """
    found, former = _kept(list(set(person_ids)))
    elsewhere = set(former.values()) - found.keys()
    roots = _kept(list(elsewhere))[0] if elsewhere else {}
    for old, root in former.items():
        holder = found.get(root) or roots.get(root)
        if holder is not None:
            found[old] = holder
    return found


def _kept(ids: list[UUID]) -> tuple[dict[UUID, Holder], dict[UUID, UUID]]:
    """Give the holders of those ids that are persons now, and the person of now of those that were joined away."""
    found: dict[UUID, Holder] = {}
    former: dict[UUID, UUID] = {}
    if not ids:
        return found, former
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [ids])
        for person, root, folded, name, born, precision, sex, nation in cursor.fetchall():
            if root == person:
                profiles = (person,) if folded == "[]" else (person, *_ids(folded))
                found[person] = Holder(person, name, born, precision, sex, nation, profiles)
            else:
                former[person] = root
    return found, former


def _holder(profile: Profile, profile_ids: tuple[UUID, ...]) -> Holder:
    return Holder(
        person_id=profile.id,
        full_name=profile.full_name,
        birth_date=profile.birth_date,
        birth_precision=profile.birth_precision,
        sex=profile.sex,
        nationality=profile.nationality,
        profile_ids=profile_ids,
    )


def proven_persons(contact_key: bytes, at: dt.datetime, *, signed_in_at: dt.datetime | None = None) -> tuple[UUID, ...]:
    """Give the persons proven to belong to whoever holds this phone, as they are now, oldest proof first.

    To a sign-in (`signed_in_at`) made no later than the phone's last "sign out everywhere" nobody is shown.

    A proof unused for 90 days no longer counts. On a phone with more than eight persons only those count that
    staff has proved.
    """
    # The ended ones are read too: they still say from when on sign-ins count.
    proofs = rows(PersonProof, "phone_index = %s ORDER BY proven_at, id", contact_key)
    if sign_in_over(signed_in_at, [p.sign_ins_from for p in proofs]):
        return ()
    holding = [p for p in proofs if p.ended_at is None and proof_holds(last_used_at=p.last_used_at, at=at)]
    if holding and _is_crowded(contact_key):
        holding = [p for p in holding if p.how == ProofKind.STAFF]
    now = current_persons(p.person_id for p in holding)
    return tuple(dict.fromkeys(now[p.person_id] for p in holding))


def persons_on_phone(contact_key: bytes) -> frozenset[UUID]:
    """Give the persons who can be reached at this phone, proven or not; for rules, never for showing."""
    return frozenset(current_persons(_profiles_on_phone(contact_key)).values())


def _profiles_on_phone(contact_key: bytes) -> set[UUID]:
    return {row.profile_id for row in rows(ContactPhone, "phone_index = %s AND valid_to IS NULL", contact_key)}


def _is_crowded(contact_key: bytes) -> bool:
    """Tell whether more persons can be reached at this phone than a household has; as a rule one statement."""
    profiles = _profiles_on_phone(contact_key)
    if len(profiles) <= MAX_PERSONS_SELF_SERVICE:  # several profiles may be one person, never the other way
        return False
    return len(set(current_persons(profiles).values())) > MAX_PERSONS_SELF_SERVICE


def reach_of(person_id: UUID) -> str | None:
    """Give the E.164 phone at which to tell this person something: their own, then a guardian's, then the
    family's.

    For messages only; a facility's phone is never used.
    """
    ids = profile_ids_of(person_id)
    phones = ProfilePhone.objects.filter(profile_id__in=ids, valid_to__isnull=True, relation__in=_REACH)
    best = min(phones, key=lambda r: (_REACH.index(PhoneRelation(r.relation)), -r.valid_from.timestamp()), default=None)
    if best is None:
        return None
    contact = ContactPhone.objects.get(phone_index=best.phone_index, id=best.contact_id)
    return unseal(PHONE_SEAL, contact.sealed_phone, phone_row(contact.id))
