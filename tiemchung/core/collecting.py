"""The collector of cyclic garbage, kept from looking at a batch again and again while it grows."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """A stretch of work whose thousands of objects live until its end: the collector waits, and finds them gone.

    What has no cycles is freed as ever. The whole process is meant: a worker's batches, never a server's requests.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
