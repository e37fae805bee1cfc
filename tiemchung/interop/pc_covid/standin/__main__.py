"""Run the stand-in: python -m tiemchung.interop.pc_covid.standin --port 8026 --data DIR."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from tiemchung.interop.pc_covid.keys import REQUESTS, key_for
from tiemchung.interop.pc_covid.standin.door import Door
from tiemchung.interop.pc_covid.standin.mode import Switch
from tiemchung.interop.pc_covid.standin.proposing import Proposer
from tiemchung.interop.pc_covid.standin.store import Store


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; give the exit status."""
    chosen = _parser().parse_args(arguments)
    agreed = os.environ.get("TIEMCHUNG_PC_COVID_KEY", "")
    if not agreed:
        sys.stderr.write("The stand-in has no key: set TIEMCHUNG_PC_COVID_KEY as the platform has it.\n")
        return 2
    key = key_for(REQUESTS, agreed)
    store = Store(chosen.data)
    try:
        door = Door(store, Switch(), Proposer(chosen.proposals_to, key), port=chosen.port, key=key)
    except OSError as error:
        sys.stderr.write(f"The stand-in of PC-Covid cannot listen: {error.strerror}. Choose --port.\n")
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
    parser.add_argument("--port", type=int, default=8026, help="HTTP; 0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder of its own for what it was told")
    parser.add_argument("--proposals-to", default="", help="the platform's address for proposals")
    return parser


if __name__ == "__main__":
    sys.exit(main())
