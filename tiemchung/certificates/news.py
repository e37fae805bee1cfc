"""The one way to let followers hear of passports; only this domain's actions call it."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.certificates.models import PassportNews
from tiemchung.core.ids import new_id
from tiemchung.core.rows import copy_rows


def note_news(person_ids: Iterable[UUID], at: dt.datetime) -> None:
    """Note that these persons' certificates came into force or went out of it, in the caller's transaction."""
    copy_rows(PassportNews, ("id", "person_id", "at"), [(new_id(), person, at) for person in dict.fromkeys(person_ids)])
