"""Doors that can be knocked twice: the same key gives the first answer again and changes nothing."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from tiemchung.core.models import ActionKey
from tiemchung.core.verdict import Refused, refuse


def once(
    key: str, action: str, ask: Mapping[str, Any], at: dt.datetime, act: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Run `act` once for this key and give its plain answer, now and at every repetition.

    A racing twin waits for the first; what it did meanwhile is taken back and it gets the first one's answer. Inside
    a caller's transaction a savepoint is enough for that: the rows of keys are read by each statement anew. The same
    key with another `ask` is refused with KEY_REUSED: a client that mixes up its keys must hear of it.
    """
    fingerprint = hashlib.sha256(json.dumps(ask, sort_keys=True, default=str).encode()).digest()
    known = ActionKey.objects.filter(key=key, action=action).first()
    if known is None:
        try:
            return _first(ActionKey(key=key, action=action, fingerprint=fingerprint, result={}, at=at), act)
        except _TwinWon:
            known = ActionKey.objects.get(key=key, action=action)
    if bytes(known.fingerprint) != fingerprint:
        raise Refused(refuse("KEY_REUSED"))
    return dict(known.result)


@transaction.atomic
def _first(row: ActionKey, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    row.result = act()
    ActionKey.objects.bulk_create([row], ignore_conflicts=True)
    if not ActionKey.objects.filter(key=row.key, id=row.id).exists():
        raise _TwinWon
    return dict(row.result)


class _TwinWon(Exception):
    """A racing call with the same key committed first; all of ours is rolled back."""
