"""January 2021: 26,000 members of staff could search and export everybody; records were sold at 30 to 50 euros [press].

The budget of persons a day is proved in tests/access/test_seen.py, as a page in tests/web/shared/test_budgets.py, and
for an agent's script in tests/cases/test_calling.py. Here a real page is driven until it is used up, and no page of any
role gives a file with people in it.
"""

from typing import Any

import pytest
from django.test import Client

from tests.builders import a_facility, a_lead, a_person, a_staff_member, an_area, an_officer
from tests.house.test_routes import routes
from tests.incidents.conftest import Known
from tests.web.authority.conftest import enter_as
from tiemchung.access import seen
from tiemchung.core.actor import Actor, Role
from tiemchung.core.alarms import alarms

FILES = ("csv", "spreadsheet", "excel", "zip", "octet-stream", "x-ndjson")
BUDGET = 150  # of an agent of the response centre; it is what every page counts against


def somebody(role: Role) -> Actor:
    """Give a member of staff of this role in Sài Gòn."""
    if role in (Role.VACCINATOR, Role.FACILITY_LEAD):
        return a_staff_member(role, facility=a_facility())
    if role is Role.COMMUNE_OFFICER:
        return an_officer(role, area=an_area())
    return an_officer(role) if role in (Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER) else (
        a_staff_member(role)
    )  # fmt: skip


def test_the_151st_person_of_a_day_is_a_429_and_somebody_is_told(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "seen_budget", lambda role: BUDGET)
    lead = a_lead(a_facility())
    browser = enter_as(lead)
    browser.raise_request_exception = False
    persons = [a_person().person_id for _ in range(BUDGET + 1)]
    answers = [browser.get(f"/authority/nguoi/{person}") for person in persons]
    assert [answer.status_code for answer in answers] == [200] * BUDGET + [429]
    assert [(alarm.code, alarm.actor_id) for alarm in alarms()] == [("SEEN_BUDGET", lead.id)]
    assert browser.get(f"/authority/nguoi/{persons[0]}").status_code == 200  # who was seen may be seen again


@pytest.mark.parametrize("role", list(Role))
def test_no_page_of_any_role_is_a_file_to_take_away(known: Known, role: Role) -> None:
    browser: Client = enter_as(somebody(role))
    browser.raise_request_exception = False
    taken = []
    for route in routes():
        answer: Any = browser.get(route.address(person_id=known.person_id, profile_id=known.person_id))
        kind = answer.headers.get("Content-Type", "")
        attached = "attachment" in answer.headers.get("Content-Disposition", "")
        if attached or any(word in kind for word in FILES):
            taken.append(f"{route.name}: {kind}")
    assert taken == []
