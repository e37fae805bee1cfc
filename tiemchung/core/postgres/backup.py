"""Copies of the embedded cluster: taken while it runs, checked at once, put back with one command."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from .account import plain_environment
from .binaries import Binaries
from .cluster import Tools, ensure_running, tools
from .layout import OWNER, DatabaseUnavailable, make_private_folder
from .server import answers, has_processes, starting


def take_backup(home: Path, into: Path, at: datetime) -> Path:
    """A whole, checked copy of the running cluster in a new folder below `into`; gives that folder.

    Readers and writers go on meanwhile. The keys (secrets.toml) are not in it: whoever has both can read
    everything. Raises DatabaseUnavailable when the copy fails or does not pass its check.
    """
    server = ensure_running(home)
    target = into.resolve() / f"tiemchung-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    target.parent.mkdir(parents=True, exist_ok=True)
    pg = Binaries(server.bin, server.version)
    dsn = server.dsn_owner.replace("dbname=tiemchung", "dbname=postgres")
    _must(pg.program("pg_basebackup"), "-d", dsn, "-D", target, "-X", "stream", "-c", "fast", "--no-password")
    _must(pg.program("pg_verifybackup"), "-q", target)
    for role_file in tools(home).layout.folder.glob("*.pgpass"):
        shutil.copy2(role_file, target / role_file.name)
        os.chmod(target / role_file.name, 0o600)
    return target


def restore_backup(home: Path, copy: Path, at: datetime) -> Path | None:
    """The cluster of `home` is what `copy` holds, and runs; gives the folder of the former data.

    Refuses while a server of this home runs. Raises DatabaseUnavailable.
    """
    if not (copy / "PG_VERSION").exists():
        raise DatabaseUnavailable(f"{copy} is not a backup made by this command: it has no PG_VERSION.")
    kit = tools(home)
    with starting(kit.layout):
        if answers(kit.layout, kit.binaries, kit.account) or has_processes(kit.layout):
            raise DatabaseUnavailable("The server runs. Stop it first: make stop")
        _must(kit.binaries.program("pg_verifybackup"), "-q", "--ignore=local.conf", *_ignored(copy), copy)
        aside = _put_aside(kit, at)
        _copy_back(kit, copy)
    ensure_running(home)
    return aside


def _ignored(copy: Path) -> list[str]:
    return [f"--ignore={file.name}" for file in copy.glob("*.pgpass")]


def _put_aside(kit: Tools, at: datetime) -> Path | None:
    if not kit.layout.data.exists():
        return None
    aside = kit.layout.folder / f"data.before-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    kit.layout.data.rename(aside)
    return aside


def _copy_back(kit: Tools, copy: Path) -> None:
    draft = kit.layout.folder / "data.restoring"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(copy, draft, symlinks=True, ignore=shutil.ignore_patterns("*.pgpass"))
    for place, folders, files in os.walk(draft):
        kit.account.own(*(Path(place, name) for name in [*folders, *files]))
    kit.account.own(draft)
    draft.chmod(0o700)
    for words in copy.glob("*.pgpass"):
        shutil.copy2(words, kit.layout.folder / words.name)
    if not kit.layout.passfile(OWNER).exists():
        raise DatabaseUnavailable(f"{copy} holds no password files. Put them into {kit.layout.folder} first.")
    make_private_folder(kit.layout.log.parent, kit.account.uid, kit.account.gid)
    draft.rename(kit.layout.data)


def _must(*args: str | Path) -> None:
    words = [str(arg) for arg in args]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=plain_environment())  # noqa: S603
    if done.returncode != 0:
        said = done.stderr.strip() or done.stdout.strip()
        raise DatabaseUnavailable(f"{Path(words[0]).name} failed: {said}")
