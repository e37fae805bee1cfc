"""Passports follow the ledger and the people; allowed runs of facilities are worked off here."""

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

from django.conf import settings

from tiemchung.certificates.actions.facility_signing import OPEN, work_facility_batch
from tiemchung.certificates.actions.falling import tell_fallen
from tiemchung.certificates.actions.passports import refresh_passports
from tiemchung.certificates.models import PassportNews, SignRun
from tiemchung.certificates.rules import RunKind, RunState
from tiemchung.certificates.rules.falling import SILENT_AFTER, WAIT
from tiemchung.core.collecting import uncollected
from tiemchung.core.follow import follow, read_batch, retry_parked, skip_old
from tiemchung.core.models import Bookmark
from tiemchung.core.quiet import is_quiet
from tiemchung.core.worker import Loop
from tiemchung.doses.reads import Entry
from tiemchung.doses.rules import EntryKind
from tiemchung.people.reads import Change

FOLLOWER = "passports"
FOLLOWER_OF_PEOPLE = "passports.people"
FOLLOWER_OF_NEWS = "passports.fallen"
TOLD_A_TURN = 40
BATCH = 500
Handle = Callable[[Sequence[Any]], None]


def _of_doses(at: dt.datetime) -> Handle:
    # Whoever signs writes passports and work lists in the same transaction: nothing is left to follow.
    def handle(entries: Sequence[Any]) -> None:
        _refresh([entry for entry in entries if entry.kind != EntryKind.SIGNED], at)

    return handle


def _of_people(at: dt.datetime) -> Handle:
    def handle(changes: Sequence[Any]) -> None:
        _refresh(changes, at)

    return handle


def _of_news(at: dt.datetime) -> Handle:
    def handle(news: Sequence[Any]) -> None:
        tell_fallen(person_ids=[one.person_id for one in news], at=at)

    return handle


def _refresh(entries: Sequence[Any], at: dt.datetime) -> None:
    persons = dict.fromkeys(entry.profile_id for entry in entries)
    if persons:
        with uncollected():
            refresh_passports(person_ids=persons, at=at)


def follow_ledger_for_passports(at: dt.datetime) -> int:
    """Bring up to date the passports of all whose doses changed; give how many entries were read."""
    return follow(Entry, FOLLOWER, _of_doses(at), at=at, limit=BATCH)


def follow_people_for_passports(at: dt.datetime) -> int:
    """Bring up to date the passports of all who changed, or of whom the register answered; give how many changes."""
    return follow(Change, FOLLOWER_OF_PEOPLE, _of_people(at), at=at, limit=BATCH)


def retry_passports(at: dt.datetime) -> int:
    """Try again what could not be handled; give how many succeeded."""
    doses = retry_parked(Entry, FOLLOWER, _of_doses(at), at=at)
    news = retry_parked(
        PassportNews,
        FOLLOWER_OF_NEWS,
        _of_news(at),
        at=at,
    )
    return news + doses + retry_parked(Change, FOLLOWER_OF_PEOPLE, _of_people(at), at=at)


def work_facility_runs(at: dt.datetime) -> int:
    """Sign one batch of each allowed run, those that wait for their key store last; give how many doses it were."""
    runs = SignRun.objects.filter(kind=RunKind.FACILITY, state__in=OPEN).order_by("allowed_at")
    found = sorted(runs.values_list("id", "state"), key=lambda run: run[1] != RunState.RUNNING)
    return sum(work_facility_batch(run_id, at) for run_id, _ in found)


def tell_of_fallen(at: dt.datetime) -> int:
    """Tell holders whose passport was revoked since the bookmark; give how many lines were read, 0 once any was told.

    At night nothing is read: the bookmark waits until the morning. The demonstration has no night. A turn a second,
    40 messages at most in it: a key that takes a country's passports along holds no sign-in's code back for long. News
    waits a minute: a new code that is there by then is told in the same message.
    """
    if is_quiet(at) and not settings.DEMO:
        return 0
    told, old = 0, False

    def handle(news: Sequence[Any]) -> None:
        nonlocal told, old
        old = all(at - one.at > SILENT_AFTER for one in news)
        told = tell_fallen(person_ids=[one.person_id for one in news], at=at)

    ripe = _ripe(at)
    read = follow(PassportNews, FOLLOWER_OF_NEWS, handle, at=at, limit=ripe) if ripe else 0
    if old:
        skip_old(PassportNews, FOLLOWER_OF_NEWS, field="at", before=at - SILENT_AFTER)
    return 0 if told else read


def _ripe(at: dt.datetime) -> int:
    """Count how many of the next lines have waited long enough; the first that has not holds the others."""
    mark = Bookmark.objects.filter(follower=FOLLOWER_OF_NEWS, shard="").first() or Bookmark(follower=FOLLOWER_OF_NEWS)
    lines = read_batch(PassportNews, mark, TOLD_A_TURN)
    return sum(1 for _ in takewhile(lambda one: at - one.at >= WAIT, lines))


LOOPS = [
    Loop("certificates.follow_ledger_for_passports", follow_ledger_for_passports, every=0.5),
    Loop("certificates.follow_people_for_passports", follow_people_for_passports, every=0.5),
    Loop("certificates.retry_passports", retry_passports, every=10.0),
    Loop("certificates.tell_of_fallen", tell_of_fallen, every=1.0),
    Loop("certificates.facility_runs", work_facility_runs, every=2.0),
]
