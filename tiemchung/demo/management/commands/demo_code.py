"""`manage.py demo_code dung`: the six digits that count now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tiemchung.demo.signins import read_sign_ins


class Command(BaseCommand):
    """Prints a second factor of the demonstration."""

    help = "Print the code of a demonstration account that counts at this moment."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the account's name."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the six digits."""
        known = read_sign_ins()
        sign_in = known.get(options["username"])
        if sign_in is None:
            raise CommandError(f"No such account; there are: {', '.join(known) or 'none (run manage.py demo first)'}")
        self.stdout.write(sign_in.code())
