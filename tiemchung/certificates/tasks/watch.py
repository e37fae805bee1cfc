"""The nightly watch: every certificate verified again, a sample of people compared."""

import datetime as dt

from tiemchung.certificates.actions.watching import watch_batch
from tiemchung.core.clock import local
from tiemchung.core.worker import Loop

# Between one and five in the morning nobody waits at a desk; a look that is not over then goes on the next night.
_FROM, _UNTIL = 1, 5


def watch(at: dt.datetime) -> int:
    """Verify the next batch of tonight's look."""
    return watch_batch(at=at, due=True) if _FROM <= local(at).hour < _UNTIL else 0


LOOPS = [Loop("certificates.watch", watch, every=30.0)]
