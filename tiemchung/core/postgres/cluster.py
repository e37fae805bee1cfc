"""Making the cluster, its database and its two roles; each step may be repeated."""

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from .account import Account, server_account
from .binaries import Binaries, find_binaries
from .config import config_text, refuse_unsafe
from .layout import APP, DATABASE, OWNER, DatabaseUnavailable, Layout, make_open_folder, make_private_folder
from .server import has_processes, ready, start, starting
from .server import stop as stop_server

LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Server:
    """A running embedded server: how to reach it as the owner (migrates) and as the application."""

    home: Path
    bin: Path
    version: str
    data: Path
    socket: Path
    dsn_owner: str
    dsn_app: str


@dataclass(frozen=True)
class Tools:
    """What every step on one cluster needs."""

    layout: Layout
    account: Account
    binaries: Binaries


def tools(home: Path) -> Tools:
    """The paths, the account and the programs for the cluster in `home`; makes no cluster yet."""
    layout = Layout(home)
    make_open_folder(layout.folder)
    account = server_account()
    _must_be_reachable(layout.folder, account)
    return Tools(layout, account, find_binaries(layout, account))


def ensure_running(home: Path, *, for_tests: bool = False) -> Server:
    """A durable server for `home` runs and takes connections; made, started or recovered as needed.

    `for_tests` makes a throwaway cluster without fsync; a home is one or the other for ever. Two calls at
    once make one server. Raises DatabaseUnavailable, saying what to do.
    """
    kit = tools(home)
    layout = kit.layout
    with starting(layout):
        _settle_kind(layout, for_tests)
        make_private_folder(layout.socket, kit.account.uid, kit.account.gid)
        if not (layout.data / "PG_VERSION").exists():
            _make_cluster(kit)
        _write_config(kit, for_tests)
        if not ready(layout, kit.binaries, kit.account):
            _turn_log(layout)
            start(layout, kit.binaries, kit.account)
        try:
            _make_database(layout)
            if not for_tests:
                _guard(layout)
        except psycopg.Error as problem:
            raise DatabaseUnavailable(f"The embedded PostgreSQL refused us: {problem}") from None
    return Server(
        home=home, bin=kit.binaries.folder, version=kit.binaries.version,
        data=layout.data, socket=layout.socket, dsn_owner=layout.dsn(OWNER), dsn_app=layout.dsn(APP),
    )  # fmt: skip


def stop(home: Path) -> bool:
    """No server of `home` runs when this returns; True when one had to be stopped."""
    if not (Layout(home).data / "PG_VERSION").exists():
        return False
    kit = tools(home)
    with starting(kit.layout):
        return stop_server(kit.layout, kit.binaries, kit.account)


def is_ready(home: Path) -> bool:
    """Whether the server of `home` takes connections; starts and makes nothing."""
    if not (Layout(home).data / "PG_VERSION").exists():
        return False
    kit = tools(home)
    return ready(kit.layout, kit.binaries, kit.account)


def has_server(home: Path) -> bool:
    """Whether processes of the server of `home` live; cheap enough to be asked every second."""
    layout = Layout(home)
    return layout.folder.exists() and has_processes(layout)


def _settle_kind(layout: Layout, for_tests: bool) -> None:
    made = (layout.data / "PG_VERSION").exists()
    if for_tests and not made:
        layout.throwaway.touch()
    if layout.throwaway.exists() != for_tests:
        kind = "is a throwaway cluster of the tests" if not for_tests else "holds data that must not be lost"
        raise DatabaseUnavailable(
            f"{layout.folder} {kind}. Set TIEMCHUNG_HOME (tests: TIEMCHUNG_TEST_HOME) elsewhere."
        )


def _must_be_reachable(folder: Path, account: Account) -> None:
    if account.is_other and account.run("test", "-x", folder).returncode != 0:
        raise DatabaseUnavailable(
            f"PostgreSQL's own account may not look into {folder}. Set TIEMCHUNG_HOME to a folder outside"
            " private ones such as /root, for example /var/lib/tiemchung/main."
        )


def _make_cluster(kit: Tools) -> None:
    """initdb beside the final place, then one rename: a killed first start leaves nothing half made."""
    layout = kit.layout
    draft, words = layout.folder / "data.making", layout.folder / "owner.words"
    shutil.rmtree(draft, ignore_errors=True)
    make_private_folder(draft, kit.account.uid, kit.account.gid)
    make_private_folder(layout.log.parent, kit.account.uid, kit.account.gid)
    for role in (OWNER, APP):
        write_private(layout.passfile(role), f"*:*:*:{role}:{secrets.token_urlsafe(32)}\n")
    write_private(words, password_of(layout, OWNER))
    kit.account.own(words)
    made = kit.account.run(
        kit.binaries.program("initdb"), "-D", draft, "-U", OWNER, "--auth=scram-sha-256", f"--pwfile={words}",
        "--data-checksums", "-E", "UTF8", "--locale=C.UTF-8", "-T", "simple",
    )  # fmt: skip
    words.unlink()
    if made.returncode != 0:
        raise DatabaseUnavailable(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
    with open(draft / "postgresql.conf", "a") as conf:
        conf.write("\ninclude 'tiemchung.conf'\n")
    draft.rename(layout.data)


def _write_config(kit: Tools, for_tests: bool) -> None:
    path = kit.layout.data / "tiemchung.conf"
    draft = path.with_suffix(".new")
    draft.write_text(config_text(kit.layout, for_tests=for_tests))
    kit.account.own(draft)
    draft.replace(path)


def _make_database(layout: Layout) -> None:
    """The database and the application's role: no superuser, no tables of its own, nothing granted yet."""
    with psycopg.connect(layout.dsn(OWNER, "postgres"), autocommit=True) as link:
        names = {name: sql.Identifier(name) for name in (DATABASE, OWNER, APP)}
        if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone():
            link.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                    names[APP], sql.Literal(password_of(layout, APP))
                )
            )
        if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            link.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(names[DATABASE], names[OWNER]))
            link.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(names[DATABASE]))
            link.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(names[DATABASE], names[APP]))


def _guard(layout: Layout) -> None:
    """What the application itself would get, whoever changed it: server, database or role."""
    with psycopg.connect(layout.dsn(APP), autocommit=True) as link:
        refuse_unsafe(shown_by(link))


def shown_by(link: psycopg.Connection) -> dict[str, str]:
    """What the server answers about the settings that durability hangs on."""
    names = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")
    found = link.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(names)])
    return dict(found.fetchall())


def password_of(layout: Layout, role: str) -> str:
    """The password of a role, from its file; raises DatabaseUnavailable when the file is gone."""
    try:
        return layout.passfile(role).read_text().strip().rsplit(":", 1)[1]
    except FileNotFoundError:
        raise DatabaseUnavailable(
            f"{layout.passfile(role)} is gone: the password of {role}. How to set a new one:"
            " docs/how-to/restore.md"
        ) from None


def write_private(path: Path, text: str) -> None:
    """A file of ours with mode 0600 from its first moment."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _turn_log(layout: Layout) -> None:
    if layout.log.exists() and layout.log.stat().st_size > LOG_BYTES:
        layout.log.replace(layout.log.with_suffix(".log.1"))
