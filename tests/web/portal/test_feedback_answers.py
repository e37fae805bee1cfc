"""Answers of a report on the portal: kept though one is wrong, understood by old names, changed, taken out again."""

import re

import pytest
from django.test import Client

from tests.builders import a_phone, country  # noqa: F401 - a fixture
from tests.web.portal import feedback_pages as pages
from tests.web.portal.feedback_pages import text_of
from tiemchung.cases.models import Case
from tiemchung.cases.sealed import open_claim
from tiemchung.core.outbox import contact_key

pytestmark = pytest.mark.usefixtures("country", "db", "plain_portal", "proofs_granted")


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def phone() -> str:
    return a_phone()


def test_a_ward_s_former_name_leads_to_what_it_is_today(client: Client, phone: str) -> None:
    pages.begin(client)
    pages.fill_person(client, phone)
    asked = pages.fill_area(client, "ben nghe")
    assert "Phường Bến Nghé, Quận 1, nay là Phường Sài Gòn" in text_of(asked)
    (choice,) = re.findall(r'name="commune_id" type="radio" value="([^"]+)"[^>]* checked', asked.content.decode())
    chosen = client.post("/phan-anh/noi-o", {"province": pages.saigon(), "commune": "ben nghe", "commune_id": choice})
    assert chosen["Location"] == "/phan-anh/noi-dung"
    assert 'value="Phường Sài Gòn"' in client.get("/phan-anh/noi-o").content.decode()


def test_what_was_typed_beside_a_mistake_is_there_on_coming_back(client: Client, phone: str) -> None:
    pages.begin(client)
    pages.fill_person(client, phone, birth_year="2099")
    again = client.get("/phan-anh/nguoi").content.decode()
    for typed in ("Nguyễn Thị Minh Châu", "2099", "079184000123", "Chợ Bến Thành", "0" + phone[3:]):
        assert f'value="{typed}"' in again
    assert client.get("/phan-anh/noi-o")["Location"] == "/phan-anh/nguoi?why=first"
    pages.fill_person(client, phone)
    assert 'value="2099"' not in client.get("/phan-anh/nguoi").content.decode()


def test_a_dose_typed_with_a_mistake_is_there_on_coming_back(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone)
    client.post("/phan-anh/mui/1", {**pages.DOSE, "lot_number": "FB7777", "given_year": "2099"})
    assert 'value="FB7777"' in client.get("/phan-anh/mui/1").content.decode()
    check = text_of(client.get("/phan-anh/kiem-tra"))
    assert "FA0123" in check
    assert "/2099" not in check


def test_a_dose_with_wrong_facts_is_told_as_on_the_paper_with_its_day(client: Client, phone: str) -> None:
    pages.begin(client)
    pages.fill_person(client, phone)
    pages.fill_area(client)
    assert 'value="DOSE_WRONG"' in client.get("/phan-anh/noi-dung").content.decode()
    client.post("/phan-anh/noi-dung", {"kind": "DOSE_WRONG"})
    assert "đúng như trên giấy xác nhận" in text_of(client.get("/phan-anh/mui/1"))
    no_day = {"product": "PFIZER", "lot_number": "FA0123"}
    assert "Nhập ngày tiêm như trên giấy" in text_of(client.post("/phan-anh/mui/1", no_day))
    pages.fill_dose(client)
    client.post("/phan-anh/giay", {"text": "Số lô ghi sai."})
    pages.send(client)
    pages.confirm(client, pages.newest_code(phone))
    (case,) = Case.objects.filter(contact_key=contact_key(phone))
    (dose,) = open_claim(case.id, case.sealed_claim).doses
    assert (case.kind, case.dose_id, dose.dose_id, dose.lot_number) == ("DOSE_WRONG", None, None, "FA0123")


def test_a_draft_is_gone_on_with_before_it_is_deleted_and_deleting_asks_back(client: Client, phone: str) -> None:
    assert "Bắt đầu phản ánh" in text_of(client.get("/phan-anh"))
    pages.begin(client)
    page = text_of(client.get("/phan-anh"))
    in_order = ("Viết tiếp phản ánh", "Xóa bản viết dở", "chắc chắn muốn xóa", "Năm bước")
    places = [page.index(words) for words in in_order]
    assert places == sorted(places)
    assert page.count("Viết tiếp phản ánh") == 1
    assert "Bắt đầu phản ánh" not in page


def test_each_group_of_answers_is_changed_from_its_heading(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone)
    body = client.get("/phan-anh/kiem-tra").content.decode()
    for heading, page in (("Người được tiêm", "/phan-anh/nguoi"), ("Mũi 1", "/phan-anh/mui/1"),
                          ("Giấy xác nhận và lời thêm", "/phan-anh/giay")):  # fmt: skip
        assert re.search(rf'<h2[^>]*>{heading}</h2><a href="{page}">Sửa', body), heading
    for page in ("/phan-anh/noi-o", "/phan-anh/noi-dung", "/phan-anh/mui/1/noi-tiem"):
        assert f'<a href="{page}">Sửa' in body
    assert body.count(">Sửa<") == 6


@pytest.mark.parametrize("page", ["/phan-anh/ma", "/phan-anh/da-gui", "/phan-anh/nguoi"])
def test_every_page_without_a_draft_says_why_it_leads_to_the_start(client: Client, page: str) -> None:
    assert client.get(page)["Location"] == "/phan-anh?why=gone"


def test_the_last_page_leads_a_draft_that_is_not_sent_to_where_it_stands(client: Client) -> None:
    pages.begin(client)
    assert client.get("/phan-anh/da-gui")["Location"] == "/phan-anh/nguoi?why=first"


def test_a_page_just_sent_can_be_taken_out_again_by_its_own_browser_only(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone)
    sent = client.post("/phan-anh/giay/them", {"evidence": pages.a_photo("blue")}).json()["pages"]
    assert len(sent) == 1
    assert client.post("/phan-anh/giay/them", {"evidence": pages.a_photo("blue")}).json()["pages"] == []
    stranger = Client()
    pages.fill_until_check(stranger, a_phone())
    stranger.post("/phan-anh/giay/them", {"remove": sent})
    assert "2 trang" in text_of(client.get("/phan-anh/kiem-tra"))
    assert client.post("/phan-anh/giay/them", {"remove": [*sent, "x"]}).status_code == 200
    assert "1 trang" in text_of(client.get("/phan-anh/kiem-tra"))
