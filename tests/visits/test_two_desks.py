"""Two nurses who record the same dose at the same instant make one dose."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.builders import NOW, a_facility, a_nurse, a_person, a_stock
from tests.visits.conftest import ALL_NO
from tiemchung.core.verdict import Refused
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.visits.actions import inject
from tiemchung.visits.models import Visit

DESKS = 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("one_key", [False, True])
def test_desks_at_the_same_instant_make_one_dose(one_key: bool) -> None:
    facility, person = a_facility(), a_person()
    lot = a_stock(facility)
    nurses = [a_nurse(facility) for _ in range(DESKS)]
    start = threading.Barrier(DESKS)

    def give(number: int) -> str:
        try:
            start.wait()
            done = inject(
                by=nurses[0] if one_key else nurses[number],
                at=NOW,
                key="the-same-key" if one_key else f"key-of-desk-{number}",
                profile_id=person.profile_id,
                screening=ALL_NO,
                product="PFIZER",
                lot_id=lot.id,
            )
        except Refused as refused:
            return refused.verdict.refusals[0].code
        finally:
            connection.close()
        return "REPEATED" if done.recorded.repeated else "RECORDED"

    with ThreadPoolExecutor(DESKS) as desks:
        answers = sorted(desks.map(give, range(DESKS)))
    others = "REPEATED" if one_key else "SAME_DAY"
    assert answers == sorted(["RECORDED", *[others] * (DESKS - 1)])
    assert (Dose.objects.count(), LedgerEntry.objects.count(), Visit.objects.count()) == (1, 1, 1)
