"""Keeps a table of processes alive until it is told to end, and then leaves nothing behind."""

import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .child import Child, Console
from .health import is_free, works
from .processes import Process

READY_SECONDS = 180.0
GRACE_SECONDS = 10.0
DEATHS_IN_A_MINUTE = 3
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotRun(Exception):
    """The processes cannot be started or kept alive; the words say why and what to do."""


@dataclass
class Supervisor:
    """The processes of one table. `keep_alive` is asked every second: what else must be looked after."""

    table: Sequence[Process]
    environment: Mapping[str, str]
    console: Console = field(default_factory=Console)
    keep_alive: Callable[[], None] = lambda: None
    ending: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._children: dict[str, Child] = {}
        self._deaths: dict[str, list[float]] = {process.name: [] for process in self.table}
        self._again_at: dict[str, float] = {}

    def listen_for_the_end(self) -> None:
        """Ctrl-C, a polite kill and a closed terminal all end the run; call it in the main thread."""
        for number in ENDING:
            signal.signal(number, lambda *_: self.ending.set())

    def check_ports(self) -> None:
        """Raise CannotRun when a port that a process needs is taken."""
        for process in self.table:
            if process.port is not None and not is_free(process.port):
                other = process.port + 100
                raise CannotRun(
                    f"Port {process.port} ({process.name}) is taken by another program, perhaps by another"
                    f" checkout's `make run`.\nEnd that one, or choose another port:"
                    f" {process.port_variable}={other} make run"
                )

    def start(self) -> None:
        """Every process works when this returns, unless the end was asked for. Raises CannotRun."""
        for process in self.table:
            self._spawn(process)
        waiting = list(self.table)
        give_up = time.monotonic() + READY_SECONDS
        while waiting and not self.ending.wait(0.05):
            self._replace_the_dead()
            waiting = [process for process in waiting if not self._works(process)]
            if waiting and time.monotonic() > give_up:
                names = ", ".join(process.name for process in waiting)
                raise CannotRun(f"Not ready after {READY_SECONDS:.0f} s: {names}. Its lines above say why.")

    def watch(self) -> None:
        """Return when the end is asked for; until then whoever dies is started again. Raises CannotRun."""
        next_look = time.monotonic()
        while not self.ending.wait(0.2):
            self._replace_the_dead()
            if time.monotonic() >= next_look:
                self.keep_alive()
                next_look = time.monotonic() + 1

    def stop(self) -> None:
        """No process of the table runs when this returns: asked first, killed after the time of grace."""
        for child in self._children.values():
            child.ask_to_end()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self._children.values():
            child.end_by(deadline)
        self._children.clear()

    def _works(self, process: Process) -> bool:
        child = self._children.get(process.name)
        return child is not None and child.exit_code is None and works(process, child.age)

    def _spawn(self, process: Process) -> None:
        try:
            self._children[process.name] = Child(process, self.console, self.environment)
        except OSError as problem:
            raise CannotRun(f"{process.name} cannot be started: {problem}. Run: bin/bootstrap") from None

    def _replace_the_dead(self) -> None:
        for process in self.table:
            child = self._children.get(process.name)
            if child is not None and child.exit_code is not None:
                self._bury(process, child)
            elif child is None and time.monotonic() >= self._again_at[process.name]:
                self._spawn(process)

    def _bury(self, process: Process, child: Child) -> None:
        code = child.exit_code
        child.end_by(time.monotonic())
        del self._children[process.name]
        now = time.monotonic()
        deaths = [then for then in self._deaths[process.name] if now - then < 60] + [now]
        self._deaths[process.name] = deaths
        if len(deaths) > DEATHS_IN_A_MINUTE:
            raise CannotRun(_why_given_up(process, child, code))
        pause = 0.5 * 2 ** (len(deaths) - 1)
        self._again_at[process.name] = now + pause
        self.console.say(f"{process.name} ended ({_how(code)}); starting it again in {pause:.1f} s")


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _why_given_up(process: Process, child: Child, code: int | None) -> str:
    said = "\n".join(f"    {line}" for line in child.last_lines) or "    (nothing)"
    return (
        f"{process.name} ended {DEATHS_IN_A_MINUTE + 1} times within a minute ({_how(code)})."
        f" Its last words:\n{said}\nTry it alone: {' '.join(process.argv)}"
    )
