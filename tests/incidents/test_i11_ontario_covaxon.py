"""November 2021: a call centre's contractor took the data of 360,000 people, and it took a year to know whose [press].

"What did agent X see?" has one answer, complete against the list of whoever drove the agent. For calls it is proved in
tests/cases/test_calling.py; `bench/audit.py` asks it of ten million lines. Here two officers read real pages in turn.
"""

import random
from uuid import UUID

import pytest

from tests.builders import NOW, a_facility, a_lead, a_person
from tests.web.authority.conftest import LATER, enter_as
from tiemchung.core.audit import count_seen_by, seen_by

PEOPLE, LOOKS = 12, 40
pytestmark = pytest.mark.usefixtures("country", "db")


def test_what_an_agent_saw_is_complete_and_nobody_elses() -> None:
    facility, rng = a_facility(), random.Random(11)
    agents = [a_lead(facility), a_lead(facility)]
    persons = [a_person().person_id for _ in range(PEOPLE)]
    drove: dict[UUID, list[UUID]] = {agent.id: [] for agent in agents if agent.id}
    browsers = {agent.id: enter_as(agent) for agent in agents if agent.id}
    for _ in range(LOOKS):
        agent_id, person = rng.choice(list(drove)), rng.choice(persons)
        assert browsers[agent_id].get(f"/authority/nguoi/{person}").status_code == 200
        drove[agent_id].append(person)
    for agent_id, saw in drove.items():
        lines = [line for line in seen_by(agent_id, NOW, LATER.replace(hour=23)) if line.facts.get("look")]
        assert sorted(line.subject_id for line in lines) == sorted(saw)
        assert all(line.because for line in lines)
        assert count_seen_by(agent_id, NOW, LATER.replace(hour=23)).subjects >= len(set(saw))


def test_pages_of_the_answer_lose_and_repeat_nothing() -> None:
    agent = a_lead(a_facility())
    browser, persons = enter_as(agent), [a_person().person_id for _ in range(5)]
    for person in persons * 3:  # all in one and the same moment
        browser.get(f"/authority/nguoi/{person}")
    whole = seen_by(agent.id, NOW, LATER.replace(hour=23))  # type: ignore[arg-type]
    read, page = [], seen_by(agent.id, NOW, LATER.replace(hour=23), limit=4)  # type: ignore[arg-type]
    while page:
        read += page
        page = seen_by(agent.id, NOW, LATER.replace(hour=23), after=page[-1].place, limit=4)  # type: ignore[arg-type]
    assert [line.id for line in read] == [line.id for line in whole]
