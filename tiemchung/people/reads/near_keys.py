"""The keys under which those near a claim lie, and the statement that asks for many of them at once."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, LiteralString, cast
from uuid import UUID

from django.db import connection

from tiemchung.people.reads.keys import ENDS, name_birth_index, own_index, value_index
from tiemchung.people.rules.identifiers import check_identifier, number_spaces
from tiemchung.people.rules.kinds import IdSystem
from tiemchung.people.rules.names import name_key
from tiemchung.people.rules.near_births import EARLIEST, LATEST, Birth, births_like, births_one_off
from tiemchung.people.rules.spelling import ends_of, one_digit_off, shorter_names

BROUGHT = 3000  # rows that one walk over keys may bring; only a year with a very common name brings more
CROWD = 20  # profiles on one phone beyond which it is an office's or a shelter's and says nothing
FEW = 10  # births up to which names of other middle words are asked for too: with a whole year they fit thousands
_DIGITS = frozenset({IdSystem.CCCD, IdSystem.CMND12, IdSystem.CMND9})
# Each walk has a limit of its own: a common name must not hide who has the number.
_WALKS: dict[str, LiteralString] = {
    "number": "SELECT 'number', profile_id, value_index FROM people_identifierlookup WHERE value_index = ANY(%s)",
    "close": "SELECT 'close', profile_id, value_index FROM people_namebirthkey WHERE value_index = ANY(%s)",
    "wide": "SELECT 'wide', profile_id, value_index FROM people_namebirthkey WHERE value_index = ANY(%s)",
    "phone": "SELECT 'phone', profile_id, phone_index FROM people_contactphone WHERE phone_index = ANY(%s) "
    "AND valid_to IS NULL AND relation <> 'FACILITY'",
}
type Walk = Literal["number", "close", "wide", "phone"]


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


def profiles_with_any(keys: Mapping[Walk, Iterable[bytes]]) -> dict[Walk, dict[UUID, set[bytes]]]:
    """Give for each walk the profiles under any of its keys, and under which, all in one statement."""
    asked = {walk: list(some) for walk, some in keys.items()}
    found: dict[Walk, dict[UUID, set[bytes]]] = {walk: {} for walk in asked}
    asked = {walk: some for walk, some in asked.items() if some}
    if not asked:
        return found
    statement = " UNION ALL ".join(f"({_WALKS[walk]} LIMIT %s)" for walk in asked)
    values = [value for walk, some in asked.items() for value in (some, CROWD + 1 if walk == "phone" else BROUGHT)]
    with connection.cursor() as cursor:
        cursor.execute(cast(LiteralString, statement), values)
        for walk, profile_id, index in cursor.fetchall():
            found[walk].setdefault(profile_id, set()).add(bytes(index))
    return found
