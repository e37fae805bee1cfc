"""`manage.py grant_rights`: the application's role may do what the models declare, and nothing else."""

from typing import Any

from django.core.management.base import BaseCommand

from tiemchung.core.grants import grant_all


class Command(BaseCommand):
    """Runs as the owner after each migration."""

    help = "Grant the application's database role what each model declares."

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant and say how many tables."""
        self.stdout.write(f"rights: {grant_all()} tables")
