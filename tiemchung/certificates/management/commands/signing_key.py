"""`manage.py signing_key`: the centre's keys; without a word, every purpose has one that signs now."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from tiemchung.certificates import actions, reads
from tiemchung.certificates.keys import config, new_key_store
from tiemchung.certificates.keys.soft_token import keep_soft_token
from tiemchung.certificates.management.any_order import AnyOrder
from tiemchung.certificates.models import SigningKey
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.rules import SPARED, AuthorityKind, KeyPurpose, KeyStanding
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.verdict import Refused


class Command(AnyOrder):
    """Makes sure that there are keys to sign with, so that verifiers can fetch them before the first signature."""

    help = "Make sure that every purpose has a key; list, rotate; ask for and take certificates of another authority."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do; nothing said means `ensure`."""
        parser.add_argument(
            "what", nargs="?", default="ensure",
            choices=["ensure", "list", "rotate", "request", "take", "take-authority"],
        )  # fmt: skip
        parser.add_argument("file", nargs="?", type=Path, help="request to write, or certificate to take")
        parser.add_argument("--purpose", choices=list(KeyPurpose), default=KeyPurpose.PASSPORT)
        parser.add_argument("--kind", choices=list(AuthorityKind), help="whose root take-authority believes")
        parser.add_argument("--because", default="", help="reason of a rotation")
        parser.add_argument("--spare", action="store_true", help="take a certificate that signs in need alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say which keys there are now."""
        try:
            getattr(self, "_" + options["what"].replace("-", "_"))(options)
        except (KeyStoreError, Refused) as problem:
            raise CommandError(f"{getattr(problem, 'code', problem)}: see docs/how-to/keys.md") from None

    def _ensure(self, _options: dict[str, Any]) -> None:
        self._choose_store()
        for purpose in KeyPurpose:
            actions.central_key(purpose, by=SYSTEM, at=clock.now())
            if purpose in SPARED:
                actions.keep_spare(purpose, by=SYSTEM, at=clock.now())
        self._list({})

    def _list(self, _options: dict[str, Any]) -> None:
        for key in reads.central_keys(clock.now()):
            turn = "in need" if key.standing is KeyStanding.SPARE else f"from {key.usable_from:%Y-%m-%d}"
            self.stdout.write(
                f"{key.purpose:<9} {key.kid.hex()} {key.standing:<11} in {key.store:<6}"
                f" signs {turn}, until {key.valid_to:%Y-%m-%d}"
            )

    def _rotate(self, options: dict[str, Any]) -> None:
        if not options["because"].strip():
            raise CommandError("--because is missing: why is the key changed?")
        actions.rotate_central_key(
            KeyPurpose(options["purpose"]), by=SYSTEM, at=clock.now(), because=options["because"]
        )
        self._list({})

    def _request(self, options: dict[str, Any]) -> None:
        path = self._file(options)
        path.write_bytes(actions.request_central_key(KeyPurpose(options["purpose"]), by=SYSTEM, at=clock.now()))
        self.stdout.write(f"request written to {path}; take the authority's answer with: signing_key take FILE")

    def _take(self, options: dict[str, Any]) -> None:
        purpose, certificate = KeyPurpose(options["purpose"]), self._file(options).read_bytes()
        actions.take_central_certificate(purpose, certificate, by=SYSTEM, at=clock.now(), spare=options["spare"])
        self._list({})

    def _take_authority(self, options: dict[str, Any]) -> None:
        if options["kind"] is None:
            raise CommandError("--kind is missing: CSCA for the root above the centre, FACILITY above the facilities")
        kind, certificate = AuthorityKind(options["kind"]), self._file(options).read_bytes()
        root = actions.take_authority(kind, certificate, by=SYSTEM, at=clock.now())
        self.stdout.write(f"{kind} believed: SHA-256 {bytes(root.fingerprint).hex()}")

    def _file(self, options: dict[str, Any]) -> Path:
        if options["file"] is None:
            raise CommandError("A file is missing.")
        path: Path = options["file"]
        return path

    def _choose_store(self) -> None:
        """Show a token in the demonstration where SoftHSM is found; who has a store chosen keeps it."""
        chosen = config.token_place() is not None or os.environ.get("TIEMCHUNG_KEY_STORE") == config.FILE
        if settings.DEMO and not chosen and not SigningKey.objects.exists():
            keep_soft_token(config.folder())
        store = new_key_store().name
        words = {config.TOKEN: "a PKCS#11 token", config.FILE: "encrypted files; a token: docs/how-to/keys.md"}
        self.stdout.write(f"new keys are made in {words[store]}")
