"""What the ledger triggers here: a new entry makes a new card within seconds."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from tiemchung.certificates.actions import refresh_card
from tiemchung.core.follow import follow, retry_parked
from tiemchung.core.worker import Loop
from tiemchung.doses.reads import Entry
from tiemchung.people.reads import Change

FOLLOWER = "certificates"
FOLLOWER_OF_PEOPLE = "certificates.people"


def _refresher(at: dt.datetime) -> Callable[[Sequence[Any]], None]:
    def handle(entries: Sequence[Any]) -> None:
        # A joined profile refreshes its person, and its own former card, which from then on shows that person.
        for profile_id in dict.fromkeys(entry.profile_id for entry in entries):
            refresh_card(person_id=profile_id, at=at)

    return handle


def follow_ledger(at: dt.datetime) -> int:
    """Refresh the cards of all whose doses changed since the bookmark; give how many entries were read."""
    return follow(Entry, FOLLOWER, _refresher(at), at=at, limit=100)


def follow_people(at: dt.datetime) -> int:
    """Refresh the cards of all who were renamed, joined or parted; give how many changes were read."""
    return follow(Change, FOLLOWER_OF_PEOPLE, _refresher(at), at=at, limit=100)


def retry_failed(at: dt.datetime) -> int:
    """Try again what could not be handled; give how many succeeded."""
    again = _refresher(at)
    return retry_parked(Entry, FOLLOWER, again, at=at) + retry_parked(Change, FOLLOWER_OF_PEOPLE, again, at=at)


LOOPS = [
    Loop("certificates.follow_ledger", follow_ledger, every=0.25),
    Loop("certificates.follow_people", follow_people, every=0.5),
    Loop("certificates.retry", retry_failed, every=10.0),
]
