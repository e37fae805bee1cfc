"""Printing what a desk owes on paper: one letter, or all that wait; each print is kept with its author."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.cases.actions.desk import subject_of
from tiemchung.cases.models import Case, CaseLetter, LetterPrint
from tiemchung.cases.reads.desks import desk_of_actor
from tiemchung.cases.rules import MOST_A_RUN, Desk
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_lines
from tiemchung.core.ids import new_id
from tiemchung.core.once import once
from tiemchung.core.verdict import Refused, refuse


def print_waiting(*, by: Actor, at: dt.datetime, key: str) -> UUID | None:
    """Print every letter of the actor's desk that waits, the oldest MOST_A_RUN of them; give the run, None for none.

    Two who ask at once never print one letter twice. Raises Refused with CASE_NO_DESK.
    """
    desk = _desk(by, at)

    def act() -> dict[str, Any]:
        rows = CaseLetter.objects.select_for_update(skip_locked=True).filter(unit_id=desk.unit_id, waiting=True)
        return _printed(desk, list(rows.order_by("owed_at", "id")[:MOST_A_RUN]), by, at)

    return _run(key, {"by": by.id, "letters": "waiting"}, at, act)


def print_letter(*, by: Actor, at: dt.datetime, key: str, letter_id: UUID) -> UUID:
    """Print one letter of the actor's desk, also one that was printed before; give the run.

    Raises Refused with CASE_NO_DESK or NO_SUCH_CASE: no letter of this desk, or its case went to another one.
    """
    desk = _desk(by, at)

    def act() -> dict[str, Any]:
        rows = CaseLetter.objects.select_for_update().filter(unit_id=desk.unit_id, id=letter_id)
        return _printed(desk, list(rows), by, at)

    run = _run(key, {"by": by.id, "letters": letter_id}, at, act)
    if run is None:
        raise Refused(refuse("NO_SUCH_CASE"))
    return run


def _desk(by: Actor, at: dt.datetime) -> Desk:
    desk = desk_of_actor(by, at)
    if desk is None:
        raise Refused(refuse("CASE_NO_DESK"))
    return desk


def _run(key: str, ask: dict[str, Any], at: dt.datetime, act: Any) -> UUID | None:
    with transaction.atomic():
        run = once(key, "cases.print_letters", ask, at, act)["run"]
    return UUID(run) if run else None


def _printed(desk: Desk, rows: Sequence[CaseLetter], by: Actor, at: dt.datetime) -> dict[str, Any]:
    """Keep one run with its author and give its name; what the desk holds no more is left out."""
    found = Case.objects.filter(contact_key__in=[r.contact_key for r in rows], id__in=[r.case_id for r in rows])
    held = {case.id: case for case in found if case.unit_id == desk.unit_id}
    mine, run = [row for row in rows if row.case_id in held], new_id()
    CaseLetter.objects.filter(unit_id=desk.unit_id, id__in=[row.id for row in rows]).update(waiting=False)
    if not mine:
        return {"run": ""}
    LetterPrint.objects.bulk_create(
        LetterPrint(unit_id=desk.unit_id, run_id=run, letter_id=row.id, at=at, by_id=by.id, by_name=by.name)
        for row in mine
    )
    ids = [row.id for row in mine]
    CaseLetter.objects.filter(unit_id=desk.unit_id, id__in=ids).update(printed_at=at)
    about = [(subject_of(held[row.case_id]), row.id, {"ref": row.ref}) for row in mine]
    write_lines(by=by, at=at, action="cases.print_letters", about=about)
    return {"run": str(run)}
