"""DATABASE_URL puts everything on a server of the operator's, with the same roles and the same guard."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db.backends.postgresql.base import DatabaseWrapper
from pytest_django import DjangoDbBlocker

from tiemchung.core.postgres import (
    DatabaseUnavailable,
    Server,
    database_settings,
    ensure_running,
    external_dsn,
    prepare_external,
    stop,
)
from tiemchung.core.postgres.layout import Layout

SOMEBODY = "a_migrating_owner"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    where = Path(tempfile.mkdtemp(prefix="tc-ext-"))
    where.chmod(0o755)
    yield ensure_running(where)
    stop(where)
    shutil.rmtree(where)


@pytest.fixture
def url(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """An operator's address: a database of its own, and no role of ours on the server yet."""
    words = Layout(server.home).passfile("tiemchung").read_text().strip().rsplit(":", 1)[1]
    with psycopg.connect(server.dsn_owner, autocommit=True) as link:
        link.execute("DROP DATABASE IF EXISTS theirs WITH (FORCE)")
        link.execute("DROP OWNED BY tiemchung_app")
        link.execute("DROP ROLE tiemchung_app")
        link.execute("CREATE DATABASE theirs")
    host = str(server.socket).replace("/", "%2F")
    address = f"postgresql://tiemchung:{words}@{host}:5432/theirs"
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.delenv("APP_DATABASE_URL", raising=False)
    return address


@pytest.fixture(autouse=True)
def _put_the_role_back(server: Server) -> Iterator[None]:
    yield
    with psycopg.connect(server.dsn_owner, autocommit=True) as link:
        if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = 'tiemchung_app'").fetchone():
            link.execute("CREATE ROLE tiemchung_app NOLOGIN")


def _current_user(entry: dict) -> str:
    base = {
        "ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "TIME_ZONE": None, "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
    }  # fmt: skip
    link = DatabaseWrapper({**base, **entry}, alias="tried")
    try:
        with link.cursor() as cursor:
            cursor.execute("SELECT current_user || ' in ' || current_database()")
            return str(cursor.fetchone()[0])
    finally:
        link.close()


def test_django_comes_in_with_the_rights_of_the_application_only(
    url: str, django_db_blocker: DjangoDbBlocker
) -> None:
    prepare_external(url)
    with django_db_blocker.unblock():
        assert _current_user(database_settings("app")) == "tiemchung_app in theirs"
        assert _current_user(database_settings("owner")) == "tiemchung in theirs"


def test_an_address_for_the_application_is_taken_as_it_is(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", "postgresql://app:x@db.example/other")
    assert external_dsn("app") == "postgresql://app:x@db.example/other"
    assert database_settings("app")["HOST"] == "db.example"
    assert database_settings("owner")["NAME"] == "theirs"


def test_nothing_external_is_meant_without_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert external_dsn("app") is None


def test_an_owner_who_may_make_roles_needs_no_administrator(url: str, server: Server) -> None:
    with psycopg.connect(server.dsn_owner, autocommit=True) as link:
        link.execute(f"CREATE ROLE {SOMEBODY} LOGIN CREATEROLE PASSWORD 'x'")
    try:
        theirs = f"host={server.socket} dbname=theirs user={SOMEBODY} password=x"
        prepare_external(theirs)
        with psycopg.connect(theirs, options="-c role=tiemchung_app") as link:
            assert link.execute("SELECT current_user").fetchone() == ("tiemchung_app",)
    finally:
        with psycopg.connect(server.dsn_owner, autocommit=True) as link:
            link.execute("DROP ROLE tiemchung_app")
            link.execute(f"DROP ROLE {SOMEBODY}")


def test_an_owner_who_may_not_is_told_what_to_ask_for(url: str, server: Server) -> None:
    with psycopg.connect(server.dsn_owner, autocommit=True) as link:
        link.execute(f"CREATE ROLE {SOMEBODY} LOGIN PASSWORD 'x'")
    try:
        with pytest.raises(DatabaseUnavailable, match="CREATE ROLE tiemchung_app NOLOGIN"):
            prepare_external(f"host={server.socket} dbname=theirs user={SOMEBODY} password=x")
    finally:
        with psycopg.connect(server.dsn_owner, autocommit=True) as link:
            link.execute(f"DROP ROLE {SOMEBODY}")


def test_a_server_that_could_lose_a_dose_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="synchronous_commit must be on"):
        prepare_external(f"{url}?options=-c%20synchronous_commit%3Doff")


def test_an_old_server_is_refused_by_its_version(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiemchung.core.postgres.external.OLDEST", 99)
    with pytest.raises(DatabaseUnavailable, match="needs 99 or newer"):
        prepare_external(url)


def test_an_address_that_does_not_answer_is_said_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not answer") as refused:
        prepare_external("postgresql://an:verysecret@127.0.0.1:1/none")
    assert "verysecret" not in str(refused.value)


def test_an_unknown_role_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="'app' or 'owner'"):
        database_settings("root")
