"""Finding facilities and points by words."""

import datetime as dt

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.actor import SYSTEM
from tiemchung.places import actions, reads
from tiemchung.places.models import Facility, FacilityArea
from tiemchung.places.reads.search import search_sql
from tiemchung.places.rules import FacilityKind, Level

from .conftest import AT, CAMPAIGN, TODAY


def names(words: str, **asked) -> list[str]:
    return [place.name for place in reads.places_search(words, **asked)]


def open_named(name: str, area: reads.AreaView, code: str):
    return actions.open_facility(
        by=SYSTEM,
        at=AT,
        key=code,
        code=code,
        name=name,
        kind=FacilityKind.COMMUNE_STATION,
        level=Level.COMMUNE,
        area_id=area.id,
        valid_from=area.period.start,
    )


@pytest.mark.parametrize(
    "words",
    [
        "tram y te ben nghe",
        "Trạm Y tế Bến Nghé",
        "ben nghe tram",
        "BEN NGHÉ",
        "79001",
        "mac dinh chi quan 1",
        "tram sai gon",
    ],
)
def test_a_station_is_found_with_and_without_accents_by_code_address_and_area(station, words):
    assert names(words) == ["Trạm Y tế phường Bến Nghé"]


def test_a_misspelled_name_gives_the_nearest(station):
    assert names("tram y te ben ngeh") == ["Trạm Y tế phường Bến Nghé"]


@pytest.mark.parametrize("words", ["", "  ", "%", "_", "'; --", "\x00"])
def test_words_without_a_letter_find_nothing(station, words):
    assert names(words) == []


def test_a_wildcard_is_no_wildcard(station):
    assert names("79%01") == []


def test_exact_accents_come_first(areas, ward):
    open_named("Trạm Y tế xã Hòa Bình", ward("Xã Hòa Bình, Huyện Thường Tín, Hà Nội"), "01001")
    open_named("Trạm Y tế xã Hoa Binh", ward("Xã Hà Hồi, Huyện Thường Tín, Hà Nội"), "01002")
    assert names("hoà bình")[0] == "Trạm Y tế xã Hòa Bình"
    assert names("hoa binh")[0] == "Trạm Y tế xã Hoa Binh"


def test_within_finds_a_place_of_2021_under_todays_commune_and_nowhere_else(station, ward):
    today = reads.current_of(reads.facility(station).stays[0].area_id, TODAY)
    hanoi = reads.area_by_code("01", Level.PROVINCE, TODAY)
    assert names("tram", within=[today.id], on=TODAY) == ["Trạm Y tế phường Bến Nghé"]
    assert names("tram", within=[hanoi.id], on=TODAY) == []


def test_a_mobile_point_is_found_where_and_when_it_stood(station, ward):
    first, second = (ward(f"{name}, Quận 1, TP Hồ Chí Minh") for name in ("Bến Nghé", "Tân Định"))
    point = actions.open_point(
        by=SYSTEM,
        at=AT,
        key="bus",
        facility_id=station,
        name="Xe tiêm lưu động số 3",
        area_id=first.id,
        valid_from=dt.date(2021, 8, 1),
        valid_to=dt.date(2021, 8, 4),
        address="Trường THPT Bùi Thị Xuân",
        mobile=True,
    )
    actions.stand_point(
        by=SYSTEM,
        at=AT,
        key="bus2",
        point_id=point,
        area_id=second.id,
        valid_from=dt.date(2021, 8, 4),
        address="Chợ Tân Định",
    )
    (found,) = reads.places_search("xe luu dong", on=dt.date(2021, 8, 3))
    assert [stay.area_id for stay in found.stays] == [first.id]
    assert found.mobile
    assert found.is_point
    assert found.facility_id == station
    assert names("bui thi xuan", on=dt.date(2021, 8, 3)) == ["Xe tiêm lưu động số 3"]
    assert names("xe luu dong", on=CAMPAIGN, within=[first.id]) == []
    assert names("cho tan dinh", on=CAMPAIGN, within=[second.id]) == ["Xe tiêm lưu động số 3"]
    assert [p.id for p in reads.points_at(dt.date(2021, 8, 3), first.id)] == [point]
    assert reads.points_at(CAMPAIGN, first.id) == ()
    assert [stay.address for stay in reads.point(point).stays] == ["Trường THPT Bùi Thị Xuân", "Chợ Tân Định"]


def test_the_plan_of_a_search_uses_the_trigram_index(areas):
    communes = [c for p in reads.children_of(None, TODAY) for c in reads.children_of(p.id, TODAY)]
    rows = [
        Facility(
            code=f"T{i:05}",
            name=f"Trạm Y tế {c.full_name}",
            name_key=c.full_name.lower(),
            search_key=f" t{i:05} tram y te {c.search_key}",
            name_sort=c.name_sort,
            kind=FacilityKind.COMMUNE_STATION,
            level=Level.COMMUNE,
            valid_from=c.period.start,
        )
        for i, c in enumerate(communes * 3)
    ]
    Facility.objects.bulk_create(rows)
    FacilityArea.objects.bulk_create(
        [
            FacilityArea(facility=r, area_id=communes[i % len(communes)].id, valid_from=r.valid_from)
            for i, r in enumerate(rows)
        ]
    )
    assert len(rows) > 9_000
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")  # only the owner may analyse
        cursor.execute("ANALYZE places_facility")
        for near, words in ((False, "tram y te sai gon"), (True, "tram y te sai gonn")):
            sql, params = search_sql("facility", words, None, None, 20, near)
            cursor.execute("EXPLAIN " + sql, params)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "facility_search" in plan, plan
    assert names("tram y te sai gon")[0] == "Trạm Y tế Phường Sài Gòn"


@pytest.mark.usefixtures("areas")
@given(st.text(max_size=60))
def test_any_words_give_an_answer(words):
    assert isinstance(reads.places_search(words, on=TODAY), tuple)
