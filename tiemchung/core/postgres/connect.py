"""How Django reaches the database; starts nothing and asks nothing of it."""

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from tiemchung.core.install import home as default_home

from .external import external_dsn
from .layout import APP, DATABASE, OWNER, PORT, Layout

ROLES = {"app": APP, "owner": OWNER}
# Without tcp_user_timeout a dead network held a request for 75 s, with it 3.4 s.
NETWORK = {"connect_timeout": 3, "tcp_user_timeout": 3000, "keepalives_idle": 10}
# Parameters go to the server apart from the text, so that a statement asked again is neither parsed nor planned
# again: that is half of the database's time for a dose. A pooler that changes servers between transactions needs
# TIEMCHUNG_PREPARE=0.
PREPARE_AFTER = 2
LIMITS = {
    "app": "-c statement_timeout=30s -c idle_in_transaction_session_timeout=60s -c lock_timeout=10s",
    "owner": "-c lock_timeout=20s",  # a migration gives way rather than queue the whole country behind it
}


def database_settings(role: str = "app", *, pool: bool = False, home: Path | None = None) -> dict[str, Any]:
    """The entry for Django's DATABASES, as the role "app" (rights as models declare) or "owner" (migrates).

    `pool` keeps two to eight connections for a process with several threads. Holds no password of the
    embedded server: libpq reads it from its file when it connects.
    """
    if role not in ROLES:
        raise ValueError(f"role is 'app' or 'owner', not {role!r}")
    dsn = external_dsn(role)
    entry = _external(dsn) if dsn else _embedded(role, home or default_home())
    options = entry["OPTIONS"]
    options.update(NETWORK)
    if os.environ.get("TIEMCHUNG_PREPARE", "1") != "0":
        options.update(server_side_binding=True, prepare_threshold=PREPARE_AFTER)
    options["options"] = f"{options.get('options', '')} {LIMITS[role]}".strip()
    if pool:
        options["pool"] = {"min_size": 2, "max_size": 8, "timeout": 10}
    test = os.environ.get("TIEMCHUNG_TEST_DB", "tiemchung")
    return {
        "ENGINE": "tiemchung.core.postgres.backend",
        "CONN_MAX_AGE": 0 if pool else 60,
        "CONN_HEALTH_CHECKS": not pool,
        "TEST": {"NAME": f"test_{test.removeprefix('test_')}"},
        **entry,
    }


def _embedded(role: str, home: Path) -> dict[str, Any]:
    layout = Layout(home)
    name = ROLES[role]
    return {
        "HOST": str(layout.socket),
        "PORT": str(PORT),
        "NAME": DATABASE,
        "USER": name,
        "PASSWORD": "",
        "OPTIONS": {"passfile": str(layout.passfile(name))},
    }


def _external(dsn: str) -> dict[str, Any]:
    parts = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}
    return {
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "NAME": parts.pop("dbname", DATABASE),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "OPTIONS": parts,
    }
