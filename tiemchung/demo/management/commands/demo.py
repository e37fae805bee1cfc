"""`manage.py demo`: load the demonstration week."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tiemchung.core.clock import now
from tiemchung.demo.people import CROWDED_PHONE
from tiemchung.demo.week import PEOPLE, NotADemonstration, is_loaded, load_week


def _people() -> int:
    """Give the crowd's size: TIEMCHUNG_DEMO_PEOPLE for a quick start, else the usual one."""
    return int(os.environ.get("TIEMCHUNG_DEMO_PEOPLE", PEOPLE))


class Command(BaseCommand):
    """Loads what is not there yet."""

    help = "Load the demonstration week; run again, it adds this day's visits and changes nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sizes."""
        parser.add_argument("--people", type=int, default=_people(), help="how many people the crowd has")
        parser.add_argument("--crowded", type=int, default=CROWDED_PHONE, help="how many people share one phone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it and say how far it is."""
        at, sizes = now(), {"people": options["people"], "crowded": options["crowded"]}
        if is_loaded(at=at, **sizes):
            return
        try:
            load_week(at=at, **sizes, say=self.stdout.write)
        except NotADemonstration:
            raise CommandError(
                "This database holds doses that are not the demonstration's; synthetic people stay out of it."
                " Set TIEMCHUNG_DEMO=0, or give the demonstration a home of its own: TIEMCHUNG_HOME=/some/folder"
            ) from None
