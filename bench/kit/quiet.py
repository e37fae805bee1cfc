"""Whether a measurement had the machine to itself: strangers make the same work cost half as much again."""

import os
import time
from collections.abc import Callable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
QUIET = 0.10  # of the machine


def busy_seconds() -> float:
    """Give the processor time that everybody together has used since the machine started."""
    user, nice, system, _idle, _wait, irq, soft, steal = (
        int(part) for part in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + soft + steal) / TICK


class Strangers:
    """Counts what others used of the machine between two moments; `ours` gives our own processor seconds so far."""

    def __init__(self, ours: Callable[[], float]) -> None:
        self.ours = ours
        self.all_before, self.ours_before, self.began = busy_seconds(), ours(), time.monotonic()

    def share(self) -> float:
        """Give the strangers' part of all cores since the start, from 0 to 1."""
        theirs = busy_seconds() - self.all_before - (self.ours() - self.ours_before)
        return max(theirs, 0.0) / ((time.monotonic() - self.began) * (os.cpu_count() or 1))
