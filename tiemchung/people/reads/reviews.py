"""Whose identity a desk has to review, and how many wait below an authority."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from tiemchung.core.actor import FACILITY_ROLES, Actor
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.people.models import Identifier, IdentityCheck
from tiemchung.people.reads.holders import Holder, current_persons, holders_of
from tiemchung.people.reads.identity import facts_of
from tiemchung.people.rules.identifiers import masked_tail
from tiemchung.people.rules.identity import HOME, IDENTITY_TRANSITIONS, REVIEWED, IdentityFacts, NumberFacts, begin_of
from tiemchung.people.rules.kinds import IdentityState, IdSystem

_DESK = "the list of a desk or an area lies with its persons; the index of desk or area answers"
_SETTLED = (IdentityState.MATCHED, IdentityState.NOT_APPLICABLE)
Place = tuple[dt.datetime, UUID]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One person whose identity is not settled: the four fields, the number masked, and what is known of them."""

    person_id: UUID
    full_name: str
    birth_date: dt.date
    birth_precision: str
    sex: str
    number_system: str
    number_shown: str
    state: IdentityState
    why: str
    since: dt.datetime | None
    confirmed_by: str
    minute_ref: str
    note: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Lines of a list, those that wait longest first, and the place after which it goes on."""

    lines: tuple[ReviewLine, ...]
    more: Place | None


@dataclass(frozen=True, slots=True)
class IdentityCount:
    """How many persons of an area stand in one state, and since when the oldest does."""

    area_id: UUID | None
    state: IdentityState
    persons: int
    oldest: dt.datetime


def _of_reader(by: Actor, before: Iterable[UUID] = ()) -> QuerySet[IdentityCheck]:
    """Give the open checks that this member of staff works on: the facility's own, or those of the scope's areas.

    `before` are facilities for which the reader's answers since they closed.
    """
    unsettled = IdentityCheck.objects.filter(~Q(state__in=_SETTLED))
    if by.everywhere:
        return unsettled
    if by.role in FACILITY_ROLES:
        own = [by.facility_id, *before] if by.facility_id else []
        return unsettled.filter(facility_id__in=own) if own else unsettled.none()
    return unsettled.filter(area_id__in=list(by.area_ids)) if by.is_staff else unsettled.none()


def reviews_of(
    by: Actor,
    *,
    state: IdentityState | None = None,
    limit: int = 25,
    after: Place | None = None,
    before: Iterable[UUID] = (),
) -> ReviewPage:
    """Give the persons of the reader's desk whose identity has to be reviewed, or those in one of these states.

    `before` are facilities for which the reader's answers since they closed: their reviews are its own now.

    Whoever asks shows them, so the caller counts them as seen and notes the look.
    """
    rows = _of_reader(by, before).filter(state__in=[state] if state in REVIEWED else list(REVIEWED))
    if after is not None:
        rows = rows.filter(Q(since__gt=after[0]) | Q(since=after[0], person_id__gt=after[1]), since__gte=after[0])
    with allow_cross_shard(_DESK):
        found = list(rows.order_by("since", "person_id")[: limit + 1])
    more = (found[limit - 1].since, found[limit - 1].person_id) if len(found) > limit else None
    return ReviewPage(_lines(found[:limit]), more)


def review_of(person_id: UUID) -> ReviewLine:
    """Give one person's line, unscoped: the caller has opened the person; raise NotFound for nobody.

    Whom nobody has looked at yet stands where a look would put them, since no moment.
    """
    root = current_persons([person_id])[person_id]
    rows = list(IdentityCheck.objects.filter(person_id=root))
    return _lines(rows or [IdentityCheck(person_id=root, state="")])[0]


def identity_counts(by: Actor, *, before: Iterable[UUID] = ()) -> tuple[IdentityCount, ...]:
    """Give how many unsettled checks there are in the reader's scope, by area of capture and state.

    `before` as in `reviews_of`.
    """
    with allow_cross_shard(_DESK):
        found = _of_reader(by, before).values_list("area_id", "state")
        rows = list(found.annotate(n=Count("id"), oldest=Min("since")).order_by())
    return tuple(IdentityCount(area, IdentityState(state), n, oldest) for area, state, n, oldest in rows)


def _lines(rows: Sequence[IdentityCheck]) -> tuple[ReviewLine, ...]:
    holders = holders_of(row.person_id for row in rows)
    current = {row.person_id: holders[row.person_id] for row in rows if row.person_id in holders}
    facts = facts_of({p: holder for p, holder in current.items() if holder.person_id == p}).facts
    tails, books = _tails(one.number for one in facts.values() if one.number), _books(current)
    return tuple(
        _line(row, current[row.person_id], facts[row.person_id], tails, books)
        for row in rows
        if row.person_id in facts
    )


def _books(current: Mapping[UUID, Holder]) -> dict[UUID, str]:
    """Give the number of a foreigner's passport book, masked, by person."""
    foreign = {person: holder for person, holder in current.items() if holder.nationality != HOME}
    owners = {profile: person for person, holder in foreign.items() for profile in holder.profile_ids}
    if not owners:
        return {}
    found = Identifier.objects.filter(
        profile_id__in=list(owners), system=IdSystem.PASSPORT, valid_to__isnull=True
    ).order_by("created_at")
    return {owners[profile]: masked_tail(tail) for profile, tail in found.values_list("profile_id", "tail")}


def _tails(numbers: Iterable[NumberFacts]) -> dict[str, str]:
    places = {number.row_id.split("/")[1]: number.row_id for number in numbers}
    profiles = {row_id.split("/")[0] for row_id in places.values()}
    rows = Identifier.objects.filter(profile_id__in=profiles, id__in=places).values_list("id", "tail")
    return {places[str(row_id)]: masked_tail(tail) for row_id, tail in rows}


def _line(
    row: IdentityCheck, holder: Holder, facts: IdentityFacts, tails: dict[str, str], books: dict[UUID, str]
) -> ReviewLine:
    number, (step, why), book = facts.number, begin_of(facts), books.get(row.person_id, "")
    system, shown = (number.system, tails.get(number.row_id, "")) if number else (str(IdSystem.PASSPORT), book)
    return ReviewLine(
        person_id=row.person_id,
        full_name=holder.full_name,
        birth_date=holder.birth_date,
        birth_precision=holder.birth_precision,
        sex=holder.sex,
        number_system=system if shown else "",
        number_shown=shown,
        state=IdentityState(row.state or IDENTITY_TRANSITIONS[None, step]),
        why=row.why if row.state else why,
        since=row.since,
        confirmed_by=row.confirmed_by,
        minute_ref=row.minute_ref,
        note=row.note,
    )
