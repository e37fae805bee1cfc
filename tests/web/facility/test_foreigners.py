"""Foreigners at the desk: who comes with a passport is put on record as what they are."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.facility.conftest import Station
from tiemchung.core.text import fold
from tiemchung.people.models import Identifier, Profile
from tiemchung.web.shared.countries import country_codes, country_items, country_name

pytestmark = pytest.mark.django_db
NEWCOMER = {
    "full_name": "Kim Min Ji", "birth_day": "2", "birth_month": "3", "birth_year": "1991", "sex": "FEMALE",
    "system": "PASSPORT", "number": "TC000321", "relation": "OWN", "key": "019f0000-0000-7000-8000-00000000e501",
}  # fmt: skip


def test_a_newcomer_with_a_passport_is_a_national_of_the_country_chosen(nurse: Client, station: Station) -> None:
    assert nurse.post(reverse("facility:register"), NEWCOMER | {"nationality": "KR"}).status_code == 302
    profile = Profile.objects.get(full_name="Kim Min Ji")
    assert (profile.nationality, Identifier.objects.get(profile_id=profile.id).system) == ("KR", "PASSPORT")


def test_who_says_nothing_is_vietnamese(nurse: Client, station: Station) -> None:
    nurse.post(reverse("facility:register"), NEWCOMER)
    assert Profile.objects.get(full_name="Kim Min Ji").nationality == "VN"


@pytest.mark.parametrize("code", ["XX", "kr", "1"])
def test_no_other_country_than_the_list_has_is_taken(nurse: Client, station: Station, code: str) -> None:
    page = nurse.post(reverse("facility:register"), NEWCOMER | {"nationality": code})
    assert page.status_code == 400
    assert "Chọn lại trong danh sách" in page.content.decode()
    assert not Profile.objects.filter(full_name="Kim Min Ji").exists()


def test_the_choice_lies_open_for_a_passport_alone(nurse: Client, station: Station) -> None:
    for system, opens in (("PASSPORT", True), ("CCCD", False)):
        page = nurse.post(reverse("facility:register"), {"ask": "1", "system": system}).content.decode()
        assert ('<details class="nhsuk-details" open>' in page) is opens
        assert '<option value="KR">Hàn Quốc</option>' in page


def test_countries_have_names_in_both_languages_and_the_home_comes_first() -> None:
    assert country_items()[0] == ("VN", "Việt Nam")
    assert len(country_codes()) > 240
    assert country_name("ZZ") == "ZZ"
    others = [name for _, name in country_items()[1:]]
    assert others == sorted(others, key=fold)
