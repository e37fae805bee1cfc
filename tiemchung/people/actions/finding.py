"""Finding people: by name at home, by exact number or phone wherever the role allows; each search leaves a
line.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look, write_line
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.outbox import contact_key
from tiemchung.core.text import tone_key
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people.actions.opening import demand_purpose
from tiemchung.people.actions.sighting import note_seen, permit_look, sighted_all
from tiemchung.people.models import ContactPhone, Identifier, NameBirthKey, Profile, ProfilePhone
from tiemchung.people.reads import current_persons
from tiemchung.people.reads.keys import name_birth_index, own_index, profiles_with
from tiemchung.people.rules.identifiers import masked_tail
from tiemchung.people.rules.kinds import PermitWhy
from tiemchung.people.rules.names import name_key, same_name
from tiemchung.people.rules.phones import mask_phone
from tiemchung.people.rules.scans import ScannedCard
from tiemchung.people.rules.searches import Query, birth_fits, has_whole_birth, understood
from tiemchung.people.rules.sight import (
    may_search_by_name,
    may_search_by_number,
    may_see,
    searches_nationwide,
)

CEILING = 200  # rows one index walk may bring; a search that needs more is too wide for a person's eyes
MAX_SHOWN = 50


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One person in a list, with just enough to tell them from the next."""

    person_id: UUID
    full_name: str
    birth_date: dt.date
    birth_precision: str
    sex: str
    area_id: UUID | None
    address_text: str
    number_shown: str
    phone_shown: str
    profile_count: int


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """What a search shows; `narrowed` says that there are more, and the text should say more.

    `card` is what a scanned code says, for filling in a form; it proves nothing.
    """

    lines: tuple[FoundLine, ...]
    total_shown: int
    narrowed: bool
    card: ScannedCard | None = None


def find_people(*, by: Actor, at: dt.datetime, text: str, purpose: str, limit: int = 20) -> FoundPeople:
    """Find people by name (accents or not, a birth date may follow), number, phone or scanned code.

    A name finds only within the actor's areas and facility. An exact number or phone, or a full name with its whole
    birth date, finds across the country for those who have the citizen before them, who may then open the person for
    the shift. The search is kept by its kind, never by its text, and each person shown counts against the day's
    budget and as looked at. Raises Refused with SEARCH_NOT_ALLOWED, SEARCH_NAME_NOT_ALLOWED, SEARCH_TOO_SHORT,
    SEARCH_TOO_LONG, PURPOSE_REQUIRED, SEEN_TOO_MANY or the scan's reason.
    """
    if not may_search_by_number(by):
        raise Refused(refuse("SEARCH_NOT_ALLOWED"))
    demand_purpose(purpose)
    query = understood(text)
    query.verdict.or_raise()
    found = _found(by, query)
    lines, more = _lines(by, at, query, found, min(limit, MAX_SHOWN))
    shown = [line.person_id for line in lines]
    # Before the transaction: a budget that is used up has to ring although nothing else is kept.
    note_seen(by=by, at=at, person_ids=shown)
    with transaction.atomic():
        if found.why is not None:
            called = found.anywhere & set(shown)
            permit_look(by=by, at=at, person_ids=sorted(called), why=found.why)
        write_line(
            by=by,
            at=at,
            action="people.find_people",
            subject_id=by.id or UUID(int=0),
            because=purpose,
            facts={"kind": query.kind, "shown": len(shown), "narrowed": found.cut or more},
        )
        note_look(by=by, at=at, action="people.find_people", subject_ids=shown, purpose=purpose)
    return FoundPeople(lines, len(lines), found.cut or more, query.card)


@dataclass(slots=True)
class _Found:
    """Profiles that fit, whether there are more, and the persons shown wherever they live, with the reason."""

    profiles: list[Profile]
    cut: bool = False
    anywhere: frozenset[UUID] = frozenset()
    why: PermitWhy | None = None


def _found(by: Actor, query: Query) -> _Found:
    if query.numbers or query.phone:
        profiles, cut = _by_number(query)
        why = PermitWhy.NUMBER if query.numbers else PermitWhy.PHONE
        return _nationwide(profiles, cut, why) if searches_nationwide(by) else _Found(profiles, cut)
    exact = searches_nationwide(by) and has_whole_birth(query)
    if not (exact or may_search_by_name(by)):
        raise Refused(refuse("SEARCH_NAME_NOT_ALLOWED"))
    home, cut = _by_name(by, query) if may_search_by_name(by) else ([], False)
    if not exact:
        return _Found(home, cut)
    found = _nationwide(_by_name_and_birth(query), False, PermitWhy.NAME_BIRTH)
    known = {profile.id for profile in found.profiles}
    found.profiles += [profile for profile in home if profile.id not in known]
    found.cut = cut
    return found


def _nationwide(profiles: list[Profile], cut: bool, why: PermitWhy) -> _Found:
    persons = frozenset(current_persons(profile.id for profile in profiles).values())
    return _Found(profiles, cut, persons, why)


def _by_name_and_birth(query: Query) -> list[Profile]:
    """Give who has this very name, with marks as typed or without any, and this very birth date."""
    if query.birth_date is None:
        return []
    index = name_birth_index(name_key(query.name), query.birth_date, query.birth_precision)
    ids = NameBirthKey.objects.filter(value_index=index).values_list("profile_id", flat=True)[:CEILING]
    rows = Profile.objects.filter(id__in=list(ids), birth_date=query.birth_date, birth_precision=query.birth_precision)
    return [row for row in rows if same_name(query.name, row.full_name)]


def _by_name(by: Actor, query: Query) -> tuple[list[Profile], bool]:
    """Walk the indexes of area and facility; a bitmap of each is cheap, a scan of the table never happens."""
    key = name_key(query.name)
    words = key.split()
    shapes = [Q(name_key__startswith=key), Q(name_back__startswith=" ".join(reversed(words)))]
    if len(words) == 2:  # family and given name, the middle left out
        shapes.append(Q(name_key__startswith=f"{words[0]} ", name_back__startswith=f"{words[1]} "))
    homes = [Q(area_id__in=by.area_ids)] if by.area_ids else []
    if by.facility_id is not None:
        homes.append(Q(facility_id=by.facility_id))
    found: dict[UUID, Profile] = {}
    cut = False
    with allow_cross_shard("a name lies wherever its profile does; the index narrows each shard to one area"):
        for home in homes:
            for shape in shapes:
                rows = list(Profile.objects.filter(home, shape, _birth_range(query))[:CEILING])
                cut = cut or len(rows) == CEILING
                found |= {row.id: row for row in rows}
    return [p for p in found.values() if birth_fits(query, p.birth_date, p.birth_precision)], cut


def _birth_range(query: Query) -> Q:
    if query.birth_date is None:
        return Q()
    year = query.birth_date.year
    return Q(birth_date__gte=dt.date(year, 1, 1), birth_date__lte=dt.date(year, 12, 31))


def _by_number(query: Query) -> tuple[list[Profile], bool]:
    found = set(profiles_with(own_index(system, value) for system, value in query.numbers))
    cut = False
    if query.phone:
        rows = ContactPhone.objects.filter(phone_index=contact_key(query.phone), valid_to__isnull=True)
        called = list(rows.order_by("valid_from", "id").values_list("profile_id", flat=True)[: CEILING * 5])
        cut = len(called) == CEILING * 5
        found |= set(called)
    profiles = list(Profile.objects.filter(id__in=found)) if found else []
    wanted = set(name_key(query.name).split()) if query.card is None else set()
    return [p for p in profiles if wanted <= set(p.name_key.split())], cut


def _lines(by: Actor, at: dt.datetime, query: Query, found: _Found, limit: int) -> tuple[tuple[FoundLine, ...], bool]:
    """Group profiles by person, leave out whom the actor may not be shown, order, and cut at the limit."""
    typed, profiles = tone_key(query.name), found.profiles
    profiles.sort(key=lambda p: (not tone_key(p.full_name).endswith(typed), p.name_sort, p.birth_date, p.id))
    now = current_persons(p.id for p in profiles)
    best: dict[UUID, Profile] = {}
    for profile in profiles:
        best.setdefault(now[profile.id], profile)
    facts = sighted_all(by, at, best)
    visible = [person for person in best if person in found.anywhere or may_see(by, facts[person])]
    shown = visible[:limit]
    numbers, phones = _tails([best[person].id for person in shown])
    counts = {person: sum(1 for other in now.values() if other == person) for person in shown}
    lines = [_line(person, best[person], numbers, phones, counts[person]) for person in shown]
    return tuple(lines), len(visible) > limit


def _line(
    person_id: UUID, profile: Profile, numbers: dict[UUID, str], phones: dict[UUID, str], count: int
) -> FoundLine:
    return FoundLine(
        person_id=person_id,
        full_name=profile.full_name,
        birth_date=profile.birth_date,
        birth_precision=profile.birth_precision,
        sex=profile.sex,
        area_id=profile.area_id,
        address_text=profile.address_text,
        number_shown=numbers.get(profile.id, ""),
        phone_shown=phones.get(profile.id, ""),
        profile_count=count,
    )


def _tails(ids: Iterable[UUID]) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """Give the shown number and phone of each profile, the personal number before others."""
    chosen = list(ids)
    numbers = Identifier.objects.filter(profile_id__in=chosen, valid_to__isnull=True).order_by("-system", "-id")
    phones = ProfilePhone.objects.filter(profile_id__in=chosen, valid_to__isnull=True).order_by("valid_from")
    return (
        {n.profile_id: masked_tail(n.tail) for n in sorted(numbers, key=lambda n: n.system == "CCCD")},
        {p.profile_id: mask_phone(p.last3) for p in phones},
    )
