"""The worker's loops: each domain's tasks say what to do again and again, and how often."""

import datetime as dt
import importlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.db import close_old_connections, connection

from tiemchung.core import clock

log = logging.getLogger("tiemchung.worker")


@dataclass(frozen=True, slots=True)
class Loop:
    """One thing to do again: `turn` gives how much it did, and is asked at once again while it did something."""

    name: str
    turn: Callable[[dt.datetime], int]
    every: float = 0.5


def loops() -> list[Loop]:
    """Give the loops that each app's `tasks` module lists in LOOPS."""
    found: list[Loop] = []
    for config in apps.get_app_configs():
        if config.name.startswith("tiemchung."):
            try:
                module = importlib.import_module(f"{config.name}.tasks")
            except ModuleNotFoundError as error:
                if error.name != f"{config.name}.tasks":
                    raise
                continue
            found += getattr(module, "LOOPS", [])
    return found


def run_until(stop: threading.Event) -> None:
    """Run all loops in threads until `stop` is set; a failing turn is logged by its error's kind and tried again."""
    threads = [threading.Thread(target=_run, args=(loop, stop), name=loop.name) for loop in loops()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _run(loop: Loop, stop: threading.Event) -> None:
    wait = loop.every
    while not stop.is_set():
        begun = time.monotonic()
        try:
            did = loop.turn(clock.now())
            wait = 0.0 if did else loop.every
        except Exception as error:
            # The kind and not the text: a database error quotes the row, and the row is a person's.
            log.error("loop %s failed: %s", loop.name, type(error).__name__)
            wait = min(max(wait, 0.5) * 2, 30.0)
            connection.close()
        close_old_connections()
        stop.wait(max(0.0, wait - (time.monotonic() - begun)))
