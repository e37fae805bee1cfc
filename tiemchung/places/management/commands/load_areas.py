"""`manage.py load_areas`: bring the tree of areas to the frozen tables."""

from typing import Any

from django.core.management.base import BaseCommand

from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.places.actions import load_areas


class Command(BaseCommand):
    """Load the areas; a second time changes nothing."""

    help = "Load administrative areas and their changes from the frozen tables."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say in one line what was done."""
        done = load_areas(by=SYSTEM, at=clock.now())
        self.stdout.write("areas loaded" if done else "areas are up to date")
