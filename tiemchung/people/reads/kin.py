"""Who answers for whom, and which decisions made a person of its profiles."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from tiemchung.core.audit import looks_at
from tiemchung.core.rows import rows
from tiemchung.people.models import Guardianship, PersonLink
from tiemchung.people.reads.holders import NotFound, profile_ids_of
from tiemchung.people.reads.known import KnownPeople
from tiemchung.people.rules.kinds import Side

_IN_FORCE: LiteralString = "profile_id = ANY(%s) AND valid_to IS NULL ORDER BY valid_from, id"
LINKED = "people.link_profiles"


@dataclass(frozen=True, slots=True)
class KinView:
    """A guardian or dependant: who, and what the guardian is to the dependant."""

    person_id: UUID
    pair_id: UUID
    full_name: str
    relation: str


@dataclass(frozen=True, slots=True)
class Kin:
    """Those who answer for a person, and those for whom the person answers."""

    guardians: tuple[KinView, ...] = ()
    dependants: tuple[KinView, ...] = ()

    @property
    def person_ids(self) -> frozenset[UUID]:
        """Give everybody in it, for the lines of a look."""
        return frozenset(one.person_id for one in (*self.guardians, *self.dependants))


def kin_of(person_id: UUID) -> Kin:
    """Give the guardians and dependants of today, oldest first, unscoped: the caller notes the look at each.

    Raises NotFound.
    """
    return kin_among(profile_ids_of(person_id))


def kin_among(profile_ids: Sequence[UUID], *, known: KnownPeople | None = None) -> Kin:
    """Give the kin of the person that these profiles are; raise NotFound where one of them is unknown."""
    edges = rows(Guardianship, _IN_FORCE, list(profile_ids))
    known = known or KnownPeople()
    groups = known.groups(edge.other_id for edge in edges)
    names = known.profiles(group[0] for group in groups.values())
    found: dict[str, list[KinView]] = {Side.GUARDIAN: [], Side.DEPENDANT: []}
    for edge in edges:
        if edge.other_id not in groups:
            raise NotFound
        person_id = groups[edge.other_id][0]
        found[edge.side].append(KinView(person_id, edge.pair_id, names[person_id].full_name, edge.relation))
    return Kin(tuple(found[Side.GUARDIAN]), tuple(found[Side.DEPENDANT]))


@dataclass(frozen=True, slots=True)
class LinkView:
    """One decision that the person of `joined_id` is `kept_id`: who, why, and who took it back."""

    link_id: UUID
    kept_id: UUID
    joined_id: UUID
    valid_from: dt.datetime
    valid_to: dt.datetime | None
    decided_by: UUID | None
    because: str
    ended_by: UUID | None
    ended_because: str


def links_of(person_id: UUID) -> tuple[LinkView, ...]:
    """Give every decision, standing or taken back, that joined somebody to this person or it to somebody.

    Oldest first; unscoped: who may see the person may see them. Raises NotFound.
    """
    own = profile_ids_of(person_id)
    # An edge lies with the joined profile; which profiles ever came here, the audit of the kept side knows.
    came = {UUID(line.facts["joined"]) for line in looks_at(own, actions=(LINKED,)) if "joined" in line.facts}
    rows = PersonLink.objects.filter(profile_id__in={*own, *came}).order_by("valid_from", "id")
    return tuple(_view(row) for row in rows if row.profile_id in own or row.person_id in own)


def _view(row: PersonLink) -> LinkView:
    return LinkView(
        link_id=row.id,
        kept_id=row.person_id,
        joined_id=row.profile_id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        decided_by=row.decided_by,
        because=row.because,
        ended_by=row.ended_by,
        ended_because=row.ended_because,
    )
