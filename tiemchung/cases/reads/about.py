"""The cases of a citizen as a list and a card tell them: no steps, few statements however many they are."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.models import Case, CaseByPerson
from tiemchung.cases.reads.following import shown_with, state_shown
from tiemchung.cases.rules import OPEN, CaseState, Desk, DeskLevel
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.rows import rows

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
    found = (  # a repeat as if it were alone: whose it follows is not for everybody
        OpenCase(r.ref, r.kind, state_shown(r, r), r.dose_id, Desk(r.unit_id, DeskLevel(r.unit_level)), r.due_at)
        for r in rows
    )
    return tuple(sorted(found, key=lambda case: (case.due_at, case.ref)))


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One case as its reporter's list shows it; `contact_key` is that of the phone that reported."""

    ref: str
    contact_key: bytes
    kind: str
    state: CaseState
    desk: Desk
    recorded_at: dt.datetime
    due_at: dt.datetime
    settled_at: dt.datetime | None
    person_id: UUID | None


def cases_listed(by: Actor, contact_key: bytes, profile_ids: Iterable[UUID]) -> tuple[ListedCase, ...]:
    """Give the cases that this proved phone reported and those about these profiles, newest first; four statements.

    A repeat has the desk and the due time of the case that it follows, if its reporter may know of it. Of profiles that
    are not this citizen's, none.
    """
    ids = list(profile_ids)
    mine = list(Case.objects.filter(contact_key=contact_key).order_by("-recorded_at", "-id")[:_MOST])
    places: list[CaseByPerson] = []
    if by.kind is Kind.CITIZEN and not by.person_ids.isdisjoint(ids):
        places = list(CaseByPerson.objects.filter(person_id__in=ids).order_by("-id")[:_MOST])
    others = _at((bytes(place.contact_key), place.case_id) for place in places)
    return _listed_all({row.id: row for row in (*others, *mine)}.values())


def cases_beside(by: Actor, person_id: UUID, case_id: UUID, *, limit: int = 20) -> tuple[ListedCase, ...]:
    """Give the other cases about the person of this one, newest first; one statement where there are none.

    To staff who hold the case, and to the person's citizen. A repeat has the desk of the case that it follows.
    """
    if by.kind is Kind.CITIZEN and person_id not in by.person_ids:
        return ()
    places = rows(CaseByPerson, "person_id = %s ORDER BY id DESC LIMIT %s", person_id, limit)
    return _listed_all(_at((bytes(place.contact_key), place.case_id) for place in places if place.case_id != case_id))


def _at(places: Iterable[tuple[bytes, UUID]]) -> list[Case]:
    wanted = set(places)
    if not wanted:
        return []
    rows = Case.objects.filter(contact_key__in={key for key, _ in wanted}, id__in={number for _, number in wanted})
    return [row for row in rows if (bytes(row.contact_key), row.id) in wanted]


def _listed_all(rows: Collection[Case]) -> tuple[ListedCase, ...]:
    followed = ((bytes(row.lead_contact or b""), row.lead_id) for row in rows if row.lead_id)
    leads = {lead.id: lead for lead in _at(followed)}
    listed = [_listed(row, shown_with(row, leads)) for row in rows]
    return tuple(sorted(listed, key=lambda case: (case.recorded_at, case.ref), reverse=True))


def _listed(row: Case, lead: Case) -> ListedCase:
    return ListedCase(
        ref=row.ref,
        contact_key=bytes(row.contact_key),
        kind=row.kind,
        state=state_shown(row, lead),
        desk=Desk(lead.unit_id, DeskLevel(lead.unit_level)),
        recorded_at=row.recorded_at,
        due_at=lead.due_at,
        settled_at=row.settled_at,
        person_id=row.person_id,
    )
