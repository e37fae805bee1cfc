"""A correction made on a page reaches the passport before the next page is shown."""

import logging
from uuid import UUID

from django.db import DatabaseError

from tiemchung.certificates.actions import refresh_passports
from tiemchung.certificates.actions.passports import PassportsMoved
from tiemchung.core import clock
from tiemchung.people.reads import NotFound

_log = logging.getLogger("tiemchung.passports")


def passport_hears(person_id: UUID) -> None:
    """Bring a person's passport and work lists up to date; where that cannot be now, the worker does it in seconds.

    Call it after the deed is committed: who comes back to the list must not meet there whom they have just mended, and
    a code that states what is no longer true is revoked when the page said so.
    """
    try:
        refresh_passports(person_ids=[person_id], at=clock.now())
    except (NotFound, PassportsMoved, DatabaseError) as problem:
        _log.warning("a passport follows later: %s", type(problem).__name__)
