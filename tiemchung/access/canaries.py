"""Canaries: persons on record whom nobody has a reason to look at; the first look of each actor a day is told (I10)."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction

from tiemchung.access.models import Canary
from tiemchung.access.rules import LEAST_REASON
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.ids import new_id
from tiemchung.core.kept import Kept
from tiemchung.core.verdict import Refused, refuse

# There are few and they change rarely; a minute's delay spares each look a statement.
_canaries: Kept[str, frozenset[UUID]] = Kept(60.0, most=1)
_PUTTING = frozenset({Role.ADMIN, Role.MINISTRY_OFFICER})


def put_canary(*, by: Actor, at: dt.datetime, person_id: UUID, because: str) -> None:
    """Make a person on record a canary, once; other processes know of it within a minute.

    Raises Refused with NOT_YOUR_ROLE and REASON_MISSING.
    """
    if by.kind is not Kind.SYSTEM and by.role not in _PUTTING:
        raise Refused(refuse("NOT_YOUR_ROLE"))
    if len(because.strip()) < LEAST_REASON:
        raise Refused(refuse("REASON_MISSING"))
    with transaction.atomic():
        canary, _ = Canary.objects.get_or_create(person_id=person_id, defaults={"put_at": at})
        # Under the canary's own id: the trail of the person can be read by those whom it watches.
        write_line(by=by, at=at, action="put_canary", subject_id=canary.id, because=because)
    _canaries.forget()


def touch_canaries(*, by: Actor, at: dt.datetime, person_ids: Iterable[UUID]) -> None:
    """Put an alarm CANARY for each canary among these persons that this actor has not touched today.

    Staff, citizens and the public alike; the system touches nobody. It refuses nothing and gives nothing away.
    """
    touched = _canaries.of("all", _read_canaries).intersection(person_ids)
    if not touched or by.kind is Kind.SYSTEM:
        return
    day, who = local(at).date(), str(by.id or f"{by.kind}:{by.trace}")[:80]
    for person_id in sorted(touched):
        with transaction.atomic():
            if _first_today(person_id, day, who, at):
                raise_alarm("CANARY", at=at, actor_id=by.id, subject_id=person_id, kind=str(by.kind), trace=by.trace)


def _read_canaries() -> frozenset[UUID]:
    with allow_cross_shard("the few canaries are read whole, once a minute"):
        return frozenset(Canary.objects.values_list("person_id", flat=True))


def _first_today(person_id: UUID, day: dt.date, who: str, at: dt.datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_canarytouch (id, person_id, day, touched_by, at) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (person_id, day, touched_by) DO NOTHING",
            (new_id(), person_id, day, who, at),
        )
        return cursor.rowcount == 1
