"""Nobody sees more people in a day than their work needs, however they ask (I10: 26,000 staff could search)."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from tests.builders import NOW
from tiemchung.access import seen
from tiemchung.access.actions import count_seen
from tiemchung.access.models import SeenPerson
from tiemchung.access.reads import seen_today
from tiemchung.access.rules import seen_budget
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind, Role
from tiemchung.core.alarms import alarms
from tiemchung.core.clock import local
from tiemchung.core.verdict import Refused

TODAY = local(NOW).date()


def agent(role: Role = Role.HOTLINE_AGENT) -> Actor:
    """Give somebody at a desk."""
    return Actor(kind=Kind.STAFF, id=uuid4(), role=role)


def people(many: int) -> list[UUID]:
    """Give so many persons."""
    return [uuid4() for _ in range(many)]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let everybody see five."""
    monkeypatch.setattr(seen, "seen_budget", lambda role: 5)
    return 5


@pytest.mark.parametrize(("role", "most"), [
    (Role.HOTLINE_AGENT, 150), (Role.VACCINATOR, 600), (Role.FACILITY_LEAD, 600), (Role.MINISTRY_OFFICER, 300),
    (Role.COMMUNE_OFFICER, 1000), (Role.DISTRICT_OFFICER, 1000), (Role.DATA_CORRECTOR, 1000),
    (Role.PROVINCE_OFFICER, 1000),
])  # fmt: skip
def test_each_role_has_its_budget(role: Role, most: int) -> None:
    assert seen_budget(role) == most


@pytest.mark.django_db
def test_i10_the_151st_citizen_of_an_agent_is_refused_and_somebody_is_told() -> None:
    by = agent()
    for person_id in people(150):
        count_seen(by=by, at=NOW, person_ids=[person_id])
    with pytest.raises(Refused, match="SEEN_TOO_MANY"):
        count_seen(by=by, at=NOW, person_ids=people(1))
    assert [(a.code, a.actor_id) for a in alarms()] == [("SEEN_BUDGET", by.id)]
    assert seen_today(by.id, TODAY, by.role) == (150, 150)


@pytest.mark.django_db
def test_who_was_seen_today_may_be_seen_again(few: int) -> None:
    by, known = agent(), people(few)
    count_seen(by=by, at=NOW, person_ids=known)
    for _ in range(3):
        count_seen(by=by, at=NOW, person_ids=known)
    with pytest.raises(Refused):
        count_seen(by=by, at=NOW, person_ids=[*known, uuid4()])


@pytest.mark.django_db
def test_a_list_that_does_not_fit_is_refused_whole_and_uses_nothing_up(few: int) -> None:
    by = agent()
    strangers = people(few + 1)
    for _ in range(2):
        with pytest.raises(Refused, match="SEEN_TOO_MANY"):
            count_seen(by=by, at=NOW, person_ids=strangers)
    count_seen(by=by, at=NOW, person_ids=strangers[:few])
    assert seen_today(by.id, TODAY, by.role).seen == few


@pytest.mark.django_db
def test_one_alarm_a_day_is_enough(few: int) -> None:
    by = agent()
    for _ in range(4):
        with pytest.raises(Refused):
            count_seen(by=by, at=NOW, person_ids=people(9))
    assert len(alarms()) == 1
    with pytest.raises(Refused):
        count_seen(by=by, at=NOW + dt.timedelta(days=1), person_ids=people(9))
    assert len(alarms()) == 2


@pytest.mark.django_db
def test_the_day_is_vietnams(few: int) -> None:
    by = agent()
    before_midnight = dt.datetime(2026, 11, 20, 16, 59, tzinfo=dt.UTC)
    count_seen(by=by, at=before_midnight, person_ids=people(few))
    with pytest.raises(Refused):
        count_seen(by=by, at=before_midnight, person_ids=people(1))
    count_seen(by=by, at=before_midnight + dt.timedelta(minutes=1), person_ids=people(few))


@pytest.mark.django_db
@pytest.mark.parametrize("by", [SYSTEM, PUBLIC, Actor(kind=Kind.CITIZEN, trace="x")])
def test_citizens_the_public_and_the_system_are_not_counted(few: int, by: Actor) -> None:
    count_seen(by=by, at=NOW, person_ids=people(few * 3))
    assert SeenPerson.objects.count() == 0


@pytest.mark.django_db
def test_colleagues_have_a_budget_each(few: int) -> None:
    shared = people(few)
    for by in (agent(), agent()):
        count_seen(by=by, at=NOW, person_ids=shared)
        assert seen_today(by.id, TODAY, by.role).seen == few


@pytest.mark.django_db(transaction=True)
def test_a_look_that_was_rolled_back_counts_when_it_happens(few: int) -> None:
    by, known = agent(), people(few)

    def break_off() -> None:
        with transaction.atomic():
            count_seen(by=by, at=NOW, person_ids=known)
            raise LookupError

    with pytest.raises(LookupError):
        break_off()
    count_seen(by=by, at=NOW, person_ids=known)
    assert seen_today(by.id, TODAY, by.role).seen == few


@pytest.mark.django_db(transaction=True)
def test_the_budget_holds_exactly_when_one_agent_asks_from_many_windows(few: int) -> None:
    by, pool = agent(), people(12)

    def one(n: int) -> int:
        try:
            count_seen(by=by, at=NOW, person_ids=[pool[n % 12]])
            return 1
        except Refused:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(one, range(48)))
    seen_now = SeenPerson.objects.filter(actor_id=by.id).count()
    assert (seen_now, seen_today(by.id, TODAY, by.role).seen) == (few, few)
    assert sum(answers) >= few
    assert len(alarms()) == 1
