"""The one way to let followers hear of passports; only this domain's actions call it."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.certificates.models import PassportNews
from tiemchung.core.copying import copy_lines
from tiemchung.core.ids import new_hexes


def note_news(person_ids: Iterable[UUID], at: dt.datetime) -> None:
    """Note that these persons' certificates came into force or went out of it, in the caller's transaction."""
    persons = list(dict.fromkeys(person_ids))
    lines = (f"{row_id}\t{one.hex}\t{at}" for row_id, one in zip(new_hexes(len(persons)), persons, strict=True))
    copy_lines(PassportNews, ("id", "person_id", "at"), lines)
