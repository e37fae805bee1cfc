"""Whom a claim may mean: profiles found by indexed keys alone, each with the reasons for and against.

The one door for "who could this be". A trained matching model may come to stand behind it; the reasons stay.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tiemchung.core.outbox import contact_key
from tiemchung.core.rows import rows
from tiemchung.people.models import Identifier, PersonNonLink, Profile
from tiemchung.people.reads.holders import NotFound
from tiemchung.people.reads.known import KnownPeople
from tiemchung.people.reads.near_keys import (
    CROWD,
    NumberKeys,
    Walk,
    name_keys,
    number_keys,
    profiles_with_any,
    wide_name_keys,
)
from tiemchung.people.rules.identifiers import vouches
from tiemchung.people.rules.kinds import BirthPrecision, IdentifierState, IdSystem, Sex
from tiemchung.people.rules.near import Facts, Nearness, NearReason, NumberRelation, Ties, near_reasons, near_score
from tiemchung.people.rules.near import nearness as nearness_of
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.places.reads import scope_of

LOADED = 500  # profiles compared at most; a claim that fits more is narrowed to its own area first


@dataclass(frozen=True, slots=True)
class NearClaim:
    """What is known of somebody; everything may be missing. `numbers` are (system, number) as typed.

    `area_id` is a commune, district or province of any day. With `of_profile` the claim is about that profile: what
    is already the same person is left out, and what was found to be somebody else is said.
    """

    full_name: str = ""
    birth_date: dt.date | None = None
    birth_precision: str = BirthPrecision.DAY
    sex: str = Sex.UNKNOWN
    numbers: tuple[tuple[str, str], ...] = ()
    phone: str = ""
    area_id: UUID | None = None
    of_profile: UUID | None = None


@dataclass(frozen=True, slots=True)
class NearProfile:
    """One profile that the claim may mean, with the explained parts of its score from 0 to 100."""

    profile_id: UUID
    person_id: UUID
    score: int
    reasons: tuple[NearReason, ...]
    full_name: str
    birth_date: dt.date
    birth_precision: str
    sex: str
    area_id: UUID | None

    @property
    def differs(self) -> tuple[str, ...]:
        """Give the codes of what speaks against."""
        return tuple(reason.code for reason in self.reasons if reason.against)

    @property
    def nearness(self) -> Nearness:
        """Give what the score means."""
        return nearness_of(self.score)


@dataclass(slots=True)
class _Found:
    """What the keys brought, before anybody is compared."""

    numbers: NumberKeys
    by_number: dict[UUID, set[bytes]] = field(default_factory=dict)
    on_phone: frozenset[UUID] = frozenset()
    named: tuple[UUID, ...] = ()


def near_profiles(claim: NearClaim, *, limit: int = 20, known: KnownPeople | None = None) -> tuple[NearProfile, ...]:
    """Give the profiles that the claim may mean, the nearest first, in at most six statements.

    Found by number (exact, one digit off, retired), by name with birth date (marks or not, middle names left out, day
    and month changed over, one digit off, year alone) and by phone with name. Unscoped and unlogged: the caller
    decides who may ask and notes the look. What is `known` is not read again. Raises NotFound for `of_profile`.
    """
    known = known or KnownPeople()
    found = _found(claim)
    areas = scope_of([claim.area_id]) if claim.area_id else frozenset[UUID]()
    wanted = _wanted(found, areas)
    known.load([*wanted, claim.of_profile] if claim.of_profile else wanted)
    own = _own(claim, known)
    profiles = {key: row for key, row in known.profiles(wanted).items() if key not in own}
    persons = {key: known.root_of(key) or key for key in profiles}
    apart, held = _apart(own, persons), _held(profiles, own, known)
    near = []
    for profile_id, profile in profiles.items():
        person_id = persons[profile_id]
        ties = _ties(profile, held.get(profile_id, []), found, areas, person_id in apart)
        reasons = near_reasons(_facts(claim), _facts(profile), ties)
        if reasons:
            near.append(_near(profile, person_id, reasons))
    near.sort(key=lambda line: (-line.score, -sum(r.weight for r in line.reasons), line.profile_id))
    return tuple(near[:limit])


def _found(claim: NearClaim) -> _Found:
    found = _Found(number_keys(claim.numbers, claim.sex, claim.birth_date))
    keys: dict[Walk, Iterable[bytes]] = {"number": (*found.numbers.exact, *found.numbers.near)}
    if claim.full_name and claim.birth_date:
        birth = (claim.birth_date, claim.birth_precision)
        keys |= {"close": name_keys(claim.full_name, birth), "wide": wide_name_keys(claim.full_name, birth)}
    phone = normalise_phone(claim.phone)[0] if claim.phone else None
    if phone:
        keys["phone"] = [contact_key(phone)]
    brought = profiles_with_any(keys)
    found.by_number = brought["number"]
    found.named = tuple(dict.fromkeys((*brought.get("close", ()), *brought.get("wide", ()))))
    called = frozenset(brought.get("phone", ()))
    found.on_phone = called if len(called) <= CROWD else frozenset()
    return found


def _wanted(found: _Found, areas: frozenset[UUID]) -> list[UUID]:
    """Give whom the keys brought; where a common name brought too many, those of the claimed area before others."""
    certain = [*found.by_number, *found.on_phone]
    named = [profile_id for profile_id in found.named if profile_id not in set(certain)]
    if len(named) > LOADED and areas:
        home = Profile.objects.filter(id__in=named, area_id__in=areas).values_list("id", flat=True)
        named = [*dict.fromkeys((*home, *named))]
    return [*certain, *named[:LOADED]]


def _own(claim: NearClaim, known: KnownPeople) -> frozenset[UUID]:
    """Give all profiles of the person that the claim is about; raise NotFound for one that is unknown."""
    if claim.of_profile is None:
        return frozenset()
    group = known.groups([claim.of_profile]).get(claim.of_profile)
    if group is None:
        raise NotFound
    return frozenset(group)


def _apart(own: frozenset[UUID], persons: dict[UUID, UUID]) -> frozenset[UUID]:
    """Give the persons among these that somebody found never to be the one that the claim is about."""
    if not own or not persons:
        return frozenset()
    every = list({*own, *persons, *persons.values()})
    notes = rows(PersonNonLink, "profile_id = ANY(%s) AND other_id = ANY(%s) AND valid_to IS NULL", every, every)
    pairs = [(note.profile_id, note.other_id) for note in notes]
    others = {two for pair in pairs if not own.isdisjoint(pair) for two in pair}
    return frozenset(persons.get(profile_id, profile_id) for profile_id in others - own)


def _held(profile_ids: Iterable[UUID], own: Iterable[UUID], known: KnownPeople) -> dict[UUID, list[Identifier]]:
    """Give the numbers of each profile; whoever opens the claim's own person then knows theirs too."""
    ids = list(profile_ids)
    held: dict[UUID, list[Identifier]] = {}
    for row in known.identifiers([*ids, *own]) if ids else ():
        held.setdefault(row.profile_id, []).append(row)
    return held


def _ties(profile: Profile, held: Sequence[Identifier], found: _Found, areas: frozenset[UUID], apart: bool) -> Ties:
    met = found.by_number.get(profile.id, set())
    relation, doubtful = _number_relation(met, held, found.numbers)
    vouching = {bytes(row.value_index) for row in held if vouches(row.system, row.state)}
    like = found.numbers.exact | found.numbers.near
    return Ties(
        number=relation,
        number_doubtful=doubtful,
        other_number=bool(found.numbers.vouching and vouching) and vouching.isdisjoint(like),
        same_phone=profile.id in found.on_phone,
        same_area=profile.area_id in areas,
        not_link=apart,
    )


def _number_relation(
    met: set[bytes], held: Sequence[Identifier], keys: NumberKeys
) -> tuple[NumberRelation | None, bool]:
    """Give the nearest relation, and whether no number of that relation fits its holder."""
    exact = met & keys.exact
    rows = [row for row in held if bytes(row.value_index) in exact]
    strong = [row for row in rows if row.state != IdentifierState.RETIRED and row.system != IdSystem.CMND9]
    if strong or exact - {bytes(row.value_index) for row in rows}:  # a BHXH number within a card has no row
        return NumberRelation.SAME, bool(strong) and all(row.state == IdentifierState.DOUBTFUL for row in strong)
    if rows:
        return NumberRelation.OLD, all(row.state == IdentifierState.DOUBTFUL for row in rows)
    return (NumberRelation.ONE_OFF, False) if met & keys.near else (None, False)


def _facts(side: NearClaim | Profile) -> Facts:
    return Facts(side.full_name, side.birth_date, side.birth_precision, side.sex)


def _near(profile: Profile, person_id: UUID, reasons: tuple[NearReason, ...]) -> NearProfile:
    return NearProfile(
        profile_id=profile.id,
        person_id=person_id,
        score=near_score(reasons),
        reasons=reasons,
        full_name=profile.full_name,
        birth_date=profile.birth_date,
        birth_precision=profile.birth_precision,
        sex=profile.sex,
        area_id=profile.area_id,
    )
