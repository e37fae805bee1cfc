"""Statements sent beneath the framework's cursor keep its transactions, its errors and whoever listens in."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from tiemchung.core.models import AuditLine
from tiemchung.core.rows import put, rows
from tiemchung.core.statements import ask, numbered, tell

AT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
PUT_SESSION = "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, %s)"


def keys() -> list[Any]:
    return [key for (key,) in ask("SELECT session_key FROM django_session ORDER BY 1")]


def test_places_are_numbered_in_their_order_and_a_doubled_sign_is_one() -> None:
    assert numbered("a = %s AND b LIKE '%%x' AND c = ANY(%s)") == b"a = $1 AND b LIKE '%x' AND c = ANY($2)"


@pytest.mark.django_db
def test_values_go_and_come_as_through_the_framework() -> None:
    id_ = uuid4()
    asked = "SELECT %s::uuid, %s::timestamptz, %s::text, %s::int, %s::date, %s::uuid[]"
    sent = (id_, AT, "Nguyễn 'Ổ' %s", 7, AT.date(), [id_])
    with connection.cursor() as cursor:
        cursor.execute(asked, sent)
        assert ask(asked, *sent) == cursor.fetchall() == [sent]


@pytest.mark.django_db
def test_what_was_told_goes_back_with_the_transaction() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert tell(PUT_SESSION, "gone", "", AT) == 1
        raise ZeroDivisionError
    assert keys() == []
    assert tell("UPDATE django_session SET session_data = 'x' WHERE session_key = %s", "gone") == 0


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_each_stands_at_once() -> None:
    tell(PUT_SESSION, "kept", "", AT)
    connection.close()
    assert keys() == ["kept"]
    Session.objects.all().delete()


@pytest.mark.django_db
def test_an_error_is_the_frameworks_and_breaks_its_transaction() -> None:
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic():
            tell(PUT_SESSION, "twice", "", AT)
            tell(PUT_SESSION, "twice", "", AT)
        assert keys() == []
    with pytest.raises(TransactionManagementError), transaction.atomic():
        transaction.set_rollback(True)
        ask("SELECT 1")


@pytest.mark.django_db
def test_whoever_listens_hears_every_statement() -> None:
    heard = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        heard.append((sql, tuple(params)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        assert ask("SELECT %s::int", 5) == [(5,)]
    assert heard == [("SELECT %s::int", (5,))]
    with CaptureQueriesContext(connection) as taken:
        assert ask("SELECT %s::int", 5) == [(5,)]
    assert len(taken) == 1


@pytest.mark.django_db
def test_a_row_is_put_without_its_object_and_a_wrong_name_is_refused() -> None:
    subject = uuid4()
    put(AuditLine, subject_id=subject, at=AT, action="test", actor_kind="system", facts={"codes": ["Ổ"]})
    (line,) = rows(AuditLine, "subject_id = %s", subject)
    assert (line.action, line.facts, line.because, line.actor_id) == ("test", {"codes": ["Ổ"]}, "", None)
    with pytest.raises(TypeError, match="subjekt_id"):
        put(AuditLine, subjekt_id=subject, at=AT, action="test", actor_kind="system")


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_replaced_at_the_next_request() -> None:
    ((pid,),) = ask("SELECT pg_backend_pid()")
    before = connection.connection
    assert connection.is_usable()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()
    assert not connection.is_usable()
    connection.health_check_enabled, connection.health_check_done = True, False
    connection.close_at = None
    assert ask("SELECT 1") == [(1,)]
    assert connection.connection is not before
