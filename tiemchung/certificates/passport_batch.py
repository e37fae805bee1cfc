"""What is known of many persons whose passports are brought up to date, read under the locks of their passports.

Only this domain's actions call it. Locks are taken in the order of persons: passports, then doses, then certificates.
"""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from uuid import UUID

from django.db import connection

from tiemchung.certificates.content import PersonFacts, facts_of_all
from tiemchung.certificates.models import Certificate, DoseSignature, FacilityKey
from tiemchung.certificates.rules import CertificateKind, CertificateState, PassportState
from tiemchung.certificates.statements import moment_of
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.rows import rows
from tiemchung.people.actions import checked_identities
from tiemchung.people.reads import IdentityView, NotFound, current_persons, joined_persons, numbers_of
from tiemchung.people.rules.kinds import IdSystem

HOME = "VN"
_LOCK = """
SELECT person_id, state, reasons, content, unit_id, certificate_id FROM certificates_passport
WHERE person_id = ANY(%s) ORDER BY person_id FOR UPDATE
"""
_OPEN_TASKS = """
SELECT unit_id, id, person_id, dose_id, reason FROM certificates_passporttask
WHERE person_id = ANY(%s) AND done_at IS NULL
"""
_WORK_LISTS = "a person's open tasks lie with their units; passport_task_person answers on every node"
_TRIES = 5
_STATES = {str(state): state for state in PassportState}


@dataclass(frozen=True, slots=True)
class Known:
    """A passport's row as it was found."""

    state: PassportState
    reasons: list[dict[str, str | None]]
    content: bytes | None
    unit_id: UUID | None
    certificate_id: UUID | None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that was found open."""

    unit_id: UUID
    id: UUID
    dose_id: UUID | None
    reason: str


@dataclass(slots=True)
class PassportBatch:
    """Everything that decides about the persons of one call."""

    at: dt.datetime
    on: dt.date
    roots: dict[UUID, UUID]  # id asked -> the person it is now
    facts: dict[UUID, PersonFacts]
    known: dict[UUID, Known]
    identities: Mapping[UUID, IdentityView]
    with_passport: frozenset[UUID]  # foreigners who have a passport's number
    live: dict[UUID, list[Certificate]]
    signatures: dict[UUID, list[DoseSignature]]  # by profile
    fallen_keys: dict[bytes, dt.datetime]
    doubted: dict[UUID, list[DoseSignature]]  # by profile: what fallen keys signed since they fell, voided or not
    tasks: dict[UUID, list[OpenTask]] = field(default_factory=dict)
    heirs: frozenset[UUID] = frozenset()  # into whom somebody was joined whose passport was taken away

    @property
    def formers(self) -> list[UUID]:
        """Give the ids asked that were joined into another person."""
        return [asked for asked, root in self.roots.items() if asked != root]


def taken_away(known: Known | None) -> bool:
    """Tell whether an officer took this passport away and nobody has given it back."""
    return known is not None and known.state is PassportState.REVOKED


def open_passports(asked: Iterable[UUID], at: dt.datetime) -> PassportBatch:
    """Lock the passports there are, then read: who waited for a lock sees what the one before it wrote.

    Raises NotFound where an id is unknown.
    """
    ids, on = tuple(dict.fromkeys(asked)), local(at).date()
    for turn in range(_TRIES):
        # Nearly everybody is one person under one id; who is unknown shows in the facts and is looked for then.
        roots = current_persons(ids) if turn else dict(zip(ids, ids, strict=True)) | joined_persons(ids)
        persons = set(roots.values())
        known = lock_passports(persons | roots.keys())
        facts = facts_of_all(persons, on, ahead=False)
        if facts.keys() == persons and all(one.holder.person_id == root for root, one in facts.items()):
            return _batch(at, on, {i: roots[i] for i in ids}, facts, known)
    raise NotFound


def _batch(
    at: dt.datetime, on: dt.date, roots: dict[UUID, UUID], facts: dict[UUID, PersonFacts], known: dict[UUID, Known]
) -> PassportBatch:
    holders = {person_id: one.holder for person_id, one in facts.items()}
    identities = checked_identities(person_ids=roots, at=at, holders=holders)
    foreign = {person_id: holder for person_id, holder in holders.items() if holder.nationality != HOME}
    numbers = numbers_of(foreign) if foreign else {}
    everybody, fallen = facts.keys() | roots.keys(), _fallen_keys()
    standing, doubted = _signatures((profile for one in holders.values() for profile in one.profile_ids), fallen)
    return PassportBatch(
        at=at,
        on=on,
        roots=roots,
        facts=facts,
        known=known,
        identities=identities,
        with_passport=frozenset(p for p, n in numbers.items() if any(system == IdSystem.PASSPORT for system, _ in n)),
        live=_live(everybody),
        signatures=standing,
        fallen_keys=fallen,
        doubted=doubted,
        tasks=_open_tasks(known),  # a task is written with its person's passport
        heirs=frozenset(root for i, root in roots.items() if i != root and taken_away(known.get(i))),
    )


def _fallen_keys() -> dict[bytes, dt.datetime]:
    """Give the facilities' keys that are believed no more, and from when on."""
    fallen = FacilityKey.objects.filter(revoked_since__isnull=False)
    return {bytes(kid): since for kid, since in fallen.values_list("kid", "revoked_since") if since is not None}


def lock_passports(person_ids: Iterable[UUID]) -> dict[UUID, Known]:
    """Lock the passports of these persons in one order until the transaction ends; who has none is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(person_ids, key=attrgetter("int"))])
        return {
            person: Known(_STATES[state], _reasons(reasons), None if content is None else bytes(content), *ids)
            for person, state, reasons, content, *ids in cursor.fetchall()
        }


def _reasons(kept: str | list[dict[str, str | None]]) -> list[dict[str, str | None]]:
    if not isinstance(kept, str):
        return kept
    return [] if kept == "[]" else list(json.loads(kept))


def _live(person_ids: Iterable[UUID]) -> dict[UUID, list[Certificate]]:
    """Give the certificates of passports that may be shown: the one in force and renewed ones, newest first."""
    found: dict[UUID, list[Certificate]] = {}
    where = "person_id = ANY(%s) AND kind = %s AND state = ANY(%s)"
    shown = [str(CertificateState.ISSUED), str(CertificateState.RENEWED)]
    for row in rows(Certificate, where, list(person_ids), str(CertificateKind.PASSPORT), shown):
        found.setdefault(row.person_id, []).append(row)
    for certificates in found.values():
        certificates.sort(key=lambda c: (c.state != CertificateState.ISSUED, -c.issued_at.timestamp()))
    return found


def _signatures(
    profile_ids: Iterable[UUID], fallen: Mapping[bytes, dt.datetime]
) -> tuple[dict[UUID, list[DoseSignature]], dict[UUID, list[DoseSignature]]]:
    """Give what stands, and what rests on a fallen key: a certificate may rest on a signature that fell otherwise."""
    found: dict[UUID, list[DoseSignature]] = {}
    doubted: dict[UUID, list[DoseSignature]] = {}
    where, profiles = "profile_id = ANY(%s) AND voided_at IS NULL", list(profile_ids)
    if fallen:
        where = "profile_id = ANY(%s) AND (voided_at IS NULL OR kid = ANY(%s::bytea[]))"
    for row in rows(DoseSignature, where, profiles, *([list(fallen)] if fallen else [])):
        if row.voided_at is None:
            found.setdefault(row.profile_id, []).append(row)
        since = fallen.get(bytes(row.kid))
        if since is not None and moment_of(row.statement, row.signed_at) >= since:
            doubted.setdefault(row.profile_id, []).append(row)
    return found, doubted


def _open_tasks(person_ids: Collection[UUID]) -> dict[UUID, list[OpenTask]]:
    found: dict[UUID, list[OpenTask]] = {}
    if not person_ids:
        return found
    with allow_cross_shard(_WORK_LISTS), connection.cursor() as cursor:
        cursor.execute(_OPEN_TASKS, [list(person_ids)])
        for unit_id, task_id, person_id, dose_id, reason in cursor.fetchall():
            found.setdefault(person_id, []).append(OpenTask(unit_id, task_id, dose_id, reason))
    return found
