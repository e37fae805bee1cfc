"""One batch of doses on its way to its facility's signature: what is ready, as it is signed, and as it is written.

Only this domain's actions call it. What is signed is made here from committed doses alone; no caller brings any of it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from tiemchung.certificates.facility_trust import seal_of
from tiemchung.certificates.models import DoseSignature, PassportTask
from tiemchung.certificates.passport_writing import close_tasks, open_tasks, void_signatures, waiting_tasks
from tiemchung.certificates.rules import TO_ISSUE, TO_SIGN, PassportState, SignatureFall
from tiemchung.certificates.statements import moment_text, statement_text
from tiemchung.core.actor import Actor
from tiemchung.core.copying import NONE, cell, copy_lines, octets
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.ids import new_hexes
from tiemchung.core.keyed import keyed_statements
from tiemchung.doses.actions import DoseToSign, sign_doses
from tiemchung.doses.reads import stated_doses
from tiemchung.people.reads import identity_fields

BATCH = 1000
_READY = """
SELECT id, person_id, profile_id, dose_id FROM certificates_passporttask
WHERE unit_id = %s AND reason = %s AND done_at IS NULL AND since <= %s ORDER BY since, id LIMIT %s
"""
_POSTPONE = """
UPDATE certificates_passporttask t SET since = %s FROM unnest(%s::uuid[]) AS a (id)
WHERE t.unit_id = %s AND t.id = a.id AND t.done_at IS NULL
"""
# Of those whose last dose was just signed; who has a certificate in force is looked at whole by the refresh.
_SIGNED = """
UPDATE certificates_passport p SET state = %s, since = %s, changed_at = %s
WHERE p.person_id = ANY(%s) AND (p.state = %s) IS TRUE RETURNING p.person_id, p.unit_id
"""
_ELIGIBLE = """
SELECT person_id, certificate_id FROM certificates_passport
WHERE person_id = ANY(%s) AND (state = %s) IS TRUE ORDER BY person_id FOR UPDATE
"""
_COLUMNS = (
    "id", "profile_id", "dose_id", "version", "facility_id", "kid", "statement", "signature", "seal",
    "signed_by", "signed_name", "signed_at", "run_id", "voided_because",
)  # fmt: skip
_SIGNED_WHERE = "whether all facilities of a person have signed lies with their units"


class Ready(NamedTuple):
    """One dose that waits for its facility's signature, and the bytes to be signed; `stale` ones are passed over."""

    task_id: UUID
    person_id: UUID
    item: DoseToSign
    statement: bytes
    stale: bool = False


class Signed(NamedTuple):
    """A dose with a signature that verifies."""

    ready: Ready
    signature: bytes


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs for which facility with which key, by which run's allowance, and the moment that is stated."""

    by: Actor
    facility_id: UUID
    kid: bytes
    run_id: UUID
    signed_at: dt.datetime


def count_to_sign(facility_id: UUID, until: dt.datetime) -> int:
    """Give how many doses waited for this facility's signature by that moment."""
    found = PassportTask.objects.filter(unit_id=facility_id, reason=TO_SIGN, done_at__isnull=True, since__lte=until)
    return found.count()


def ready_doses(
    facility_id: UUID, allowed_at: dt.datetime, limit: int = BATCH, *, signed_at: dt.datetime
) -> list[Ready]:
    """Give the next doses of a facility that were ready when the run was allowed, the longest waiting first.

    All state one moment of signing. A dose changed since the allowance is marked stale: nobody saw it as it is now.
    """
    with keyed_statements():
        with connection.cursor() as cursor:
            cursor.execute(_READY, [facility_id, TO_SIGN, allowed_at, limit])
            tasks = cursor.fetchall()
        doses = stated_doses([(profile_id, dose_id) for _, _, profile_id, dose_id in tasks], allowed_at)
        identities = identity_fields({person_id for _, person_id, _, _ in tasks})
    ready, unit, moment = [], str(facility_id), moment_text(signed_at)
    for task_id, person_id, profile_id, dose_id in tasks:
        dose, identity = doses.get(dose_id), identities.get(person_id)
        if dose is None or not identity or not dose.as_shown:
            ready.append(Ready(task_id, person_id, DoseToSign(profile_id, dose_id, 0), b"", stale=True))
            continue
        statement = statement_text(
            dose=dose.id_text,
            version=dose.version,
            facility=str(dose.facility),
            given_on=dose.given_on,
            lot=dose.lot,
            product=dose.product,
            vaccinator=dose.vaccinator,
            unit=unit,
            person=identity,
            signed_at=moment,
        )
        ready.append(Ready(task_id, person_id, DoseToSign(profile_id, dose_id, dose.version), statement))
    return ready


@dataclass(frozen=True, slots=True)
class Written:
    """The doses that are signed now, and the persons to be looked at whole: they have a certificate in force."""

    dose_ids: frozenset[UUID] = frozenset()
    late: frozenset[UUID] = frozenset()


def write_signed(signing: Signing, signed: Sequence[Signed], at: dt.datetime) -> Written:
    """Write signatures, ledger entries, work lists and passports.

    Part of the caller's transaction. Left out is who became not eligible meanwhile and what was corrected meanwhile;
    a dose that already has a standing signature is never given a second one.
    """
    eligible = _lock_eligible({one.ready.person_id for one in signed})
    still = [s for s in signed if s.ready.person_id in eligible]
    done = sign_doses(by=signing.by, at=at, run_id=signing.run_id, items=[s.ready.item for s in still])
    written = [s for s in still if s.ready.item.dose_id in done]
    if not written:
        return Written()
    try:
        with transaction.atomic():
            _copy(signing, written)
    except IntegrityError:  # a corrected dose still has the signature of what it was
        doses = [(s.ready.item.profile_id, s.ready.item.dose_id) for s in written]
        void_signatures(doses, SignatureFall.DOSE_CHANGED, at)
        _copy(signing, written)
    close_tasks([(signing.facility_id, s.ready.task_id) for s in written], at)
    persons = {s.ready.person_id for s in written}
    late = frozenset(person for person in persons if eligible[person] is not None)
    _move_passports(persons - late, at)
    return Written(frozenset(done), late)


def postpone(facility_id: UUID, task_ids: Iterable[UUID], at: dt.datetime) -> None:
    """Let these wait for the next allowance: they were changed after the one of now."""
    named = list(task_ids)
    if named:
        with connection.cursor() as cursor:
            cursor.execute(_POSTPONE, [at, named, facility_id])


def _lock_eligible(person_ids: set[UUID]) -> dict[UUID, UUID | None]:
    """Lock the passports of these persons in one order; give those that are eligible, with the certificate in force."""
    with connection.cursor() as cursor:
        cursor.execute(_ELIGIBLE, [list(person_ids), PassportState.ELIGIBLE])
        return dict(cursor.fetchall())


def _copy(signing: Signing, written: Sequence[Signed]) -> None:
    """Write the signatures, each with its seal: what comes here was verified, and the centre need not do it again."""
    by, kid = signing.by, signing.kid
    with_key = f"{signing.facility_id.hex}\t{octets(kid)}"
    signed = f"{by.id.hex if by.id else NONE}\t{cell(by.name)}\t{signing.signed_at}\t{signing.run_id.hex}\t"
    copy_lines(
        DoseSignature,
        _COLUMNS,
        (
            f"{row_id}\t{item.profile_id.hex}\t{item.dose_id.hex}\t{item.version}\t{with_key}\t{octets(statement)}"
            f"\t{octets(signature)}"
            f"\t{octets(seal_of(item.profile_id, item.dose_id, item.version, kid, statement, signature))}\t{signed}"
            for row_id, ((_, _, item, statement, _), signature) in zip(new_hexes(len(written)), written, strict=True)
        ),
    )


def _move_passports(person_ids: set[UUID], at: dt.datetime) -> None:
    with allow_cross_shard(_SIGNED_WHERE), connection.cursor() as cursor:
        ready = list(person_ids.difference(person for person, _, _ in waiting_tasks(person_ids, TO_SIGN)))
        cursor.execute(_SIGNED, [PassportState.FACILITY_SIGNED, at, at, ready, PassportState.ELIGIBLE])
        moved: Mapping[UUID, UUID | None] = dict(cursor.fetchall())
    open_tasks(((person, unit, None, None, TO_ISSUE) for person, unit in moved.items() if unit), at)
