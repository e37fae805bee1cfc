"""Handing out what was revoked: within seconds it is in the lists that partners and verifiers fetch.

Each night all of it is compared once more with what was handed out.
"""

import datetime as dt

from tiemchung.certificates.actions.comparing_revocations import compare_revocations
from tiemchung.certificates.actions.kept_lists import keep_lists
from tiemchung.certificates.actions.revocation_lists import keep_revocations, publish_revocations
from tiemchung.certificates.actions.revocation_messages import keep_messages
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.core.clock import local
from tiemchung.core.worker import Loop

# The hour of the night, in Vietnam, at which nobody waits at a desk.
_HOUR = 2
# The nights that this process has compared: another process, or this one begun anew, finds nothing missing.
_compared: set[dt.date] = set()


def publish(at: dt.datetime) -> int:
    """Publish what was revoked since the last turn; give how many."""
    return publish_revocations(at=at)


def compare(at: dt.datetime) -> int:
    """Once a night compare what was revoked with the lists; give how many were missing."""
    now = local(at)
    if now.hour != _HOUR or now.date() in _compared:
        return 0
    found = compare_revocations(at=at)
    _compared.clear()
    _compared.add(now.date())
    return found.unlisted + found.unpublished


def keep(at: dt.datetime) -> int:
    """Sign the lists for verifiers and partners and keep them for when nothing can be signed; give how many changed.

    A store that is away raises its alarm elsewhere (`tasks/keys.py`); the last lists stay.
    """
    try:
        keep_revocations(at=at)
        return keep_lists(at=at) + keep_messages(at=at)
    except KeyStoreError:
        return 0


LOOPS = [
    Loop("certificates.publish_revocations", publish, every=5.0),
    Loop("certificates.compare_revocations", compare, every=60.0),
    Loop("certificates.keep_lists", keep, every=60.0),
]
