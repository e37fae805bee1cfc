"""A PostgreSQL of the operator's own, named by DATABASE_URL; then nothing is embedded."""

import os

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from .binaries import OLDEST
from .cluster import shown_by
from .config import refuse_unsafe
from .layout import APP, DatabaseUnavailable


def external_dsn(role: str) -> str | None:
    """How to reach the operator's server as `role` ("app" or "owner"); None when DATABASE_URL is not set.

    The application comes in by APP_DATABASE_URL, else by DATABASE_URL with the rights of tiemchung_app only.
    """
    owner = os.environ.get("DATABASE_URL", "")
    if not owner:
        return None
    if role == "owner":
        return owner
    app = os.environ.get("APP_DATABASE_URL", "")
    if app:
        return app
    options = conninfo_to_dict(owner).get("options") or ""
    return make_conninfo(owner, options=f"{options} -c role={APP}".strip())


def prepare_external(dsn: str) -> str:
    """The operator's server may be used: new enough, durable, with the application's role; gives its version.

    Raises DatabaseUnavailable, saying what to do.
    """
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=10) as link:
            major = link.info.server_version // 10_000
            if major < OLDEST:
                raise DatabaseUnavailable(
                    f"DATABASE_URL leads to PostgreSQL {major}; Tiêm Chủng needs {OLDEST} or newer."
                )
            refuse_unsafe(shown_by(link), checksums_required=False)
            _ensure_app_role(link)
            return f"{major}"
    except psycopg.OperationalError as problem:
        raise DatabaseUnavailable(
            f"DATABASE_URL does not answer: {str(problem).strip()}. Check the address, the password and"
            " that the server runs."
        ) from None


def _ensure_app_role(link: psycopg.Connection) -> None:
    name = sql.Identifier(APP)
    try:
        if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone():
            link.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
        try:
            link.execute(sql.SQL("SET ROLE {}").format(name))
            link.execute("RESET ROLE")
        except psycopg.errors.InsufficientPrivilege:
            link.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    except psycopg.errors.InsufficientPrivilege:
        raise DatabaseUnavailable(
            f"The database's owner may not make the role {APP}. As an administrator of the server run:"
            f" CREATE ROLE {APP} NOLOGIN; GRANT {APP} TO <owner>;"
        ) from None
