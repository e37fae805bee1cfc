"""Writing what was decided of many passports, each table in one statement; only this domain's actions call it."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from tiemchung.certificates.models import Passport, PassportTask
from tiemchung.certificates.passport_batch import PassportBatch
from tiemchung.certificates.passport_deciding import Decided, Outcome, Work
from tiemchung.certificates.rules import SignatureFall
from tiemchung.core.actor import SYSTEM
from tiemchung.core.copying import NONE, cell, copy_lines, octets
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.ids import new_hexes, new_id
from tiemchung.core.keyed import planned_for_these
from tiemchung.doses.actions import unsign_doses
from tiemchung.people.reads import sights_of

_INSERT = """
INSERT INTO certificates_passport
    (id, person_id, state, reasons, content, unit_id, certificate_id, since, changed_at)
SELECT a.*, %s, %s FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::jsonb[], %s::bytea[], %s::uuid[], %s::uuid[])
    AS a (id, person_id, state, reasons, content, unit_id, certificate_id)
ON CONFLICT (person_id) DO NOTHING RETURNING person_id
"""
_UPDATE = """
UPDATE certificates_passport p SET state = a.state, reasons = a.reasons, content = a.content, unit_id = a.unit_id,
    certificate_id = a.certificate_id, changed_at = %s, since = CASE WHEN p.state = a.state THEN p.since ELSE %s END
FROM unnest(%s::uuid[], %s::text[], %s::jsonb[], %s::bytea[], %s::uuid[], %s::uuid[])
    AS a (person_id, state, reasons, content, unit_id, certificate_id)
WHERE p.person_id = a.person_id
"""
# Three indexes know a person's open tasks, two of them under other columns first. At worst all that is open is read
# once for the whole batch, never once for each person: so no join, and a plan that knows these very persons.
_WAITING = """
SELECT person_id, unit_id, id FROM certificates_passporttask
WHERE person_id = ANY(%s) AND (reason = %s) IS TRUE AND done_at IS NULL
"""
# Asked for by nothing but its key: of an open task the planner could believe that its unit has no other.
_CLOSE = """
UPDATE certificates_passporttask t SET done_at = coalesce(t.done_at, %s)
FROM unnest(%s::uuid[], %s::uuid[]) AS a (unit_id, id) WHERE t.unit_id = a.unit_id AND t.id = a.id
"""
_VOID = """
UPDATE certificates_dosesignature s SET voided_at = %s, voided_because = %s
FROM unnest(%s::uuid[], %s::uuid[]) AS a (profile_id, dose_id)
WHERE s.profile_id = a.profile_id AND s.dose_id = a.dose_id AND s.voided_at IS NULL
"""
_PASSPORT = (
    "id", "person_id", "state", "reasons", "content", "unit_id", "certificate_id", "since", "changed_at",
)  # fmt: skip
_EVERYWHERE = "a person's open tasks lie with their units"
_TASK = ("id", "unit_id", "person_id", "profile_id", "dose_id", "reason", "since")


def write_passports(batch: PassportBatch, decided: Decided) -> set[UUID]:
    """Write outcomes, work lists and fallen signatures; give the persons whose passport somebody else made meanwhile.

    Those are asked for once more, and nothing was written of them: their row could not be locked when they were read.
    """
    changed = {p: o for p, o in decided.outcomes.items() if p not in batch.known or _differs(batch, p, o)}
    new = [person_id for person_id in changed if person_id not in batch.known]
    lost = set(new) - _insert(new, changed, batch.at) if new else set()
    _update([person_id for person_id in changed if person_id in batch.known], changed, batch.at)
    for code, fallen in decided.fallen.items():
        void_signatures([(s.profile_id, s.dose_id) for s in fallen], code, batch.at)
    for code, doses in decided.unsigned.items():
        unsign_doses(at=batch.at, doses=doses, because=code)
    _add_placeless(batch, decided)
    _write_tasks(batch, decided, lost)
    return lost


def _differs(batch: PassportBatch, person_id: UUID, outcome: Outcome) -> bool:
    known = batch.known[person_id]
    before = (known.state, known.reasons, known.content, known.unit_id, known.certificate_id)
    return before != (outcome.state, outcome.reasons, outcome.content, outcome.unit_id, outcome.certificate_id)


def _columns(persons: Sequence[UUID], outcomes: dict[UUID, Outcome]) -> list[list[object]]:
    told = [outcomes[person_id] for person_id in persons]
    return [
        list(persons),
        [str(o.state) for o in told],
        [json.dumps(o.reasons) for o in told],
        [o.content for o in told],
        [o.unit_id for o in told],
        [o.certificate_id for o in told],
    ]


def _insert(persons: list[UUID], outcomes: dict[UUID, Outcome], at: dt.datetime) -> set[UUID]:
    """Write new passports; give the persons of those that nobody else wrote at the same moment."""
    persons.sort(key=attrgetter("int"))
    try:
        with transaction.atomic():
            copy_lines(Passport, _PASSPORT, _lines(persons, outcomes, at))
        return set(persons)
    except IntegrityError:  # somebody was as quick
        return _insert_missing(persons, outcomes, at)


def _lines(persons: Sequence[UUID], outcomes: dict[UUID, Outcome], at: dt.datetime) -> Iterator[str]:
    for row_id, person_id in zip(new_hexes(len(persons)), persons, strict=True):
        o = outcomes[person_id]
        reasons = cell(json.dumps(o.reasons)) if o.reasons else "[]"
        content = NONE if o.content is None else octets(o.content)
        unit, certificate = o.unit_id.hex if o.unit_id else NONE, o.certificate_id.hex if o.certificate_id else NONE
        yield f"{row_id}\t{person_id.hex}\t{o.state}\t{reasons}\t{content}\t{unit}\t{certificate}\t{at}\t{at}"


def _insert_missing(persons: list[UUID], outcomes: dict[UUID, Outcome], at: dt.datetime) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [at, at, [new_id() for _ in persons], *_columns(persons, outcomes)])
        return {row[0] for row in cursor.fetchall()}


def _update(persons: list[UUID], outcomes: dict[UUID, Outcome], at: dt.datetime) -> None:
    if persons:
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, [at, at, *_columns(persons, outcomes)])


def void_signatures(doses: Iterable[tuple[UUID, UUID]], because: SignatureFall, at: dt.datetime) -> None:
    """Say that the standing signatures of these doses (profile id, dose id) no longer hold, and why."""
    named = list(doses)
    if named:
        with connection.cursor() as cursor:
            cursor.execute(_VOID, [at, because, [profile for profile, _ in named], [dose for _, dose in named]])


def _add_placeless(batch: PassportBatch, decided: Decided) -> None:
    """Give what no facility can work on to the person's area."""
    if not decided.placeless:
        return
    homes = sights_of(SYSTEM, batch.at, decided.placeless)
    for person_id, gaps in decided.placeless.items():
        area_id = homes[person_id].area_id
        if area_id is not None:
            profiles = {dose.id: dose.profile_id for dose in batch.facts[person_id].record.doses}
            decided.work[person_id] |= {
                (area_id, profiles[gap.dose_id] if gap.dose_id else None, gap.dose_id, str(gap.code)) for gap in gaps
            }


def _write_tasks(batch: PassportBatch, decided: Decided, lost: set[UUID]) -> None:
    over, new = [], []
    for person_id in batch.roots.keys() | batch.facts.keys():
        if person_id in lost:
            continue
        wanted: set[Work] = decided.work.get(person_id, set())
        wanted_keys = {(unit, dose, reason) for unit, _, dose, reason in wanted}
        held = {(task.unit_id, task.dose_id, task.reason): task for task in batch.tasks.get(person_id, ())}
        over += [task for key, task in held.items() if key not in wanted_keys]
        new += [(person_id, work) for work in wanted if (work[0], work[2], work[3]) not in held]
    close_tasks([(task.unit_id, task.id) for task in over], batch.at)
    open_tasks(((person_id, *work) for person_id, work in new), batch.at)


def waiting_tasks(person_ids: Iterable[UUID], reason: str) -> list[tuple[UUID, UUID, UUID]]:
    """Give the open tasks of these persons for one reason: person, unit, task; call it in a transaction."""
    with allow_cross_shard(_EVERYWHERE), planned_for_these(), connection.cursor() as cursor:
        cursor.execute(_WAITING, [list(person_ids), reason])
        return list(cursor.fetchall())


def close_tasks(tasks: Sequence[tuple[UUID, UUID]], at: dt.datetime) -> None:
    """Take these (unit id, task id) off their work lists."""
    if tasks:
        with connection.cursor() as cursor:
            cursor.execute(_CLOSE, [at, [unit for unit, _ in tasks], [task for _, task in tasks]])


def open_tasks(tasks: Iterable[tuple[UUID, UUID, UUID | None, UUID | None, str]], at: dt.datetime) -> None:
    """Put these (person, unit, profile, dose, reason) on their units' work lists."""
    listed = list(tasks)
    copy_lines(
        PassportTask,
        _TASK,
        (
            f"{row_id}\t{unit.hex}\t{person.hex}\t{profile.hex if profile else NONE}\t{dose.hex if dose else NONE}"
            f"\t{reason}\t{at}"
            for row_id, (person, unit, profile, dose, reason) in zip(new_hexes(len(listed)), listed, strict=True)
        ),
    )
