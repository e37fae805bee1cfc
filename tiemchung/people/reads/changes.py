"""The stream of changes of persons, asked for single ones."""

import datetime as dt
from uuid import UUID

from tiemchung.people.models import PersonChange


def change_of(profile_id: UUID, kind: str, at: dt.datetime) -> UUID | None:
    """Give the entry of that kind that an action left for this profile at that moment, or None."""
    rows = PersonChange.objects.filter(profile_id=profile_id, kind=kind, at=at).order_by("-id")
    return rows.values_list("id", flat=True).first()
