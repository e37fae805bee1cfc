"""`manage.py check_distribution`: every table as its model declares it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tiemchung.core.distribution_check import problems


class Command(BaseCommand):
    """Compares declared policies with the database and fails on the first list of differences."""

    help = "Compare declared distribution and rights with the database."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every difference, or say that there is none."""
        found = problems()
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(f"{len(found)} differences between declared policies and the database")
        self.stdout.write("distribution: every table as declared")
