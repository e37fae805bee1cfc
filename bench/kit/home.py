"""A home of the benches' own: a durable database beside the installation's, kept for the next run."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tiemchung.core.install import CHECKOUT, default_home
from tiemchung.core.postgres import ensure_running, is_ready, stop


def enter_home(name: str) -> Path:
    """Point this process, and all that it starts, at the home `name`; call it before Django reads its settings."""
    chosen = os.environ.get("TIEMCHUNG_BENCH_HOME", "")
    home = Path(chosen).resolve() / name if chosen else default_home(name)
    os.environ["TIEMCHUNG_HOME"] = str(home)
    os.environ["TIEMCHUNG_INSECURE_LOCALHOST"] = "1"
    for elsewhere in ("DATABASE_URL", "TIEMCHUNG_SECRETS"):
        os.environ.pop(elsewhere, None)
    return home


@contextmanager
def own_database(home: Path, tuning: Mapping[str, str] | None = None) -> Iterator[None]:
    """The database of `home` runs with all its tables; it is stopped at the end unless it ran before.

    `tuning` is what an operator would write into local.conf (docs/how-to/run.md) for as much data as the bench makes.
    """
    ran_before = is_ready(home)
    ensure_running(home)
    if tuning and _tuned(home, tuning):
        stop(home)
        ensure_running(home)
    try:
        as_owner = {**os.environ, "TIEMCHUNG_DB_ROLE": "owner"}
        for command in (("migrate", "--no-input", "-v0"), ("grant_rights",)):
            asked = [sys.executable, "manage.py", *command]
            subprocess.run(asked, cwd=CHECKOUT, env=as_owner, stdout=subprocess.DEVNULL, check=True)
        yield
    finally:
        if not ran_before:
            stop(home)


def _tuned(home: Path, tuning: Mapping[str, str]) -> bool:
    """Write local.conf; tell whether it is another than before, so that the server has to be started again."""
    data = home / "postgres" / "data"
    text = "".join(f"{name} = '{value}'\n" for name, value in tuning.items())
    if (data / "local.conf").exists() and (data / "local.conf").read_text() == text:
        return False
    (data / "local.conf").write_text(text)
    owner = data.stat()  # root's server runs under an account of its own
    os.chown(data / "local.conf", owner.st_uid, owner.st_gid)
    return True


@contextmanager
def running(
    argv: list[str], *, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours runs in a process group of its own, its lines in `log`; ended at the end."""
    with log.open("wb") as lines:
        process = subprocess.Popen(
            argv,
            cwd=CHECKOUT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    """Return once `address` answers 200; end the bench with the log's last lines when it does not."""
    wait_for(lambda: _answers(address), process, log, seconds)


def wait_for(done: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    """Return once `done`; end the bench with the last lines of `log` when the process died or time is up."""
    give_up = time.monotonic() + seconds
    while not done():
        if process.poll() is not None or time.monotonic() > give_up:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise SystemExit(f"Did not become ready. The last lines of {log}:\n{last}")
        time.sleep(0.1)


def free_ports(count: int) -> list[int]:
    """Give ports of this machine that were free a moment ago."""
    links = [socket.socket() for _ in range(count)]
    for link in links:
        link.bind(("127.0.0.1", 0))
    ports = [int(link.getsockname()[1]) for link in links]
    for link in links:
        link.close()
    return ports


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
