"""What decides who may see whom, loaded in a fixed number of statements."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from tiemchung.access import actions as access
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people.models import LookPermit, Person, Profile
from tiemchung.people.reads import NotFound
from tiemchung.people.rules.kinds import PermitWhy
from tiemchung.people.rules.sight import Sighted, may_see

SHIFT = dt.timedelta(hours=12)


def sighted_all(by: Actor, at: dt.datetime, person_ids: Iterable[UUID]) -> dict[UUID, Sighted]:
    """Give the facts for each current person in three statements; unknown ids are left out."""
    rows = Person.objects.filter(id__in=set(person_ids)).values_list("id", "joined_ids")
    groups = {root: [root, *map(UUID, joined)] for root, joined in rows}
    every = [profile_id for group in groups.values() for profile_id in group]
    at_home = {p[0]: p[1:] for p in Profile.objects.filter(id__in=every).values_list("id", "area_id", "facility_id")}
    permits: set[UUID] = set()
    if by.id is not None:
        held = LookPermit.objects.filter(person_id__in=every, actor_id=by.id, valid_from__lte=at, valid_to__gt=at)
        permits = set(held.values_list("person_id", flat=True))
    return {root: _sighted(root, group, at_home, permits) for root, group in groups.items()}


def _sighted(
    root: UUID, group: list[UUID], at_home: Mapping[UUID, tuple[UUID | None, UUID | None]], permits: set[UUID]
) -> Sighted:
    places = [at_home[profile_id] for profile_id in group if profile_id in at_home]
    return Sighted(
        person_id=root,
        area_ids=frozenset(area for area, _ in places if area),
        facility_ids=frozenset(facility for _, facility in places if facility),
        permitted=not permits.isdisjoint(group),
    )


def seen_person(by: Actor, at: dt.datetime, profile_id: UUID) -> Sighted:
    """Give the facts of the person that this profile is now, for an actor who may see it.

    Raises NotFound alike for who does not exist and for who may not be seen.
    """
    root = Person.objects.filter(id=profile_id).values_list("person_id", flat=True).first()
    person = sighted_all(by, at, [root]).get(root) if root else None
    if person is None or not may_see(by, person):
        raise NotFound
    return person


def demand(allowed: bool) -> None:
    """Raise Refused with PEOPLE_NOT_ALLOWED unless the role's rule said yes."""
    if not allowed:
        raise Refused(refuse("PEOPLE_NOT_ALLOWED"))


def demand_reason(because: str) -> None:
    """Raise Refused with PEOPLE_REASON_REQUIRED for a blank reason."""
    if not because.strip():
        raise Refused(refuse("PEOPLE_REASON_REQUIRED"))


def note_seen(*, by: Actor, at: dt.datetime, person_ids: Iterable[UUID]) -> None:
    """Count persons about to be shown against the actor's day, and ring where one of them is a canary.

    Asked after the scope and before anything is shown. Raises Refused with SEEN_TOO_MANY.
    """
    shown = list(person_ids)
    if shown:
        access.count_seen(by=by, at=at, person_ids=shown)
        access.touch_canaries(by=by, at=at, person_ids=shown)


def permit_look(*, by: Actor, at: dt.datetime, person_ids: Iterable[UUID], why: PermitWhy) -> None:
    """Let this actor open these persons until the shift ends."""
    if by.id is None:
        return
    LookPermit.objects.bulk_create(
        LookPermit(person_id=person_id, actor_id=by.id, why=why, valid_from=at, valid_to=at + SHIFT)
        for person_id in person_ids
    )


def permit_case(*, by: Actor, at: dt.datetime, person_id: UUID) -> None:
    """Let whoever took a report of this person, proved to be theirs, open them until the shift ends.

    Who lives far away reports to the facility that gave the dose; without this nobody there could set it right. One
    permit serves a shift, and none is given to who sees the person anyway.
    """
    _permit_unseen(by, at, person_id, PermitWhy.CASE)


def permit_work(*, by: Actor, at: dt.datetime, person_id: UUID) -> None:
    """Let whoever takes up work about this person that lies with their own facility open them until the shift ends.

    The caller has found that work: a dose of the facility's own which only its book can verify, say. Whoever has no
    number on record could not be found by it. Granted as `permit_case` is, and the grant stays on record.
    """
    if _permit_unseen(by, at, person_id, PermitWhy.WORK):
        write_line(by=by, at=at, action="people.permit_work", subject_id=person_id)


def _permit_unseen(by: Actor, at: dt.datetime, person_id: UUID, why: PermitWhy) -> bool:
    root = Person.objects.filter(id=person_id).values_list("person_id", flat=True).first()
    person = sighted_all(by, at, [root]).get(root) if root else None
    if person is None or may_see(by, person):
        return False
    permit_look(by=by, at=at, person_ids=[person.person_id], why=why)
    return True
