"""A staff session as sign-in leaves it, for tests that are not about signing in."""

from django.contrib.sessions.backends.db import SessionStore

from tiemchung.access.models import Posting, Staff
from tiemchung.core import clock
from tiemchung.core.actor import Actor


def session_of(actor: Actor) -> str:
    """Start a session for this member of staff at their posting, second factor passed, and give its key."""
    posting = Posting.objects.get(staff_id=actor.id, valid_to=None)
    session = SessionStore()
    session["_auth_user_id"] = str(actor.id)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = Staff.objects.get(id=actor.id).get_session_auth_hash()
    session["posting_id"] = str(posting.id)
    session["second_factor"] = "totp"
    session["trace"] = "a-test"
    session["seen_at"] = clock.now().isoformat()
    session.create()
    return str(session.session_key)
