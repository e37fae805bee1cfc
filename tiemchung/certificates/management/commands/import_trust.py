"""`manage.py import_trust FILE --source EU`: believe the signers of a published list."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tiemchung.certificates.actions.trust_import import import_trust
from tiemchung.certificates.reads.trusted import ListAge, age_of
from tiemchung.certificates.trust_import import ListRefused, parse_list
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM


class Command(BaseCommand):
    """Takes in a list of foreign signers from a file."""

    help = "Take in a published list of foreign signers: EU items, WHO DID, JWKS, signed JSON, plain certificates"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the file and what the list does not say itself."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="name of the list, such as EU or WHO-GDHCN")
        parser.add_argument("--made-at", help="when its publisher made it (ISO), where the list does not say")
        parser.add_argument("--issuer", default="", help="web address of a bare JWKS")
        parser.add_argument("--publisher-key", type=Path, help="PEM of the key that signs the file")
        parser.add_argument("--trust-anchor", type=Path, help="the gateway's certificate, to check its items by")

    def handle(self, *_: Any, **options: Any) -> None:
        """Import, and print what was taken and what was passed over."""
        try:
            data = options["file"].read_bytes()
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror}") from None
        key, anchor, at = options["publisher_key"], options["trust_anchor"], clock.now()
        try:
            listed = parse_list(
                data,
                issuer=options["issuer"],
                publisher_key=load_pem_public_key(key.read_bytes()) if key else None,
                trust_anchor=anchor.read_bytes() if anchor else b"",
                at=at,
            )
            made_at = dt.datetime.fromisoformat(options["made_at"]) if options["made_at"] else None
            if made_at is not None and made_at.tzinfo is None:
                made_at = made_at.replace(tzinfo=dt.UTC)
            done = import_trust(
                source=options["source"], listed=listed, data=data, by=SYSTEM, at=at, made_at=made_at
            )
        except ListRefused as refused:
            raise CommandError(f"{options['file']}: {refused}") from None
        self.stdout.write(f"{options['source']}: {done.keys} keys of form {listed.form}")
        self.stdout.write(f"  {_age_told(done.made_at, at)}")
        self.stdout.write(f"  signatures of the items: {'checked' if listed.checked else 'not checked'}")
        for reason, count in sorted(done.passed_over.items()):
            self.stdout.write(f"  passed over, {reason}: {count}")
        for line in listed.problems:
            self.stdout.write(f"    {line}")


def _age_told(made_at: dt.datetime, at: dt.datetime) -> str:
    age, days = age_of(made_at, at), max(0, (at - made_at).days)
    told = f"made {clock.local(made_at):%Y-%m-%d %H:%M}, {days} days old"
    if age is ListAge.TOO_OLD:
        return f"{told}: NOT BELIEVED, older than {settings.FOREIGN_TRUST_HARD_DAYS} days; take in a newer list"
    return f"{told}: verifiers warn, older than {settings.FOREIGN_TRUST_SOFT_DAYS} days" if age is ListAge.OLD else told
