"""What the ledger triggers here: a new entry makes a new card within seconds."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from tiemchung.certificates.actions import refresh_card
from tiemchung.core.follow import follow, retry_parked
from tiemchung.core.worker import Loop
from tiemchung.doses.reads import Entry
from tiemchung.people.reads import current_persons

FOLLOWER = "certificates"


def _refresher(at: dt.datetime) -> Callable[[Sequence[Any]], None]:
    def handle(entries: Sequence[Any]) -> None:
        profiles = dict.fromkeys(entry.profile_id for entry in entries)
        persons = current_persons(profiles)
        for person_id in dict.fromkeys(persons[profile] for profile in profiles):
            refresh_card(person_id=person_id, at=at)

    return handle


def follow_ledger(at: dt.datetime) -> int:
    """Refresh the cards of all whose doses changed since the bookmark; give how many entries were read."""
    return follow(Entry, FOLLOWER, _refresher(at), at=at, limit=100)


def retry_failed(at: dt.datetime) -> int:
    """Try again what could not be handled; give how many succeeded."""
    return retry_parked(Entry, FOLLOWER, _refresher(at), at=at)


LOOPS = [
    Loop("certificates.follow", follow_ledger, every=0.25),
    Loop("certificates.retry", retry_failed, every=10.0),
]
