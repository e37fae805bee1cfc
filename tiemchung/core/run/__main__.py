"""`make run`: database, preparation, processes, addresses; then watch until Ctrl-C."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tiemchung.core.install import CHECKOUT, SecretsUnsafe, home, load_secrets
from tiemchung.core.postgres import DatabaseUnavailable, ensure_running, has_server, prepare_external, stop

from .child import Console
from .processes import all_processes, demonstration_environment
from .supervisor import CannotRun, Supervisor


class _Asked(KeyboardInterrupt):
    """The end was asked for before the processes stood."""


def main() -> int:
    """Run everything until told to end; 0 after a wanted end, 1 with the reason after any other."""
    console = Console()
    where = home()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_asked)
    try:
        with _only_one(where):
            return _run(console, where)
    except KeyboardInterrupt:
        return 0
    except (CannotRun, DatabaseUnavailable, SecretsUnsafe, ValueError) as problem:
        console.say(f"\nTiêm Chủng did not start, or could not go on.\n{problem}")
        return 1


def _run(console: Console, where: Path) -> int:
    begun = time.monotonic()
    environment = {**os.environ, **demonstration_environment()}
    crew = Supervisor(all_processes(), environment, console, keep_alive=lambda: _mend_database(where))
    crew.check_ports()
    load_secrets()
    try:
        console.say(f"database: {_database(where)}")
        sign_ins = _prepare(environment)
        crew.listen_for_the_end()
        crew.start()
        if not crew.ending.is_set():
            _say_where(console, crew, sign_ins, time.monotonic() - begun)
            crew.watch()
        console.say("\nEnding ...")
        return 0
    finally:
        _end_everything(console, crew, where)


def _end_everything(console: Console, crew: Supervisor, where: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # an impatient second Ctrl-C must not leave half of it running
    crew.stop()
    if not os.environ.get("DATABASE_URL"):
        stop(where)
    console.say("Everything has ended.")


def _database(where: Path) -> str:
    external = os.environ.get("DATABASE_URL", "")
    if external:
        return f"PostgreSQL {prepare_external(external)} of DATABASE_URL"
    server = ensure_running(where)
    return f"PostgreSQL {server.version}, data in {server.data}"


def _mend_database(where: Path) -> None:
    """A killed embedded server is back within seconds; a server of DATABASE_URL is its operator's care."""
    if not os.environ.get("DATABASE_URL") and not has_server(where):
        ensure_running(where)


def _prepare(environment: dict[str, str]) -> str:
    """Tables, reference data and demonstration; gives the sign-ins to print."""
    asked = subprocess.Popen(
        [sys.executable, "-m", "tiemchung.core.run.prepare"],
        cwd=CHECKOUT,
        env={**environment, "TIEMCHUNG_DB_ROLE": "owner"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        sign_ins, _ = asked.communicate()
    except BaseException:
        asked.terminate()
        asked.wait()
        raise
    if asked.returncode != 0:
        raise CannotRun(
            "The preparation failed; its lines above say why. What was loaded stays: mend it and run `make"
            " run` again. A fresh start without the old data: TIEMCHUNG_HOME=/some/new/folder make run"
        )
    return sign_ins.rstrip()


def _say_where(console: Console, crew: Supervisor, sign_ins: str, seconds: float) -> None:
    console.say(f"\nTiêm Chủng runs ({seconds:.1f} s).")
    for process in reversed(crew.table):
        if process.address:
            console.say(f"  {process.address:<24} {process.what}")
    console.say(sign_ins)
    console.say("Ctrl-C ends everything.\n")


@contextmanager
def _only_one(where: Path) -> Iterator[None]:
    """One `make run` for one home: a second would take the database away from the first at its end."""
    where.mkdir(parents=True, exist_ok=True, mode=0o755)
    with open(where / "run.lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"Another `make run` works with {where} already. End it with Ctrl-C first, or give this one"
                " data and ports of its own: TIEMCHUNG_HOME=... TIEMCHUNG_PORT=... TIEMCHUNG_SMS_PORT=..."
                " TIEMCHUNG_SMPP_PORT=... make run"
            ) from None
        yield


def _raise_asked(*_: object) -> None:
    raise _Asked


if __name__ == "__main__":
    os.chdir(CHECKOUT)
    sys.exit(main())
