"""The embedded server keeps what it acknowledged, and comes back whatever was killed or left behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tiemchung.core.install import CHECKOUT
from tiemchung.core.postgres import (
    DatabaseUnavailable,
    Server,
    database_settings,
    ensure_running,
    is_ready,
    stop,
)
from tiemchung.core.postgres.backup import restore_backup, take_backup
from tiemchung.core.postgres.cluster import tools
from tiemchung.core.postgres.layout import LONGEST_SOCKET_FOLDER, PORT, Layout
from tiemchung.core.postgres.server import has_processes

AT = datetime(2021, 9, 12, 8, 30, tzinfo=UTC)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of its own, durable as in production; open to the server's account, unlike pytest's folders."""
    where = Path(tempfile.mkdtemp(prefix="tc-pg-"))
    where.chmod(0o755)
    yield where
    with suppress(DatabaseUnavailable):
        stop(where)
    shutil.rmtree(where)


def _processes(server: Server) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.readlink(entry / "cwd") == str(server.data):
                found.append(int(entry.name))
    return found


def _title(pid: int) -> bytes:
    """Give what a process says that it is doing, nothing once it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _kill_all(server: Server) -> None:
    for pid in _processes(server):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while has_processes(Layout(server.home)):
        time.sleep(0.02)


def _put_pid_into_files(server: Server, pid: int) -> None:
    """Both files as a server leaves them when a reboot gave its number to somebody else."""
    for file in (server.data / "postmaster.pid", server.socket / f".s.PGSQL.{PORT}.lock"):
        lines = file.read_text().split("\n")
        file.write_text("\n".join([str(pid), *lines[1:]]))


def _count(server: Server) -> int:
    with psycopg.connect(server.dsn_owner) as link:
        (count,) = link.execute("SELECT count(*) FROM acknowledged").fetchone() or (-1,)
        return int(count)


def _table(server: Server) -> None:
    with psycopg.connect(server.dsn_owner, autocommit=True) as link:
        link.execute("CREATE TABLE acknowledged (n int PRIMARY KEY)")
        link.execute("INSERT INTO acknowledged SELECT generate_series(1, 100)")


def _write_until_killed(server: Server, acknowledged: list[int]) -> None:
    with suppress(psycopg.Error), psycopg.connect(server.dsn_owner, autocommit=True) as link:
        for n in range(101, 1_000_000):
            link.execute("INSERT INTO acknowledged VALUES (%s)", [n])
            acknowledged.append(n)


def test_killing_every_process_of_the_server_loses_no_acknowledged_row(home: Path) -> None:
    server = ensure_running(home)
    _table(server)
    acknowledged: list[int] = list(range(1, 101))
    writer = threading.Thread(target=_write_until_killed, args=(server, acknowledged))
    writer.start()
    while len(acknowledged) < 150:
        time.sleep(0.01)
    _kill_all(server)
    writer.join()
    server = ensure_running(home)
    with psycopg.connect(server.dsn_owner) as link:
        kept = {n for (n,) in link.execute("SELECT n FROM acknowledged")}
    assert set(acknowledged) <= kept


def test_a_killed_postmaster_with_a_busy_child_comes_back(home: Path) -> None:
    server = ensure_running(home)
    _table(server)
    busy = "DO $$ BEGIN FOR i IN 1..2000000000 LOOP PERFORM i; END LOOP; END $$"
    child = subprocess.Popen(
        [sys.executable, "-c", f"import psycopg; psycopg.connect({server.dsn_owner!r}).execute({busy!r})"],
        stderr=subprocess.DEVNULL,
    )
    while not any(b"DO" in _title(pid) for pid in _processes(server)):
        time.sleep(0.05)
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    server = ensure_running(home)
    child.wait(timeout=60)
    assert _count(server) == 100


@pytest.mark.parametrize("whose", ["init", "stranger of the server's own account"])
def test_a_stale_pid_file_that_names_a_living_process_fools_nobody(home: Path, whose: str) -> None:
    server = ensure_running(home)
    _table(server)
    _kill_all(server)
    account = tools(home).account
    other = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.is_other else {}
    stranger = subprocess.Popen(["sleep", "600"], cwd="/", **other)  # type: ignore[call-overload]
    try:
        _put_pid_into_files(server, 1 if whose == "init" else stranger.pid)
        assert not is_ready(home)
        assert stop(home) is False
        assert _count(ensure_running(home)) == 100
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_many_starts_at_once_make_one_server(home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tiemchung.core.postgres import ensure_running;"
        "s = ensure_running(Path(sys.argv[1])); print((s.data / 'postmaster.pid').read_text().split()[0])"
    )

    def run(_: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", program, home], cwd=CHECKOUT, capture_output=True, text=True, check=True
        ).stdout

    with ThreadPoolExecutor(4) as pool:
        pids = set(pool.map(run, range(4)))
    assert len(pids) == 1
    assert is_ready(home)


def test_a_second_start_finds_the_same_server_and_starts_nothing(home: Path) -> None:
    first = ensure_running(home)
    pid = (first.data / "postmaster.pid").read_text().split()[0]
    assert ensure_running(home) == first
    assert (first.data / "postmaster.pid").read_text().split()[0] == pid


def test_a_start_that_was_killed_in_the_middle_is_completed_by_the_next(home: Path) -> None:
    unfinished = Layout(home).folder / "data.making"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    _table(ensure_running(home))
    assert is_ready(home)


def test_the_application_may_neither_make_tables_nor_read_what_was_not_granted(home: Path) -> None:
    server = ensure_running(home)
    _table(server)
    for forbidden in (
        "CREATE TABLE mine (n int)",
        "CREATE TEMP TABLE mine (n int)",
        "SELECT * FROM acknowledged",
        "ALTER TABLE acknowledged DISABLE TRIGGER ALL",
        "SET ROLE tiemchung",
        "CREATE ROLE other",
        "COPY (SELECT 1) TO '/tmp/x'",
    ):
        with psycopg.connect(server.dsn_app) as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute(forbidden)


def test_nobody_else_may_read_password_files_data_or_socket(home: Path) -> None:
    server = ensure_running(home)
    private = [*Layout(home).folder.glob("*.pgpass"), server.data, server.socket]
    assert len(private) == 4
    assert {path.stat().st_mode & 0o077 for path in private} == {0}
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"host={server.socket} dbname=tiemchung user=tiemchung password=wrong")


def test_the_dsn_and_djangos_settings_hold_no_password(home: Path) -> None:
    server = ensure_running(home)
    for role, dsn in (("tiemchung", server.dsn_owner), ("tiemchung_app", server.dsn_app)):
        secret = Layout(home).passfile(role).read_text().strip().rsplit(":", 1)[1]
        assert secret not in dsn
        assert secret not in str(database_settings("owner", home=home))


def test_a_server_without_durability_is_refused_and_says_which_setting(home: Path) -> None:
    server = ensure_running(home)
    with psycopg.connect(server.dsn_owner, autocommit=True) as link:
        link.execute("ALTER ROLE tiemchung_app SET synchronous_commit = off")
    with pytest.raises(DatabaseUnavailable, match="synchronous_commit must be on"):
        ensure_running(home)


def test_a_home_is_for_tests_or_for_data_and_never_becomes_the_other(home: Path) -> None:
    ensure_running(home)
    with pytest.raises(DatabaseUnavailable, match="must not be lost"):
        ensure_running(home, for_tests=True)


def test_data_of_another_major_version_is_refused_with_what_to_do(home: Path) -> None:
    data = Layout(home).data
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("11\n")
    with pytest.raises(DatabaseUnavailable, match=r"made by PostgreSQL 11.*TIEMCHUNG_PG_BIN"):
        ensure_running(home)


def test_a_narrow_umask_does_not_shut_the_server_out(home: Path) -> None:
    before = os.umask(0o077)
    try:
        ensure_running(home / "deep" / "er")
    finally:
        os.umask(before)
        stop(home / "deep" / "er")


def test_a_home_with_a_very_long_path_gets_a_short_private_socket_folder(home: Path) -> None:
    deep = home / ("rất-dài" * 8) / ("sâu" * 12)
    assert len(os.fsencode(deep / "postgres" / "socket")) > LONGEST_SOCKET_FOLDER
    server = ensure_running(deep)
    try:
        assert len(os.fsencode(server.socket)) <= LONGEST_SOCKET_FOLDER
        assert server.socket.stat().st_mode & 0o777 == 0o700
        _table(server)
        assert _count(server) == 100
    finally:
        stop(deep)
        shutil.rmtree(server.socket)


def test_a_socket_folder_that_somebody_else_put_there_is_refused(home: Path) -> None:
    deep = home / ("x" * 110)
    planted = Layout(deep).socket
    planted.symlink_to("/tmp")
    try:
        with pytest.raises(DatabaseUnavailable, match="another account"):
            ensure_running(deep)
    finally:
        planted.unlink()


def test_the_log_keeps_peoples_values_out(home: Path) -> None:
    server = ensure_running(home)
    with psycopg.connect(server.dsn_owner, autocommit=True) as link:
        link.execute("CREATE TABLE phones (phone text PRIMARY KEY)")
        for _ in range(2):
            with suppress(psycopg.errors.UniqueViolation):
                link.execute("INSERT INTO phones VALUES (%s)", ["+84900000077"])
                link.execute("INSERT INTO phones VALUES ('+84900000077')")
    log = Layout(home).log.read_text()
    assert "phones_pkey" in log
    assert "84900000077" not in log


def test_a_copy_put_back_holds_what_was_there_when_it_was_taken(home: Path) -> None:
    server = ensure_running(home)
    _table(server)
    copy = take_backup(home, home / "backups", AT)
    with psycopg.connect(server.dsn_owner, autocommit=True) as link:
        link.execute("DELETE FROM acknowledged")
    with pytest.raises(DatabaseUnavailable, match="Stop it first"):
        restore_backup(home, copy, AT)
    stop(home)
    aside = restore_backup(home, copy, AT)
    assert _count(server) == 100
    assert aside is not None
    assert aside.exists()


def test_a_damaged_copy_is_refused_before_anything_is_touched(home: Path) -> None:
    server = ensure_running(home)
    _table(server)
    copy = take_backup(home, home / "backups", AT)
    stop(home)
    with open(copy / "global" / "pg_control", "r+b") as file:
        file.write(b"garbage")
    with pytest.raises(DatabaseUnavailable, match="pg_verifybackup failed"):
        restore_backup(home, copy, AT)
    assert _count(ensure_running(home)) == 100


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_it_runs_without_root_just_as_well(home: Path) -> None:
    if not all(folder.stat().st_mode & 0o001 for folder in Path(psycopg.__file__).parents):
        pytest.skip("the programs lie in a folder that only root may enter")
    own = home / "theirs"
    own.mkdir()
    os.chown(own, 65534, 65534)
    child = os.fork()
    if child == 0:  # this interpreter as somebody else: its own folder may be closed to them
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        os._exit(_start_and_stop(own))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (own / "postgres" / "data").stat().st_uid == 65534


def _start_and_stop(own: Path) -> int:
    try:
        server = ensure_running(own)
        with psycopg.connect(server.dsn_app) as link:
            fine = link.execute("SELECT current_user").fetchone() == ("tiemchung_app",)
        return 0 if stop(own) and fine else 1
    except BaseException as problem:
        sys.stderr.write(repr(problem))
        return 2
