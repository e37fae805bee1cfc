"""What the ledger triggers here: a new entry makes a new card within seconds; signatures change no card.

The clock renews what comes near its end.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from tiemchung.certificates.actions import CardChange, refresh_cards
from tiemchung.certificates.actions.card_renewing import renew_cards
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.core.follow import follow, retry_parked
from tiemchung.core.receipts import note_receipts
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
            _note(refresh_cards(person_ids=_profiles(telling), at=at), corrections_in(telling), at)

    return handle


def _of_people(at: dt.datetime) -> Handle:
    # A joined profile refreshes its person, and its own former card, which from then on shows that person.
    def handle(changes: Sequence[Any]) -> None:
        changes = [change for change in changes if change.kind != CHECKED]
        if not changes:
            return
        done = refresh_cards(person_ids=_profiles(changes), at=at)
        _note(done, [(change.profile_id, change.id) for change in changes], at)

    return handle


def _profiles(entries: Sequence[Any]) -> list[UUID]:
    return list(dict.fromkeys(entry.profile_id for entry in entries))


def _note(done: dict[UUID, CardChange], corrections: Iterable[tuple[UUID, UUID]], at: dt.datetime) -> None:
    """Leave a receipt for the card and one for the certificate of each correction."""
    told = list(corrections)
    note_receipts("card", told, at)
    by_outcome: dict[tuple[bool, bool], list[tuple[UUID, UUID]]] = {}
    for profile_id, entry_id in told:
        change = done[profile_id]
        by_outcome.setdefault((change.issued, change.revoked), []).append((profile_id, entry_id))
    for (issued, revoked), some in by_outcome.items():
        note_receipts("certificate", some, at, issued=issued, revoked=revoked)


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
    """Renew a batch of the cards that end soon; what a key store keeps waiting is asked for again in an hour."""
    try:
        return renew_cards(at=at)
    except KeyStoreError:
        return 0


LOOPS = [
    Loop("certificates.follow_ledger", follow_ledger, every=0.25),
    Loop("certificates.follow_people", follow_people, every=0.5),
    Loop("certificates.retry", retry_failed, every=10.0),
    Loop("certificates.renew_cards", renew_ending_cards, every=60.0),
]
