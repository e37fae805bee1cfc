"""What a list and a report cost: the same however many there are, and places are asked for once a minute."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, a_facility, a_phone
from tests.cases.conftest import Office
from tiemchung.cases.reads import cases_of_contact, desk_names, desks
from tiemchung.cases.reads.reach import place_offered
from tiemchung.core.clock import local
from tiemchung.core.kept import forget_all
from tiemchung.core.outbox import contact_key
from tiemchung.doses.reads import place_of
from tiemchung.doses.rules import DoseSource, may_correct, may_record
from tiemchung.doses.values import DoseFacts
from tiemchung.places.reads import facilities


def statements(ask: Any) -> int:
    """Count the statements that a call sends."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)


def test_the_reports_of_a_phone_cost_three_statements_for_one_and_for_ten(office: Office) -> None:
    phone, costs = a_phone(), []
    for many in (1, 9):
        for _ in range(many):
            office.report(phone=phone)
        costs.append(statements(lambda: cases_of_contact(contact_key(phone))))
    assert costs == [3, 3]
    assert len(cases_of_contact(contact_key(phone))) == 10


def test_repeats_show_their_leads_end_for_one_statement_more(office: Office) -> None:
    phone, claim = a_phone(), office.claim(numbers=(("CCCD", "079190000123"),))
    refs = [office.report(phone=phone, claim=claim).ref for _ in range(3)]
    assert statements(lambda: cases_of_contact(contact_key(phone))) == 4
    shown = {one.ref: one for one in cases_of_contact(contact_key(phone))}
    assert [shown[ref].joined_to for ref in refs] == [False, True, True]
    assert len({(one.desk, one.due_at) for one in shown.values()}) == 1


def test_each_case_of_a_list_keeps_its_own_steps(office: Office) -> None:
    phone = a_phone()
    refs = {office.report(phone=phone).ref for _ in range(4)}
    found = cases_of_contact(contact_key(phone))
    assert {one.ref for one in found} == refs
    assert [[step.number for step in one.steps] for one in found] == [[1]] * 4


def test_what_is_offered_at_another_facility_costs_a_lead_nothing_and_an_officer_once_a_minute(office: Office) -> None:
    told = DoseFacts("PFIZER", NOW.date(), facility_id=a_facility("Trạm Y tế Đa Kao").id)
    forget_all()
    assert [statements(lambda: place_offered(office.lead, told)) for _ in range(2)] == [0, 0]
    first, second = [statements(lambda: place_offered(office.corrector, told)) for _ in range(2)]
    assert (first > 0, second) == (True, 0)
    for by in (office.lead, office.corrector):
        offered, done = place_offered(by, told), place_of(by, told)
        assert may_record(by, offered, DoseSource.CASE) == may_record(by, done, DoseSource.CASE)
        assert may_correct(by, offered, NOW.date(), NOW.date()) == may_correct(by, done, NOW.date(), NOW.date())


def test_where_a_facility_stands_is_asked_once_a_minute(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    today, facility = local(NOW).date(), office.facility.id
    named = [(facility, "FACILITY")]
    asks = [lambda: desks.ladder_of_facility(facility, today), lambda: desk_names(named)]
    forget_all()
    assert min(statements(ask) for ask in asks) > 0
    assert [statements(ask) for ask in asks] == [0, 0]
    for kept in (desks._ladders, facilities._names):
        monkeypatch.setattr(kept, "clock", lambda: 61.0)  # the clock of tests stands at nought
    assert min(statements(ask) for ask in asks) > 0
