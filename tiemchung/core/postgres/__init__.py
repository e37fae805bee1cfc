"""The database of an installation: an embedded PostgreSQL that we run, or the one DATABASE_URL names."""

from .cluster import Server, ensure_running, has_server, is_ready, stop
from .connect import database_settings
from .external import external_dsn, prepare_external
from .layout import DatabaseUnavailable

__all__ = [
    "DatabaseUnavailable",
    "Server",
    "database_settings",
    "ensure_running",
    "external_dsn",
    "has_server",
    "is_ready",
    "prepare_external",
    "stop",
]
