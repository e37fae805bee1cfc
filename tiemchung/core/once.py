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

    A racing twin waits for the first and gets its answer. The same key with another `ask` is refused with
    KEY_REUSED: a client that mixes up its keys must hear of it.
    """
    fingerprint = hashlib.sha256(json.dumps(ask, sort_keys=True, default=str).encode()).digest()
    with transaction.atomic():
        known = ActionKey.objects.filter(key=key, action=action).first()
        if known is None:
            row = ActionKey(key=key, action=action, fingerprint=fingerprint, result={}, at=at)
            row.result = act()
            ActionKey.objects.bulk_create([row], ignore_conflicts=True)
            known = ActionKey.objects.get(key=key, action=action)
            if known.id != row.id:
                raise TwinWon
            return dict(row.result)
    if bytes(known.fingerprint) != fingerprint:
        raise Refused(refuse("KEY_REUSED"))
    return dict(known.result)


class TwinWon(Exception):
    """A racing call with the same key committed first; ask again and get its answer."""
