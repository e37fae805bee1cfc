"""The board of identities: counts by area and state below the reader, and nothing of other provinces."""

import datetime as dt
from uuid import UUID

import pytest
from django.urls import reverse

from tests import builders
from tests.web.authority.conftest import House, enter_as, shown
from tiemchung.core.actor import Role
from tiemchung.people.actions import check_identities
from tiemchung.people.models import IdentityCheck

BOARD = "authority:identity_board"


@pytest.fixture
def unsettled(house: House) -> list[UUID]:
    """Give two of Sài Gòn, one waiting and one contradicted, and one of Hà Nội without a number."""
    far = builders.an_area("00070")
    people = [builders.a_person().person_id, builders.a_person().person_id,
              builders.a_person(area=far, identifiers=()).person_id]  # fmt: skip
    check_identities(person_ids=people, at=builders.NOW - dt.timedelta(days=1))
    IdentityCheck.objects.filter(person_id=people[1]).update(state="MISMATCHED", since=builders.NOW)
    return people


def test_a_province_sees_its_communes_with_counts_and_the_oldest(house: House, unsettled: list[UUID]) -> None:
    officer = builders.an_officer(Role.PROVINCE_OFFICER)
    text = shown(enter_as(officer).get(reverse(BOARD)))
    assert "Phường Sài Gòn 0 1 1 0 0 0 0 10:00 19/11/2026" in text
    assert "Tổng cộng 0 1 1 0 0 0 0" in text
    assert "Hà Nội" not in text


def test_the_ministry_sees_provinces_and_the_communes_behind(house: House, unsettled: list[UUID]) -> None:
    ministry = enter_as(builders.a_staff_member(Role.MINISTRY_OFFICER))
    top = ministry.get(reverse(BOARD))
    city = builders.an_area("79", level=builders.Level.PROVINCE)
    inside = reverse("authority:identity_board_of", kwargs={"province_id": city.id})
    assert "Thành phố Hồ Chí Minh 0 1 1" in shown(top)
    assert "Thành phố Hà Nội 1 0 0" in shown(top)
    assert inside in top.content.decode()
    below = shown(ministry.get(inside))
    assert "Phường Sài Gòn 0 1 1" in below
    assert "Hà Nội" not in below


def test_only_the_ministry_looks_into_a_province(house: House, unsettled: list[UUID]) -> None:
    city = builders.an_area("79", level=builders.Level.PROVINCE)
    inside = reverse("authority:identity_board_of", kwargs={"province_id": city.id})
    assert enter_as(builders.an_officer(Role.PROVINCE_OFFICER)).get(inside).status_code == 404


def test_all_settled_says_so(house: House) -> None:
    officer = builders.an_officer(Role.COMMUNE_OFFICER, area=builders.an_area())
    text = shown(enter_as(officer).get(reverse(BOARD)))
    assert "Mọi danh tính trong phạm vi của bạn đã đối chiếu xong" in text
    assert "Danh sách cần xem lại" in text
