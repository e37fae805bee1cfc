"""What the framework loads by the name of DATABASES' ENGINE."""

import select
from typing import override

from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """The framework's own, but that the health of a kept connection is asked of its socket before the server."""

    @override
    def is_usable(self) -> bool:
        """Tell whether the kept connection still works.

        A server that ended, was killed or closed the connection leaves its word in the socket: only then is it
        asked. A question to a healthy server at each request would cost a twelfth of a dose's statements. A network
        that broke in silence shows in neither way before the time of the first statement is over.
        """
        if self.connection is None:
            return False
        link = self.connection.pgconn
        if link.status != ConnStatus.OK:
            return False
        told, _, _ = select.select([link.socket], [], [], 0)
        return super().is_usable() if told else True
