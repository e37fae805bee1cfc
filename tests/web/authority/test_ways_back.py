"""A deed that was reached from a list ends on the list, with what was done said there; any other ends where it did."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.builders import NOW
from tests.certificates.central_cast import a_passport, a_ready_person, centre_signs, certificate_of
from tests.web.authority.conftest import CODE, LATER, House, hidden, shown
from tiemchung.certificates.actions import refresh_passports, work_central_batch
from tiemchung.certificates.models import RevocationOrder, SampleDay, SignRun
from tiemchung.core.alarms import raise_alarm
from tiemchung.doses import actions
from tiemchung.web.shared.words import say

LIST = "/staff/ho-chieu/viec/BIRTH_INCOMPLETE"
HERE = "/authority/ho-chieu"


def led(address: str, back: str = LIST) -> str:
    return f"{address}?{urlencode({'next': back})}"


def amended(browser: Client, house: House, address: str) -> Any:
    """Give the answer to a checked correction of the name, each form sent where the page stands."""
    page = browser.get(address)
    sent = {**hidden(page), "full_name": "Nguyễn Thị Ân", "birth_day": "5", "birth_month": "3", "birth_year": "1985",
            "sex": "FEMALE", "address_text": "", "because": "Theo căn cước", "step": "check"}  # fmt: skip
    checked = browser.post(address, sent)
    assert checked.status_code == 200
    return browser.post(address, {**sent, "step": "do"})


def test_a_corrected_record_leads_on_to_the_list_it_was_opened_from(house: House, as_lead: Client) -> None:
    plain = house.address("amend_person", profile_id=house.person_id)
    assert f'href="{LIST}"' in as_lead.get(led(plain)).content.decode()
    done = amended(as_lead, house, led(plain))
    assert done["Location"] == LIST
    assert "Đã sửa hồ sơ của Nguyễn Thị Ân" in shown(as_lead.get(LIST))


@pytest.mark.parametrize("next_page", ["", "https://example.vn/", "//example.vn"])
def test_without_a_list_of_ours_it_leads_to_the_person(house: House, as_lead: Client, next_page: str) -> None:
    plain = house.address("amend_person", profile_id=house.person_id)
    assert amended(as_lead, house, led(plain, next_page))["Location"] == house.address("person")


def test_a_person_and_their_dose_keep_the_way_back(house: House, as_lead: Client) -> None:
    person = as_lead.get(led(house.address("person"))).content.decode()
    assert f'class="nhsuk-back-link" href="{LIST}"' in person
    assert led(house.address("dose")).replace("&", "&amp;") in person
    assert led(reverse("authority:amend_person", args=[house.person_id])) in person
    dose = as_lead.get(led(house.address("dose"))).content.decode()
    assert f'class="nhsuk-back-link" href="{LIST}"' in dose
    assert led(house.address("amend_dose")) in dose
    assert "Về danh sách" not in as_lead.get(house.address("dose")).content.decode()


def test_a_verified_dose_leads_on_to_the_list(house: House, as_lead: Client) -> None:
    phone = builders.a_phone()
    profile = builders.a_person("Lê Thị Liên", phones=[(phone, "OWN")])
    citizen = builders.a_citizen(phone, profile.person_id)
    declared = actions.declare_dose(
        by=citizen, at=NOW, key="declared", profile_id=profile.profile_id, facts=house.dose.facts
    ).dose
    parts = {"person_id": profile.person_id, "dose_id": declared.id}
    address = led(reverse("authority:verify_dose", kwargs=parts))
    sent = {**hidden(as_lead.get(address)), "because": "Khớp với sổ tiêm trang 3"}
    checked = as_lead.post(address, {**sent, "step": "check"})
    done = as_lead.post(address, {**hidden(checked), "step": "do"})
    assert (done.status_code, done["Location"]) == (302, LIST)


@pytest.mark.usefixtures("country", "db", "one_factor")
class TestAtTheCentre:
    """What the centre's own pages say of what they list."""

    def revoke(self, centre: Client, number: str, then: str) -> str:
        sent = {"number": number, "because": "Mã bị chép cho người khác", "then": then, "step": "revoke"}
        return str(centre.post(f"{HERE}/thu-hoi/chung-nhan", sent)["Location"])

    def test_the_list_of_orders_shows_no_banner_of_its_own_lines(self, centre: Client) -> None:
        self.revoke(centre, certificate_of(a_passport()).uvci, "none")
        centre.get(f"{HERE}/thu-hoi")  # what was told once is told
        text = centre.get(f"{HERE}/thu-hoi").content.decode()
        assert RevocationOrder.objects.get().because in text
        assert "nhsuk-notification-banner" not in text
        assert "{&#x27;" not in text
        assert "{&#39;" not in text

    def test_an_order_names_its_certificate_and_offers_what_is_not_given_back_yet(self, centre: Client) -> None:
        person = a_passport()
        number = certificate_of(person).uvci
        text = shown(centre.get(self.revoke(centre, number, "none")))
        assert number in text
        assert "Không cấp lại, trừ khi Bộ Y tế quyết định" in text
        assert "Cấp lại hộ chiếu" in text

    def test_an_order_whose_holder_has_a_new_code_offers_none(self, centre: Client) -> None:
        person = a_passport()
        number = certificate_of(person).uvci
        address = self.revoke(centre, number, "new")
        awaited = shown(centre.get(address))
        assert "Mã mới được cấp tự động" in awaited
        assert "Cấp lại hộ chiếu" not in awaited
        refresh_passports(person_ids=[person], at=LATER)
        centre_signs(at=LATER)
        follower = certificate_of(person).uvci
        assert follower != number
        text = shown(centre.get(address))
        assert f"Mã mới {follower} đang có hiệu lực" in text
        assert "Cấp lại hộ chiếu" not in text

    def test_a_run_with_nobody_left_says_until_when_it_stays_open(self, centre: Client) -> None:
        a_ready_person()
        address = centre.post(f"{HERE}/ky", {"code": CODE})["Location"]
        assert "Đã ký hết" not in shown(centre.get(address))
        work_central_batch(SignRun.objects.get().id, LATER)
        assert "còn ký tiếp người vừa đủ điều kiện đến 10:05 21/11/2026" in shown(centre.get(address))
        centre.post(f"{address}/dung")
        assert "Đã ký hết" not in shown(centre.get(address))

    def test_a_paused_run_promises_neither_speed_nor_time(self, centre: Client) -> None:
        for _ in range(2):
            a_ready_person()
        address = centre.post(f"{HERE}/ky", {"code": CODE})["Location"]
        SignRun.objects.update(done=1, worked=0.5)
        assert "Tốc độ" in shown(centre.get(address))
        centre.post(f"{address}/tam-dung")
        paused = shown(centre.get(address))
        assert "Tốc độ" not in paused
        assert "Còn khoảng" not in paused

    def test_the_watch_says_of_an_unknown_code_which_key_signed_it_and_when_nobody_was_compared(
        self, centre: Client
    ) -> None:
        raise_alarm("UNKNOWN_CERTIFICATE", at=NOW, kid="89fab2ee8824cbcb", number_hash="00ff")
        SampleDay.objects.create(day=NOW.date(), sampled=0, reasons={}, began_at=NOW, done_at=NOW)
        text = shown(centre.get(f"{HERE}/giam-sat"))
        assert "khóa 89fab2ee8824cbcb" in text
        assert "mã băm của số 00ff" in text
        assert "Hôm đó không có ai để so" in text

    def test_the_alarm_of_an_unknown_code_leads_to_giving_up_its_key(self, centre: Client) -> None:
        raise_alarm("UNKNOWN_CERTIFICATE", at=NOW, kid="89fab2ee8824cbcb", number_hash="00ff")
        page = centre.get("/authority/canh-bao").content.decode()
        assert f'href="{HERE}/thu-hoi/khoa/89fab2ee8824cbcb"' in page

    def test_an_alarm_of_the_key_store_says_which_key_and_why_in_words(self, centre: Client) -> None:
        raise_alarm("KEY_STORE", at=NOW, why="KEY_STORE_GONE", purpose="PASSPORT")
        text = shown(centre.get("/authority/canh-bao"))
        assert "không kết nối được kho khóa" in text
        assert say("trust.purpose.PASSPORT", "vi") in text
        assert "KEY_STORE_GONE" not in text
