"""The letters that a desk owes or has printed: its list without names, and one run of the printer with all it says."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from tiemchung.cases.models import Case, CaseLetter, CaseStep, LetterPrint
from tiemchung.cases.reads.desks import desk_of_actor
from tiemchung.cases.reads.queue import CEILING, Place
from tiemchung.cases.rules import Desk, DeskLevel
from tiemchung.cases.sealed import open_claim, open_text
from tiemchung.cases.values import LetterFile, LetterLine, LetterList, PrintRun
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Refused, refuse

Key = tuple[UUID, int]  # a case and the number of one of its steps
# Up to CEILING, as the desk's other counts; one walk along the index of what waits.
_WAITING = "SELECT count(*) FROM (SELECT FROM cases_caseletter WHERE unit_id = %s AND waiting LIMIT %s) few"


def letters_waiting(by: Actor, at: dt.datetime, *, limit: int = 50, after: Place | None = None) -> LetterList:
    """Give the letters of the actor's desk that nobody has printed yet, the oldest first; two statements.

    `after` reads on from where `more` pointed. Raises Refused with CASE_NO_DESK for who sits at none.
    """
    desk = _desk(by, at)
    rows = CaseLetter.objects.filter(unit_id=desk.unit_id, waiting=True).order_by("owed_at", "id")
    if after is not None:
        rows = rows.filter(Q(owed_at__gt=after[0]) | Q(owed_at=after[0], id__gt=after[1]), owed_at__gte=after[0])
    found = list(rows[: limit + 1])
    more = (found[limit - 1].owed_at, found[limit - 1].id) if len(found) > limit else None
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, (desk.unit_id, CEILING))
        (waiting,) = cursor.fetchone()
    return LetterList(desk, tuple(_line(row, []) for row in found[:limit]), waiting, more)


def letters_printed(by: Actor, at: dt.datetime, *, limit: int = 50) -> tuple[LetterLine, ...]:
    """Give the letters that the actor's desk printed last, newest first, with who printed them and how often.

    Raises Refused with CASE_NO_DESK.
    """
    desk = _desk(by, at)
    rows = CaseLetter.objects.filter(unit_id=desk.unit_id, printed_at__isnull=False)
    return _with_prints(desk, rows.order_by("-printed_at", "-id")[:limit])


def letter_of_case(by: Actor, at: dt.datetime, case_id: UUID) -> LetterLine | None:
    """Give the newest letter of this case that the actor's own desk owes or has printed; None for every other desk."""
    desk = desk_of_actor(by, at)
    if desk is None:
        return None
    rows = CaseLetter.objects.filter(unit_id=desk.unit_id, case_id=case_id)
    return next(iter(_with_prints(desk, rows.order_by("-step")[:1])), None)


def print_run(by: Actor, at: dt.datetime, run_id: UUID) -> PrintRun | None:
    """Give one run of the actor's own desk with every letter in it, the oldest first; four statements.

    Letters of cases that went to another desk since are only counted. None for a run of any other desk.
    """
    desk = desk_of_actor(by, at)
    if desk is None:
        return None
    prints = list(LetterPrint.objects.filter(unit_id=desk.unit_id, run_id=run_id))
    if not prints:
        return None
    ids = [one.letter_id for one in prints]
    rows = list(CaseLetter.objects.filter(unit_id=desk.unit_id, id__in=ids).order_by("owed_at", "id"))
    letters = _files(rows)
    return PrintRun(run_id, prints[0].at, prints[0].by_name, letters, len(rows) - len(letters))


def _files(rows: list[CaseLetter]) -> tuple[LetterFile, ...]:
    keys, ids = [row.contact_key for row in rows], [row.case_id for row in rows]
    cases = {case.id: case for case in Case.objects.filter(contact_key__in=keys, id__in=ids)}
    numbers = {row.step for row in rows}
    found = CaseStep.objects.filter(contact_key__in=keys, case_id__in=ids, number__in=numbers)
    steps: dict[Key, CaseStep] = {(step.case_id, step.number): step for step in found}
    held = [row for row in rows if cases[row.case_id].unit_id == row.unit_id]
    return tuple(_file(row, cases[row.case_id], steps[row.case_id, row.step]) for row in held)


def _file(row: CaseLetter, case: Case, step: CaseStep) -> LetterFile:
    return LetterFile(
        letter_id=row.id,
        case_id=case.id,
        person_id=case.person_id,
        language=case.language,
        what=row.what,
        ref=case.ref,
        kind=case.kind,
        desk=Desk(row.unit_id, DeskLevel(row.unit_level)),
        claim=open_claim(case.id, case.sealed_claim),
        recorded_at=case.recorded_at,
        due_at=case.due_at,
        said=open_text(step.id, step.sealed_text),
        refusal=step.code if row.what == "REFUSED" else "",
    )


def _with_prints(desk: Desk, letters: Iterable[CaseLetter]) -> tuple[LetterLine, ...]:
    rows = list(letters)
    if not rows:
        return ()
    prints: dict[UUID, list[Any]] = {row.id: [] for row in rows}
    for one in LetterPrint.objects.filter(unit_id=desk.unit_id, letter_id__in=list(prints)).order_by("at", "id"):
        prints[one.letter_id].append(one)
    return tuple(_line(row, prints[row.id]) for row in rows)


def _line(row: CaseLetter, prints: list[LetterPrint]) -> LetterLine:
    last = prints[-1].by_name if prints else ""
    return LetterLine(
        row.id, row.ref, row.kind, row.what, row.owed_at, row.waiting, len(prints), row.printed_at, last
    )  # fmt: skip


def _desk(by: Actor, at: dt.datetime) -> Desk:
    desk = desk_of_actor(by, at)
    if desk is None:
        raise Refused(refuse("CASE_NO_DESK"))
    return desk
