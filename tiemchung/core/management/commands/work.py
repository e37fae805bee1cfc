"""`manage.py work`: the worker, which follows the ledger and sends what waits in the outbox."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from tiemchung.core.worker import run_until


class Command(BaseCommand):
    """Runs every registered loop in one process until SIGTERM or SIGINT."""

    help = "Follow the ledger and send messages until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and finish the turn at hand when told to stop."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("worker ready")
        self.stdout.flush()
        run_until(stop)
