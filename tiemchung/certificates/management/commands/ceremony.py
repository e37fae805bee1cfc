"""`manage.py ceremony FILE.toml`: hold a key ceremony as its file says (docs/how-to/ceremony.md)."""

import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tiemchung.certificates.keys import config
from tiemchung.certificates.keys.ceremony import BadPlan, hold, lines_of, plan_in
from tiemchung.certificates.keys.files import FileKeyStore
from tiemchung.certificates.keys.tokens import TokenKeyStore
from tiemchung.certificates.keys.x509s import BadCertificate
from tiemchung.certificates.ports import KeyStore, KeyStoreError
from tiemchung.core import clock
from tiemchung.core.text import nfc

ENOUGH, TRIES = 2, 3
HALVES = ("first", "second")
YES = frozenset({"yes", "y", "có", "co", "c"})


class Command(BaseCommand):
    """Says what it will do, asks two witnesses, does it, and writes the transcript."""

    help = "Make roots and answer requests as one reviewed file says; needs no database and no network."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, who reviewed it, and where the roots' keys lie."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--reviewed-by", action="append", default=[], help="a witness; give it twice")
        parser.add_argument("--passphrase-file", type=Path, help="else it is asked for")
        parser.add_argument("--token", action="store_true", help="roots in the token of TIEMCHUNG_TOKEN_LABEL")
        parser.add_argument("--only-show", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the plan, then the transcript."""
        try:
            plan = plan_in(options["file"])
            self.stdout.write("\n".join(lines_of(plan)))
            if options["only_show"]:
                return
            told = tuple(options["reviewed_by"])
            reviewed, refused = (told, ()) if told else self._asked(plan.witnesses)
            if len(set(reviewed) & set(plan.witnesses)) < ENOUGH:
                raise CommandError("Nothing was done: two witnesses of the file have to agree.")
            store = self._store(plan.folder, options)
            done = hold(plan, store, reviewed_by=reviewed, refused_by=refused, at=clock.now())
            self.stdout.write("\n".join(["", *done]))
        except (BadPlan, BadCertificate, KeyStoreError, OSError) as problem:
            raise CommandError(f"{type(problem).__name__}: {problem}") from None

    def _asked(self, witnesses: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Give those who agree and those who do not."""
        agreed, refused = [], []
        for name in witnesses:
            answer = input(f"{name}, do you agree to every line above? (có/không, yes/no) ")
            if nfc(answer).lower() in YES:
                agreed.append(name)
            else:
                refused.append(name)
                self.stdout.write(f"{name} does not agree (answered {answer.strip()!r}; có or yes agrees).")
        return tuple(agreed), tuple(refused)

    def _store(self, folder: Path, options: dict[str, Any]) -> KeyStore:
        path = options["passphrase_file"]
        if options["token"]:
            place = config.token_place()
            if place is None:
                raise CommandError("No token is named: set TIEMCHUNG_TOKEN_LIB, _LABEL and _PIN_FILE.")
            return TokenKeyStore(place, folder / "wrong-pin", place.label)
        secret = path.read_text("utf-8").strip() if path else "".join(self._half(half) for half in HALVES)
        if len(secret) < 16:
            raise CommandError("Nothing was done: a passphrase of 16 letters or more, please.")
        return FileKeyStore(folder / "private", secret)

    def _half(self, half: str) -> str:
        """Give one person's half, typed twice alike: a slip of a finger would seal roots that nobody opens again."""
        for _ in range(TRIES):
            typed = getpass.getpass(f"Passphrase of the roots' keys, {half} half: ")
            if typed and getpass.getpass(f"The {half} half once more: ") == typed:
                return typed
            self.stdout.write("The two were not alike, or empty. Please type this half again.")
        raise CommandError("Nothing was done: the two entries of the passphrase were not alike.")
