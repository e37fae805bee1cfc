"""Where nobody is, nobody gives doses: a closed facility and a point that does not stand refuse, always."""

import datetime as dt

import pytest

from tests.builders import NOW, a_facility, a_key, a_nurse, a_person, a_point
from tests.visits.conftest import ALL_NO, Station
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.clock import local
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import amend_profile, link_profiles
from tiemchung.places.actions import close_facility, close_point
from tiemchung.places.rules import Period
from tiemchung.visits.actions import inject
from tiemchung.visits.models import Visit
from tiemchung.visits.rules import OpenDays, may_work_at

TODAY, DAY = local(NOW).date(), dt.timedelta(days=1)
LONG_AGO = TODAY - 400 * DAY
WHY = "Bộ trưởng đã cho phép bằng văn bản"


def give(station: Station, by: Actor) -> object:
    """Try to give a dose, with a reason."""
    return inject(by=by, at=NOW, key=a_key(), profile_id=a_person().profile_id, screening=ALL_NO, product="PFIZER",
                  lot_id=station.lot.id, because=WHY)  # fmt: skip


def test_a_facility_that_closed_today_gives_no_dose(station: Station) -> None:
    close_facility(by=SYSTEM, at=NOW, key="c", facility_id=station.facility.id, on=TODAY)
    with pytest.raises(Refused, match="FACILITY_NOT_OPEN"):
        give(station, station.nurse)
    assert not Visit.objects.exists()


def test_a_facility_that_opens_tomorrow_gives_none_today(station: Station) -> None:
    early = a_nurse(a_facility(valid_from=TODAY + DAY))
    with pytest.raises(Refused, match="FACILITY_NOT_OPEN"):
        give(station, early)


def test_a_point_that_ended_gives_none_and_an_open_one_does(station: Station) -> None:
    point = a_point(station.facility)
    nurse = a_nurse(station.facility, point=point)
    give(station, nurse)
    close_point(by=SYSTEM, at=NOW, key="p", point_id=point.id, on=TODAY)
    with pytest.raises(Refused, match="POINT_NOT_OPEN"):
        give(station, nurse)


def test_a_death_that_another_of_the_persons_profiles_knows_refuses_too(station: Station) -> None:
    here, there = station.person.profile_id, a_person("Nguyễn Văn An", sex="MALE", identifiers=()).profile_id
    amend_profile(by=SYSTEM, at=NOW, profile_id=there, because="Giấy chứng tử", died_on=TODAY - DAY)
    link_profiles(by=SYSTEM, at=NOW, key="l", keep_person=here, join_person=there, because="Cùng một người")
    with pytest.raises(Refused, match="PERSON_DIED"):
        inject(by=station.nurse, at=NOW, key="k", profile_id=here, screening=ALL_NO, product="PFIZER",
               lot_id=station.lot.id, because=WHY)  # fmt: skip


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (None, "FACILITY_NOT_OPEN"),
        (OpenDays(Period(LONG_AGO, TODAY)), "FACILITY_NOT_OPEN"),
        (OpenDays(Period(LONG_AGO, TODAY + DAY)), ""),
        (OpenDays(Period(LONG_AGO, None), Period(LONG_AGO, None), (Period(LONG_AGO, TODAY),)), "POINT_NOT_OPEN"),
        (OpenDays(Period(LONG_AGO, None), Period(LONG_AGO, TODAY), (Period(LONG_AGO, None),)), "POINT_NOT_OPEN"),
        (OpenDays(Period(LONG_AGO, None), Period(LONG_AGO, None)), "POINT_NOT_OPEN"),
        (OpenDays(Period(LONG_AGO, None), Period(LONG_AGO, None), (Period(TODAY, None),)), ""),
    ],
)
def test_a_place_gives_doses_on_the_days_it_stands(place: OpenDays | None, code: str) -> None:
    verdict = may_work_at(place, TODAY)
    assert [reason.code for reason in verdict.refusals] == ([code] if code else [])
    assert not verdict.needs_override
