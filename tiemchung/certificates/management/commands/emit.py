"""`manage.py emit FORM PERSON`: a passport in another country's form; without arguments, which forms are on."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from tiemchung.certificates.actions import emit_certificate
from tiemchung.certificates.emitters import emitters
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads import emitted_forms
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.verdict import Refused
from tiemchung.people.reads import NotFound

_WHY_OFF = "A form is on where TIEMCHUNG_EMIT names it; this shell's counts here, not that of the running app."


class Command(BaseCommand):
    """Makes one code at a time; forms are switched on by TIEMCHUNG_EMIT (docs/how-to/emitters.md)."""

    help = "Make a person's passport in another country's form and print its text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the form and the person."""
        parser.add_argument("form", nargs="?", choices=sorted(emitters()))
        parser.add_argument("person", nargs="?", type=UUID, help="the person's id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the text, or the list of forms."""
        form, person_id = options["form"], options["person"]
        if person_id is None:
            for code in sorted(emitters()):
                self.stdout.write(f"{code:8}{'on' if code in emitted_forms() else 'off'}")
            if len(emitted_forms()) < len(emitters()):
                self.stdout.write(_WHY_OFF)
            return
        if form not in emitted_forms():
            raise CommandError(f"{form} is off. {_WHY_OFF}")
        try:
            made = emit_certificate(by=SYSTEM, person_id=person_id, form=form, at=clock.now())
        except Refused as refused:
            raise CommandError(", ".join(reason.code for reason in refused.verdict.refusals)) from None
        except KeyStoreError as problem:
            raise CommandError(problem.code) from None
        except NotFound:
            raise CommandError("there is no such person") from None
        self.stdout.write(made.text)
