"""Handing out what was revoked: within seconds it is in the lists that partners and verifiers fetch."""

import datetime as dt

from tiemchung.certificates.actions.revocation_lists import publish_revocations
from tiemchung.core.worker import Loop


def publish(at: dt.datetime) -> int:
    """Publish what was revoked since the last turn; give how many."""
    return publish_revocations(at=at)


LOOPS = [Loop("certificates.publish_revocations", publish, every=5.0)]
