"""Run the stand-in: python -m tiemchung.interop.population.standin --port 8027 --data DIR."""

import argparse
import os
import sys
from pathlib import Path

from tiemchung.interop.population.register import ANSWERS, REQUESTS
from tiemchung.interop.population.standin.door import Door
from tiemchung.interop.population.standin.mode import Limiting
from tiemchung.interop.population.standin.store import Store
from tiemchung.interop.signature import derived_key
from tiemchung.interop.standins.running import cannot_listen, no_key, serve, stop_signals


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; give the exit status."""
    chosen = _parser().parse_args(arguments)
    agreed = os.environ.get("TIEMCHUNG_POPULATION_KEY", "")
    key, answers_key = derived_key(agreed, REQUESTS), derived_key(agreed, ANSWERS)
    if not key:
        return no_key("TIEMCHUNG_POPULATION_KEY")
    store = Store(chosen.data)
    try:
        door = Door(store, Limiting(), port=chosen.port, key=key, answers_key=answers_key)
    except OSError as error:
        return cannot_listen("The stand-in of the population database", error)
    serve(door, stop_signals())
    store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="standin", description=__doc__)
    parser.add_argument("--port", type=int, default=8027, help="HTTP; 0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of its own: citizens, and what it was asked")
    return parser


if __name__ == "__main__":
    sys.exit(main())
