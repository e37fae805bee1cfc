"""What falls with a correction: the passport in use, and signatures that were given for other facts."""

from collections.abc import Collection, Iterable
from uuid import UUID

from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseState

# What the population database is asked about; an address is not.
COMPARED = frozenset({"full_name", "sex", "birth_date", "birth_precision"})


def signatures_falling(profile_ids: Iterable[UUID], changed: Collection[str]) -> int:
    """Give how many doses lose their signature with these fields: each was given for the facts that were compared."""
    if COMPARED.isdisjoint(changed):
        return 0
    return sum(dose.state is DoseState.SIGNED for dose in doses_of(list(profile_ids)))
