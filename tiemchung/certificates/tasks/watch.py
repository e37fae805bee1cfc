"""The nightly watch: every certificate and the log verified again; and each day a sample of people compared."""

import datetime as dt

from tiemchung.certificates.actions.watching import compare_sample, watch_batch
from tiemchung.core.clock import local
from tiemchung.core.worker import Loop

# Between one and five in the morning nobody waits at a desk; a look that is not over then goes on the next night.
_FROM, _UNTIL = 1, 5


def watch(at: dt.datetime) -> int:
    """Look at the next range of tonight's look."""
    return watch_batch(at=at, due=True) if _FROM <= local(at).hour < _UNTIL else 0


def compare(at: dt.datetime) -> int:
    """Compare the day's sample, however far the look at every certificate is; by day where the night was missed."""
    return compare_sample(at=at) if local(at).hour >= _FROM else 0


LOOPS = [
    Loop("certificates.watch", watch, every=30.0),
    Loop("certificates.compare", compare, every=300.0),
]
