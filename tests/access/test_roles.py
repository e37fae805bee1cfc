"""Roles that are switched on by data, and the desks that have somebody."""

import datetime as dt
from uuid import UUID

import pytest

from tests import builders
from tests.builders import NOW, Level
from tiemchung.access import actions, reads
from tiemchung.core.actor import SYSTEM, Actor, Kind, Role
from tiemchung.core.clock import local
from tiemchung.core.verdict import Refused
from tiemchung.places import reads as places

pytestmark = pytest.mark.usefixtures("country", "db")
TODAY = local(NOW).date()
FIRST, THEN = dt.date(2021, 10, 1), dt.date(2021, 12, 1)
OLD = dt.date(2025, 1, 1)


def city(code: str = "79", on: dt.date = TODAY) -> UUID:
    """Give a province."""
    return builders.an_area(code, on, Level.PROVINCE).id


def post(area_id: UUID, valid_from: dt.date = TODAY, role: Role = Role.DATA_CORRECTOR) -> UUID:
    """Hire and post somebody to an area."""
    staff_id = actions.hire_staff(by=SYSTEM, at=NOW, username=builders.a_key(), full_name="Mai Hiền", password="x" * 20)
    return actions.post_staff(by=SYSTEM, at=NOW, staff_id=staff_id, role=role, valid_from=valid_from, area_id=area_id)


def open_for(area_id: UUID, day: dt.date) -> UUID:
    """Open the corrector's role."""
    return actions.open_role(by=SYSTEM, at=NOW, role=Role.DATA_CORRECTOR, area_id=area_id, valid_from=day)


def test_a_corrector_cannot_be_posted_where_the_role_was_never_opened() -> None:
    with pytest.raises(Refused, match="ROLE_NOT_OPEN_THERE"):
        post(city())


def test_r47_the_role_comes_to_one_province_first_and_then_to_all() -> None:
    open_for(city("79"), FIRST)
    open_for(city("01"), THEN)
    on = FIRST + dt.timedelta(days=9)
    assert [reads.role_is_open(Role.DATA_CORRECTOR, city(code), on) for code in ("79", "01")] == [True, False]
    assert [reads.role_is_open(Role.DATA_CORRECTOR, city(code), THEN) for code in ("79", "01")] == [True, True]
    post(city("79"), FIRST)
    with pytest.raises(Refused, match="ROLE_NOT_OPEN_THERE"):
        post(city("01"), FIRST)


def test_what_is_open_for_a_province_is_open_for_all_under_it_of_any_day() -> None:
    open_for(city(), FIRST)
    under = [builders.an_area().id, builders.an_area("760", OLD, Level.DISTRICT).id, city("79", OLD)]
    assert [reads.role_is_open(Role.DATA_CORRECTOR, area_id, TODAY) for area_id in under] == [True] * 3
    assert not reads.role_is_open(Role.DATA_CORRECTOR, builders.an_area("00070", level=Level.COMMUNE).id, TODAY)


def test_a_closed_role_takes_nobody_new() -> None:
    open_for(city(), FIRST)
    because = "Thí điểm đã kết thúc"
    actions.close_role(by=SYSTEM, at=NOW, role=Role.DATA_CORRECTOR, area_id=city(), on=TODAY, because=because)
    with pytest.raises(Refused, match="ROLE_NOT_OPEN_THERE"):
        post(city())
    assert reads.role_is_open(Role.DATA_CORRECTOR, city(), TODAY - dt.timedelta(days=1))


def test_a_role_opened_twice_is_open_once() -> None:
    assert open_for(city(), FIRST) == open_for(city(), THEN)


def test_other_roles_need_no_opening() -> None:
    post(city(), role=Role.PROVINCE_OFFICER)
    with pytest.raises(Refused, match="ROLE_OPEN_EVERYWHERE"):
        actions.open_role(by=SYSTEM, at=NOW, role=Role.PROVINCE_OFFICER, area_id=city(), valid_from=FIRST)


@pytest.mark.parametrize("role", [Role.PROVINCE_OFFICER, Role.DATA_CORRECTOR, Role.FACILITY_LEAD])
def test_roles_are_opened_by_administrators_and_the_ministry(role: Role) -> None:
    by = Actor(kind=Kind.STAFF, role=role)
    with pytest.raises(Refused, match="NOT_YOUR_ROLE"):
        actions.open_role(by=by, at=NOW, role=Role.DATA_CORRECTOR, area_id=city(), valid_from=FIRST)


def test_a_facility_is_staffed_when_a_lead_is_posted_and_not_by_a_nurse() -> None:
    led, nursed = builders.a_facility(), builders.a_facility()
    builders.a_lead(led)
    builders.a_nurse(nursed)
    assert reads.staffed_desks([led.id, nursed.id], [], TODAY) == {led.id}


@pytest.mark.parametrize("role", [
    Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER,
])  # fmt: skip
def test_an_area_is_staffed_by_any_of_its_officers(role: Role) -> None:
    builders.an_officer(role)
    assert reads.staffed_desks([], [city("79"), city("01")], TODAY) == {city("79")}


def test_who_is_posted_to_a_former_area_sits_at_the_one_that_holds_its_land_now() -> None:
    former = builders.an_area("01", OLD, Level.PROVINCE).id
    ward = builders.an_area("26740", OLD, Level.COMMUNE).id
    post(ward, role=Role.COMMUNE_OFFICER)
    post(former, role=Role.PROVINCE_OFFICER)
    now = places.current_of(ward, TODAY)
    assert now is not None
    assert reads.staffed_desks([], [now.id, city("01"), city("79")], TODAY) == {now.id, city("01")}


def test_a_desk_is_empty_before_and_after_the_posting_and_when_its_owner_is_dismissed() -> None:
    posting_id = post(city(), role=Role.PROVINCE_OFFICER)
    last = TODAY + dt.timedelta(days=5)
    actions.end_posting(by=SYSTEM, at=NOW, posting_id=posting_id, on=last, because="Đến tuổi nghỉ hưu")
    days = [TODAY + dt.timedelta(days=n) for n in (-1, 0, 4, 5)]
    assert [bool(reads.staffed_desks([], [city()], day)) for day in days] == [False, True, True, False]


def test_the_desks_of_the_country_cost_one_statement_a_minute(django_assert_max_num_queries) -> None:
    post(city(), role=Role.PROVINCE_OFFICER)
    with django_assert_max_num_queries(1):
        for _ in range(5):
            reads.staffed_desks([], [city()], TODAY)
