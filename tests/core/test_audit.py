"""An auditor reads all that one member of staff saw, page by page, and how much that is."""

import dataclasses
import datetime as dt
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.audit import (
    SeenCount,
    count_seen_by,
    looks_at,
    looks_together,
    note_look,
    seen_by,
    subjects_seen_by,
    write_line,
)

pytestmark = pytest.mark.django_db
AGENT = Actor(kind=Kind.STAFF, id=UUID(int=9), role=Role.HOTLINE_AGENT)
OTHER = dataclasses.replace(AGENT, id=UUID(int=8))
HOUR = dt.timedelta(hours=1)
PEOPLE = [UUID(int=1000 + n) for n in range(7)]


def _look(at: dt.datetime, people: list[UUID], by: Actor = AGENT) -> None:
    note_look(by=by, at=at, action="people.open_person", subject_ids=people, purpose="call")


def test_pages_follow_each_other_without_gap_or_repetition_even_within_one_moment() -> None:
    _look(NOW, PEOPLE)
    _look(NOW + HOUR, PEOPLE[:3])
    _look(NOW, PEOPLE, OTHER)
    until, pages = NOW + 2 * HOUR, []
    page = seen_by(AGENT.id, NOW, until, limit=4)
    while page:
        pages.append(page)
        page = seen_by(AGENT.id, NOW, until, after=page[-1].place, limit=4)
    assert [len(page) for page in pages] == [4, 4, 2]
    lines = [line for page in pages for line in page]
    assert lines == list(seen_by(AGENT.id, NOW, until))
    assert sorted(line.subject_id for line in lines) == sorted(PEOPLE + PEOPLE[:3])


def test_the_count_tells_lines_and_people_of_that_time_alone() -> None:
    _look(NOW, PEOPLE)
    _look(NOW + HOUR, PEOPLE[:3])
    _look(NOW + 2 * HOUR, PEOPLE)
    assert count_seen_by(AGENT.id, NOW, NOW + 2 * HOUR) == SeenCount(10, 7)
    assert count_seen_by(OTHER.id, NOW, NOW + 2 * HOUR) == SeenCount(0, 0)


def test_the_subjects_of_a_time_are_given_once_without_those_of_deeds_about_nobody() -> None:
    _look(NOW, PEOPLE[:2])
    _look(NOW + HOUR, PEOPLE[:1])
    for action, subject in (("stock.received", PEOPLE[4]), ("sign_in", PEOPLE[5])):
        write_line(by=AGENT, at=NOW, action=action, subject_id=subject)
    until = NOW + 2 * HOUR
    assert subjects_seen_by(AGENT.id, NOW, until) == {*PEOPLE[:2], PEOPLE[4], PEOPLE[5]}
    left = subjects_seen_by(AGENT.id, NOW, until, no_persons=["sign_in"], no_person_rooms=["stock."])
    assert left == set(PEOPLE[:2])
    assert subjects_seen_by(OTHER.id, NOW, until) == set()


def test_looks_and_deeds_are_told_apart() -> None:
    _look(NOW, PEOPLE[:1])
    write_line(by=AGENT, at=NOW, action="people.amend_profile", subject_id=PEOPLE[0], because="typo")
    assert [line.action for line in looks_at(PEOPLE[:1], looks_only=True)] == ["people.open_person"]
    assert len(looks_at(PEOPLE[:1])) == 2


def test_the_looks_of_one_page_are_one_statement_and_lose_no_line() -> None:
    with CaptureQueriesContext(connection) as asked, looks_together():
        _look(NOW, PEOPLE[:2])
        with looks_together():  # a part of the page that may stand alone
            _look(NOW, PEOPLE[2:4], OTHER)
        assert looks_at(PEOPLE) == ()
    assert sum("INSERT" in query["sql"] for query in asked) == 1
    assert sorted(line.subject_id for line in looks_at(PEOPLE)) == PEOPLE[:4]


def test_a_page_that_breaks_off_has_left_the_lines_of_what_was_seen() -> None:
    with pytest.raises(LookupError), looks_together():
        _look(NOW, PEOPLE[:1])
        raise LookupError
    assert len(looks_at(PEOPLE)) == 1
    _look(NOW, PEOPLE[1:2])
    assert len(looks_at(PEOPLE)) == 2
