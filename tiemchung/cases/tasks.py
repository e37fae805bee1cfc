"""What the clock and the ledger trigger in cases."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings

from tiemchung.cases.actions.bulk import run_bulks
from tiemchung.cases.actions.drafting import drop_expired_drafts
from tiemchung.cases.actions.ghosts import look_at_days, note_days
from tiemchung.cases.actions.noticing import tell_of_doses
from tiemchung.cases.actions.rehoming import rehome_cases
from tiemchung.cases.actions.ticking import sound_alarms
from tiemchung.cases.actions.untold import note_untold
from tiemchung.cases.evidence import tasks as evidence
from tiemchung.cases.rules.notices import SILENT_AFTER, too_late_to_tell
from tiemchung.core.follow import follow, retry_parked, skip_old
from tiemchung.core.quiet import is_quiet
from tiemchung.core.worker import Loop
from tiemchung.doses.reads import Entry

NOTICES, GHOSTS = "cases.notices", "cases.ghosts"
# A turn a second: 144,000 notices an hour, two million a day; a sign-in's code queues behind no more than these.
NOTICES_A_TURN = 40


def tell_of_new_doses(at: dt.datetime) -> int:
    """Tell people of the doses recorded since the bookmark; give how many entries were read, 0 once any was told.

    At night nothing is read: the bookmark waits until the morning. The demonstration has no night. A ledger of years
    that this follower meets for the first time is passed over in one go: nobody would be told of any of it.
    """
    if is_quiet(at) and not settings.DEMO:
        return 0
    told, old = 0, False

    def handle(entries: Sequence[Any]) -> None:
        nonlocal told, old
        old = all(too_late_to_tell(entry.recorded_at, at) for entry in entries)
        told = tell_of_doses(entries, at)

    read = follow(Entry, NOTICES, handle, at=at, limit=NOTICES_A_TURN)
    if old:
        skip_old(Entry, NOTICES, field="recorded_at", before=at - SILENT_AFTER)
    return 0 if told else read


def _looking(at: dt.datetime) -> Callable[[Sequence[Any]], None]:
    return lambda entries: note_days(entries, at)


def follow_for_ghosts(at: dt.datetime) -> int:
    """Note the days whose doses changed since the bookmark; give how many entries were read."""
    return follow(Entry, GHOSTS, _looking(at), at=at)


def retry_failed(at: dt.datetime) -> int:
    """Try again what could not be told or noted; give how many succeeded."""
    told = retry_parked(Entry, NOTICES, lambda entries: _tell_again(entries, at), at=at)
    return told + retry_parked(Entry, GHOSTS, _looking(at), at=at)


def _tell_again(entries: Sequence[Any], at: dt.datetime) -> None:
    tell_of_doses(entries, at)


LOOPS = [
    Loop("cases.sound_alarms", sound_alarms, every=5.0),
    Loop("cases.rehome", rehome_cases, every=60.0),
    Loop("cases.note_untold", note_untold, every=10.0),
    Loop("cases.run_bulks", run_bulks, every=2.0),
    Loop("cases.drop_drafts", drop_expired_drafts, every=60.0),
    Loop("cases.tell_of_doses", tell_of_new_doses, every=1.0),
    Loop("cases.follow_for_ghosts", follow_for_ghosts, every=5.0),
    Loop("cases.look_at_days", look_at_days, every=30.0),
    Loop("cases.retry", retry_failed, every=10.0),
    *evidence.LOOPS,
]
