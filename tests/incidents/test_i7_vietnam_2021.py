"""2021: a synchronisation took doses away, a dose shown on Monday was gone on Wednesday, and requests to correct it
were answered by nobody [press].

Three things stand against it here: whatever a partner sends, in any order and however often, lowers no count; no role
of the database may delete a dose or a line of its ledger; and each report has a clock that nobody can stop.
"""

import datetime as dt
import json
import os
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import NOW, a_dose, a_key, a_person
from tests.cases.conftest import Office
from tests.doses.conftest import days_ago
from tests.interop.pc_covid.conftest import AGREED
from tiemchung.cases.actions import sound_alarms
from tiemchung.cases.reads import desk_file, queue_at
from tiemchung.core.distribution import APPEND, CHANGE
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.doses.reads import doses_of
from tiemchung.interop.pc_covid.keys import REQUESTS, dose_ref, key_for
from tiemchung.interop.signature import HEADER, sign_request

NAME, BORN, PHONE = "Đào Thị Hoa", dt.date(1990, 5, 17), "0900054321"
GIVEN = (90, 60)
HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("country", "db")


@pytest.fixture
def hoa() -> UUID:
    """Give Hoa with two recorded doses."""
    person: UUID = a_person(NAME, BORN, phones=[(PHONE, "OWN")]).person_id
    for days in GIVEN:
        a_dose(person, given_on=days_ago(days))
    return person


@pytest.fixture
def agreed(settings: Any) -> None:
    """Agree on a key with the partner, once: each setting made in an example would lie on top of the last."""
    settings.PC_COVID_KEY = AGREED


def sent(ask: dict[str, Any]) -> int:
    """Send one message as the partner does and give the status of its answer."""
    body = json.dumps(ask).encode()
    header = sign_request(key_for(REQUESTS, AGREED), body, unix_s=int(NOW.timestamp()), nonce="")
    address = "/interop/pc-covid/proposals"
    return int(Client().post(address, body, content_type="application/json", headers={HEADER: header}).status_code)


def a_message(first: UUID) -> st.SearchStrategy[dict[str, Any]]:
    """Give any message about Hoa: newer or older, true or wrong, the same one again."""
    dose = st.fixed_dictionaries(
        {"product": st.sampled_from(["PFIZER", "ABDALA", "ASTRAZENECA"]), "given_on": st.sampled_from(
            [str(days_ago(days)) for days in (300, 90, 60, 59)])},
        optional={"ref": st.just(dose_ref(first)), "lot_number": st.just("FA1")},
    )  # fmt: skip
    kinds = st.sampled_from(["DOSE_DECLARED", "DOSE_WRONG", "NEVER_GIVEN", "DOSE1_MISSING", "PERSONAL_DATA"])
    return st.builds(
        lambda n, kind, doses, base: {
            "id": f"m-{n}", "phone": PHONE, "full_name": NAME, "birth_date": str(BORN), "kind": kind, "doses": doses,
            "base_version": base,
        },
        st.integers(1, 4), kinds, st.lists(dose, max_size=3), st.integers(0, 3),
    )  # fmt: skip


# The promise is none lost in 10,000 runs: `bench/stale.py` asks for as many by this variable; forty are for every day.
RUNS = int(os.environ.get("TIEMCHUNG_STALE_RUNS", "40"))


@settings(max_examples=RUNS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_messages_in_any_order_lower_the_count_or_change_a_recorded_dose(
    hoa: UUID, agreed: None, data: st.DataObject
) -> None:
    first = min(doses_of([hoa]), key=lambda dose: dose.facts.given_on)
    before = {dose.id: (dose.version, dose.facts) for dose in doses_of([hoa]) if dose.counted}
    with transaction.atomic():
        heard = [sent(ask) for ask in data.draw(st.lists(a_message(first.id), min_size=1, max_size=6))]
        after = {dose.id: (dose.version, dose.facts) for dose in doses_of([hoa]) if dose.counted}
        transaction.set_rollback(True)
    assert after == before
    assert max(heard) < 500


@pytest.mark.parametrize("model", [Dose, LedgerEntry])
def test_a_dose_shown_on_monday_is_there_on_wednesday_whoever_asks_the_database(hoa: UUID, model: Any) -> None:
    table, held = model._meta.db_table, len(doses_of([hoa]))
    for statement in (f"DELETE FROM {table} WHERE profile_id = %s", f"TRUNCATE {table}"):
        denied = pytest.raises(ProgrammingError, match="permission denied")
        with denied, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [hoa] if "%s" in statement else None)
    with time_machine.travel(NOW + 48 * HOUR, tick=False):
        assert len(doses_of([hoa])) == held == len(GIVEN)


def test_the_rights_of_doses_and_ledger_name_no_deletion() -> None:
    assert (Dose.rights, LedgerEntry.rights) == (CHANGE, APPEND)


def test_a_report_that_nobody_answers_climbs_until_somebody_higher_sees_it(office: Office) -> None:
    opened = office.report()
    for hours in range(0, 49, 6):
        sound_alarms(NOW + hours * HOUR)
    late = queue_at(office.lead, NOW + 48 * HOUR, show="LATE")
    assert [line.ref for line in late.lines] == [opened.ref]
    assert [line.ref for line in queue_at(office.corrector, NOW + 48 * HOUR, show="WATCHED").lines] == [opened.ref]
    file = desk_file(office.corrector, NOW + 48 * HOUR, opened.ref)
    assert file is not None
    assert [step.step for step in file.steps if step.step in ("WARN", "ESCALATE")] == ["WARN", "ESCALATE"]


def test_three_requests_about_one_dose_are_one_case_with_one_clock(office: Office) -> None:
    claim, phone = office.claim(numbers=(("CCCD", "079190000123"),)), "+84900054321"
    first, *again = [office.report(claim=claim, phone=phone, key=a_key(), at=NOW + day * 24 * HOUR) for day in range(3)]
    assert [one.joined for one in (first, *again)] == [False, True, True]
    assert {one.due_at for one in again} == {first.due_at}
