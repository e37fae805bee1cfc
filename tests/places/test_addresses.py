"""Reading the areas out of a free address."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.places import reads
from tiemchung.places.rules import Level, SuccessorState

from .conftest import CAMPAIGN, TODAY

BEN_NGHE = "Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh"


@pytest.mark.parametrize(
    "written",
    [
        "Tổ 1, Bến Nghé, Quận 1, TP Hồ Chí Minh",
        "Tổ 1, P. Bến Nghé, Q.1, TP.HCM",
        "Tổ 1, Phường Bến Nghé, Q1, Thành phố Hồ Chí Minh, Việt Nam",
        "Tổ 1, BEN NGHE, QUAN 1, HO CHI MINH",
        "Tổ 1,Bến Nghé,Quận 01,TP. Hồ Chí Minh",
        "Tổ 1 phường Bến Nghé quận 1 tp hồ chí minh",
        "Tổ 1 - Bến Nghé - Quận 1 - TP Hồ Chí Minh",
    ],
)
def test_a_ward_is_recognised_by_its_parents_however_it_is_shortened(areas, written):
    found = reads.find_address(written)
    assert found.state is SuccessorState.EXACT
    assert reads.path_name(found.areas[0].id) == BEN_NGHE
    assert found.rest == "Tổ 1"


@pytest.mark.parametrize(
    "written", ["Phường 14, Quận 10, TPHCM", "P14, Q10, TP HCM", "F14, Q.10, HCM", "phường 014, quận 10, HCM"]
)
def test_numbered_wards_are_recognised(areas, written):
    found = reads.find_address(written)
    assert [reads.path_name(a.id) for a in found.areas] == ["Phường 14, Quận 10, Thành phố Hồ Chí Minh"]


def test_both_tone_placements_are_one_name(areas):
    old, new = (reads.find_address(f"{name}, Hà Nội", CAMPAIGN) for name in ("Quận Hoàng Mai", "quận Hòang Mai"))
    assert old.areas == new.areas != ()


def test_quan_9_is_still_understood_after_it_ended(areas):
    found = reads.find_address("12 Lê Văn Việt, Phường Hiệp Phú, Quận 9, TP Hồ Chí Minh")
    assert found.state is SuccessorState.EXACT
    assert found.areas[0].full_name == "Phường Hiệp Phú"
    on_campaign = reads.find_address("Phường Hiệp Phú, Quận 9, TP Hồ Chí Minh", CAMPAIGN)
    assert reads.path_name(on_campaign.areas[0].id) == "Phường Hiệp Phú, Thành phố Thủ Đức, Thành phố Hồ Chí Minh"


def test_a_ward_merged_before_the_table_is_found_by_its_alias(areas):
    found = reads.find_address("Phường Bình Khánh, Quận 2, TP Hồ Chí Minh", CAMPAIGN)
    assert [a.full_name for a in found.areas] == ["Phường An Khánh"]


def test_an_address_of_two_levels_is_read_as_of_today(areas):
    found = reads.find_address("Phường Sài Gòn, Thành phố Hồ Chí Minh")
    assert found.state is SuccessorState.EXACT
    assert found.areas[0].period.holds(TODAY)


def test_a_name_alone_is_never_resolved(areas):
    found = reads.find_address("Xã Tân Tiến")
    assert (found.state, found.areas, found.rest) == (SuccessorState.NONE, (), "Xã Tân Tiến")


def test_a_name_that_its_province_has_twice_is_ambiguous(areas):
    found = reads.find_address("Phường 1, TP Hồ Chí Minh", CAMPAIGN)
    assert found.state is SuccessorState.AMBIGUOUS
    assert len(found.areas) > 5


def test_a_commune_unknown_under_its_district_leaves_the_district(areas):
    found = reads.find_address("Khu phố 3, Phường Không Có, Quận 1, TP Hồ Chí Minh", CAMPAIGN)
    assert (found.state, found.level) == (SuccessorState.EXACT, Level.DISTRICT)
    assert found.rest == "Khu phố 3, Phường Không Có"


def test_a_province_with_a_hyphen_in_its_name_is_one_name(areas):
    found = reads.find_address("Phường 1, Thành phố Vũng Tàu, Tỉnh Bà Rịa - Vũng Tàu")
    assert reads.path_name(found.areas[0].id) == "Phường 1, Thành phố Vũng Tàu, Tỉnh Bà Rịa - Vũng Tàu"


def test_the_asked_day_decides_between_two_trees(areas):
    written = "Phường Tân Định, TP Hồ Chí Minh"
    then, now = reads.find_address(written, CAMPAIGN), reads.find_address(written, TODAY)
    assert then.areas[0].period.holds(CAMPAIGN)
    assert now.areas[0].period.holds(TODAY)
    assert then.areas != now.areas


@pytest.mark.parametrize("on", [dt.date(2020, 6, 1), CAMPAIGN, dt.date(2025, 3, 1), TODAY])
def test_every_area_is_found_by_its_own_path(areas, on):
    lost = []
    for province in reads.children_of(None, on):
        for area in reads.children_of(province.id, on):
            for leaf in (area, *reads.children_of(area.id, on)):
                if leaf not in reads.find_address(reads.path_name(leaf.id), on).areas:
                    lost.append(leaf)
    assert lost == []


@given(st.text(max_size=80))
def test_any_text_gives_an_answer(text):
    found = reads.find_address(text)
    assert (found.state is SuccessorState.NONE) == (found.areas == ())


test_any_text_gives_an_answer = pytest.mark.usefixtures("areas")(test_any_text_gives_an_answer)
