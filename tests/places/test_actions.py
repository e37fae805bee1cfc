"""Facilities and points: what is refused, what is kept, what is written down."""

import datetime as dt
import unicodedata

import pytest
from django.db import IntegrityError, connection, transaction

from tiemchung.core.actor import SYSTEM, Actor, Kind, Role
from tiemchung.core.ids import new_id
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.places import actions, reads
from tiemchung.places.models import Area, Facility, FacilityArea, PointStand
from tiemchung.places.rules import FacilityKind, Level

from .conftest import AT, CAMPAIGN, TODAY


@pytest.fixture
def two_wards(ward):
    return ward("Bến Nghé, Quận 1, TP Hồ Chí Minh").id, ward("Tân Định, Quận 1, TP Hồ Chí Minh").id


def opened(area_id, *, by=SYSTEM, code="79009", key="open", name="Phòng tiêm An Khang", on=CAMPAIGN):
    return actions.open_facility(
        by=by,
        at=AT,
        key=key,
        code=code,
        name=name,
        kind=FacilityKind.CLINIC,
        level=Level.COMMUNE,
        area_id=area_id,
        valid_from=on,
    )


def refusal(action) -> str:
    with pytest.raises(Refused) as caught:
        action()
    return str(caught.value)


def officer(role: Role, *area_ids, facility_id=None) -> Actor:
    return Actor(kind=Kind.STAFF, id=new_id(), role=role, area_ids=frozenset(area_ids), facility_id=facility_id)


def test_asking_twice_with_one_key_opens_one_facility(two_wards):
    assert opened(two_wards[0]) == opened(two_wards[0])
    assert Facility.objects.count() == 1
    assert AuditLine.objects.filter(action="open_facility").count() == 1


def test_a_key_used_for_something_else_is_refused(two_wards):
    opened(two_wards[0])
    assert refusal(lambda: opened(two_wards[1])) == "KEY_REUSED"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "123"}, "FACILITY_CODE_SHAPE"),
        ({"code": "mã số"}, "FACILITY_CODE_SHAPE"),
        ({"name": " 12 "}, "NAME_EMPTY"),
        ({"on": dt.date(2025, 7, 1)}, "STAY_OUTSIDE_PERIOD"),
    ],
)
def test_a_facility_is_refused_with_a_named_reason(two_wards, change, code):
    assert refusal(lambda: opened(two_wards[0], **change)) == code


def test_a_code_is_never_given_twice(two_wards):
    opened(two_wards[0])
    assert refusal(lambda: opened(two_wards[1], key="other")) == "FACILITY_CODE_TAKEN"


def test_names_are_kept_in_nfc_with_single_spaces(two_wards):
    key = opened(two_wards[0], name=unicodedata.normalize("NFD", "Phòng  tiêm\u00a0An"))
    assert reads.facility(key).name == "Phòng tiêm An"


def test_a_moved_facility_keeps_where_it_stood(two_wards):
    key = opened(two_wards[0])
    actions.move_facility(
        by=SYSTEM,
        at=AT,
        key="m",
        facility_id=key,
        area_id=two_wards[1],
        on=dt.date(2022, 1, 1),
        address="5 Trần Quang Khải",
    )
    seen = reads.facility(key)
    assert seen.stay_on(dt.date(2021, 12, 31)).area_id == two_wards[0]
    assert seen.stay_on(dt.date(2022, 1, 1)).area_id == two_wards[1]
    assert seen.stay_on(dt.date(2021, 8, 1)) is None


def test_a_move_to_a_day_before_the_latest_stay_is_refused(two_wards):
    key = opened(two_wards[0])
    move = lambda: actions.move_facility(by=SYSTEM, at=AT, key="m", facility_id=key, area_id=two_wards[1], on=CAMPAIGN)  # noqa: E731
    assert refusal(move) == "STAY_OVERLAPS"


def test_a_facility_with_an_open_point_cannot_close(two_wards):
    key = opened(two_wards[0])
    point = actions.open_point(
        by=SYSTEM, at=AT, key="p", facility_id=key, name="Bàn 1", area_id=two_wards[0], valid_from=CAMPAIGN
    )
    close = lambda k: actions.close_facility(by=SYSTEM, at=AT, key=k, facility_id=key, on=dt.date(2022, 1, 1))  # noqa: E731
    assert refusal(lambda: close("c1")) == "POINTS_OPEN"
    actions.close_point(by=SYSTEM, at=AT, key="cp", point_id=point, on=dt.date(2022, 1, 1))
    close("c2")
    assert reads.facility(key).period.end == dt.date(2022, 1, 1)
    assert reads.facilities_in(reads.scope_of([two_wards[0]]), dt.date(2022, 1, 1)) == ()
    assert refusal(lambda: close("c3")) == "FACILITY_CLOSED, FACILITY_CLOSED"


def test_the_successor_answers_from_its_day_on(two_wards):
    old, new = opened(two_wards[0]), opened(two_wards[1], code="79010", key="b")
    succeed = lambda a, b, k: actions.succeed_facility(  # noqa: E731
        by=SYSTEM, at=AT, key=k, facility_id=a, successor_id=b, on=dt.date(2025, 7, 1), because="sáp nhập trạm"
    )
    succeed(old, new, "s")
    assert reads.answering_facility(old, dt.date(2025, 6, 30)).id == old
    assert reads.answering_facility(old, dt.date(2025, 7, 1)).id == new
    assert reads.answered_by(new, dt.date(2025, 6, 30)) == {new}
    assert reads.answered_by(new, dt.date(2025, 7, 1)) == {old, new}
    assert reads.answered_by(old, dt.date(2025, 7, 1)) == set()
    assert refusal(lambda: succeed(new, old, "s2")) == "SUCCESSOR_CIRCLE"
    assert refusal(lambda: succeed(old, new, "s3")) == "SUCCESSOR_KNOWN"


def test_a_point_stands_in_one_place_a_day(two_wards):
    key = opened(two_wards[0])
    point = actions.open_point(
        by=SYSTEM,
        at=AT,
        key="p",
        facility_id=key,
        name="Xe số 1",
        area_id=two_wards[0],
        valid_from=CAMPAIGN,
        mobile=True,
    )
    stand = lambda k, start, end=None: actions.stand_point(  # noqa: E731
        by=SYSTEM, at=AT, key=k, point_id=point, area_id=two_wards[1], valid_from=start, valid_to=end
    )
    stand("1", dt.date(2021, 9, 10), dt.date(2021, 9, 20))
    assert reads.point(point).stays[0].period.end == dt.date(2021, 9, 10)
    assert refusal(lambda: stand("2", dt.date(2021, 9, 15))) == "STAY_OVERLAPS"
    assert refusal(lambda: stand("3", dt.date(2021, 9, 25), dt.date(2021, 9, 25))) == "PERIOD_EMPTY, PERIOD_EMPTY"
    stand("4", dt.date(2021, 9, 20))
    assert len(reads.point(point).stays) == 3


def test_the_database_itself_refuses_two_stays_on_one_day(two_wards):
    key = opened(two_wards[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        FacilityArea.objects.create(facility_id=key, area_id=two_wards[1], valid_from=dt.date(2021, 10, 1))
    point = actions.open_point(
        by=SYSTEM, at=AT, key="p", facility_id=key, name="Bàn 1", area_id=two_wards[0], valid_from=CAMPAIGN
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        PointStand.objects.create(point_id=point, area_id=two_wards[1], valid_from=CAMPAIGN)


def test_the_database_itself_refuses_two_areas_with_one_code_on_one_day(areas):
    row = Area.objects.get(level="province", code="01", valid_to=None)
    row.id, row.valid_from = new_id(), CAMPAIGN

    def add_second() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            row.save(force_insert=True)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError):
        add_second()


@pytest.mark.parametrize("role", [Role.VACCINATOR, Role.HOTLINE_AGENT, Role.COMMUNE_OFFICER, Role.DATA_CORRECTOR])
def test_who_does_not_manage_places_opens_none(two_wards, role):
    assert refusal(lambda: opened(two_wards[0], by=officer(role, two_wards[0]))) == "PLACE_NOT_YOURS"


def test_a_province_opens_in_its_own_area_only(two_wards, ward):
    hcm = reads.scope_of([reads.area_by_code("79", Level.PROVINCE, TODAY).id])
    by = officer(Role.PROVINCE_OFFICER, *hcm)
    opened(two_wards[0], by=by)
    elsewhere = ward("Phường Phúc Xá, Quận Ba Đình, Hà Nội").id
    assert refusal(lambda: opened(elsewhere, by=by, key="e", code="01009")) == "PLACE_NOT_YOURS"


def test_the_lead_of_a_facility_places_its_points_and_no_others(two_wards):
    mine, other = opened(two_wards[0]), opened(two_wards[1], code="79010", key="b")
    lead = officer(Role.FACILITY_LEAD, facility_id=mine)
    place = lambda facility: actions.open_point(  # noqa: E731
        by=lead, at=AT, key=str(facility), facility_id=facility, name="Bàn 2", area_id=two_wards[0], valid_from=CAMPAIGN
    )
    place(mine)
    assert refusal(lambda: place(other)) == "PLACE_NOT_YOURS"


def test_an_unknown_facility_is_no_place(areas):
    with pytest.raises(reads.NoSuchPlace):
        actions.close_facility(by=SYSTEM, at=AT, key="x", facility_id=new_id(), on=CAMPAIGN)


def test_no_lines_name_the_place_in_the_audit_but_by_id(two_wards):
    key = opened(two_wards[0])
    line = AuditLine.objects.get(subject_id=key)
    assert (line.action, line.object_id) == ("open_facility", two_wards[0])
    assert "Khang" not in str(line.facts)
