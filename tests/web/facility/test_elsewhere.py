"""The second dose rescued at the desk: dose 1 lies under a near record, and whoever stands there learns it in time."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.builders import a_cccd, a_dose, a_person, an_officer
from tests.web.facility.conftest import Station
from tests.web.facility.test_desk import fields_of, person_url, words
from tiemchung.access import actions as access
from tiemchung.cases.models import Case
from tiemchung.cases.reads import desk_file, suggestions
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people.actions import RegisteredProfile

pytestmark = pytest.mark.django_db
BORN = dt.date(1990, 5, 17)
GIVEN = dt.date(2021, 8, 23)
NOTICE = "Mũi 1 có thể đã ghi ở hồ sơ khác"


def somebody(name: str = "Đỗ Thị Rảo", **more: Any) -> RegisteredProfile:
    return a_person(name, BORN, **({"identifiers": ()} | more))


def with_dose(name: str = "Đỗ Thị Rảo", given_on: dt.date = GIVEN, **more: Any) -> RegisteredProfile:
    """Put somebody on record who has one dose."""
    other, at = somebody(name, **more), clock.now()
    a_dose(other.profile_id, "PFIZER", given_on, at=at)
    return other


def page(nurse: Client, person_id: UUID) -> str:
    return words(nurse.get(person_url(person_id)))


def looks_at(person_id: UUID) -> int:
    return AuditLine.objects.filter(subject_id=person_id, action="cases.dose_elsewhere").count()


def test_a_first_dose_under_a_near_record_is_told_without_who_holds_it(nurse: Client, station: Station) -> None:
    other, here = with_dose("Do Thi Rao", identifiers=[("CMND9", "990000017")]), somebody()
    shown = page(nurse, here.person_id)
    assert NOTICE in shown
    assert "08/2021" in shown
    assert not any(secret in shown for secret in ("Do Thi Rao", "23/08/2021", str(other.person_id)))
    assert looks_at(other.person_id) == 1


def test_nobody_near_or_no_dose_that_fits_tells_nothing(nurse: Client, station: Station) -> None:
    for other in (somebody("Đỗ Thị Rảo"), with_dose("Phạm Văn Tý"), with_dose(given_on=clock.today())):
        assert other.person_id
    here = somebody()
    assert NOTICE not in page(nurse, here.person_id)
    assert AuditLine.objects.filter(action="cases.dose_elsewhere").count() == 0


def test_two_people_with_a_number_each_are_never_said_to_be_one(nurse: Client, station: Station) -> None:
    with_dose(identifiers=[("CCCD", a_cccd("FEMALE", BORN))])
    here = somebody(identifiers=[("CCCD", a_cccd("FEMALE", BORN))])
    assert NOTICE not in page(nurse, here.person_id)


def test_whoever_has_an_earlier_dose_of_their_own_is_told_nothing_of_a_later_one(
    nurse: Client, station: Station
) -> None:
    with_dose(given_on=dt.date(2021, 12, 1))
    here = somebody()
    a_dose(here.profile_id, "PFIZER", GIVEN)
    assert NOTICE not in page(nurse, here.person_id)


def test_a_second_dose_that_was_recorded_alone_finds_the_first(nurse: Client, station: Station) -> None:
    with_dose()
    here = somebody()
    a_dose(here.profile_id, "PFIZER", dt.date(2021, 12, 1))
    assert NOTICE in page(nurse, here.person_id)


def test_a_day_whose_budget_is_used_up_shows_the_page_without_the_notice(
    nurse: Client, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, here = with_dose(), somebody()

    def full(*, by: object, at: object, person_ids: list[UUID]) -> None:
        if other.person_id in person_ids:
            raise Refused(refuse("SEEN_TOO_MANY", most=1))

    monkeypatch.setattr(access, "count_seen", full)
    answer = nurse.get(person_url(here.person_id))
    assert (answer.status_code, NOTICE in words(answer), looks_at(other.person_id)) == (200, False, 0)


def test_it_costs_the_page_at_most_fourteen_statements_and_a_whole_course_none(
    nurse: Client, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = somebody()
    with_dose()
    with_notice = _cost(nurse, here.person_id)
    monkeypatch.setattr("tiemchung.web.facility.person.dose_elsewhere", lambda **_: None)
    assert with_notice - _cost(nurse, here.person_id) <= 14
    monkeypatch.undo()
    a_dose(here.profile_id, "PFIZER", dt.date(2021, 9, 15))
    a_dose(here.profile_id, "PFIZER", dt.date(2021, 12, 1))
    whole = _cost(nurse, here.person_id)
    monkeypatch.setattr("tiemchung.web.facility.person.dose_elsewhere", lambda **_: None)
    assert whole == _cost(nurse, here.person_id)


def _cost(nurse: Client, person_id: UUID) -> int:
    nurse.get(person_url(person_id))
    with CaptureQueriesContext(connection) as asked:
        nurse.get(person_url(person_id))
    return len(asked)


def report(nurse: Client, person_id: UUID, **typed: str) -> Any:
    key = fields_of(nurse.get(person_url(person_id)))["key"]
    return nurse.post(
        reverse("facility:elsewhere", kwargs={"person_id": person_id}), {"key": f"{key}-n", **typed}, follow=True
    )


def test_it_is_reported_in_one_tap_and_the_desk_is_offered_to_join_them(nurse: Client, station: Station) -> None:
    other, here = with_dose(), somebody()
    answer = report(nurse, here.person_id, first_day="23", first_month="8", first_year="2021")
    case = Case.objects.get()
    assert (case.kind, case.door, case.person_id) == ("OTHER_PHONE_OR_NUMBER", "DESK", here.person_id)
    assert "Đã gửi phản ánh số" in words(answer)
    assert NOTICE not in words(answer), "what was just reported is not asked for again"
    officer = an_officer(Role.DATA_CORRECTOR)
    file = desk_file(officer, clock.now(), case.ref)
    if file is None:  # it lies with the ministry where nobody below is posted
        officer = an_officer(Role.MINISTRY_OFFICER)
        file = desk_file(officer, clock.now(), case.ref)
    assert file is not None
    offered = suggestions(officer, clock.now(), file)
    assert offered[0].kinds == ("LINK",)
    assert offered[0].person is not None
    assert offered[0].person.person_id == other.person_id


def test_what_is_typed_wrong_is_shown_again_and_nothing_is_reported(nurse: Client, station: Station) -> None:
    with_dose()
    here = somebody()
    answer = report(nurse, here.person_id, first_day="31", first_month="2", first_year="2021", other_phone="12")
    assert answer.status_code == 422
    assert NOTICE in words(answer)
    assert 'value="12"' in answer.content.decode()
    assert not Case.objects.exists()


def test_without_a_near_dose_nothing_can_be_reported(nurse: Client, station: Station) -> None:
    here = somebody()
    answer = report(nurse, here.person_id)
    assert answer.status_code == 200
    assert not Case.objects.exists()
