"""What the ledger triggers here: how much a facility gave from its lots, counted anew for the days that changed."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from tiemchung.core.follow import follow, retry_parked
from tiemchung.core.worker import Loop
from tiemchung.doses.reads import Entry, counting_entries, places_and_days_of
from tiemchung.stock.actions import FOLLOWER, count_lots_given


def _counter(at: dt.datetime) -> Callable[[Sequence[Any]], None]:
    def handle(entries: Sequence[Any]) -> None:
        days = places_and_days_of(counting_entries(entries))
        count_lots_given(days=[(facility, day) for facility, day in days if facility], at=at)

    return handle


def follow_ledger(at: dt.datetime) -> int:
    """Recount the days of all entries since the bookmark; give how many entries were read."""
    return follow(Entry, FOLLOWER, _counter(at), at=at)


def retry_failed(at: dt.datetime) -> int:
    """Try again what could not be counted; give how many succeeded."""
    return retry_parked(Entry, FOLLOWER, _counter(at), at=at)


LOOPS = [Loop("stock.follow_ledger", follow_ledger, every=1.0), Loop("stock.retry", retry_failed, every=10.0)]
