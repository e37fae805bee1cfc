"""Identity numbers in the clear, for those whom the law lets have them: a partner, as a keyed hash."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from tiemchung.core.rows import rows
from tiemchung.core.sealing import SealBroken, unseal
from tiemchung.people.models import Identifier
from tiemchung.people.reads.holders import Holder
from tiemchung.people.reads.keys import own_index, profiles_with

SEAL = "people.identifier"


def identifier_row(identifier_id: UUID) -> str:
    """Name the row to which a sealed number is bound."""
    return f"people.identifier:{identifier_id}"


def made_by_another_key(profile_ids: Iterable[UUID]) -> bool:
    """Tell whether an open number of these profiles lies under an index that today's key does not make of it.

    Then every blind index of this database was made by another key, or this process has a wrong one. A number that
    cannot be opened says nothing.
    """
    rows = Identifier.objects.filter(profile_id__in=list(profile_ids), valid_to__isnull=True)
    return any(_index_now(row) not in (None, bytes(row.value_index)) for row in rows)


def _index_now(row: Identifier) -> bytes | None:
    try:
        return own_index(row.system, unseal(SEAL, row.sealed_value, identifier_row(row.id)))
    except SealBroken:
        return None


def numbers_lacking(profile_ids: Iterable[UUID], told: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Give those of the told (system, number) that none of these profiles has open, in one statement, unscoped."""
    wanted = {own_index(*number): number for number in told}
    if not wanted:
        return ()
    here = "profile_id = ANY(%s) AND value_index = ANY(%s) AND valid_to IS NULL"
    held = rows(Identifier, here, list(profile_ids), list(wanted))
    known = {bytes(row.value_index) for row in held}
    return tuple(number for index, number in wanted.items() if index not in known)


def profiles_numbered(numbers: Iterable[tuple[str, str]]) -> tuple[UUID, ...]:
    """Give the profiles that ever had one of these (system, number), unscoped: the caller decides who may ask."""
    return tuple(profiles_with(own_index(system, number) for system, number in numbers))


def numbers_of(holders: Mapping[UUID, Holder]) -> dict[UUID, tuple[tuple[str, str], ...]]:
    """Give each person's open numbers as (system, number), unscoped and in the clear, in one statement.

    The caller has decided who may ask, shows them to nobody and writes them nowhere.
    """
    persons = {profile_id: asked for asked, holder in holders.items() for profile_id in holder.profile_ids}
    found: dict[UUID, set[tuple[str, str]]] = {asked: set() for asked in holders}
    for row in Identifier.objects.filter(profile_id__in=sorted(persons), valid_to__isnull=True):
        number = unseal(SEAL, row.sealed_value, identifier_row(row.id))
        found[persons[row.profile_id]].add((row.system, number))
    return {asked: tuple(sorted(numbers)) for asked, numbers in found.items()}
