"""What must be true before the first request: tables, rights, reference data, built files, the demonstration.

Runs in a process of its own, as the database's owner; the processes that follow have fewer rights.
"""

import os
import sys
import time
from collections.abc import Callable

import django
from django.core.management import call_command

STEPS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("tables", "migrate", {"interactive": False, "verbosity": 0}),
    ("rights", "grant_rights", {}),
    ("places", "load_areas", {}),
    ("signing key", "signing_key", {}),
    ("static files", "collectstatic", {"interactive": False, "verbosity": 0}),
    ("demonstration week", "demo", {}),
)
SIGN_INS = "demo_signins"


def prepare(say: Callable[[str], None], *, demonstration: bool) -> None:
    """Every step is done when this returns; a step whose work is there already does nothing.

    What the steps themselves print goes to stderr, with `say`; stdout is for the sign-ins alone.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    django.setup()
    for what, command, options in STEPS:
        if command == "demo" and not demonstration:
            continue
        begun = time.monotonic()
        call_command(command, stdout=sys.stderr, **options)
        say(f"{what} ({time.monotonic() - begun:.1f} s)")


def _main() -> int:
    def say(text: str) -> None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    demonstration = os.environ.get("TIEMCHUNG_DEMO") == "1"
    prepare(say, demonstration=demonstration)
    if demonstration:
        call_command(SIGN_INS)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
