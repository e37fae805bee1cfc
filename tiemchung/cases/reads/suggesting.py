"""The suggested solution: one read, a fixed number of statements, every reason named.

What is near is decided by indexed keys and explained rules. A matching model that comes later stands behind
`people.reads.near_profiles`, and nothing here changes.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tiemchung.cases.kinds import KINDS
from tiemchung.cases.models import Evidence
from tiemchung.cases.proposing import Picture, Rights, Side, propose
from tiemchung.cases.reads.reach import place_offered
from tiemchung.cases.reads.reporters_phone import KIND as OTHER_NUMBER
from tiemchung.cases.reads.reporters_phone import is_from, left_phone
from tiemchung.cases.reads.rests import done_doses, rest_of
from tiemchung.cases.rules import Claim
from tiemchung.cases.suggestions import Suggestion
from tiemchung.cases.values import CaseFile
from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.core.outbox import contact_key
from tiemchung.doses import reads as doses
from tiemchung.doses import rules as dose_rules
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.people import reads as people
from tiemchung.people.reads import KnownPeople, NearClaim, NearProfile, PersonSight
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.links import may_join
from tiemchung.people.rules.near import LIKELY, POSSIBLE
from tiemchung.people.rules.sight import MAY_AMEND

NEAREST = 10


@dataclass(slots=True)
class AtHand:
    """What a page reads once and needs again: rows of people, doses by profile, and whether the case has papers."""

    people: KnownPeople = field(default_factory=KnownPeople)
    papers: bool | None = None
    _doses: dict[UUID, list[DoseView]] = field(default_factory=dict)

    def doses_of(self, profile_ids: Iterable[UUID]) -> tuple[DoseView, ...]:
        """Give the doses under these profiles, voided ones too, in the order of injection."""
        wanted = list(profile_ids)
        missing = [profile_id for profile_id in wanted if profile_id not in self._doses]
        if missing:
            self._doses.update({profile_id: [] for profile_id in missing})
            for dose in doses.doses_of(missing, voided=True):
                self._doses[dose.profile_id].append(dose)
        return doses.in_order(dose for profile_id in wanted for dose in self._doses[profile_id])


def suggestions(by: Actor, at: dt.datetime, file: CaseFile, hand: AtHand | None = None) -> tuple[Suggestion, ...]:
    """Give the ways to settle this case that its desk is offered, likeliest first.

    At most eight statements, four for another phone that the claim names, one for a number that it names, and two for
    a phone that a proved reporter may have left, whatever is on record; one more each for a former id among the persons
    and for one who is in sight by permit alone. What is at `hand` is not read again. The caller holds a file that this
    desk may see and notes the look at the persons that are shown (`seen_in`). Persons outside its scope come masked;
    what only another desk may do is marked OTHER_DESK.
    """
    hand = hand or AtHand()
    near = people.near_profiles(_near_claim(file), limit=NEAREST, known=hand.people)
    ids = {line.person_id for line in near} | ({file.person_id} if file.person_id else set())
    sights = people.sights_of(by, at, ids, known=hand.people)
    held = _doses_of(sights, hand)
    sides = _sides(near, sights, held)
    own = _own(file, near, sights, sides, held)
    if hand.papers is None:
        hand.papers = Evidence.objects.filter(case_id=file.case_id).exists()
    picture = Picture(
        kind=KINDS[file.kind],
        claim=file.claim,
        dose_id=file.dose_id,
        evidence=hand.papers,
        own=own,
        others=tuple(side for side in sides if own is None or side.person_id != own.person_id),
        rights=_rights(by, at, own, sights),
        guessed=file.person_id is None and own is not None and not _beyond_doubt(own),
        phone_taken=_taken(file),
        phone_proved=_proved(file, own),
        numbers=_lacking(file, sights[own.person_id].profile_ids) if own is not None else (),
        rest=rest_of(at, file, sights[own.person_id].area_id if own is not None else None),
        done_doses=done_doses(file),
        left_phone=left_phone(file, sights[file.person_id].profile_ids, at) if own and file.person_id else None,
    )
    return propose(picture)


def seen_in(offered: Sequence[Suggestion]) -> tuple[UUID, ...]:
    """Give the persons that these suggestions show, for the note of the look."""
    ids = (s.person.person_id for s in offered if s.person is not None)
    return tuple(dict.fromkeys(person_id for person_id in ids if person_id is not None))


def _near_claim(file: CaseFile) -> NearClaim:
    claim = file.claim
    wanted = possible_systems(claim.wanted.get("number", ""))[:1]
    return NearClaim(
        full_name=claim.full_name,
        birth_date=claim.birth_date,
        birth_precision=claim.birth_precision,
        sex=claim.sex,
        numbers=(*claim.numbers, *((str(system), value) for system, value in wanted)),
        phone=claim.other_phone,
        area_id=_area(claim),
        of_profile=file.person_id,
    )


def _other_phone(file: CaseFile) -> str:
    return file.claim.other_phone or file.claim.wanted.get("phone", "")


def _taken(file: CaseFile) -> bool:
    """Tell whether anybody is on the other phone that the claim names."""
    phone = _other_phone(file)
    return bool(phone) and bool(people.persons_on_phone(contact_key(phone)))


def _proved(file: CaseFile, own: Side | None) -> bool:
    return bool(_other_phone(file)) and own is not None and is_from(file.contact_key, file.claim, own.person_id)


def _lacking(file: CaseFile, profile_ids: Iterable[UUID]) -> tuple[tuple[str, str], ...]:
    """Give the told numbers that these profiles have not, where the report is about numbers."""
    wanted = possible_systems(file.claim.wanted.get("number", ""))[:1]
    if not (wanted or file.kind == OTHER_NUMBER):
        return ()
    told = dict.fromkeys((*((str(system), value) for system, value in wanted), *file.claim.numbers))
    return people.numbers_lacking(profile_ids, told)


def _area(claim: Claim) -> UUID | None:
    return claim.commune_id or claim.district_id or claim.province_id


def _doses_of(sights: Mapping[UUID, PersonSight], hand: AtHand) -> dict[UUID, tuple[DoseView, ...]]:
    """Give the doses of each person, voided ones too, in one statement."""
    whose = {profile_id: s.person_id for s in sights.values() for profile_id in s.profile_ids}
    held: dict[UUID, list[DoseView]] = {person_id: [] for person_id in whose.values()}
    for dose in hand.doses_of(whose):
        held[whose[dose.profile_id]].append(dose)
    return {person_id: tuple(found) for person_id, found in held.items()}


def _sides(
    near: Sequence[NearProfile], sights: Mapping[UUID, PersonSight], held: Mapping[UUID, tuple[DoseView, ...]]
) -> list[Side]:
    """Give each near person once, by the nearest of their profiles."""
    found: dict[UUID, Side] = {}
    for line in near:
        sight = sights.get(line.person_id)
        if sight is not None and sight.person_id not in found:
            codes = tuple(reason.code for reason in line.reasons)
            found[sight.person_id] = _side(sight, held, line.score, codes)
    return list(found.values())


def _side(
    sight: PersonSight, held: Mapping[UUID, tuple[DoseView, ...]], score: int = 100, codes: tuple[str, ...] = ()
) -> Side:
    return Side(
        person_id=sight.person_id,
        profile_id=sight.person_id,
        version=sight.version,
        seen=sight.seen,
        name=sight.full_name,
        birth_date=sight.birth_date,
        birth_precision=sight.birth_precision,
        sex=sight.sex,
        doses=held.get(sight.person_id, ()),
        died_on=sight.died_on,
        score=score,
        reasons=codes,
    )


def _own(
    file: CaseFile,
    near: Sequence[NearProfile],
    sights: Mapping[UUID, PersonSight],
    sides: Sequence[Side],
    held: Mapping[UUID, tuple[DoseView, ...]],
) -> Side | None:
    """Give whom the case is about: who was proved, else the likeliest, else the only one possible."""
    if file.person_id is not None:
        sight = sights.get(file.person_id)
        return _side(sight, held) if sight is not None else None
    likely = [side for side in sides if side.score >= LIKELY]
    if likely:
        return likely[0]
    possible = [side for side in sides if side.score >= POSSIBLE]
    return possible[0] if len(possible) == 1 else None


def _beyond_doubt(own: Side) -> bool:
    near = set(own.reasons)
    return near >= {"SAME_NUMBER", "SAME_BIRTH"} and bool(near & {"SAME_NAME", "NAME_TONE_VARIANT"})


def _rights(by: Actor, at: dt.datetime, own: Side | None, sights: Mapping[UUID, PersonSight]) -> Rights:
    areas = {s.person_id: s.area_id for s in sights.values()}
    homes = {profile_id: areas[s.person_id] for s in sights.values() for profile_id in s.profile_ids}
    today = local(at).date()

    def may_correct(dose: DoseView, after: DoseFacts) -> bool:
        home = homes.get(dose.profile_id)
        place = place_offered(by, dose.facts, home)
        may = dose_rules.may_correct(by, place, local(dose.recorded_at).date(), today)
        return may.allowed and dose_rules.may_move(by, place, place_offered(by, after, home)).allowed

    def may_record(facts: DoseFacts) -> bool:
        home = areas.get(own.person_id) if own is not None else None
        return dose_rules.may_record(by, place_offered(by, facts, home), DoseSource.CASE).allowed

    return Rights(may_join(by), may_correct, may_record, may_amend_person=by.role in MAY_AMEND)
