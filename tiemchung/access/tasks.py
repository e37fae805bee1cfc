"""What the clock triggers: what is over is swept away."""

import datetime as dt

from tiemchung.access.actions import sweep_buckets, sweep_devices, sweep_proofs
from tiemchung.core.worker import Loop


def sweep(at: dt.datetime) -> int:
    """Delete used proofs that are too old, buckets that have run empty and known devices whose time is over.

    Gives 0, whatever was swept: nothing waits for the next turn.
    """
    sweep_proofs(at)
    sweep_buckets(at)
    sweep_devices(at)
    return 0


LOOPS = [Loop("access.sweep", sweep, every=300.0)]
