"""A canary tells who looks where nobody has a reason to look (I10)."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from tests.builders import NOW
from tiemchung.access.actions import put_canary, touch_canaries
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind, Role
from tiemchung.core.alarms import alarms
from tiemchung.core.audit import looks_at
from tiemchung.core.verdict import Refused

WHY = "Hồ sơ mồi của đợt kiểm tra tháng 11"
NURSE = Actor(kind=Kind.STAFF, id=uuid4(), role=Role.VACCINATOR, trace="one")
CITIZEN = Actor(kind=Kind.CITIZEN, trace="two")


@pytest.fixture
def canary(db: None) -> UUID:
    """Put a canary."""
    person_id = uuid4()
    put_canary(by=SYSTEM, at=NOW, person_id=person_id, because=WHY)
    return person_id


@pytest.mark.parametrize("by", [NURSE, CITIZEN, PUBLIC])
def test_i10_the_first_touch_of_anybody_is_told_at_once(canary: UUID, by: Actor) -> None:
    touch_canaries(by=by, at=NOW, person_ids=[uuid4(), canary])
    assert [(a.code, a.actor_id, a.subject_id, a.facts["kind"]) for a in alarms()] == [
        ("CANARY", by.id, canary, by.kind)
    ]


def test_each_actor_is_told_of_once_a_day(canary: UUID) -> None:
    for by in (NURSE, NURSE, CITIZEN, CITIZEN):
        touch_canaries(by=by, at=NOW, person_ids=[canary])
    assert len(alarms()) == 2
    touch_canaries(by=NURSE, at=NOW + dt.timedelta(days=1), person_ids=[canary])
    assert len(alarms()) == 3


def test_nobody_else_raises_an_alarm(canary: UUID) -> None:
    touch_canaries(by=NURSE, at=NOW, person_ids=[uuid4() for _ in range(20)])
    touch_canaries(by=SYSTEM, at=NOW, person_ids=[canary])
    assert alarms() == ()


def test_a_usual_look_asks_the_database_nothing(canary: UUID, django_assert_num_queries) -> None:
    touch_canaries(by=NURSE, at=NOW, person_ids=[uuid4()])
    with django_assert_num_queries(0):
        touch_canaries(by=NURSE, at=NOW, person_ids=[uuid4()])


def test_the_trail_of_the_person_does_not_tell_that_they_are_a_canary(canary: UUID) -> None:
    assert looks_at([canary]) == ()


def test_a_canary_put_twice_is_one(canary: UUID) -> None:
    put_canary(by=SYSTEM, at=NOW, person_id=canary, because=WHY)
    touch_canaries(by=NURSE, at=NOW, person_ids=[canary])
    assert len(alarms()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.FACILITY_LEAD, Role.PROVINCE_OFFICER, Role.HOTLINE_AGENT])
def test_canaries_are_put_by_administrators_and_the_ministry(role: Role) -> None:
    by = Actor(kind=Kind.STAFF, id=uuid4(), role=role)
    with pytest.raises(Refused, match="NOT_YOUR_ROLE"):
        put_canary(by=by, at=NOW, person_id=uuid4(), because=WHY)
    with pytest.raises(Refused, match="REASON_MISSING"):
        put_canary(by=SYSTEM, at=NOW, person_id=uuid4(), because=" ")
