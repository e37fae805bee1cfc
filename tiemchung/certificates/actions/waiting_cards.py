"""Cards whose new code waits for the key store: signed when it is back, the longest waiting first.

What was no longer true fell when it became untrue; here only the successor comes.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from tiemchung.certificates.actions.cards import refresh_cards
from tiemchung.certificates.models import Card
from tiemchung.certificates.refreshing import CardChange
from tiemchung.core.alarms import raise_daily
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.receipts import note_receipts

BATCH = 100
LONG = dt.timedelta(minutes=10)  # a wait that people are told of
AGAIN = dt.timedelta(minutes=10)  # until what failed by itself is tried again; meanwhile it stands in nobody's way
ALARM = "CARDS_WAIT"
_log = logging.getLogger("tiemchung.certificates")
_WHY = "a key store keeps persons of every shard waiting; card_waits answers"


def sign_waiting_cards(*, at: dt.datetime, limit: int = BATCH) -> int:
    """Sign the codes that have waited longest; give how many cards wait no longer.

    Where the store is away still, nothing changes; one that fails for a reason of its own is tried again after
    `AGAIN`.
    """
    with allow_cross_shard(_WHY):
        persons = list(_due(at).order_by("waits_since", "person_id").values_list("person_id", flat=True)[:limit])
    if not persons:
        return 0
    try:
        done = refresh_cards(person_ids=persons, at=at)
    except Exception:
        done = _one_by_one(persons, at)
    alone = [one for one in persons if one not in done or (done[one].waits and not done[one].store_away)]
    Card.objects.filter(person_id__in=alone).update(tried_at=at)
    return sum(not change.waits for change in done.values())


def tell_of_long_waits(at: dt.datetime) -> None:
    """Raise one alarm a day while cards wait longer than `LONG` for their codes."""
    with allow_cross_shard(_WHY):
        long = Card.objects.filter(waits_since__lte=at - LONG).count()
    if long:
        raise_daily(ALARM, at=at, n=long)


def note_corrections(
    done: Mapping[UUID, CardChange], corrections: Iterable[tuple[UUID, UUID]], at: dt.datetime
) -> None:
    """Leave for each correction (profile, entry) the receipts `card` and `certificate`.

    The second waits where the new code does. Call it in the transaction of the refresh that gave `done`.
    """
    told = list(corrections)
    note_receipts("card", told, at)
    by_outcome: dict[tuple[bool, bool], list[tuple[UUID, UUID]]] = {}
    for profile_id, entry_id in told:
        change = done[profile_id]
        if change.waits:
            card = Card.objects.get(person_id=change.person_id)
            card.waiting.append([str(profile_id), str(entry_id), change.revoked])
            card.save(update_fields=["waiting"])
        else:
            by_outcome.setdefault((change.issued, change.revoked), []).append((profile_id, entry_id))
    for (issued, revoked), some in by_outcome.items():
        note_receipts("certificate", some, at, issued=issued, revoked=revoked)


def _due(at: dt.datetime) -> QuerySet[Card]:
    return Card.objects.filter(Q(tried_at=None) | Q(tried_at__lte=at - AGAIN), waits_since__isnull=False)


def _one_by_one(persons: Sequence[UUID], at: dt.datetime) -> dict[UUID, CardChange]:
    done: dict[UUID, CardChange] = {}
    for person_id in persons:
        try:
            done |= refresh_cards(person_ids=[person_id], at=at)
        except Exception as error:
            # The kind and not the text, which quotes the row of a person.
            _log.error("a waiting card was not signed: %s", type(error).__name__)
    return done
