"""The server's own settings, and the guard that refuses a server which could lose an acknowledged dose."""

from collections.abc import Mapping

from .layout import PORT, DatabaseUnavailable, Layout

# Sized for the whole demonstration, every process together, in less than 1 GiB.
MODEST = {
    "shared_buffers": "96MB",
    "max_connections": "60",
    "work_mem": "6MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "1GB",
    "jit": "off",
}
SOCKET_ONLY = {
    "listen_addresses": "''",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "password_encryption": "'scram-sha-256'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
}
# A failed statement carries people's data: keep it, its values and the DETAIL of broken keys out of the log.
QUIET_LOG = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "'%m [%p] '",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}


def config_text(layout: Layout, *, for_tests: bool) -> str:
    """The file tiemchung.conf; an operator's own tuning goes into local.conf beside it, read after it."""
    place = str(layout.socket).replace("'", "''")
    values = {"unix_socket_directories": f"'{place}'", **SOCKET_ONLY, **MODEST, **QUIET_LOG, **DURABLE}
    values |= THROWAWAY if for_tests else {}
    lines = [f"{name} = {value}" for name, value in values.items()]
    head, tail = "# Written at each start; put changes into local.conf.", "include_if_exists 'local.conf'"
    return "\n".join([head, *lines, tail, ""])


def unsafe_settings(shown: Mapping[str, str]) -> list[str]:
    """Which of the settings that durability hangs on are wrong: empty when the server may be trusted.

    `shown` maps names to what SHOW answers; synchronous_commit may also wait for replicas.
    """
    wrong = [name for name in ("fsync", "full_page_writes", "data_checksums") if shown.get(name) != "on"]
    if shown.get("synchronous_commit") not in ("on", "remote_apply"):
        wrong.append("synchronous_commit")
    return wrong


def refuse_unsafe(shown: Mapping[str, str], *, checksums_required: bool = True) -> None:
    """Raise DatabaseUnavailable when a power cut or a bad disk could lose what the server acknowledged."""
    wrong = unsafe_settings(shown)
    if not checksums_required:
        wrong = [name for name in wrong if name != "data_checksums"]
    if wrong:
        raise DatabaseUnavailable(
            f"The database is not durable: {', '.join(wrong)} must be on. Set it in the server's"
            " configuration and start again (data_checksums: pg_checksums --enable while it is stopped)."
        )
