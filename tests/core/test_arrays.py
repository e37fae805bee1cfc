"""Lists reach the database as they are, whoever writes them."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiemchung.core.arrays import QuickListDumper

pytestmark = pytest.mark.django_db
quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def back(values: list[Any], kind: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT u FROM unnest(%s::{kind}[]) WITH ORDINALITY AS t (u, n) ORDER BY n", [values])
        return [bytes(row[0]) if kind == "bytea" and row[0] is not None else row[0] for row in cursor.fetchall()]


@quiet
@given(st.lists(st.uuids()))
def test_ids_come_back_in_their_order(values: list[UUID]) -> None:
    assert back(values, "uuid") == values


@quiet
@given(st.lists(st.binary(max_size=40)))
def test_bytes_come_back_in_their_order(values: list[bytes]) -> None:
    assert back(values, "bytea") == values


@quiet
@given(st.lists(st.one_of(st.none(), st.uuids())))
def test_what_is_missing_stays_missing(values: list[UUID | None]) -> None:
    assert back(values, "uuid") == values


@quiet
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
def test_texts_come_back_as_they_were(values: list[str]) -> None:
    assert back(values, "text") == values


def test_an_index_is_asked_with_any_without_a_cast() -> None:
    ids = [uuid4(), uuid4()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s = ANY(%s), %s = ANY(%s)", [ids[0], ids, uuid4(), ids])
        assert cursor.fetchone() == (True, False)


def test_every_connection_uses_the_quick_way() -> None:
    with connection.cursor() as cursor:
        adapters = cursor.connection.adapters
        assert adapters.get_dumper(list, "s") is QuickListDumper
