"""What names its rows is looked for by its index alone."""

import pytest
from django.db import connection

from tiemchung.core.keyed import keyed_statements


def _setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_only_the_transaction_itself_is_planned_so() -> None:
    assert _setting() == "on"
    with keyed_statements():
        assert _setting() == "off"
    assert _setting() == "on"
