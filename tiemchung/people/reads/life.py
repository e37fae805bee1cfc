"""Where somebody lives and when they died: what decides which desk answers and what can be true of them."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.core.rows import rows
from tiemchung.people.models import Profile
from tiemchung.people.reads.holders import profile_ids_of


@dataclass(frozen=True, slots=True)
class Life:
    """The area of the kept profile, else of a joined one; the earliest death that any profile knows.

    `profile_ids` are the profiles that were asked, the kept one first.
    """

    area_id: UUID | None
    died_on: dt.date | None
    profile_ids: tuple[UUID, ...]


def life_of(person_id: UUID) -> Life:
    """Give residence and death of a person, unscoped and for decisions alone; raise NotFound."""
    ids = profile_ids_of(person_id)
    found = sorted(rows(Profile, "id = ANY(%s)", list(ids)), key=lambda row: row.id != ids[0])
    area = next((row.area_id for row in found if row.area_id), None)
    return Life(area, min((row.died_on for row in found if row.died_on), default=None), ids)
