"""Doors that can be knocked twice: the same key gives the first answer again and changes nothing."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import connection, transaction

from tiemchung.core.ids import new_id
from tiemchung.core.models import ActionKey
from tiemchung.core.rows import rows
from tiemchung.core.verdict import Refused, refuse

_KNOWN: Final = "key = %s AND action = %s"
# Says in one statement whether this call was the first: a racing twin's row is waited for.
_TAKE_KEY = """
INSERT INTO core_actionkey (id, key, action, fingerprint, result, at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""


def once(
    key: str, action: str, ask: Mapping[str, Any], at: dt.datetime, act: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Run `act` once for this key and give its plain answer, now and at every repetition.

    A racing twin waits for the first; what it did meanwhile is taken back and it gets the first one's answer. Inside
    a caller's transaction a savepoint is enough for that: the rows of keys are read by each statement anew. The same
    key with another `ask` is refused with KEY_REUSED: a client that mixes up its keys must hear of it.
    """
    fingerprint = hashlib.sha256(json.dumps(ask, sort_keys=True, default=str).encode()).digest()
    known = rows(ActionKey, _KNOWN, key, action)
    if not known:
        try:
            return _first(key, action, fingerprint, at, act)
        except _TwinWon:
            known = rows(ActionKey, _KNOWN, key, action)
    if bytes(known[0].fingerprint) != fingerprint:
        raise Refused(refuse("KEY_REUSED"))
    return dict(known[0].result)


@transaction.atomic
def _first(
    key: str, action: str, fingerprint: bytes, at: dt.datetime, act: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    result = act()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_KEY, (new_id(), key, action, fingerprint, json.dumps(result), at))
        if not cursor.rowcount:
            raise _TwinWon
    return dict(result)


class _TwinWon(Exception):
    """A racing call with the same key committed first; all of ours is rolled back."""
