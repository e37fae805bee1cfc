"""A citizen sees who opened the record: days, units, roles and purposes, never the name of a member of staff."""

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from django.test import Client

from tests import builders
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.audit import note_look
from tiemchung.places.reads import path_name
from tiemchung.web.citizen.who_saw import purpose_words

Open = Callable[[], Client]


def words_of(client: Client, person_id: UUID) -> str:
    answer = client.get(f"/so/ho-so/{person_id}/ai-da-xem")
    assert answer.status_code == 200
    page = answer.content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main>")])).split())


def test_a_look_of_a_unit_is_shown_with_day_role_and_purpose_and_without_a_name(signed_in: Open, chau: UUID) -> None:
    facility = builders.a_facility("Trạm Y tế phường 5")
    nurse = builders.a_nurse(facility)
    note_look(by=nurse, at=clock.now(), action="people.open_person", subject_ids=[chau], purpose="vaccination desk")
    words = words_of(signed_in(), chau)
    assert f"{clock.today():%d/%m/%Y}: Người tiêm" in words
    assert "Trạm Y tế phường 5" in words
    assert "Tiêm chủng tại bàn tiêm" in words
    assert nurse.name not in words


def test_an_officer_of_an_area_is_shown_with_the_area(signed_in: Open, chau: UUID) -> None:
    officer = builders.an_officer(Role.COMMUNE_OFFICER, builders.an_area())
    note_look(by=officer, at=clock.now(), action="people.open_person", subject_ids=[chau], purpose="CHECK")
    words = words_of(signed_in(), chau)
    assert "Cán bộ y tế xã, phường" in words
    assert path_name(builders.an_area().id) in words
    assert officer.name not in words


@pytest.mark.parametrize(
    "purpose",
    ["BULK 0199a0e0-0000-4000-8000-000000000001", "identity review", "passports", "facility: print passport",
     "shown certificate", "CALL:0199a0e0-0000-4000-8000-000000000001", "AUDIT", "vaccination desk", "holder look-up"],
)  # fmt: skip
def test_every_purpose_of_our_own_pages_has_words_of_its_own(purpose: str) -> None:
    words = purpose_words(purpose)
    assert words != "Việc chuyên môn"
    assert "0199a0e0" not in words


def test_looks_of_one_day_for_one_purpose_are_one_line_with_their_number(signed_in: Open, chau: UUID) -> None:
    nurse = builders.a_nurse(builders.a_facility())
    for _ in range(3):
        note_look(by=nurse, at=clock.now(), action="people.open_person", subject_ids=[chau], purpose="CHECK")
    assert "Kiểm tra theo nhiệm vụ (3 lần)" in words_of(signed_in(), chau)


def test_looks_of_several_kinds_that_read_alike_are_one_line(signed_in: Open, chau: UUID) -> None:
    nurse = builders.a_nurse(builders.a_facility())
    for action in ("people.open_person", "cases.open_file", "people.open_person"):
        note_look(by=nurse, at=clock.now(), action=action, subject_ids=[chau], purpose="PA 1234567890")
    words = words_of(signed_in(), chau)
    assert words.count("Giải quyết phản ánh PA 123 456 7890 (3 lần)") == 1
    assert words.count("Giải quyết phản ánh") == 1


def test_the_own_looks_and_the_familys_stand_apart(signed_in: Open, chau: UUID) -> None:
    client = signed_in()
    client.get(f"/so/the/{chau}")
    words = words_of(client, chau)
    assert "Chưa có ai khác xem hồ sơ này" in words
    assert "Bạn và người nhà" in words


def test_what_staff_wrote_freely_is_not_repeated_to_the_citizen() -> None:
    assert purpose_words("hàng xóm nhờ xem giúp") == "Việc chuyên môn"
    assert purpose_words("PA 123 456 7890") == "Giải quyết phản ánh PA 123 456 7890"
    assert purpose_words("health book: who answers for whom") == "Mở sổ sức khỏe"


def test_the_page_says_where_to_turn_when_a_look_is_not_right(signed_in: Open, chau: UUID) -> None:
    words = words_of(signed_in(), chau)
    assert "1900 9095" in words
    assert "gửi phản ánh trên cổng" in words

