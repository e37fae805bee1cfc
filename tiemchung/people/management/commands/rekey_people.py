"""`manage.py rekey_people`: seal numbers and phones with the newest key and complete the search keys of names, without
stopping anything.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tiemchung.people.actions.rekeying import rekey_identifiers, rekey_names, rekey_phones


class Command(BaseCommand):
    """Re-seals in batches; may be stopped and started again at any moment."""

    help = "Seal numbers and phones with the newest key of the secrets file; complete the search keys of names."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size of a batch."""
        parser.add_argument("--batch", type=int, default=500)

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk the tables and say what was done."""
        newest = max(settings.SECRETS.sealing_keys)
        for name, walk in (("numbers", rekey_identifiers), ("phones", rekey_phones)):
            done = sum(walk(newest, options["batch"]))
            self.stdout.write(f"{name}: {done} sealed anew with key {newest}")
        made = sum(rekey_names(options["batch"]))
        self.stdout.write(f"names: {made} search keys written")
        self.stdout.write("When both counts are 0 at a second run, older keys may leave the secrets file.")
