"""The lock of one person's history, on the way of every dose."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.core.statements import ask
from tiemchung.people.reads import NotFound

_COLUMNS = "pe.id, pe.joined_ids, pr.full_name, pr.birth_date, pr.birth_precision, pr.sex, pr.died_on, pr.area_id"
_OWN = f"""
SELECT {_COLUMNS} FROM people_person pe JOIN people_profile pr ON pr.id = pe.id
WHERE pe.id = %s AND pe.person_id = pe.id FOR UPDATE OF pe
"""  # noqa: S608 - constants only
_JOINED = f"""
SELECT {_COLUMNS} FROM people_person pe, people_profile pr
WHERE pe.id = (SELECT person_id FROM people_person WHERE id = %s) AND pr.id = %s FOR UPDATE OF pe
"""  # noqa: S608 - constants only
_TRIES = 4


@dataclass(frozen=True, slots=True)
class LockedPerson:
    """A person whose history nobody else may change now; name and birth are those of the asked profile.

    `died_on` is the earliest death that any profile of the person knows.
    """

    person_id: UUID
    profile_ids: tuple[UUID, ...]
    full_name: str
    birth_date: dt.date
    birth_precision: str
    sex: str
    died_on: dt.date | None
    area_id: UUID | None


def lock_person(profile_id: UUID) -> LockedPerson:
    """Lock the person that this profile is now until the caller's transaction ends; raise NotFound.

    One statement for a person of one profile, two or three for one of several. The lock is the row of the kept
    person, which joining and parting also take: under it the list of profiles stands still.
    """
    for _ in range(_TRIES):
        row = _ask(_OWN, profile_id) or _ask(_JOINED, profile_id, profile_id)
        if row is None:
            raise NotFound
        profile_ids = (row[0], *map(UUID, _as_list(row[1])))
        if profile_id in profile_ids:  # else it was parted or joined on while we waited for the lock
            name, birth_date, precision, sex, died_on, area_id = row[2:]
            died_on = _death(profile_ids, died_on)
            return LockedPerson(row[0], profile_ids, name, birth_date, precision, sex, died_on, area_id)
    raise NotFound


def _ask(sql: str, *params: UUID) -> tuple[Any, ...] | None:
    found = ask(sql, *params)
    return found[0] if found else None


def _death(profile_ids: tuple[UUID, ...], own: dt.date | None) -> dt.date | None:
    if len(profile_ids) == 1:
        return own
    ((died_on,),) = ask("SELECT min(died_on) FROM people_profile WHERE id = ANY(%s)", list(profile_ids))
    return died_on


def _as_list(value: Any) -> list[str]:
    return json.loads(value) if isinstance(value, str) else value
