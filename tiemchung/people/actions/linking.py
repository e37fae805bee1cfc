"""Two profiles of one person are joined by a decision, and parted again: edges open and close, no row
moves.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.once import once
from tiemchung.core.verdict import Reason, Refused, Severity, Verdict, refuse
from tiemchung.people.actions.sighting import demand, demand_reason, seen_person
from tiemchung.people.models import Identifier, Person, PersonChange, PersonLink, PersonNonLink, Profile
from tiemchung.people.reads import NotFound, current_persons
from tiemchung.people.rules.identifiers import vouches
from tiemchung.people.rules.links import LinkSide, may_join, may_link, persons_of

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Linked:
    """The decision's id, with which it is undone, and what the clerk was warned of."""

    link_id: UUID
    person_id: UUID
    warnings: tuple[Reason, ...]


def link_profiles(
    *, by: Actor, at: dt.datetime, key: str, keep_person: UUID, join_person: UUID, because: str
) -> Linked:
    """Make two persons one: every profile of `join_person` belongs to `keep_person` from now on.

    Raises NotFound unless the actor may see both, and Refused with PEOPLE_NOT_ALLOWED,
    PEOPLE_REASON_REQUIRED, LINK_SAME_PERSON, LINK_TWO_NUMBERS, LINK_FORBIDDEN or LINK_TOO_MANY. Asked again
    with `key`, it answers the same.
    """
    demand(may_join(by))
    ask = {"by": by.id, "keep": keep_person, "join": join_person}
    answer = once(key, "people.link_profiles", ask, at, lambda: _link(by, at, keep_person, join_person, because))
    warnings = tuple(Reason(code, Severity.WARN) for code in answer["warnings"])
    return Linked(UUID(answer["link_id"]), UUID(answer["person_id"]), warnings)


def _link(by: Actor, at: dt.datetime, keep_id: UUID, join_id: UUID, because: str) -> dict[str, object]:
    for person_id in (keep_id, join_id):
        seen_person(by, at, person_id)
    nodes = _lock_groups([keep_id, join_id])
    now = current_persons([keep_id, join_id])
    keep, join = (_side(now[person_id], nodes) for person_id in (keep_id, join_id))
    verdict = may_link(keep, join, _forbidden_among(nodes), because)
    verdict.or_raise()
    link = PersonLink(
        profile_id=join.person_id, person_id=keep.person_id, valid_from=at, decided_by=by.id, because=because
    )
    link.save(force_insert=True)
    _fold(nodes)
    _tell(nodes, "JOINED", at)
    write_line(
        by=by,
        at=at,
        action="people.link_profiles",
        subject_id=keep.person_id,
        object_id=link.id,
        because=because,
        verdict=verdict,
        facts={"joined": str(join.person_id)},
    )
    codes = [r.code for r in verdict.warnings]
    return {"link_id": str(link.id), "person_id": str(keep.person_id), "warnings": codes}


@transaction.atomic
def undo_link(*, by: Actor, at: dt.datetime, profile_id: UUID, link_id: UUID, because: str) -> None:
    """Take one decision back, whatever was decided since; twice changes nothing.

    `profile_id` is the joined person's own id. What was joined to it later goes with it, as if the decision
    had never been. Raises NotFound, and Refused with PEOPLE_NOT_ALLOWED or PEOPLE_REASON_REQUIRED.
    """
    demand(may_join(by))
    demand_reason(because)
    seen_person(by, at, profile_id)
    link = PersonLink.objects.filter(profile_id=profile_id, id=link_id).first()
    if link is None:
        raise NotFound
    nodes = _lock_groups([profile_id])
    ended = PersonLink.objects.filter(profile_id=profile_id, id=link_id, valid_to__isnull=True).update(
        valid_to=at, ended_by=by.id, ended_because=because
    )
    if ended:
        _fold(nodes)
        _tell(nodes, "PARTED", at)
        write_line(
            by=by,
            at=at,
            action="people.undo_link",
            subject_id=link.person_id,
            object_id=link_id,
            because=because,
            facts={"parted": str(profile_id)},
        )


@transaction.atomic
def forbid_link(*, by: Actor, at: dt.datetime, one: UUID, other: UUID, because: str) -> UUID:
    """Note that two profiles are two people and must never be joined; an open note is given again.

    Raises NotFound, and Refused with PEOPLE_NOT_ALLOWED, PEOPLE_REASON_REQUIRED, or LINK_SAME_PERSON while
    they are joined.
    """
    demand(may_join(by))
    demand_reason(because)
    for profile_id in (one, other):
        seen_person(by, at, profile_id)
    _lock_groups([one, other])
    if len(set(current_persons([one, other]).values())) < 2:
        raise Refused(refuse("LINK_SAME_PERSON"))
    low, high = sorted((one, other))
    known = PersonNonLink.objects.filter(profile_id=low, other_id=high, valid_to__isnull=True).first()
    if known is not None:
        return known.id
    row = PersonNonLink(profile_id=low, other_id=high, valid_from=at, decided_by=by.id, because=because)
    row.save(force_insert=True)
    write_line(by=by, at=at, action="people.forbid_link", subject_id=low, object_id=row.id, because=because)
    return row.id


def _tell(nodes: list[UUID], kind: str, at: dt.datetime) -> None:
    PersonChange.objects.bulk_create(PersonChange(profile_id=node, kind=kind, at=at) for node in nodes)


def _lock_groups(ids: Iterable[UUID]) -> list[UUID]:
    """Lock the Person rows of everybody who is joined with these, in one order, and give all their ids."""
    wanted = list(ids)
    for _ in range(_TRIES):
        expected = _group(wanted)
        rows = Person.objects.select_for_update().filter(id__in=expected).order_by("id")
        locked = {row.id for row in rows}
        if locked == _group(wanted):  # nobody joined or parted while we waited
            return sorted(locked)
    raise Refused(Verdict((Reason("PEOPLE_BUSY"),)))


def _group(ids: Iterable[UUID]) -> set[UUID]:
    roots = set(current_persons(ids).values())
    joined = Person.objects.filter(id__in=roots).values_list("joined_ids", flat=True)
    return roots | {UUID(profile_id) for some in joined for profile_id in some}


def _fold(nodes: list[UUID]) -> None:
    """Write into the Person rows what the open edges say; they say nothing else."""
    open_edges = PersonLink.objects.filter(profile_id__in=nodes, valid_to__isnull=True)
    edges = dict(open_edges.values_list("profile_id", "person_id"))
    for root, group in persons_of(nodes, edges).items():
        Person.objects.filter(id=root).update(person_id=root, joined_ids=[str(p) for p in group[1:]])
        if group[1:]:
            Person.objects.filter(id__in=group[1:]).update(person_id=root, joined_ids=[])


def _side(person_id: UUID, nodes: list[UUID]) -> LinkSide:
    members = [person_id, *map(UUID, Person.objects.values_list("joined_ids", flat=True).get(id=person_id))]
    numbers = Identifier.objects.filter(profile_id__in=members, valid_to__isnull=True)
    facts = Profile.objects.filter(id__in=members).values_list("birth_date", "birth_precision", "sex")
    return LinkSide(
        person_id=person_id,
        profile_ids=frozenset(members),
        numbers=frozenset(bytes(n.value_index) for n in numbers if vouches(n.system, n.state)),
        births=frozenset(f"{precision}:{birth}" for birth, precision, _ in facts),
        sexes=frozenset(sex for _, _, sex in facts if sex != "UNKNOWN"),
    )


def _forbidden_among(nodes: list[UUID]) -> list[tuple[UUID, UUID]]:
    pairs = PersonNonLink.objects.filter(Q(valid_to__isnull=True), profile_id__in=nodes, other_id__in=nodes)
    return list(pairs.values_list("profile_id", "other_id"))
