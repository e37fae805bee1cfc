"""Which open cases are about a person's doses: what a card says beside each dose."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.models import Case, CaseByPerson
from tiemchung.cases.rules import OPEN, CaseState, Desk, DeskLevel
from tiemchung.core.actor import Actor, Kind

_MOST = 50


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One case that is being answered: what it is about, by whom and by when."""

    ref: str
    kind: str
    state: CaseState
    dose_id: UUID | None
    desk: Desk
    due_at: dt.datetime


def open_about(by: Actor, profile_ids: Iterable[UUID]) -> tuple[OpenCase, ...]:
    """Give the open cases about a person of these profiles, due first, to their citizen; two statements.

    Everybody else gets none.
    """
    ids = list(profile_ids)
    if by.kind is not Kind.CITIZEN or by.person_ids.isdisjoint(ids):
        return ()
    places = list(CaseByPerson.objects.filter(person_id__in=ids).order_by("-id")[:_MOST])
    if not places:
        return ()
    rows = Case.objects.filter(
        contact_key__in=[place.contact_key for place in places],
        id__in=[place.case_id for place in places],
        state__in=[*OPEN, CaseState.JOINED],
    )
    found = (
        OpenCase(r.ref, r.kind, CaseState(r.state), r.dose_id, Desk(r.unit_id, DeskLevel(r.unit_level)), r.due_at)
        for r in rows
    )
    return tuple(sorted(found, key=lambda case: (case.due_at, case.ref)))
