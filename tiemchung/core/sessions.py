"""Sessions in the database, read and saved by one statement each that is written once; all else is Django's own."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.utils import timezone

from tiemchung.core.rows import rows

_SAVE = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s"


class SessionStore(db.SessionStore):
    """The same table and the same rules as the framework's store."""

    def _get_session_from_db(self) -> Session | None:
        found = rows(Session, "session_key = %s AND expire_date > %s", self.session_key, timezone.now())
        if found:
            return found[0]
        self._session_key = None
        return None

    def save(self, must_create: bool = False) -> None:
        """Keep what changed; raise UpdateError where the session was ended meanwhile."""
        if must_create or self.session_key is None:
            return super().save(must_create)
        row = self.create_model_instance(self._get_session())  # type: ignore[attr-defined]
        try:
            with connection.cursor() as cursor:
                cursor.execute(_SAVE, (row.session_data, row.expire_date, row.session_key))
                if not cursor.rowcount:
                    raise UpdateError
        except DatabaseError as broken:
            raise UpdateError from broken
