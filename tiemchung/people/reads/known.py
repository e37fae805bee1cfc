"""Rows of people that one page needs more than once: each is read once, and dropped with the request.

It decides nothing: whoever asks says who may see what. Never kept longer than one request, and not past a change.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection

from tiemchung.core.actor import Actor
from tiemchung.core.rows import rows
from tiemchung.people.models import Identifier, LookPermit, Profile
from tiemchung.people.reads.holders import profile_ids_of

_FIELDS = tuple(str(field.attname) for field in Profile._meta.concrete_fields)
# A person and the profile of its id lie in one shard.
_ASK = (
    "SELECT p.id, p.person_id, p.joined_ids, "  # noqa: S608 - names of our own columns
    + ", ".join(f"f.{field.column}" for field in Profile._meta.concrete_fields)
    + " FROM people_person p JOIN people_profile f ON f.id = p.id WHERE p.id = ANY(%s)"
)
_PERMITS: LiteralString = "person_id = ANY(%s) AND actor_id = %s AND valid_from <= %s AND valid_to > %s"
type Group = tuple[UUID, ...]


class KnownPeople:
    """What one request has read of people so far."""

    def __init__(self) -> None:
        self._asked: set[UUID] = set()
        self._groups: dict[UUID, tuple[UUID, Group]] = {}
        self._profiles: dict[UUID, Profile] = {}
        self._numbers: dict[UUID, list[Identifier]] = {}
        self._permits: dict[tuple[UUID, dt.datetime], tuple[set[UUID], set[UUID]]] = {}

    def load(self, ids: Iterable[UUID]) -> None:
        """Read those of these profiles that nobody has asked for yet, each with its person, in one statement."""
        missing = set(ids) - self._asked
        if not missing:
            return
        self._asked |= missing
        with connection.cursor() as cursor:
            cursor.execute(_ASK, (list(missing),))
            for key, root, joined, *values in cursor.fetchall():
                self._groups[key] = root, (root, *map(UUID, _listed(joined)))
                self._profiles[key] = Profile.from_db(connection.alias, _FIELDS, values)

    def profiles(self, ids: Iterable[UUID]) -> dict[UUID, Profile]:
        """Give these profiles; unknown ids are left out."""
        wanted = list(ids)
        self.load(wanted)
        return {key: self._profiles[key] for key in wanted if key in self._profiles}

    def root_of(self, profile_id: UUID) -> UUID | None:
        """Give the person that this profile is now, None for an unknown id."""
        self.load([profile_id])
        found = self._groups.get(profile_id)
        return found[0] if found else None

    def groups(self, ids: Iterable[UUID]) -> dict[UUID, Group]:
        """Give for each id all profiles of the person it is now, the kept one first; unknown ids are left out.

        One statement, one more where a former person is among them.
        """
        wanted = set(ids)
        self.load(wanted)
        roots = {key: self._groups[key][0] for key in wanted if key in self._groups}
        self.load(roots.values())
        return {key: group for key, root in roots.items() if (group := self._group(root)) is not None}

    def _group(self, root: UUID) -> Group | None:
        found = self._groups.get(root)
        # A join fell between two statements; what is read now is one moment's answer.
        return profile_ids_of(root) if found is not None and found[0] != root else found[1] if found else None

    def identifiers(self, profile_ids: Iterable[UUID]) -> list[Identifier]:
        """Give the numbers of these profiles: those in force last, then by system."""
        wanted = list(dict.fromkeys(profile_ids))
        missing = [key for key in wanted if key not in self._numbers]
        if missing:
            self._numbers.update({key: [] for key in missing})
            for row in rows(Identifier, "profile_id = ANY(%s)", missing):
                self._numbers[row.profile_id].append(row)
        return sorted((row for key in wanted for row in self._numbers[key]), key=_in_order)

    def permits(self, by: Actor, at: dt.datetime, profile_ids: Sequence[UUID]) -> set[UUID]:
        """Give those of these profiles that a permit lets this actor open at that moment."""
        if by.id is None:
            return set()
        asked, held = self._permits.setdefault((by.id, at), (set(), set()))
        missing = [key for key in profile_ids if key not in asked]
        if missing:
            asked.update(missing)
            held.update(row.person_id for row in rows(LookPermit, _PERMITS, missing, by.id, at, at))
        return held.intersection(profile_ids)


def _listed(joined: Any) -> list[str]:
    return json.loads(joined) if isinstance(joined, str) else joined


def _in_order(row: Identifier) -> tuple[Any, ...]:
    return row.valid_to is None, row.valid_to or dt.date.max, row.system, row.id
