"""The end of a session's test database: nobody comes in any more, and whoever is still there is let go.

A database is dropped only when no session is left in it, and PostgreSQL waits five seconds for that. A browser's last
request or the server's own vacuum may take longer on a slow machine, and a drop that is refused is a red run.
"""

import time
from typing import Any

PATIENCE_S, STEP_S = 60.0, 0.1
_LEFT = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = %s AND backend_type = 'client backend' AND pg_has_role(usesysid, 'USAGE')"
)


def let_everybody_go(connection: Any) -> None:
    """Close the test database to new sessions and return when the last one has ended, after a minute in any case."""
    name = connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {connection.ops.quote_name(name)} WITH ALLOW_CONNECTIONS false")
        over = time.monotonic() + PATIENCE_S
        while time.monotonic() < over:
            cursor.execute(_END, [name])
            cursor.execute(_LEFT, [name])
            if not cursor.fetchone()[0]:
                return
            time.sleep(STEP_S)
