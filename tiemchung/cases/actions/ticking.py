"""The clock's own steps: warned at half, up the ladder when late as far as it goes; exact on every day."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from tiemchung.cases.actions.joining import tell_all
from tiemchung.cases.actions.steps import take_step
from tiemchung.cases.models import Case, CaseInbox
from tiemchung.cases.rules import Alarm, Desk, DeskLevel, Step, alarm_after, alarm_of
from tiemchung.core.actor import SYSTEM
from tiemchung.core.distribution import allow_cross_shard

BATCH = 200


def sound_alarms(at: dt.datetime) -> int:
    """Take every alarm that is due: one row, one transaction; give how many were sounded."""
    with allow_cross_shard("the clock reads its whole node; the index holds only alarms to come"):
        due = CaseInbox.objects.filter(open=True, watch=False, next_alarm_at__lte=at).order_by("next_alarm_at")
        rows = list(due.values_list("unit_id", "id")[:BATCH])
    return sum(_sound(unit_id, row_id, at) for unit_id, row_id in rows)


@transaction.atomic
def _sound(unit_id: UUID, row_id: UUID, at: dt.datetime) -> int:
    mine = CaseInbox.objects.select_for_update(skip_locked=True).filter(unit_id=unit_id, id=row_id)
    row = mine.filter(open=True, next_alarm_at__lte=at).first()
    if row is None:
        return 0
    case = Case.objects.select_for_update().get(contact_key=row.contact_key, id=row.case_id)
    alarm = alarm_of(row.rung)
    above = [Desk(UUID(unit), DeskLevel(level)) for unit, level in row.above]
    if alarm is Alarm.HALF:
        take_step(case, Step.WARN, by=SYSTEM, at=at, code=alarm)
    elif row.rung > len(above):
        take_step(case, Step.LATE, by=SYSTEM, at=at, code=alarm)
        tell_all(case, "LATE_TOP", at)
    else:
        _climb(case, row, above[row.rung - 1], at)
    case.save(force_update=True)
    after = alarm_after(row.rung, row.next_alarm_at or at, row.due_at, len(above))
    row.rung += 1
    row.next_alarm_at = after
    row.save(force_update=True)
    return 1


def _climb(case: Case, row: CaseInbox, desk: Desk, at: dt.datetime) -> None:
    """Put the late case before the next desk above, which may take it; the holder keeps it meanwhile."""
    take_step(case, Step.ESCALATE, by=SYSTEM, at=at, code=Alarm.LATE, told=desk)
    watching = CaseInbox(
        unit_id=desk.unit_id,
        unit_level=desk.level,
        case_id=case.id,
        contact_key=case.contact_key,
        ref=case.ref,
        kind=case.kind,
        recorded_at=row.recorded_at,
        due_at=row.due_at,
        watch=True,
    )
    CaseInbox.objects.bulk_create([watching], ignore_conflicts=True)
    if row.rung == 1:
        tell_all(case, "LATE", at)
