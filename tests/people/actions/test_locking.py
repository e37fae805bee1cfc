"""The lock on the way of every dose."""

import datetime as dt
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tiemchung.people.actions import amend_profile, link_profiles, lock_person
from tiemchung.people.reads import NotFound

from ..conftest import AT, BEN_NGHE, CORRECTOR, Register

pytestmark = pytest.mark.django_db


def test_a_single_profile_is_locked_by_one_statement(register: Register) -> None:
    an = register().profile_id
    with CaptureQueriesContext(connection) as asked:
        locked = lock_person(an)
    assert len(asked) == 1
    assert (locked.person_id, locked.profile_ids, locked.full_name) == (an, (an,), "Nguyễn Văn An")
    assert (locked.sex, locked.birth_precision, locked.died_on, locked.area_id) == ("MALE", "DAY", None, BEN_NGHE)


def test_a_joined_profile_locks_the_kept_person_by_three_statements_and_keeps_its_own_values(
    register: Register,
) -> None:
    an, again = register().profile_id, register("Nguyễn Văn Ân").profile_id
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=an, join_person=again, because="same card")
    with CaptureQueriesContext(connection) as asked:
        locked = lock_person(again)
    assert len(asked) == 3
    assert (locked.person_id, locked.profile_ids, locked.full_name) == (an, (an, again), "Nguyễn Văn Ân")
    assert lock_person(an).profile_ids == (an, again)


def test_a_death_that_one_profile_knows_holds_for_the_whole_person(register: Register) -> None:
    an, again = register().profile_id, register("Nguyễn Văn Ân").profile_id
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=an, join_person=again, because="same card")
    died_on = dt.date(2021, 3, 1)
    amend_profile(by=CORRECTOR, at=AT, profile_id=again, because="Giấy chứng tử", died_on=died_on)
    assert [lock_person(one).died_on for one in (an, again)] == [died_on, died_on]


def test_nobody_is_not_locked() -> None:
    with pytest.raises(NotFound):
        lock_person(UUID(int=7))
