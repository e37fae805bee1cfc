"""Cases whose desk has nobody any more go where somebody sits: a case without a reader is a case without an answer."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import LiteralString
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tiemchung.access.reads import every_staffed_desk
from tiemchung.cases.actions.holding import Held, hold
from tiemchung.cases.actions.joining import follow_desk, near_repeats
from tiemchung.cases.actions.moving import move_case
from tiemchung.cases.actions.opening import put_inbox
from tiemchung.cases.letters import carry_letter
from tiemchung.cases.models import Case, CaseInbox, CaseLetter
from tiemchung.cases.reads.desks import areas_of_ladder, ladder_of_desk, way_to
from tiemchung.cases.rules import NATION, OVER, THE_NATION, Desk, DeskLevel, Route, RouteReason
from tiemchung.cases.telling import tell
from tiemchung.core.actor import SYSTEM
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.statements import ask

BATCH = 200
MOVED = "REHOMED"  # outcome of a row that only carries what is over to the desk of now
_HERE = "the clock reads its whole node: from desk to desk along an index, never from case to case"
# One step along the index for each desk that has anything open, however many cases it has.
_DESKS: dict[str, LiteralString] = {
    "cases": """
WITH RECURSIVE desk AS (
  (SELECT unit_id, unit_level FROM cases_caseinbox WHERE open ORDER BY unit_id, watch, due_at, id LIMIT 1)
  UNION ALL
  SELECT after.unit_id, after.unit_level FROM desk CROSS JOIN LATERAL (
    SELECT unit_id, unit_level FROM cases_caseinbox WHERE open AND unit_id > desk.unit_id
    ORDER BY unit_id, watch, due_at, id LIMIT 1) after
) SELECT unit_id, unit_level FROM desk
""",
    "unheard": """
WITH RECURSIVE desk AS (
  (SELECT unit_id, unit_level FROM cases_caseinbox WHERE untold_at IS NOT NULL ORDER BY unit_id, due_at, id LIMIT 1)
  UNION ALL
  SELECT after.unit_id, after.unit_level FROM desk CROSS JOIN LATERAL (
    SELECT unit_id, unit_level FROM cases_caseinbox WHERE untold_at IS NOT NULL AND unit_id > desk.unit_id
    ORDER BY unit_id, due_at, id LIMIT 1) after
) SELECT unit_id, unit_level FROM desk
""",
    "letters": """
WITH RECURSIVE desk AS (
  (SELECT unit_id, unit_level FROM cases_caseletter WHERE waiting ORDER BY unit_id, owed_at, id LIMIT 1)
  UNION ALL
  SELECT after.unit_id, after.unit_level FROM desk CROSS JOIN LATERAL (
    SELECT unit_id, unit_level FROM cases_caseletter WHERE waiting AND unit_id > desk.unit_id
    ORDER BY unit_id, owed_at, id LIMIT 1) after
) SELECT unit_id, unit_level FROM desk
""",
}


@dataclass(frozen=True, slots=True)
class _Move:
    """From a desk where nobody sits to the one that answers instead."""

    gone: Desk
    way: Route


def rehome_cases(at: dt.datetime) -> int:
    """Give each case, watch and letter of a desk that has nobody today to the desk that answers instead; give how many.

    A desk is gone when its last posting ended, it was closed or succeeded, or its area was merged away. The clock runs
    on, the step is the system's. What somebody works on this moment waits until their claim lapses. Where nothing has
    changed it asks for the desks alone, three statements whatever the number of cases.
    """
    today = local(at).date()
    moves = [_Move(desk, _way(desk, today)) for desk in _gone(today)]
    return sum(_rehome(move, at) for move in moves)


def _gone(today: dt.date) -> list[Desk]:
    with allow_cross_shard(_HERE):
        found = {(unit, level) for text in _DESKS.values() for unit, level in ask(text)}
    manned = every_staffed_desk(today) | {NATION}
    return sorted((Desk(u, DeskLevel(level)) for u, level in found if u not in manned), key=lambda d: str(d.unit_id))


def _way(desk: Desk, today: dt.date) -> Route:
    try:
        way = way_to(desk, today)
    except LookupError:
        way = Route(THE_NATION, RouteReason.REHOMED, ())
    return replace(way, why=RouteReason.REHOMED)


def _rehome(move: _Move, at: dt.datetime) -> int:
    unit, free = move.gone.unit_id, Q(claimed_until=None) | Q(claimed_until__lte=at)
    rows = CaseInbox.objects.filter(free, unit_id=unit, open=True).order_by("due_at", "id")
    done = sum(
        _watch(move, row_id, at) if watch else _case(move, ref, at)
        for row_id, ref, watch in rows.values_list("id", "ref", "watch")[:BATCH]
    )
    letters = CaseLetter.objects.filter(unit_id=unit, waiting=True).order_by("owed_at", "id")
    unheard = CaseInbox.objects.filter(unit_id=unit, open=False, untold_at__isnull=False).order_by("due_at", "id")
    past = [row for few in (letters, unheard) for row in few.values_list("contact_key", "case_id")[:BATCH]]
    return done + sum(_past(move, bytes(key), case_id, at) for key, case_id in past)


@transaction.atomic
def _case(move: _Move, ref: str, at: dt.datetime) -> int:
    held = hold(ref)
    row = held.inbox
    if row is None or row.unit_id != move.gone.unit_id or (row.claimed_until is not None and row.claimed_until > at):
        return 0
    move_case(held, move.way, by=SYSTEM, at=at, note="")
    _bring_along(held, move, at)
    case = held.case
    facts, subject = {"from": move.gone.level, "to": move.way.desk.level}, case.person_id or case.id
    write_line(by=SYSTEM, at=at, action="cases.rehome_case", subject_id=subject, object_id=case.id, facts=facts)
    return 1


def _bring_along(held: Held, move: _Move, at: dt.datetime) -> None:
    """Let the letters and the repeats go with a case, and tell everybody who may know of it where it lies."""
    carry_letter(held.case, move.gone.unit_id)
    tell(held.case, "PASSED", at)
    for repeat in near_repeats(held.case):
        old = repeat.unit_id
        follow_desk(repeat, held.case)
        repeat.save(force_update=True)
        carry_letter(repeat, old)
        tell(repeat, "PASSED", at)


@transaction.atomic
def _watch(move: _Move, row_id: UUID, at: dt.datetime) -> int:
    """Let the desk that answers instead watch a late case, unless it holds or watches it already."""
    rows = CaseInbox.objects.select_for_update().filter(unit_id=move.gone.unit_id, id=row_id, open=True, watch=True)
    row = rows.first()
    if row is None:
        return 0
    rows.update(open=False, ended_at=at, outcome="PASSED")
    there = CaseInbox(unit_id=move.way.desk.unit_id, unit_level=move.way.desk.level, watch=True, case_id=row.case_id)
    there.contact_key, there.ref, there.kind = row.contact_key, row.ref, row.kind
    there.recorded_at, there.due_at = row.recorded_at, row.due_at
    CaseInbox.objects.bulk_create([there], ignore_conflicts=True)
    return 1


@transaction.atomic
def _past(move: _Move, contact_key: bytes, case_id: UUID, at: dt.datetime) -> int:
    """Let what is over go too where its answer waits for the printer or was never heard: somebody has to say it."""
    case = Case.objects.select_for_update().get(contact_key=contact_key, id=case_id)
    if case.state not in OVER or case.unit_id != move.gone.unit_id:
        return 0
    old = CaseInbox.objects.filter(unit_id=case.unit_id, case_id=case.id, untold_at__isnull=False)
    untold_at = old.values_list("untold_at", flat=True).first()
    old.update(untold_at=None)
    case.unit_id, case.unit_level = move.way.desk.unit_id, move.way.desk.level
    case.save(force_update=True)
    put_inbox(case, move.way, areas_of_ladder(ladder_of_desk(move.way.desk, local(at).date())))
    CaseInbox.objects.filter(unit_id=case.unit_id, case_id=case.id, open=True).update(
        open=False, ended_at=at, outcome=MOVED, next_alarm_at=None, untold_at=untold_at
    )
    carry_letter(case, move.gone.unit_id)
    return 1


__all__ = ["rehome_cases"]
