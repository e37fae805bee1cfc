"""`manage.py signing_key`: the key that signs from now on, made where there is none or the last one wears out."""

from typing import Any

from django.core.management.base import BaseCommand

from tiemchung.certificates.actions import ensure_signing_key
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM


class Command(BaseCommand):
    """Makes sure that there is a key to sign with, so that verifiers can fetch it before its first signature."""

    help = "Make sure that there is a signing key, and say until when it holds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the key's id and its last day."""
        key = ensure_signing_key(by=SYSTEM, at=clock.now())
        self.stdout.write(f"signing key {bytes(key.kid).hex()} until {key.valid_to:%Y-%m-%d}")
