"""The blind keys under which people are found: a number within its space, a name with a birth date."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.core.sealing import blind_index
from tiemchung.people.models import IdentifierLookup
from tiemchung.people.rules.identifiers import number_spaces
from tiemchung.people.rules.spelling import ends_of

WHOLE, ENDS = "whole", "ends"  # a key of the name as written, and one of its family and given name alone


def value_index(space: str, value: str) -> bytes:
    """Give the blind index of a number within its space."""
    return blind_index(f"people.identifier.{space}", value)


def own_index(system: str, value: str) -> bytes:
    """Give the blind index under which a profile keeps a number of this system."""
    return value_index(*number_spaces(system, value)[0])


def profiles_with(indexes: Iterable[bytes]) -> dict[UUID, bytes]:
    """Give the profiles that ever had one of these numbers."""
    rows = IdentifierLookup.objects.filter(value_index__in=list(indexes))
    return {row.profile_id: bytes(row.value_index) for row in rows[:500]}


def name_birth_index(name_key: str, birth_date: dt.date, precision: str, part: str = WHOLE) -> bytes:
    """Give the blind index of a name's key with a birth date as far as it is known."""
    return blind_index("people.name_birth", f"{part}|{name_key}|{birth_date}|{precision}")


def name_birth_indexes(name_key: str, birth_date: dt.date, precision: str) -> tuple[bytes, ...]:
    """Give all keys under which one profile lies: its name, and family and given name where there is more."""
    ends = ends_of(name_key)
    found = [name_birth_index(name_key, birth_date, precision)]
    return tuple(found if ends == name_key else [*found, name_birth_index(ends, birth_date, precision, ENDS)])
