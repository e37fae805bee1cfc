"""manage.py db start|stop|status|psql|backup|restore|dsn: the embedded PostgreSQL."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand

from tiemchung.core.postgres.__main__ import main


class Command(BaseCommand):
    """The same words as python -m tiemchung.core.postgres, which also works without Django."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take every word as it is."""
        parser.add_argument("words", nargs=argparse.REMAINDER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and leave with its exit code."""
        sys.exit(main(options["words"]))
