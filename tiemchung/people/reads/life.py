"""Where somebody lives and when they died: what decides which desk answers and what can be true of them."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.people.models import Profile
from tiemchung.people.reads.holders import person_of, profile_ids_of


@dataclass(frozen=True, slots=True)
class Life:
    """The area of the kept profile, else of a joined one; the earliest death that any profile knows."""

    area_id: UUID | None
    died_on: dt.date | None


def life_of(person_id: UUID) -> Life:
    """Give residence and death of a person, unscoped and for decisions alone; raise NotFound."""
    root = person_of(person_id)
    found = Profile.objects.filter(id__in=profile_ids_of(root)).values_list("id", "area_id", "died_on")
    rows = sorted(found, key=lambda row: row[0] != root)
    area = next((area for _, area, _ in rows if area), None)
    return Life(area, min((died for _, _, died in rows if died), default=None))
