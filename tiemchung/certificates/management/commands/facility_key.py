"""`manage.py facility_key`: keys that sign doses for facilities: made here, or certified elsewhere and taken."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from tiemchung.access.reads import account_of_sign_in_name, staff_account
from tiemchung.certificates import actions, reads
from tiemchung.certificates.management.any_order import AnyOrder
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.verdict import Refused
from tiemchung.places import reads as places

BATCH = 200


class Command(AnyOrder):
    """Makes, requests, takes and lists the keys of facilities."""

    help = "Keys of facilities: make, request, take, retire, list."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do, for which facility, and the file."""
        parser.add_argument("what", choices=["make", "request", "take", "retire", "list"])
        parser.add_argument("file", nargs="?", type=Path, help="request to write, or certificate to take")
        parser.add_argument("--facility", help="the facility's code; `make` without one serves all that lack a key")
        parser.add_argument("--staff", help="sign-in name (or id) of the person who has the key in their own hands")
        parser.add_argument("--because", default="", help="reason of a retirement")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say what there is now."""
        try:
            getattr(self, f"_{options['what']}")(options)
        except (KeyStoreError, Refused) as problem:
            raise CommandError(f"{getattr(problem, 'code', problem)}: see docs/how-to/keys.md") from None

    def _make(self, options: dict[str, Any]) -> None:
        if options["facility"]:
            actions.make_facility_key(facility_id=self._facility(options), at=clock.now())
            return self._list(options)
        waiting, done = [place.id for place in reads.facilities_without_key(clock.now())], 0
        for start in range(0, len(waiting), BATCH):
            done += len(actions.make_facility_keys(facility_ids=waiting[start : start + BATCH], at=clock.now()))
        self.stdout.write(f"{done} keys made")
        return None

    def _request(self, options: dict[str, Any]) -> None:
        path = self._file(options)
        facility_id = self._facility(options)
        path.write_bytes(actions.request_facility_key(facility_id=facility_id, by=SYSTEM, at=clock.now()))
        self.stdout.write(f"request written to {path}")

    def _take(self, options: dict[str, Any]) -> None:
        actions.take_facility_certificate(
            facility_id=self._facility(options), certificate=self._file(options).read_bytes(), by=SYSTEM,
            at=clock.now(), staff_id=self._staff(options),
        )  # fmt: skip
        self._list(options)

    def _retire(self, options: dict[str, Any]) -> None:
        if not options["because"].strip():
            raise CommandError("--because is missing: why does the key rest?")
        for key in reads.keys_of_facility(self._facility(options)):
            actions.retire_facility_key(key_id=key.id, by=SYSTEM, at=clock.now(), because=options["because"])
        self._list(options)

    def _list(self, options: dict[str, Any]) -> None:
        for key in reads.keys_of_facility(self._facility(options)):
            ended = "retired" if key.retired_at else "revoked" if key.revoked_at else f"until {key.valid_to:%Y-%m-%d}"
            self.stdout.write(f"{key.kid.hex()} in {key.store}, {ended}")

    def _staff(self, options: dict[str, Any]) -> UUID | None:
        said = options["staff"]
        if said is None:
            return None
        try:
            found = staff_account(UUID(said))
        except ValueError:
            found = account_of_sign_in_name(said)
        if found is None:
            raise CommandError(f"--staff {said}: nobody who may sign in has this name or id.")
        return found.id

    def _facility(self, options: dict[str, Any]) -> UUID:
        if not options["facility"]:
            raise CommandError("Say --facility CODE; the page Khóa ký shows each facility's code.")
        found = places.facility_by_code(options["facility"])
        if found is None:
            raise CommandError(f"--facility {options['facility']}: no such code; the page Khóa ký shows it.")
        return found.id

    def _file(self, options: dict[str, Any]) -> Path:
        if options["file"] is None:
            raise CommandError("A file is missing.")
        path: Path = options["file"]
        return path
