"""What the ledger triggers here: a new entry makes a new card within seconds; signatures change no card.

The clock renews what comes near its end.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from tiemchung.certificates.actions import refresh_cards
from tiemchung.certificates.actions.card_renewing import renew_cards
from tiemchung.certificates.actions.waiting_cards import note_corrections, sign_waiting_cards, tell_of_long_waits
from tiemchung.core.follow import follow, retry_parked
from tiemchung.core.worker import Loop
from tiemchung.doses.reads import Entry, corrections_in
from tiemchung.doses.rules import EntryKind
from tiemchung.people.reads import Change

FOLLOWER = "certificates"
FOLLOWER_OF_PEOPLE = "certificates.people"
BATCH = 100
CHECKED = "CHECKED"
_OF_SIGNING = frozenset({EntryKind.SIGNED, EntryKind.UNSIGNED})
Handle = Callable[[Sequence[Any]], None]


def _of_doses(at: dt.datetime) -> Handle:
    def handle(entries: Sequence[Any]) -> None:
        telling = [entry for entry in entries if entry.kind not in _OF_SIGNING]
        if telling:
            note_corrections(refresh_cards(person_ids=_profiles(telling), at=at), corrections_in(telling), at)

    return handle


def _of_people(at: dt.datetime) -> Handle:
    # A joined profile refreshes its person, and its own former card, which from then on shows that person.
    def handle(changes: Sequence[Any]) -> None:
        changes = [change for change in changes if change.kind != CHECKED]
        if not changes:
            return
        done = refresh_cards(person_ids=_profiles(changes), at=at)
        note_corrections(done, [(change.profile_id, change.id) for change in changes], at)

    return handle


def _profiles(entries: Sequence[Any]) -> list[UUID]:
    return list(dict.fromkeys(entry.profile_id for entry in entries))


def follow_ledger(at: dt.datetime) -> int:
    """Refresh the cards of all whose doses changed since the bookmark; give how many entries were read."""
    return follow(Entry, FOLLOWER, _of_doses(at), at=at, limit=BATCH)


def follow_people(at: dt.datetime) -> int:
    """Refresh the cards of all who were renamed, joined or parted; give how many changes were read."""
    return follow(Change, FOLLOWER_OF_PEOPLE, _of_people(at), at=at, limit=BATCH)


def retry_failed(at: dt.datetime) -> int:
    """Try again what could not be handled; give how many succeeded."""
    doses = retry_parked(Entry, FOLLOWER, _of_doses(at), at=at)
    return doses + retry_parked(Change, FOLLOWER_OF_PEOPLE, _of_people(at), at=at)


def renew_ending_cards(at: dt.datetime) -> int:
    """Renew a batch of the cards that end soon; give how many were taken up."""
    return renew_cards(at=at)


def sign_waiting(at: dt.datetime) -> int:
    """Sign what a key store kept waiting; give how many cards wait no longer."""
    return sign_waiting_cards(at=at)


def look_for_long_waits(at: dt.datetime) -> int:
    """Tell people of cards that wait long. Always gives 0."""
    tell_of_long_waits(at)
    return 0


LOOPS = [
    Loop("certificates.follow_ledger", follow_ledger, every=0.25),
    Loop("certificates.follow_people", follow_people, every=0.5),
    Loop("certificates.retry", retry_failed, every=10.0),
    Loop("certificates.renew_cards", renew_ending_cards, every=60.0),
    Loop("certificates.sign_waiting_cards", sign_waiting, every=5.0),
    Loop("certificates.long_waits", look_for_long_waits, every=120.0),
]
