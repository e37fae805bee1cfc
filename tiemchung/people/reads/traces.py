"""What is on record around many people at once: death, birth, registration, numbers' ends and phones; no name.

For those who look for people whom nobody vaccinated; unscoped, and never for showing.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tiemchung.core.distribution import allow_cross_shard
from tiemchung.people.reads.known import KnownPeople

_TAILS = "SELECT profile_id, system, tail FROM people_identifier WHERE profile_id = ANY(%s) AND valid_to IS NULL"
_PHONES = """
SELECT profile_id, phone_index, relation FROM people_profilephone WHERE profile_id = ANY(%s) AND valid_to IS NULL
"""
# People, not rows: who is joined of several profiles counts as several, which only a crowd's phone notices.
_CROWDS = """
SELECT phone_index, count(*) FROM people_contactphone
WHERE phone_index = ANY(%s) AND relation = 'OWN' AND valid_to IS NULL GROUP BY 1
"""
_FIRST = ("CCCD", "CMND12", "CMND9")


@dataclass(frozen=True, slots=True)
class PersonTrace:
    """One profile and the person it is: the earliest death that any of its profiles knows, birth if known to the day.

    `tail` are the last three characters of its number; `crowd` how many say that its own phone is theirs.
    """

    person_id: UUID
    died_on: dt.date | None
    born_on: dt.date | None
    registered_at: dt.datetime
    tail: str
    crowd: int
    reachable: bool


def person_traces(profile_ids: Iterable[UUID]) -> dict[UUID, PersonTrace]:
    """Give the trace of each of these profiles, in five statements at most; unknown ids are left out."""
    known, asked = KnownPeople(), list(set(profile_ids))
    groups = known.groups(asked)
    known.load({one for group in groups.values() for one in group})
    ids = list(groups)
    tails, phones = _tails(ids), _phones(ids)
    crowds = _crowds({phone for owned, _ in phones.values() for phone in owned})
    found = {}
    for profile_id, group in groups.items():
        mine = known.profiles([profile_id])[profile_id]
        deaths = [one.died_on for one in known.profiles(group).values() if one.died_on]
        owned, any_phone = phones.get(profile_id, ((), False))
        found[profile_id] = PersonTrace(
            person_id=group[0],
            died_on=min(deaths, default=None),
            born_on=mine.birth_date if mine.birth_precision == "DAY" else None,
            registered_at=mine.created_at,
            tail=tails.get(profile_id, ""),
            crowd=max((crowds.get(phone, 0) for phone in owned), default=0),
            reachable=any_phone or profile_id in tails,
        )
    return found


def _tails(ids: list[UUID]) -> dict[UUID, str]:
    with connection.cursor() as cursor:
        cursor.execute(_TAILS, [ids])
        rows = cursor.fetchall()
    rows.sort(key=lambda row: _FIRST.index(row[1]) if row[1] in _FIRST else len(_FIRST), reverse=True)
    return {profile_id: tail for profile_id, _, tail in rows}


def _phones(ids: list[UUID]) -> dict[UUID, tuple[tuple[bytes, ...], bool]]:
    """Give for each profile the phones called its own, and that it has a phone at all."""
    owned: dict[UUID, list[bytes]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_PHONES, [ids])
        for profile_id, phone, relation in cursor.fetchall():
            owned[profile_id] += [bytes(phone)] if relation == "OWN" else []
    return {profile_id: (tuple(phones), True) for profile_id, phones in owned.items()}


def _crowds(phones: Iterable[bytes]) -> dict[bytes, int]:
    with allow_cross_shard("many phones at once, each by its key"), connection.cursor() as cursor:
        cursor.execute(_CROWDS, [list(phones)])
        return {bytes(phone): number for phone, number in cursor.fetchall()}
