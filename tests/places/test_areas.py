"""The tree of areas on the days that matter."""

import datetime as dt

import pytest

from tiemchung.core.ids import new_id
from tiemchung.places import reads
from tiemchung.places.rules import AreaKind, Level, SuccessorState

from .conftest import CAMPAIGN, TODAY

BEFORE_REFORM, REFORM = dt.date(2025, 6, 30), dt.date(2025, 7, 1)


def province_of(area: reads.AreaView) -> str:
    return reads.path_of(area.id)[-1].full_name


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        (CAMPAIGN, (63, 705, 10_599)),
        (dt.date(2025, 3, 1), (63, 696, 10_035)),
        (BEFORE_REFORM, (63, 696, 10_035)),
        (REFORM, (34, 0, 3_321)),
        (TODAY, (34, 0, 3_321)),
    ],
)
def test_counts_agree_with_the_official_ones(areas, on, counts):
    provinces = reads.children_of(None, on)
    districts = [d for p in provinces for d in reads.children_of(p.id, on) if d.level is Level.DISTRICT]
    communes = [c for p in [*provinces, *districts] for c in reads.children_of(p.id, on) if c.level is Level.COMMUNE]
    assert (len(provinces), len(districts), len(communes)) == counts


def test_kinds_of_today_agree_with_the_decision_on_the_list(areas):
    communes = [c for p in reads.children_of(None, REFORM) for c in reads.children_of(p.id, REFORM)]
    assert sum(c.kind is AreaKind.DAC_KHU for c in communes) == 13
    assert sum(c.kind is AreaKind.PHUONG for c in communes) == 687


def test_a_code_is_looked_up_on_a_day_since_codes_are_used_again(areas):
    assert reads.area_by_code("769", Level.DISTRICT, dt.date(2020, 6, 1)).full_name == "Quận 2"
    assert reads.area_by_code("769", Level.DISTRICT, CAMPAIGN).full_name == "Thành phố Thủ Đức"
    assert reads.area_by_code("769", Level.DISTRICT, TODAY) is None


def test_a_day_before_the_table_is_taken_as_its_first_day(areas):
    assert reads.area_by_code("01", "province", dt.date(2010, 1, 1)).full_name == "Thành phố Hà Nội"


def test_children_are_listed_as_vietnamese_lists_are(areas):
    names = [p.name for p in reads.children_of(None, TODAY)]
    assert names[:3] == ["An Giang", "Bắc Ninh", "Cà Mau"]
    assert names.index("Đà Nẵng") > names.index("Cao Bằng")


def test_numbered_wards_are_listed_by_number(areas, ward):
    district = ward("Phường 14, Quận 10, TP Hồ Chí Minh").parent_id
    numbers = [int(c.name) for c in reads.children_of(district, CAMPAIGN)]
    assert numbers == sorted(numbers)
    assert len(numbers) > 10


def test_the_path_is_written_as_in_an_address(areas, ward):
    area = ward("Bến Nghé, Quận 1, TP Hồ Chí Minh")
    assert reads.path_name(area.id) == "Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh"


def test_a_whole_ward_has_one_successor_today(areas, ward):
    found = reads.successor_of(ward("Bến Nghé, Quận 1, TP Hồ Chí Minh").id, TODAY)
    assert found.state is SuccessorState.EXACT
    assert found.areas[0].full_name == "Phường Sài Gòn"


def test_a_divided_ward_has_several_and_says_so(areas, ward):
    found = reads.successor_of(ward("Phường Cửa Nam, Quận Hoàn Kiếm, Hà Nội").id, TODAY)
    assert found.state is SuccessorState.AMBIGUOUS
    assert {area.full_name for area in found.areas} >= {"Phường Cửa Nam"}
    assert len(found.areas) > 1
    assert reads.current_of(ward("Phường Cửa Nam, Quận Hoàn Kiếm, Hà Nội").id, TODAY) is None


def test_a_ward_whose_taker_no_table_names_has_none_and_says_so(areas, ward):
    found = reads.successor_of(ward("Phường Hải Châu II, Quận Hải Châu, Đà Nẵng").id, TODAY)
    assert (found.state, found.areas) == (SuccessorState.NONE, ())


@pytest.mark.parametrize("island", ["Bạch Long Vĩ", "Cồn Cỏ", "Hoàng Sa", "Lý Sơn", "Côn Đảo"])
def test_an_island_district_without_wards_became_its_special_zone(areas, island):
    old = reads.areas_named(f"Huyện {island}", on=CAMPAIGN, level=Level.DISTRICT)[0]
    assert reads.children_of(old.id, CAMPAIGN) == ()
    found = reads.successor_of(old.id, TODAY)
    assert found.state is SuccessorState.EXACT
    assert found.areas[0].full_name == f"Đặc khu {island}"


def test_a_district_is_what_its_communes_have_become(areas, ward):
    district = ward("Bến Nghé, Quận 1, TP Hồ Chí Minh").parent_id
    found = reads.successor_of(district, TODAY)
    assert found.state is SuccessorState.AMBIGUOUS
    assert {"Phường Sài Gòn", "Phường Tân Định", "Phường Bến Thành", "Phường Cầu Ông Lãnh"} == {
        area.full_name for area in found.areas
    }


def test_a_ward_of_quan_9_is_followed_through_thu_duc_to_today(areas, ward):
    old = ward("Phường Long Bình, Quận 9, TP Hồ Chí Minh", dt.date(2020, 6, 1))
    in_campaign = reads.successor_of(old.id, CAMPAIGN)
    assert in_campaign.state is SuccessorState.EXACT
    assert reads.path_name(in_campaign.areas[0].id).split(", ")[1] == "Thành phố Thủ Đức"
    assert "Hồ Chí Minh" in reads.path_name(reads.successor_of(old.id, TODAY).areas[0].id)


def test_today_is_followed_back_to_what_it_was_made_of(areas):
    (today,) = [a for a in reads.areas_named("Phường Sài Gòn", on=TODAY) if province_of(a).endswith("Hồ Chí Minh")]
    found = reads.successor_of(today.id, CAMPAIGN)
    assert "Phường Bến Nghé" in {area.full_name for area in found.areas}


def test_the_commune_of_tan_an_lies_in_long_an(areas):
    area = reads.area_by_code("27691", Level.COMMUNE, BEFORE_REFORM)
    assert province_of(area) == "Tỉnh Long An"
    assert [a.code for a in reads.path_of(reads.successor_of(area.id, TODAY).areas[0].id)][-1] == "80"


def test_provinces_went_where_the_resolution_says(areas):
    for code, into in [("74", "79"), ("77", "79"), ("02", "08"), ("62", "51"), ("89", "91"), ("49", "48")]:
        old = reads.area_by_code(code, Level.PROVINCE, CAMPAIGN)
        found = reads.successor_of(old.id, TODAY)
        assert (found.state, [a.code for a in found.areas]) == (SuccessorState.EXACT, [into])


def test_every_merged_province_has_its_legal_act(areas):
    for area in reads.children_of(None, TODAY):
        if area.period.start == REFORM:
            assert area.legal_act == "202/2025/QH15"


def test_provinces_that_became_cities_in_2026_keep_their_code(areas):
    before = reads.area_by_code("75", Level.PROVINCE, dt.date(2026, 1, 1))
    after = reads.area_by_code("75", Level.PROVINCE, TODAY)
    assert (before.full_name, after.full_name) == ("Tỉnh Đồng Nai", "Thành phố Đồng Nai")
    assert reads.current_of(before.id, TODAY) == after


def test_nearly_every_commune_of_the_campaign_is_known_today(areas):
    districts = [d for p in reads.children_of(None, CAMPAIGN) for d in reads.children_of(p.id, CAMPAIGN)]
    states = [reads.successor_of(c.id, TODAY).state for d in districts for c in reads.children_of(d.id, CAMPAIGN)]
    assert states.count(SuccessorState.NONE) == 3
    assert 440 < states.count(SuccessorState.AMBIGUOUS) < 600


def test_names_are_found_without_accents_and_exact_ones_come_first(areas):
    found = reads.areas_named("ben nghe", on=CAMPAIGN, level=Level.COMMUNE)
    assert found[0].full_name == "Phường Bến Nghé"
    first = reads.areas_named("Tân Hoà", on=TODAY, level=Level.COMMUNE)[0]
    assert first.name == "Tân Hòa"


def test_names_are_found_only_under_the_asked_area(areas):
    city = reads.area_by_code("79", Level.PROVINCE, CAMPAIGN)
    found = reads.areas_named("phuong 1", on=CAMPAIGN, level=Level.COMMUNE, within=city.id, limit=100)
    assert len(found) > 10
    assert {reads.path_of(area.id)[-1] for area in found} == {city}


def test_a_name_that_is_gone_leads_to_what_it_is_today(areas):
    city = reads.area_by_code("79", Level.PROVINCE, TODAY)
    then, now = reads.areas_once_named("ben nghe", today=TODAY, level=Level.COMMUNE, within=city.id)[0]
    assert (then.full_name, now.full_name) == ("Phường Bến Nghé", "Phường Sài Gòn")
    assert now.period.holds(TODAY)
    hanoi = reads.area_by_code("01", Level.PROVINCE, TODAY)
    assert reads.areas_once_named("ben nghe", today=TODAY, level=Level.COMMUNE, within=hanoi.id) == ()
    assert reads.areas_once_named("", today=TODAY, level=Level.COMMUNE, within=city.id) == ()


def test_a_name_of_many_former_wards_leads_to_each_once(areas):
    city = reads.area_by_code("79", Level.PROVINCE, TODAY)
    found = reads.areas_once_named("phuong 5", today=TODAY, level=Level.COMMUNE, within=city.id)
    assert len({now.id for _, now in found}) > 5
    assert len(found) == len({(then.full_name, then.parent_id, now.id) for then, now in found})


def test_an_unknown_id_is_no_place(areas):
    with pytest.raises(reads.NoSuchPlace):
        reads.area(new_id())
