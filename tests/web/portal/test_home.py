"""The front page is light and the same for everybody; the search finds points however they are typed."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.builders import a_facility, a_point, country  # noqa: F401 - a fixture
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.places.actions import close_facility, stand_point

pytestmark = pytest.mark.usefixtures("country", "db")


@pytest.fixture(autouse=True)
def plain_addresses(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.LENIENT_WORDS = False


def search(words: str, lang: str = "vi") -> str:
    client = Client()
    client.cookies["lang"] = lang
    answer = client.get("/diem-tiem", {"q": words})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_front_page_has_the_four_doors() -> None:
    page = Client().get("/").content.decode()
    for door in ("/so/", "/verify", "/diem-tiem", "/staff/"):
        assert f'href="{door}"' in page


def test_the_front_page_speaks_the_readers_language() -> None:
    client = Client()
    client.cookies["lang"] = "en"
    assert "Check a certificate" in client.get("/").content.decode()
    assert "Kiểm tra chứng nhận" in Client().get("/").content.decode()


@pytest.mark.parametrize("page", ["/", "/diem-tiem"])
def test_public_pages_may_be_cached_and_set_no_cookie(page: str) -> None:
    answer = Client().get(page)
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Cookie" in answer.headers["Vary"]
    assert not answer.cookies


@pytest.mark.parametrize("typed", ["Trạm Y tế phường Bến Nghé", "tram y te ben nghe", "BEN NGHE tram"])
def test_a_station_is_found_with_accents_or_without(typed: str) -> None:
    a_facility("Trạm Y tế phường Bến Nghé")
    assert "Trạm Y tế phường Bến Nghé" in search(typed)


def test_a_mobile_point_says_where_and_when_it_stands() -> None:
    facility = a_facility("Trung tâm Y tế Quận Một")
    point = a_point(facility, "Xe tiêm Hoa Mai", mobile=True, at=clock.now())
    first = clock.today() + dt.timedelta(days=10)
    last = first + dt.timedelta(days=4)
    stand_point(
        by=SYSTEM, at=clock.now(), key="stand", point_id=point.id, area_id=facility.stays[-1].area_id, valid_from=first,
        valid_to=last + dt.timedelta(days=1), address="Sân trường Hòa Bình",
    )
    page = search("xe tiem hoa mai")
    assert "Lưu động" in page
    assert "Đang ở đây" in page
    assert "Sân trường Hòa Bình" in page
    assert f"Từ {first:%d/%m/%Y} đến hết ngày {last:%d/%m/%Y}" in page


def test_what_has_closed_is_not_offered() -> None:
    facility = a_facility("Trạm Y tế Sao Khuya")
    yesterday = clock.today() - dt.timedelta(days=1)
    close_facility(by=SYSTEM, at=clock.now(), key="close", facility_id=facility.id, on=yesterday)
    assert "Không tìm thấy điểm tiêm nào" in search("sao khuya")


@pytest.mark.parametrize("typed", ["zzzqqq", "<script>", "%", "' OR 1=1 --", "x" * 5000, "\0", "đ\u0300\u200b"])
def test_a_search_that_finds_nothing_helps_and_never_breaks(typed: str) -> None:
    page = search(typed)
    assert "1900\u00a09095" in page
    assert "<script>" not in page


def test_the_search_speaks_english() -> None:
    assert "Point not found?" in search("zzzqqq", "en")
