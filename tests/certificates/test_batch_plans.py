"""A batch of the centre's run reads as many rows as it signs, however little the database knows of its tables."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW
from tests.certificates.central_cast import a_passport, a_ready_person, certificate_of
from tiemchung.certificates import issuing_rows as rows
from tiemchung.certificates.models import Passport
from tiemchung.certificates.rules import NOTICE, PassportState
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.keyed import keyed_statements

pytestmark = pytest.mark.django_db


def plan_of(ask: Callable[[], Any]) -> str:
    """Give the plan of the one statement of `ask` that takes up a batch, under the settings it was sent with."""
    with keyed_statements(), CaptureQueriesContext(connection) as asked:
        ask()
    statements = [one["sql"] for one in asked]
    (place,) = (n for n, sql in enumerate(statements) if "SKIP LOCKED" in sql)
    with keyed_statements(), allow_cross_shard("the plan"), connection.cursor() as cursor:
        for setting in statements[:place]:
            if setting.startswith("SET LOCAL"):
                cursor.execute(setting)
        cursor.execute(b"EXPLAIN " + statements[place].encode())
        return "\n".join(row[0] for row in cursor.fetchall())


def believed_empty() -> None:
    """Let the planner know what it knows on the first day: that there are no passports."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE certificates_passport, certificates_certificate")


def test_what_is_ready_is_read_in_its_order_until_the_batch_is_full() -> None:
    believed_empty()
    first, *_ = [a_ready_person() for _ in range(3)]
    with keyed_statements():
        assert list(rows.ready_standings(1)) == [first]
    plan = plan_of(lambda: rows.ready_standings(1))
    assert "passport_ready" in plan
    assert "Sort" not in plan


def test_who_ends_is_found_by_the_day_and_each_passport_by_its_person() -> None:
    believed_empty()
    persons = [a_passport() for _ in range(3)]
    ends = max(certificate_of(person).expires_at for person in persons)
    Passport.objects.filter(person_id__in=persons).update(state=PassportState.EXPIRING)
    with keyed_statements():
        assert rows.ending_persons(ends - NOTICE - dt.timedelta(days=1), 3) == []
        assert set(rows.ending_persons(ends - NOTICE, 3)) == set(persons)
        assert len(rows.ending_persons(ends - NOTICE, 2)) == 2
    plan = plan_of(lambda: rows.ending_persons(NOW, 3))
    assert "certificate_ends" in plan
    assert "Index Cond: (person_id = c.person_id)" in plan
    assert not {"Sort", "Materialize"} & set(plan.replace("(", " ").split())
