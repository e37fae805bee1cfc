"""Starting, watching and stopping the embedded server.

Whether it lives is asked of its socket and of a lock that its own processes hold; never of postmaster.pid,
which a killed server leaves behind and whose number may belong to any program by now.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .account import Account
from .binaries import Binaries
from .layout import PORT, DatabaseUnavailable, Layout

START_SECONDS = 3600  # crash recovery after a long burst takes minutes; giving up would only start it anew
ORPHAN_SECONDS = 2


@contextmanager
def starting(layout: Layout) -> Iterator[None]:
    """One at a time: two starts make one server, and a stop waits for a start."""
    with open(layout.starting, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def answers(layout: Layout, binaries: Binaries, account: Account) -> bool:
    """Whether a server answers on the socket, if only that it is still recovering or shutting down."""
    return _pg_isready(layout, binaries, account) in (0, 1)


def ready(layout: Layout, binaries: Binaries, account: Account) -> bool:
    """Whether the server takes connections."""
    return _pg_isready(layout, binaries, account) == 0


def _pg_isready(layout: Layout, binaries: Binaries, account: Account) -> int:
    where = ("-h", layout.socket, "-p", str(PORT), "-d", "postgres")
    return account.run(binaries.program("pg_isready"), "-q", "-t", "3", *where).returncode


def has_processes(layout: Layout) -> bool:
    """Whether a process of this cluster lives, in whatever container: the lock goes with the last."""
    with open(layout.alive, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def start(layout: Layout, binaries: Binaries, account: Account) -> None:
    """The server takes connections when this returns; call it within `starting`.

    1. one that answers is waited for; 2. children that outlived a killed server are ended; 3. the traces of a
    dead server are removed; 4. pg_ctl starts it, and it recovers by itself. Raises DatabaseUnavailable.
    """
    if not answers(layout, binaries, account):
        _end_orphans(layout)
        if not _processes_in(layout.data):
            _remove_traces(layout)
        _launch(layout, binaries, account)
    _wait_until_ready(layout, binaries, account)


def stop(layout: Layout, binaries: Binaries, account: Account) -> bool:
    """No server runs when this returns; True when one had to be stopped. Clients are cut off."""
    if not answers(layout, binaries, account) and not has_processes(layout):
        return False
    ended = account.run(
        binaries.program("pg_ctl"), "stop", "-D", layout.data, "-m", "fast", "-w", "-t", "120", "-s"
    )
    if ended.returncode != 0:
        raise DatabaseUnavailable(f"PostgreSQL did not stop: {ended.stderr.strip()}. See {layout.log}")
    return True


def _launch(layout: Layout, binaries: Binaries, account: Account) -> None:
    with open(layout.alive, "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        begun = account.run(
            binaries.program("pg_ctl"), "start", "-D", layout.data, "-l", layout.log,
            "-w", "-t", str(START_SECONDS), "-s",
            pass_fds=[held.fileno()],
        )  # fmt: skip
    if begun.returncode != 0:
        raise DatabaseUnavailable(
            f"PostgreSQL did not start: {begun.stderr.strip()}\n{_tail(layout.log)}\n"
            f"The whole log: {layout.log}. Data: {layout.data}. A full disk is the usual reason."
        )


def _wait_until_ready(layout: Layout, binaries: Binaries, account: Account) -> None:
    give_up = time.monotonic() + START_SECONDS
    while not ready(layout, binaries, account):
        if time.monotonic() > give_up or not answers(layout, binaries, account):
            raise DatabaseUnavailable(f"PostgreSQL stopped answering while starting. See {layout.log}")
        time.sleep(0.1)


def _end_orphans(layout: Layout) -> None:
    """Children of a killed server end by themselves within moments; one in a long statement is told to."""
    begun = time.monotonic()
    while has_processes(layout):
        waited = time.monotonic() - begun
        if waited > ORPHAN_SECONDS:
            for pid in _processes_in(layout.data):
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGQUIT)
        if waited > 10 * ORPHAN_SECONDS:
            raise DatabaseUnavailable(
                f"Processes of an earlier server still use {layout.data}, perhaps in another container."
                " End them, then start again."
            )
        time.sleep(0.1)


def _remove_traces(layout: Layout) -> None:
    """What a dead server leaves; a stranger may have its number now, and PostgreSQL would not start."""
    traces = [layout.data / "postmaster.pid"]
    traces += [layout.socket / f".s.PGSQL.{PORT}{end}" for end in ("", ".lock")]
    for trace in traces:
        trace.unlink(missing_ok=True)


def _processes_in(data: Path) -> list[int]:
    """The processes that stand in the data directory, as all of PostgreSQL's do; none without /proc."""
    found = []
    for entry in Path("/proc").glob("[0-9]*") if Path("/proc/self/cwd").exists() else ():
        with suppress(OSError):
            if os.readlink(entry / "cwd") == str(data):
                found.append(int(entry.name))
    return found


def _tail(log: Path, lines: int = 8) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
