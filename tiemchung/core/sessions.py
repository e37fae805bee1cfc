"""Sessions in the database, read by one statement that is written once; all else is Django's own."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from tiemchung.core.rows import rows


class SessionStore(db.SessionStore):
    """The same table and the same rules as the framework's store."""

    def _get_session_from_db(self) -> Session | None:
        found = rows(Session, "session_key = %s AND expire_date > %s", self.session_key, timezone.now())
        if found:
            return found[0]
        self._session_key = None
        return None
