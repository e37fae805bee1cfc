"""Finding and opening people, and what their pages show."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.web.authority.conftest import LATER, House, enter_as, shown
from tiemchung.certificates.actions import confirm_name, refresh_passports
from tiemchung.certificates.reads import passport_of
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.audit import looks_at
from tiemchung.people.actions import check_identities
from tiemchung.people.models import IdentityCheck


def test_a_person_is_found_by_name_without_accents_and_birth_year(house: House, as_lead: Client) -> None:
    answer = as_lead.post(house.address("people"), {"text": "nguyen thi an 1985", "purpose": "CORRECT"})
    assert answer.status_code == 200
    assert "Nguyễn Thị An" in shown(answer)
    assert "05/03/1985" in shown(answer)


def test_what_was_typed_stays_in_the_box_after_a_refusal(house: House, as_lead: Client) -> None:
    answer = as_lead.post(house.address("people"), {"text": "an", "purpose": "CORRECT"})
    assert answer.status_code == 422
    assert 'value="an"' in answer.content.decode()


def test_nobody_is_searched_for_without_a_purpose(house: House) -> None:
    browser = enter_as(house.lead)
    session = browser.session
    session["purpose"] = ""
    session.save()
    answer = browser.post(house.address("people"), {"text": "nguyen thi an", "purpose": ""})
    assert answer.status_code == 422
    assert "Nguyễn Thị An" not in shown(answer)


def test_a_person_is_opened_after_the_purpose_and_the_look_is_kept(house: House) -> None:
    browser = enter_as(house.lead)
    session = browser.session
    session["purpose"] = ""
    session.save()
    asked = browser.get(house.address("person"))
    assert asked["Location"] == house.address("purpose")
    back = browser.post(house.address("purpose"), {"purpose": "COMPLAINT"})
    assert back["Location"] == house.address("person")
    assert browser.get(house.address("person")).status_code == 200
    look = looks_at([house.person_id], actions=["people.open_person"])[0]
    assert (look.actor_id, look.because) == (house.lead.id, "COMPLAINT")


def test_a_page_shows_no_whole_number_and_no_whole_phone(house: House, as_lead: Client) -> None:
    page = as_lead.get(house.address("person")).content.decode()
    assert "•" in page
    assert re.findall(r"(?<!\d)(?:0\d{9}|0\d{11})(?!\d)", shown(as_lead.get(house.address("person")))) == []


def test_the_page_of_a_person_far_away_does_not_exist(house: House) -> None:
    far = builders.an_area("01", level=builders.Level.PROVINCE)
    officer = builders.an_officer(Role.DATA_CORRECTOR, far)
    answer = enter_as(officer).get(house.address("person"))
    none = enter_as(officer).get(house.address("person", person_id=uuid4()))
    assert (answer.status_code, none.status_code) == (404, 404)


def test_a_dose_shows_its_whole_history(house: House, as_lead: Client) -> None:
    text = shown(as_lead.get(house.address("dose")))
    assert "Ghi mũi tiêm" in text
    assert "Nguyễn Văn Dũng" in text


def test_the_trail_names_who_looked(house: House, as_lead: Client, as_corrector: Client) -> None:
    as_lead.get(house.address("person"))
    text = shown(as_corrector.get(house.address("trail")))
    assert "Lê Thị Lan" in text
    assert "Mở hồ sơ" in text


def test_the_trail_is_not_the_leads(house: House, as_lead: Client) -> None:
    assert as_lead.get(house.address("trail")).status_code == 404


def test_ones_own_day_shows_what_one_opened(house: House, as_lead: Client) -> None:
    as_lead.get(house.address("person"))
    assert "Mở hồ sơ" in shown(as_lead.get(house.address("my_looks")))


@pytest.mark.parametrize("role", [Role.HOTLINE_AGENT, Role.ADMIN])
def test_people_do_not_exist_for_the_hotline_and_the_administrator(house: House, role: Role) -> None:
    browser = enter_as(builders.a_staff_member(role))
    assert browser.get(house.address("people")).status_code == 404


def test_a_nul_byte_and_a_long_text_are_no_accident(house: House, as_lead: Client) -> None:
    for text in ("nguyen\x00 thi an", "a" * 100_000, "|" * 50, "＝cmd", "0000000000000"):
        answer = as_lead.post(house.address("people"), {"text": text, "purpose": "CORRECT"})
        assert answer.status_code in (200, 422)


def test_a_persons_page_says_whether_the_holder_confirmed_the_name_on_the_passport(
    house: House, as_lead: Client
) -> None:
    where = house.address("person")
    assert "Họ tên trên hộ chiếu" not in shown(as_lead.get(where))
    refresh_passports(person_ids=[house.person_id], at=LATER)
    assert "NGUYEN THI AN. Người dân chưa xác nhận." in shown(as_lead.get(where))
    mark = passport_of(SYSTEM, house.person_id, LATER).name.mark
    confirm_name(by=house.lead, at=LATER, person_id=house.person_id, mark=mark)
    assert "NGUYEN THI AN. Người dân đã xác nhận họ tên này." in shown(as_lead.get(where))


@pytest.mark.parametrize(
    ("state", "told"), [("MISMATCHED", "Không khớp"), ("MATCHED", "Khớp"), (None, "Chưa đối chiếu")]
)
def test_a_persons_page_keeps_the_registers_verdict_apart_from_the_form_of_a_number(
    house: House, as_lead: Client, state: str | None, told: str
) -> None:
    """The number of somebody whom the register contradicts was called one that matches its holder."""
    if state:
        check_identities(person_ids=[house.person_id], at=LATER)
        IdentityCheck.objects.filter(person_id=house.person_id).update(state=state, due_at=None)
    page = shown(as_lead.get(house.address("person")))
    assert "Khớp với người mang số" not in page
    assert "Số đúng dạng" in page
    assert f"Đối chiếu với cơ sở dữ liệu dân cư: {told}" in page
    review = reverse("facility:identity", args=[house.person_id])
    assert (f'href="{review}' in as_lead.get(house.address("person")).content.decode()) is (state == "MISMATCHED")
