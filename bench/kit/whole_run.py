"""The whole of `make run` in the benches' own home, on ports of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.kit import home as homes
from bench.kit.processes import postgres_of, tree_of

HOME = "bench-run"
START_SECONDS = 600  # the first start makes a database, 12,000 areas and the demonstration week


@dataclass(frozen=True, slots=True)
class WholeRun:
    """A running demonstration: where it answers and which processes it is."""

    home: Path
    web_port: int
    sms_port: int
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://localhost:{self.web_port}"

    def pids(self) -> list[int]:
        """Give the numbers of all its processes, with those of its database."""
        return [*tree_of(self.process.pid), *postgres_of(self.home / "postgres" / "data")]


@contextmanager
def whole_run() -> Iterator[WholeRun]:
    """Everything of `make run` works; it is ended at the end. Its lines go to bench-run.log in its home."""
    home = homes.enter_home(HOME)
    home.mkdir(parents=True, exist_ok=True)
    web, sms, smpp, mail, pc_covid, population = homes.free_ports(6)
    names = {"TIEMCHUNG_PORT": web, "TIEMCHUNG_SMS_PORT": sms, "TIEMCHUNG_SMPP_PORT": smpp}
    names |= {"TIEMCHUNG_MAIL_PORT": mail, "TIEMCHUNG_PC_COVID_PORT": pc_covid, "TIEMCHUNG_POPULATION_PORT": population}
    os.environ.update({name: str(port) for name, port in names.items()})
    log = home / "bench-run.log"
    print(f"Starting everything in {home} ...", flush=True)
    with homes.running([sys.executable, "-m", "tiemchung.core.run"], log=log) as process:
        homes.wait_for(lambda: b"Ctrl-C ends everything" in log.read_bytes(), process, log, START_SECONDS)
        yield WholeRun(home, web, sms, process)
