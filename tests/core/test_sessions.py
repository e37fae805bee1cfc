"""Sessions saved by a statement of our own are those that the framework keeps."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session

from tiemchung.core.sessions import SessionStore

pytestmark = pytest.mark.django_db


def begun() -> SessionStore:
    session = SessionStore()
    session["trace"] = "a"
    session.create()
    return session


def test_what_changed_in_a_session_is_there_for_the_next_request() -> None:
    session = begun()
    session["trace"] = "b"
    session.set_expiry(60)
    session.save()
    assert dict(SessionStore(session.session_key).items()) == {"trace": "b", "_session_expiry": 60}
    row = Session.objects.get(session_key=session.session_key)
    assert row.get_decoded()["trace"] == "b"


def test_the_end_of_a_session_moves_with_each_saving() -> None:
    session = begun()
    before = Session.objects.get(session_key=session.session_key).expire_date
    session.set_expiry(60)
    session.save()
    assert Session.objects.get(session_key=session.session_key).expire_date < before


def test_a_session_that_was_ended_meanwhile_is_not_brought_back() -> None:
    session, elsewhere = begun(), SessionStore()
    elsewhere.delete(session.session_key)
    session["trace"] = "b"
    with pytest.raises(UpdateError):
        session.save()
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_a_session_without_a_key_gets_one_when_it_is_saved() -> None:
    session = SessionStore()
    session["trace"] = "a"
    session.save()
    assert Session.objects.filter(session_key=session.session_key).exists()
