"""Running a stand-in until it is told to stop."""

import signal
import sys
import threading

from tiemchung.interop.standins.door import LoopbackDoor


def stop_signals() -> threading.Event:
    """Give what is set when SIGTERM or SIGINT comes."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def serve(door: LoopbackDoor, stopping: threading.Event, more: str = "") -> None:
    """Serve and say READY with the port, and `more`; return when it is time to stop, with the door shut."""
    threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    sys.stdout.write(f"READY http={door.server_address[1]}{more}\n")
    sys.stdout.flush()
    stopping.wait()
    door.shutdown()
    door.server_close()


def cannot_listen(whose: str, error: OSError) -> int:
    """Say why a stand-in cannot listen and what to do; give the exit status."""
    sys.stderr.write(f"{whose} cannot listen: {error.strerror}. Choose its ports (--help).\n")
    return 2


def no_key(name: str) -> int:
    """Say that a stand-in has no key; give the exit status."""
    sys.stderr.write(f"The stand-in has no key: set {name} as the platform has it.\n")
    return 2
