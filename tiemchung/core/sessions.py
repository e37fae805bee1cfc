"""Sessions in the database, read and saved by one statement each that is written once; all else is Django's own."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError
from django.utils import timezone

from tiemchung.core.statements import ask, tell

_LOAD = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_SAVE = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s"


class SessionStore(db.SessionStore):
    """The same table and the same rules as the framework's store."""

    def load(self) -> dict[str, Any]:
        """Give what the session holds, nothing where there is none or it is over."""
        found = ask(_LOAD, self.session_key, timezone.now())
        if found:
            return self.decode(found[0][0])
        self._session_key = None
        return {}

    def save(self, must_create: bool = False) -> None:
        """Keep what changed; raise UpdateError where the session was ended meanwhile."""
        if must_create or self.session_key is None:
            return super().save(must_create)
        row = self.create_model_instance(self._get_session())  # type: ignore[attr-defined]
        try:
            if not tell(_SAVE, row.session_data, row.expire_date, row.session_key):
                raise UpdateError
        except DatabaseError as broken:
            raise UpdateError from broken
