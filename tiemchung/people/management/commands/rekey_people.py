"""`manage.py rekey_people`: seal every number and phone with the newest key, without stopping anything."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tiemchung.people.actions.rekeying import rekey_identifiers, rekey_phones


class Command(BaseCommand):
    """Re-seals in batches; may be stopped and started again at any moment."""

    help = "Seal identity numbers and phones with the newest key of the secrets file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size of a batch."""
        parser.add_argument("--batch", type=int, default=500)

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk both tables and say what was done."""
        newest = max(settings.SECRETS.sealing_keys)
        for name, walk in (("numbers", rekey_identifiers), ("phones", rekey_phones)):
            done = sum(walk(newest, options["batch"]))
            self.stdout.write(f"{name}: {done} sealed anew with key {newest}")
        self.stdout.write("When both counts are 0 at a second run, older keys may leave the secrets file.")
