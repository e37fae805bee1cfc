"""Run the stand-in: python -m tiemchung.interop.population.standin --port 8027 --data DIR."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from tiemchung.interop.population.register import REQUESTS
from tiemchung.interop.population.standin.door import Door
from tiemchung.interop.population.standin.mode import Switch
from tiemchung.interop.population.standin.store import Store
from tiemchung.interop.signature import derived_key


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; give the exit status."""
    chosen = _parser().parse_args(arguments)
    key = derived_key(os.environ.get("TIEMCHUNG_POPULATION_KEY", ""), REQUESTS)
    if not key:
        sys.stderr.write("The stand-in has no key: set TIEMCHUNG_POPULATION_KEY as the platform has it.\n")
        return 2
    store = Store(chosen.data)
    try:
        door = Door(store, Switch(), port=chosen.port, key=key)
    except OSError as error:
        sys.stderr.write(f"The stand-in of the population database cannot listen: {error.strerror}. Choose --port.\n")
        return 2
    _serve(door)
    store.close()
    return 0


def _serve(door: Door) -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    sys.stdout.write(f"READY http={door.server_address[1]}\n")
    sys.stdout.flush()
    stopping.wait()
    door.shutdown()
    door.server_close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="standin", description=__doc__)
    parser.add_argument("--port", type=int, default=8027, help="HTTP; 0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of its own: citizens, and what it was asked")
    return parser


if __name__ == "__main__":
    sys.exit(main())
