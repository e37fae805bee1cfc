"""`manage.py documents`: the documents that follow from the code; `--check` fails where one is stale."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tiemchung.core.docs import stale_documents


class Command(BaseCommand):
    """Writes made documents anew, or only compares them."""

    help = "Write the documents made from the code, or with --check say which are stale."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or fail with the list."""
        stale = stale_documents(mend=not options["check"])
        if stale and options["check"]:
            raise CommandError(f"stale: {', '.join(stale)}. Run: make fix")
        self.stdout.write(f"documents: {'fresh' if not stale else 'written ' + ', '.join(stale)}")
