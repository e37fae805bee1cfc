"""Run the stand-in: python -m tiemchung.interop.pc_covid.standin --port 8026 --data DIR."""

import argparse
import os
import sys
from pathlib import Path

from tiemchung.interop.pc_covid.keys import REQUESTS, key_for
from tiemchung.interop.pc_covid.standin.door import Door
from tiemchung.interop.pc_covid.standin.mode import new_switch
from tiemchung.interop.pc_covid.standin.proposing import Proposer
from tiemchung.interop.pc_covid.standin.store import Store
from tiemchung.interop.standins.running import cannot_listen, no_key, serve, stop_signals


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; give the exit status."""
    chosen = _parser().parse_args(arguments)
    agreed = os.environ.get("TIEMCHUNG_PC_COVID_KEY", "")
    if not agreed:
        return no_key("TIEMCHUNG_PC_COVID_KEY")
    key = key_for(REQUESTS, agreed)
    store = Store(chosen.data)
    try:
        door = Door(store, new_switch(), Proposer(chosen.proposals_to, key), port=chosen.port, key=key)
    except OSError as error:
        return cannot_listen("The stand-in of PC-Covid", error)
    serve(door, stop_signals())
    store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="standin", description=__doc__)
    parser.add_argument("--port", type=int, default=8026, help="HTTP; 0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of its own for what it was told")
    parser.add_argument("--proposals-to", default="", help="the platform's address for proposals")
    return parser


if __name__ == "__main__":
    sys.exit(main())
