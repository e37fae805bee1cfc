"""One child process: its own process group, its lines with its name in front, its end."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress

from .processes import Process

KEPT_LINES = 20


class Console:
    """The terminal, shared by every child; a closed terminal is no reason to fall."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def say(self, text: str, name: str = "") -> None:
        """Write lines, each with the name of who speaks."""
        front = f"{name:<7}| " if name else ""
        with self._lock, suppress(OSError, ValueError):
            sys.stdout.write("".join(f"{front}{line}\n" for line in text.splitlines() or [""]))
            sys.stdout.flush()


class Child:
    """A process of the table while it runs."""

    def __init__(self, process: Process, console: Console, environment: Mapping[str, str]) -> None:
        self.process = process
        self.started = time.monotonic()
        self.last_lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._console = console
        self._popen = subprocess.Popen(  # noqa: S603 - the programs of our own table
            [*_ends_with_us(), *process.argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**environment, **process.environment},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._relay, daemon=True)
        self._reader.start()

    @property
    def exit_code(self) -> int | None:
        """None while it runs; a negative number is the signal that ended it."""
        return self._popen.poll()

    @property
    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self.started

    def ask_to_end(self) -> None:
        """Tell the whole group to finish what it holds."""
        self._signal(signal.SIGTERM)

    def end_by(self, deadline: float) -> None:
        """Gone when this returns: by itself until `deadline` (monotonic), else killed with all it started."""
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(max(0.0, deadline - time.monotonic()))
        self._signal(signal.SIGKILL)  # also what outlives its leader
        self._popen.wait()
        self._reader.join(timeout=2)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, number)

    def _relay(self) -> None:
        for raw in self._popen.stdout or ():
            line = raw.decode("utf-8", "replace").rstrip()
            self.last_lines.append(line)
            self._console.say(line, self.process.name)


def _ends_with_us() -> tuple[str, ...]:
    """Where the system offers it, a child is told to end when this program is killed outright."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "TERM", "--") if setpriv and sys.platform == "linux" else ()
