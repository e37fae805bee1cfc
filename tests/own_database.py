"""Loaded before Django reads its settings: the tests have a home of their own, with its own server and keys.

No path leads from a test to a developer's installation. The server is left running for the next run; `make
test` stops it.
"""

import os
import sys
from pathlib import Path

from tiemchung.core.install import default_home
from tiemchung.core.postgres import ensure_running, prepare_external


def enter_test_home() -> Path:
    """Point this process, and every process it starts, at the tests' home; its server takes connections."""
    chosen = os.environ.get("TIEMCHUNG_TEST_HOME", "")
    home = Path(chosen).resolve() if chosen else default_home("test")
    os.environ["TIEMCHUNG_HOME"] = str(home)
    os.environ.pop("TIEMCHUNG_SECRETS", None)
    os.environ.setdefault("TIEMCHUNG_DB_ROLE", "owner")
    os.environ.setdefault("TIEMCHUNG_PLAIN_STATIC", "1")
    os.environ.setdefault("TIEMCHUNG_STATIC_ROOT", str(home / "static"))
    Path(os.environ["TIEMCHUNG_STATIC_ROOT"]).mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("TIEMCHUNG_STRICT_WORDS", "1")
    external = os.environ.get("DATABASE_URL", "")
    if external:
        prepare_external(external)
    else:
        ensure_running(home, for_tests=True)
    return home


def keep_what_is_compiled() -> None:
    """Let this process and those it starts keep compiled files: else each of dozens compiles the whole project anew."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


keep_what_is_compiled()
enter_test_home()
