"""`make run` starts its processes, keeps them alive, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ports import quiet_ports
from tiemchung.core.install import CHECKOUT
from tiemchung.core.run.child import Console
from tiemchung.core.run.processes import Process, all_processes, port_of
from tiemchung.core.run.supervisor import CannotRun, Supervisor

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True);"
    "time.sleep(600)"
)
POLITE = "import time; print('up', flush=True); time.sleep(600)"
FALLS = "import sys; print('the reason', flush=True); sys.exit(7)"
WITH_CHILD = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "open(sys.argv[1], 'w').write(str(child.pid)); time.sleep(600)"
)
LISTENS = (
    "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(600)"
)


class Heard(Console):
    """A console that keeps what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def say(self, text: str, name: str = "") -> None:
        self.text += f"{name}: {text}\n"


def _process(name: str, program: str, *args: str, port: int | None = None) -> Process:
    words = (sys.executable, "-c", program, *args)
    return Process(name, words, port=port, settles=0.2, port_variable="A_PORT")


@pytest.fixture
def crews() -> Iterator[list[Supervisor]]:
    made: list[Supervisor] = []
    yield made
    for crew in made:
        crew.stop()


def _crew(crews: list[Supervisor], *table: Process) -> tuple[Supervisor, Heard]:
    heard = Heard()
    crews.append(Supervisor(table, dict(os.environ), heard))
    return crews[-1], heard


def _alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def _pid_of(crew: Supervisor, name: str) -> int:
    return crew._children[name]._popen.pid


def test_it_waits_until_a_process_listens(crews: list[Supervisor]) -> None:
    (port,) = quiet_ports(1)
    crew, _ = _crew(crews, _process("web", LISTENS, str(port), port=port))
    crew.start()
    socket.create_connection(("127.0.0.1", port)).close()


def test_lines_carry_the_name_of_who_speaks(capfd: pytest.CaptureFixture[str]) -> None:
    Console().say("one\ntwo", "web")
    assert capfd.readouterr().out == "web    | one\nweb    | two\n"


def test_the_end_leaves_no_process_not_even_a_stubborn_one_or_a_grandchild(
    crews: list[Supervisor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiemchung.core.run.supervisor.GRACE_SECONDS", 0.5)
    note = tmp_path / "pid"
    crew, heard = _crew(crews, _process("stubborn", STUBBORN), _process("parent", WITH_CHILD, str(note)))
    crew.start()
    while not (note.exists() and note.read_text() and "up" in heard.text):
        time.sleep(0.02)
    pids = [_pid_of(crew, "stubborn"), _pid_of(crew, "parent"), int(note.read_text())]
    assert all(_alive(pid) for pid in pids)
    crew.stop()
    assert [pid for pid in pids if _alive(pid)] == []


def test_whoever_dies_is_started_again(crews: list[Supervisor]) -> None:
    crew, heard = _crew(crews, _process("worker", POLITE))
    crew.start()
    first = _pid_of(crew, "worker")
    threading.Timer(0.1, os.killpg, (first, signal.SIGKILL)).start()
    give_up = threading.Timer(120, crew.ending.set)
    give_up.start()

    def end_once_it_is_back() -> None:
        if "worker" in crew._children and _pid_of(crew, "worker") != first:
            crew.ending.set()

    crew.keep_alive = end_once_it_is_back
    crew.watch()
    give_up.cancel()
    assert _pid_of(crew, "worker") != first
    assert "worker ended (killed by SIGKILL); starting it again" in heard.text


def test_who_falls_again_and_again_ends_everything_with_its_last_words(crews: list[Supervisor]) -> None:
    falls = replace(_process("web", FALLS), settles=60)  # on a slow machine it is a while before it falls
    crew, _ = _crew(crews, falls)
    with pytest.raises(CannotRun, match=r"web ended 4 times within a minute \(exit code 7\)[^$]*the reason"):
        crew.start()


def test_a_taken_port_is_named_with_the_way_out(crews: list[Supervisor]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        crew, _ = _crew(crews, _process("web", POLITE, port=port))
        words = rf"Port {port} \(web\) is taken[^$]*A_PORT={port + 100} make run"
        with pytest.raises(CannotRun, match=words):
            crew.check_ports()


def test_a_process_that_never_works_is_named(
    crews: list[Supervisor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiemchung.core.run.supervisor.READY_SECONDS", 0.5)
    crew, _ = _crew(crews, _process("web", POLITE, port=quiet_ports(1)[0]))
    with pytest.raises(CannotRun, match=r"Not ready after .*: web"):
        crew.start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_of_ending_ends_every_child(number: signal.Signals, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = f"""
import os, sys
from tiemchung.core.run.supervisor import Supervisor
from tiemchung.core.run.processes import Process
words = (sys.executable, "-c", {WITH_CHILD!r}, {str(note)!r})
crew = Supervisor([Process("one", words, settles=0.2)], os.environ)
crew.listen_for_the_end()
crew.start()
print("ready", flush=True)
crew.watch()
crew.stop()
print("ended", flush=True)
"""
    words = [sys.executable, "-c", program]
    runner = subprocess.Popen(words, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert runner.stdout is not None
    assert runner.stdout.readline() == "ready\n"
    while not (note.exists() and note.read_text()):
        time.sleep(0.02)
    grandchild = int(note.read_text())
    assert _alive(grandchild)
    runner.send_signal(number)
    rest, _ = runner.communicate(timeout=120)
    assert rest.endswith("ended\n")
    assert runner.returncode == 0
    assert not _alive(grandchild)


def test_a_killed_run_takes_its_children_along(tmp_path: Path) -> None:
    if sys.platform != "linux" or not Path("/usr/bin/setpriv").exists():
        pytest.skip("only Linux with setpriv tells a child of its parent's death")
    note = tmp_path / "pid"
    polite = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    program = f"""
import os, sys
from tiemchung.core.run.supervisor import Supervisor
from tiemchung.core.run.processes import Process
crew = Supervisor([Process("one", (sys.executable, "-c", {polite!r}), settles=0.2)], os.environ)
crew.start()
crew.watch()
"""
    runner = subprocess.Popen([sys.executable, "-c", program], cwd=CHECKOUT)
    while not (note.exists() and note.read_text()):
        time.sleep(0.02)
    runner.kill()
    runner.wait()
    give_up = time.monotonic() + 120
    while _alive(int(note.read_text())) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not _alive(int(note.read_text()))


@pytest.mark.parametrize("text", ["0", "65536", "eight", "-1", "8000.5", "٨٠٠٠"])
def test_a_port_that_is_none_is_refused_by_name(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEMCHUNG_PORT", text)
    with pytest.raises(ValueError, match=f"TIEMCHUNG_PORT={text} is not a port"):
        port_of("TIEMCHUNG_PORT", 8000)


def test_every_port_of_the_table_can_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    listening = [process for process in all_processes() if process.port]
    assert listening
    for process in listening:
        monkeypatch.setenv(process.port_variable, "9123")
    moved = {process.name: process for process in all_processes()}
    for process in listening:
        assert moved[process.name].port == 9123
        assert "9123" in moved[process.name].argv
