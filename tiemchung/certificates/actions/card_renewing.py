"""Cards near their end: a new certificate is made by itself, and the earlier one holds to its own end.

Nobody is told, unlike of a passport: the phone fetches the new code from the address that it has. The notice is as
long, so that a copy kept on a phone that is rarely in a network has gone before its code does.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction

from tiemchung.certificates.actions.cards import refresh_cards
from tiemchung.certificates.rules import NOTICE
from tiemchung.core.alarms import alarms, raise_alarm
from tiemchung.core.distribution import allow_cross_shard

BATCH = 100
# What could not be renewed is tried again after so long, and meanwhile stands in nobody's way.
AGAIN = dt.timedelta(hours=1)
ALARM = "CARDS_NOT_RENEWED"
_log = logging.getLogger("tiemchung.certificates")
_CLAIM = """
WITH ending AS (
    SELECT person_id, id FROM certificates_certificate
    WHERE kind = 'CARD' AND state = 'ISSUED' AND expires_at <= %s AND (taken_at IS NULL OR taken_at <= %s)
    ORDER BY expires_at, person_id LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE certificates_certificate c SET taken_at = %s FROM ending
WHERE c.person_id = ending.person_id AND c.id = ending.id RETURNING c.person_id
"""


def renew_cards(*, at: dt.datetime, limit: int = BATCH) -> int:
    """Renew the cards that end within the notice, the soonest first; give how many were taken up.

    One that cannot be renewed keeps nobody else waiting: it is tried by itself, counted in an alarm, and tried again
    after an hour. 0 where nothing can be signed now: those wait with all that wait (`sign_waiting_cards`).
    """
    persons = _claim(at, limit)
    if not persons:
        return 0
    try:
        done = refresh_cards(person_ids=persons, at=at)
    except Exception:
        _one_by_one(persons, at)
    else:
        if any(change.store_away for change in done.values()):
            return 0
    return len(persons)


def _claim(at: dt.datetime, limit: int) -> list[UUID]:
    """Take up what ends, committed before it is worked on: several workers share it, and nothing is tried in a ring."""
    with (
        transaction.atomic(),
        allow_cross_shard("what ends soonest lies on every node; card_ends answers"),
        connection.cursor() as cursor,
    ):
        cursor.execute(_CLAIM, [at + NOTICE, at - AGAIN, limit, at])
        return [row[0] for row in cursor.fetchall()]


def _one_by_one(persons: Sequence[UUID], at: dt.datetime) -> None:
    failed = 0
    for person_id in persons:
        try:
            refresh_cards(person_ids=[person_id], at=at)
        except Exception as error:
            # The kind and not the text, which quotes the row of a person.
            _log.error("a card was not renewed: %s", type(error).__name__)
            failed += 1
    if failed and not any(one.code == ALARM for one in alarms(unseen=True)):
        raise_alarm(ALARM, at=at, n=failed)
