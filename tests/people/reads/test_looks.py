"""A citizen learns who saw their record: unit, role and purpose, never the name of a member of staff."""

import dataclasses
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, a_person, an_area, an_officer
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.audit import note_look
from tiemchung.people.actions import add_phone, find_people, link_profiles, open_person
from tiemchung.people.reads import NotFound, who_saw

from ..conftest import AT, BA_DINH, CITIZEN, CORRECTOR, FAR_NURSE, NURSE, STATION, Register

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_looks_are_grouped_by_day_unit_role_and_purpose_and_deeds_are_no_looks(register: Register) -> None:
    an = register(identifiers=[("CCCD", "079201000001")]).person_id
    add_phone(by=NURSE, at=AT, profile_id=an, phone="0900000009", relation="OWN")
    for hours in (0, 1, 20):
        open_person(by=NURSE, at=AT + hours * HOUR, person_id=an, purpose="screening")
    find_people(by=NURSE, at=AT + 21 * HOUR, text="nguyen van an", purpose="desk")
    mine = dataclasses.replace(CITIZEN, person_ids=frozenset({an}))
    open_person(by=mine, at=AT + 22 * HOUR, person_id=an, purpose="health book")
    lines = who_saw(mine, an)
    assert [(x.on.day, x.facility_id, x.role, x.purpose, x.times, x.own) for x in lines] == [
        (2, None, "", "health book", 1, True),
        (2, STATION, "vaccinator", "desk", 1, False),
        (2, STATION, "vaccinator", "screening", 1, False),
        (1, STATION, "vaccinator", "screening", 2, False),
    ]
    assert str(NURSE.id) not in repr(lines)


def test_looks_at_every_profile_of_the_person_count(register: Register) -> None:
    keep, join = register().person_id, register(area_id=BA_DINH).person_id
    open_person(by=NURSE, at=AT, person_id=join, purpose="before")
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=keep, join_person=join, because="same card")
    open_person(by=NURSE, at=AT, person_id=join, purpose="after")
    mine = dataclasses.replace(CITIZEN, person_ids=frozenset({keep}))
    assert {line.purpose for line in who_saw(mine, join)} == {"before", "after"}
    assert who_saw(SYSTEM, keep) != ()


def test_only_whose_record_it_is_may_ask(register: Register) -> None:
    an = register().person_id
    for by in (NURSE, FAR_NURSE, CORRECTOR, CITIZEN):
        with pytest.raises(NotFound):
            who_saw(by, an)


def test_the_area_of_a_look_is_that_of_the_posting_in_that_role() -> None:
    an = a_person("Nguyễn Thị An", area=an_area()).profile_id
    officer = an_officer(Role.COMMUNE_OFFICER, an_area())
    note_look(by=officer, at=NOW, action="x", subject_ids=[an], purpose="CHECK")
    elsewhere = dataclasses.replace(officer, role=Role.DATA_CORRECTOR)  # in a role that the posting does not have
    note_look(by=elsewhere, at=NOW, action="x", subject_ids=[an], purpose="CHECK")
    assert {(line.role, line.area_id) for line in who_saw(SYSTEM, an)} == {
        (Role.COMMUNE_OFFICER, an_area().id), (Role.DATA_CORRECTOR, None),
    }  # fmt: skip


def test_the_offices_of_many_officers_are_asked_for_in_one_statement() -> None:
    an = a_person("Nguyễn Thị An").profile_id
    counts = []
    for _ in range(2):
        for _ in range(3):
            note_look(by=an_officer(), at=NOW, action="x", subject_ids=[an], purpose="CHECK")
        with CaptureQueriesContext(connection) as seen:
            who_saw(SYSTEM, an)
        counts.append(len(seen))
    assert counts[0] == counts[1]
