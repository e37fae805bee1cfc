"""What every reader promises of every input, and how a target breaks it."""

import resource
import sys
import time
from collections.abc import Callable

LONGEST_S = 0.05
MOST_BYTES = 64 * 1024 * 1024
_UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss counts bytes there and KiB elsewhere

Target = Callable[[bytes], None]


class Broken(Exception):
    """A promise did not hold; its text says which, and never what the input was."""


def require(holds: bool, promise: str) -> None:
    """Raise Broken with the promise unless it holds."""
    if not holds:
        raise Broken(promise)


def most_memory() -> int:
    """Give the most memory that this process ever held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _took(target: Target, data: bytes) -> float:
    start = time.thread_time()
    target(data)
    return time.thread_time() - start


def bounded(target: Target) -> Target:
    """Give the target with two promises more: 50 ms of processor time and 64 MB of memory, at most.

    What took longer is tried three times more and the shortest counts: a pause of the machine is nobody's fault.
    """

    def watched(data: bytes) -> None:
        before = most_memory()
        took = _took(target, data)
        if took > LONGEST_S:
            took = min(_took(target, data) for _ in range(3))
        require(took <= LONGEST_S, f"took more than {LONGEST_S * 1000:.0f} ms")
        require(most_memory() - before <= MOST_BYTES, f"took more than {MOST_BYTES >> 20} MB")

    return watched
