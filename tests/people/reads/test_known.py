"""What one page has read of people is not read again, and says the same."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tiemchung.core.ids import new_id
from tiemchung.people.actions import add_identifier, link_profiles, open_person
from tiemchung.people.reads import KnownPeople, NearClaim, near_profiles, sights_of

from ..conftest import AT, BEN_NGHE, CORRECTOR, FAR, FAR_NURSE, NURSE, Register

pytestmark = pytest.mark.django_db


@contextmanager
def asking(statements: int) -> Iterator[None]:
    """Demand just so many statements."""
    with CaptureQueriesContext(connection) as seen:
        yield
    assert len(seen) == statements, [query["sql"][:120] for query in seen.captured_queries]


def test_a_profile_is_asked_for_once_even_when_there_is_none(register: Register) -> None:
    an, known, nobody = register().profile_id, KnownPeople(), new_id()
    with asking(1):
        for _ in range(2):
            assert set(known.profiles([an, nobody])) == {an}
            assert known.groups([an, nobody]) == {an: (an,)}
            assert (known.root_of(an), known.root_of(nobody)) == (an, None)


def test_a_former_person_leads_to_all_profiles_of_the_one_it_is_now(register: Register) -> None:
    kept, joined = register().profile_id, register(area_id=BEN_NGHE).profile_id
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=kept, join_person=joined, because="một người")
    with asking(2):
        assert KnownPeople().groups([joined]) == {joined: (kept, joined)}


def test_a_permit_is_asked_for_only_where_it_decides(register: Register) -> None:
    near, far = register().profile_id, register(by=FAR_NURSE, area_id=FAR).profile_id
    with asking(1):
        assert sights_of(NURSE, AT, [near])[near].seen
    with asking(2):
        assert not sights_of(NURSE, AT, [far])[far].seen


def test_a_permit_of_another_moment_is_not_taken_for_this_one(register: Register) -> None:
    far, known = register(by=FAR_NURSE, area_id=FAR).profile_id, KnownPeople()
    assert known.permits(FAR_NURSE, AT, [far]) == {far}
    assert known.permits(NURSE, AT, [far]) == set()
    assert known.permits(FAR_NURSE, AT + dt.timedelta(hours=13), [far]) == set()


def test_numbers_come_in_one_order_whoever_asked_first(register: Register) -> None:
    an = register(identifiers=[("CCCD", "079201000123")]).profile_id
    add_identifier(by=NURSE, at=AT, profile_id=an, system="CMND9", value="990000123")
    once, twice = KnownPeople(), KnownPeople()
    twice.identifiers([register("Trần Văn Bình").profile_id])
    both = twice.identifiers([an])
    assert [row.id for row in once.identifiers([an])] == [row.id for row in both]
    assert [row.system for row in both] == ["CCCD", "CMND9"]


def test_a_person_opens_alike_after_a_comparison_that_read_them(register: Register) -> None:
    an = register(identifiers=[("CCCD", "079201000123")], phones=[("0900000001", "OWN")]).profile_id
    register()
    known = KnownPeople()
    near_profiles(NearClaim("Nguyễn Văn An", dt.date(2001, 3, 5), of_profile=an), known=known)
    fresh = open_person(by=NURSE, at=AT, person_id=an, purpose="check")
    assert open_person(by=NURSE, at=AT, person_id=an, purpose="check", known=known) == fresh
