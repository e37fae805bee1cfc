"""What the ledger triggers here: the day that an entry touches is counted anew, today or years ago."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from tiemchung.core.follow import follow, retry_parked
from tiemchung.core.receipts import note_receipts
from tiemchung.core.worker import Loop
from tiemchung.doses.reads import Entry, corrections_in, counting_entries, places_and_days_of
from tiemchung.figures.actions import FOLLOWER, recount_days


def _counter(at: dt.datetime) -> Callable[[Sequence[Any]], None]:
    def handle(entries: Sequence[Any]) -> None:
        recount_days(days=places_and_days_of(counting_entries(entries)), at=at)
        note_receipts("figures", corrections_in(entries), at)

    return handle


def follow_ledger(at: dt.datetime) -> int:
    """Recount the days of all entries since the bookmark; give how many entries were read."""
    return follow(Entry, FOLLOWER, _counter(at), at=at)


def retry_failed(at: dt.datetime) -> int:
    """Try again what could not be counted; give how many succeeded."""
    return retry_parked(Entry, FOLLOWER, _counter(at), at=at)


LOOPS = [Loop("figures.follow_ledger", follow_ledger, every=1.0), Loop("figures.retry", retry_failed, every=10.0)]
