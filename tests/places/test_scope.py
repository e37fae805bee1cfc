"""What a posting to an area may see, on every day of the tree."""

import datetime as dt

from tiemchung.places import actions, reads
from tiemchung.places.rules import Level, SuccessorState

from .conftest import AT, CAMPAIGN, TODAY

from tiemchung.core.actor import SYSTEM  # isort: skip


def province(code: str, on: dt.date = TODAY) -> reads.AreaView:
    return reads.area_by_code(code, Level.PROVINCE, on)


def test_a_province_of_today_sees_the_wards_of_2021_under_its_land(areas, ward):
    scope = reads.scope_of([province("79").id])
    assert ward("Bến Nghé, Quận 1, TP Hồ Chí Minh").id in scope
    assert ward("Phường Long Bình, Quận 9, TP Hồ Chí Minh", dt.date(2020, 6, 1)).id in scope
    assert ward("Phường Phú Cường, Thành phố Thủ Dầu Một, Bình Dương").id in scope
    assert province("74", CAMPAIGN).id in scope


def test_a_province_sees_no_other_province(areas, ward):
    scope = reads.scope_of([province("79").id])
    assert ward("Phường Phúc Xá, Quận Ba Đình, Hà Nội").id not in scope
    assert not scope & reads.scope_of([province("01").id])


def test_the_provinces_of_today_share_no_area_and_leave_only_the_unknown_out(areas):
    scopes = [reads.scope_of([p.id]) for p in reads.children_of(None, TODAY)]
    everything = frozenset().union(*scopes)
    assert sum(map(len, scopes)) == len(everything)
    districts = [d for p in reads.children_of(None, CAMPAIGN) for d in reads.children_of(p.id, CAMPAIGN)]
    communes = [c for d in districts for c in reads.children_of(d.id, CAMPAIGN)]
    left_out = [c for c in communes if c.id not in everything]
    assert all(reads.successor_of(c.id, TODAY).state is not SuccessorState.EXACT for c in left_out)
    assert len(left_out) < 10


def test_a_commune_that_was_divided_belongs_to_neither_part_but_to_the_province(areas, ward):
    old = ward("Phường Cửa Nam, Quận Hoàn Kiếm, Hà Nội")
    for part in reads.successor_of(old.id, TODAY).areas:
        assert old.id not in reads.scope_of([part.id])
        assert old.id in reads.touching([part.id])
    assert old.id in reads.scope_of([province("01").id])


def test_a_posting_to_an_old_district_does_not_grow_by_a_merger(areas, ward):
    district = ward("Bến Nghé, Quận 1, TP Hồ Chí Minh").parent_id
    scope = reads.scope_of([district])
    assert all(
        any(step.id == district for step in reads.path_of(a)) or reads.area(a).period.start > CAMPAIGN for a in scope
    )
    gia_lai = province("64", CAMPAIGN)
    assert province("52").id not in reads.scope_of([gia_lai.id])


def test_an_unknown_area_gives_an_empty_scope(areas):
    assert reads.scope_of([]) == frozenset()


def test_a_facility_of_2021_is_in_the_scope_of_todays_commune_and_province(areas, station, ward):
    today = reads.current_of(reads.facility(station).stays[0].area_id, TODAY)
    for root in (today, province("79")):
        found = reads.facilities_in(reads.scope_of([root.id]), TODAY)
        assert [f.id for f in found] == [station]
    assert reads.facilities_in(reads.scope_of([province("01").id]), TODAY) == ()


def test_a_point_of_quan_9_is_found_in_todays_tree(areas, station, ward):
    old = ward("Phường Hiệp Phú, Quận 9, TP Hồ Chí Minh", dt.date(2020, 6, 1))
    point = actions.open_point(
        by=SYSTEM,
        at=AT,
        key="p",
        facility_id=station,
        name="Điểm tiêm THCS Hiệp Phú",
        area_id=old.id,
        valid_from=dt.date(2020, 6, 1),
    )
    (today,) = reads.successor_of(old.id, TODAY).areas
    assert [p.id for p in reads.points_at(TODAY, today.id)] == [point]
