"""Handing out what was revoked: within seconds it is in the lists that partners and verifiers fetch.

Each night all of it is compared once more with what was handed out.
"""

import datetime as dt

from tiemchung.certificates.actions.comparing_revocations import compare_revocations
from tiemchung.certificates.actions.revocation_lists import publish_revocations
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


LOOPS = [
    Loop("certificates.publish_revocations", publish, every=5.0),
    Loop("certificates.compare_revocations", compare, every=60.0),
]
