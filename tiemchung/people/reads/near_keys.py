"""The keys under which those near a claim lie, and the statement that asks for many of them at once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, LiteralString
from uuid import UUID

from django.db import connection

from tiemchung.people.reads.keys import ENDS, name_birth_index, own_index, value_index
from tiemchung.people.rules.identifiers import check_identifier, number_spaces
from tiemchung.people.rules.kinds import IdSystem
from tiemchung.people.rules.names import name_key
from tiemchung.people.rules.near_births import EARLIEST, LATEST, Birth, births_like, births_one_off
from tiemchung.people.rules.spelling import ends_of, one_digit_off, shorter_names

BROUGHT = 3000  # rows that one walk over keys may bring; only a year with a very common name brings more
FEW = 10  # births up to which names of other middle words are asked for too: with a whole year they fit thousands
_DIGITS = frozenset({IdSystem.CCCD, IdSystem.CMND12, IdSystem.CMND9})
_ASK: dict[str, LiteralString] = {
    "people_identifierlookup": "SELECT profile_id, value_index FROM people_identifierlookup "
    "WHERE value_index = ANY(%s) LIMIT %s",
    "people_namebirthkey": "SELECT profile_id, value_index FROM people_namebirthkey "
    "WHERE value_index = ANY(%s) LIMIT %s",
}


@dataclass(frozen=True, slots=True)
class NumberKeys:
    """Blind indexes of the claimed numbers, of those one digit off, and of the claimed that can vouch."""

    exact: frozenset[bytes] = frozenset()
    near: frozenset[bytes] = frozenset()
    vouching: frozenset[bytes] = frozenset()


def number_keys(numbers: Iterable[tuple[str, str]], sex: str, birth_date: dt.date | None) -> NumberKeys:
    """Give the keys of the claimed numbers; one that cannot be a number of its kind is left out."""
    exact, near, vouching = set(), set(), set()
    for system, raw in numbers:
        value, verdict = check_identifier(system, raw, sex=sex, birth_date=birth_date)
        if not verdict.allowed:
            continue
        exact |= {value_index(space, part) for space, part in number_spaces(system, value)}
        if system in _DIGITS:
            near |= {own_index(system, other) for other in one_digit_off(value)}
        if system in (IdSystem.CCCD, IdSystem.CMND12) and not verdict.warnings:
            vouching.add(own_index(system, value))
    return NumberKeys(frozenset(exact), frozenset(near - exact), frozenset(vouching))


def name_keys(full_name: str, birth: Birth) -> tuple[bytes, ...]:
    """Give the keys of a name as written, with middle words left out or added, and births that are alike."""
    key = name_key(full_name)
    if not key or not EARLIEST <= birth[0].year <= LATEST:
        return ()
    births = births_like(birth)
    found = [name_birth_index(key, *one) for one in births]
    if len(births) <= FEW:
        found += [name_birth_index(name, *one) for name in shorter_names(key) for one in births]
        found += [name_birth_index(ends_of(key), *one, ENDS) for one in births]
    return tuple(found)


def wide_name_keys(full_name: str, birth: Birth) -> tuple[bytes, ...]:
    """Give the keys of a name as written with births of which one digit is wrong."""
    key = name_key(full_name)
    return tuple(name_birth_index(key, *one) for one in births_one_off(birth)) if key else ()


def profiles_with_any(
    table: Literal["people_identifierlookup", "people_namebirthkey"], indexes: Iterable[bytes]
) -> dict[UUID, set[bytes]]:
    """Give the profiles under any of these keys, and under which, in one statement."""
    keys = list(indexes)
    found: dict[UUID, set[bytes]] = {}
    if not keys:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_ASK[table], (keys, BROUGHT))
        for profile_id, index in cursor.fetchall():
            found.setdefault(profile_id, set()).add(bytes(index))
    return found
