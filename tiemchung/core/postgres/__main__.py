"""The embedded server from a shell: start, stop, status, psql, dsn, backup, restore."""
# ruff: noqa: T201 - a command speaks to its terminal

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tiemchung.core.install import default_home, home

from .backup import restore_backup, take_backup
from .cluster import ensure_running, is_ready, stop, tools
from .external import external_dsn, prepare_external
from .layout import APP, OWNER, DatabaseUnavailable, Layout


def main(args: Sequence[str] | None = None) -> int:
    """Do what the words ask, print a line about it, give the exit code: 0 done, 1 not, 3 not running."""
    asked = _parser().parse_args(args)
    where = default_home("test") if asked.tests else home()
    try:
        if os.environ.get("DATABASE_URL") and not asked.tests:
            return _external(asked)
        return int(ACTIONS[asked.action](where, asked))
    except DatabaseUnavailable as problem:
        print(f"{problem}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tiemchung.core.postgres", description=__doc__)
    parser.add_argument("action", choices=sorted(ACTIONS))
    parser.add_argument("folder", nargs="?", type=Path, help="backup: into which folder; restore: which copy")
    parser.add_argument("--role", choices=["owner", "app"], default="owner", help="psql, dsn: as whom")
    parser.add_argument("--tests", action="store_true", help="the throwaway server of the tests")
    return parser


def _start(where: Path, asked: argparse.Namespace) -> int:
    server = ensure_running(where, for_tests=asked.tests)
    print(f"PostgreSQL {server.version} runs; data in {server.data}")
    return 0


def _stop(where: Path, asked: argparse.Namespace) -> int:
    print("PostgreSQL stopped" if stop(where) else "PostgreSQL was not running")
    return 0


def _status(where: Path, asked: argparse.Namespace) -> int:
    running = is_ready(where)
    print(f"PostgreSQL {'runs' if running else 'does not run'}; data in {Layout(where).data}")
    return 0 if running else 3


def _psql(where: Path, asked: argparse.Namespace) -> int:
    ensure_running(where, for_tests=asked.tests)
    psql = tools(where).binaries.program("psql")
    os.execv(psql, [str(psql), Layout(where).dsn(_role(asked))])  # noqa: S606 - becomes psql


def _dsn(where: Path, asked: argparse.Namespace) -> int:
    print(Layout(where).dsn(_role(asked)))
    return 0


def _backup(where: Path, asked: argparse.Namespace) -> int:
    print(f"Backup: {take_backup(where, asked.folder or where / 'backups', datetime.now(UTC))}")
    print(f"Keep a copy of the keys apart from it: {where / 'secrets.toml'}")
    return 0


def _restore(where: Path, asked: argparse.Namespace) -> int:
    if asked.folder is None:
        raise DatabaseUnavailable("Which copy? restore FOLDER")
    aside = restore_backup(where, asked.folder, datetime.now(UTC))
    print(f"Restored from {asked.folder}; PostgreSQL runs." + (f" The former data: {aside}" if aside else ""))
    return 0


def _external(asked: argparse.Namespace) -> int:
    """With DATABASE_URL nothing here is ours to start, stop or copy: only look."""
    if asked.action == "dsn":
        print(external_dsn(asked.role))
        return 0
    if asked.action in ("start", "status"):
        print(f"DATABASE_URL is set: PostgreSQL {prepare_external(os.environ['DATABASE_URL'])} answers")
        return 0
    if asked.action == "psql":
        os.execvp("psql", ["psql", external_dsn(asked.role) or ""])  # noqa: S606, S607
    raise DatabaseUnavailable(f"DATABASE_URL is set: {asked.action} is done with that server's own tools.")


def _role(asked: argparse.Namespace) -> str:
    return {"owner": OWNER, "app": APP}[asked.role]


ACTIONS = {
    "start": _start,
    "stop": _stop,
    "status": _status,
    "psql": _psql,
    "dsn": _dsn,
    "backup": _backup,
    "restore": _restore,
}

if __name__ == "__main__":
    sys.exit(main())
