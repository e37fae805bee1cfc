"""Whether the population register answers, as the questions that wait for it show."""

import datetime as dt

from django.db import connection

from tiemchung.core.distribution import allow_cross_shard

# Longer than any answer is waited for (`people.actions.asking`): a question on its way is no silence.
SILENCE = dt.timedelta(seconds=60)
_WHY = "what was asked and not answered lies with its persons; identity_sent answers"
_OLDEST = "SELECT min(sent_at) FROM people_identitycheck WHERE batch_id IS NOT NULL AND sent_at <= %s"


def register_silent_since(at: dt.datetime) -> dt.datetime | None:
    """Give when the oldest question was first sent that should have its answer by now, None where none waits so.

    Whatever keeps the answer away: an outage, a limit, or our own sender standing still.
    """
    with allow_cross_shard(_WHY), connection.cursor() as cursor:
        cursor.execute(_OLDEST, [at - SILENCE])
        row = cursor.fetchone()
    return row[0] if row else None
