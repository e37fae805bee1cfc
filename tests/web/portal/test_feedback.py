"""Phản ánh thông tin: five steps, none of them skipped, nothing lost, one case."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.builders import a_facility, a_phone, a_point, an_area, an_officer, country  # noqa: F401 - a fixture
from tests.web.portal import feedback_pages as pages
from tests.web.portal.feedback_pages import text_of
from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.cases.kinds import KINDS, Door, kinds_at
from tiemchung.cases.models import Case
from tiemchung.cases.sealed import open_claim
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.outbox import contact_key
from tiemchung.places.rules import Level
from tiemchung.web.portal.feedback.frame import COOKIE

pytestmark = pytest.mark.usefixtures("country", "db", "plain_portal", "proofs_granted")

STEPS = ["/phan-anh/noi-o", "/phan-anh/noi-dung", "/phan-anh/mui/1", "/phan-anh/mui/1/noi-tiem",
         "/phan-anh/thong-tin-dung", "/phan-anh/giay", "/phan-anh/kiem-tra", "/phan-anh/ma"]  # fmt: skip


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def phone() -> str:
    return a_phone()


def test_the_front_page_has_the_entry_that_citizens_know(client: Client) -> None:
    page = client.get("/").content.decode()
    assert 'href="/phan-anh"' in page
    assert "Phản ánh thông tin" in page


def test_five_steps_lead_to_a_case_with_its_owner_and_due_time(client: Client, phone: str) -> None:
    assert pages.begin(client)["Location"] == "/phan-anh/nguoi"
    assert pages.fill_person(client, phone)["Location"] == "/phan-anh/noi-o"
    assert pages.fill_area(client)["Location"] == "/phan-anh/noi-dung"
    chosen = client.post("/phan-anh/noi-dung", {"kind": "DOSE1_MISSING"})
    assert chosen["Location"] == "/phan-anh/mui/1"
    assert pages.fill_dose(client)["Location"] == "/phan-anh/giay"
    paper = client.post("/phan-anh/giay", {"evidence": pages.a_photo(), "text": "Tôi còn giữ giấy."})
    assert paper["Location"] == "/phan-anh/kiem-tra"
    check = text_of(client.get("/phan-anh/kiem-tra"))
    for told in ("Nguyễn Thị Minh Châu", "05/03/1984", "079184000123", "Phường Sài Gòn", "Pfizer", "14/08/2021",
                 "FA0123", "Nhà văn hóa phường 5", "1 trang", "Tôi còn giữ giấy.", "Chợ Bến Thành"):
        assert told in check
    assert pages.send(client)["Location"] == "/phan-anh/ma"
    assert pages.confirm(client, pages.newest_code(phone))["Location"] == "/phan-anh/da-gui"
    (case,) = Case.objects.filter(contact_key=contact_key(phone))
    done = text_of(client.get("/phan-anh/da-gui"))
    assert f"PA {case.ref[:3]} {case.ref[3:6]} {case.ref[6:]}" in done
    assert "Trước" in done
    assert any(case.ref[6:] in text for text in pages.texts_to(phone))


def test_the_case_holds_what_was_said(client: Client, phone: str) -> None:
    place = a_facility("Bệnh viện Sao Mai")
    pages.fill_until_check(client, phone)
    client.post("/phan-anh/mui/1/noi-tiem", {"place": f"facility:{place.id}"})
    pages.send(client)
    pages.confirm(client, pages.newest_code(phone))
    (case,) = Case.objects.filter(contact_key=contact_key(phone))
    claim = open_claim(case.id, case.sealed_claim)
    assert (claim.full_name, claim.birth_date, claim.sex) == ("Nguyễn Thị Minh Châu", dt.date(1984, 3, 5), "FEMALE")
    assert claim.numbers == (("CCCD", "079184000123"),)
    assert (claim.workplace, claim.text) == ("Chợ Bến Thành", "Tôi còn giữ giấy.")
    (dose,) = claim.doses
    assert (dose.product, dose.lot_number, dose.given_on) == ("PFIZER", "FA0123", dt.date(2021, 8, 14))
    assert (dose.facility_id, dose.place_name) == (place.id, "Bệnh viện Sao Mai")
    assert len(evidence_of(case.id)) == 1


@pytest.mark.parametrize("later", STEPS)
def test_no_later_step_can_be_called_before_its_turn(client: Client, later: str) -> None:
    assert client.get(later)["Location"].startswith("/phan-anh")
    pages.begin(client)
    for answer in (client.get(later), client.post(later, {"code": "123456", "kind": "DOSE1_MISSING"})):
        assert answer.status_code == 302
        assert answer["Location"] == "/phan-anh/nguoi?why=first"
    assert "Hãy trả lời câu này trước" in text_of(client.get("/phan-anh/nguoi?why=first"))
    assert not Case.objects.filter(contact_key=contact_key("+84900000000")).exists()


def test_the_code_page_opens_only_after_the_report_was_sent(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone)
    assert client.get("/phan-anh/ma")["Location"] == "/phan-anh/kiem-tra?why=first"
    assert pages.confirm(client, "123456")["Location"] == "/phan-anh/kiem-tra?why=first"


def test_without_a_proof_of_work_no_code_is_sent(
    client: Client, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tiemchung.web.portal.feedback import sending
    from tiemchung.web.shared.captcha import judged

    monkeypatch.setattr(sending, "judged", judged)
    pages.fill_until_check(client, phone)
    answer = pages.send(client)
    assert answer.status_code == 200
    assert "Bước tự kiểm tra chưa xong" in text_of(answer)
    assert pages.texts_to(phone) == []


@pytest.mark.parametrize("kind", [k.code for k in kinds_at(Door.PORTAL)])
def test_every_kind_of_report_reaches_its_desk(client: Client, phone: str, kind: str) -> None:
    pages.begin(client)
    pages.fill_person(client, phone)
    pages.fill_area(client)
    client.post("/phan-anh/noi-dung", {"kind": kind})
    orders = (2,) if kind == "DOSE2_MISSING" else range(1, KINDS[kind].doses[0] + 1)
    for n in orders:
        pages.fill_dose(client, n, given_month=str(7 + n))
    if KINDS[kind].wants:
        client.post("/phan-anh/thong-tin-dung", {"number": "079184000124"})
    client.post("/phan-anh/giay", {"evidence": pages.a_photo()})
    assert client.get("/phan-anh/kiem-tra").status_code == 200
    pages.send(client)
    pages.confirm(client, pages.newest_code(phone))
    (case,) = Case.objects.filter(contact_key=contact_key(phone))
    assert case.kind == kind


def test_the_draft_survives_a_closed_browser(client: Client, phone: str) -> None:
    pages.begin(client)
    pages.fill_person(client, phone)
    later = Client()
    later.cookies[COOKIE] = client.cookies[COOKIE].value
    assert "Bạn có một phản ánh đang viết dở" in text_of(later.get("/phan-anh"))
    assert later.post("/phan-anh")["Location"] == "/phan-anh/noi-o"
    assert 'value="Nguyễn Thị Minh Châu"' in later.get("/phan-anh/nguoi").content.decode()


def test_the_drafts_secret_is_out_of_reach_of_scripts_and_other_pages(client: Client) -> None:
    pages.begin(client)
    cookie = client.cookies[COOKIE]
    assert cookie["httponly"]
    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == ("/phan-anh", "Lax", 7 * 24 * 3600)


def test_another_browser_sees_nothing_of_a_draft(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone)
    stranger = Client()
    for page in ("/phan-anh/nguoi", "/phan-anh/kiem-tra", "/phan-anh/giay"):
        assert stranger.get(page).status_code == 302
    draft_page = re.findall(r"/phan-anh/giay/[0-9a-f-]{36}", client.get("/phan-anh/giay").content.decode())[0]
    assert client.get(draft_page)["Content-Type"] == "image/jpeg"
    assert stranger.get(draft_page).status_code == 404
    pages.begin(stranger)
    assert stranger.get(draft_page).status_code == 404


def confirmed_case(client: Client, phone: str) -> Case:
    """Send the report as it stands, confirm it, and give its case."""
    pages.send(client)
    client.post("/phan-anh/ma", {"code": pages.newest_code(phone)})
    return Case.objects.get()


@pytest.mark.parametrize("commune", ["", "Phường Hoàn Kiếm"])
def test_a_place_in_no_list_is_answered_where_it_lies_and_not_where_the_citizen_lives(
    client: Client, phone: str, commune: str
) -> None:
    hanoi = an_area("01", level=Level.PROVINCE)
    an_officer(Role.DATA_CORRECTOR, hanoi)
    pages.fill_until_check(client, phone)
    place = {"place": "other", "place_name": "Nhà văn hóa", "place_province": str(hanoi.id)}
    client.post("/phan-anh/mui/1/noi-tiem", place | {"place_commune": commune})
    assert hanoi.full_name in text_of(client.get("/phan-anh/kiem-tra"))
    case = confirmed_case(client, phone)
    assert (case.unit_id, case.unit_level) == (hanoi.id, "PROVINCE")
    assert case.route_why == ("NOBODY_BELOW" if commune else "PLACE_KNOWN")


def test_where_nothing_is_said_of_the_place_the_reason_is_where_the_citizen_lives(client: Client, phone: str) -> None:
    an_officer(Role.DATA_CORRECTOR, an_area("79", level=Level.PROVINCE))
    pages.fill_until_check(client, phone, commune="")
    case = confirmed_case(client, phone)
    assert (str(case.unit_id), case.route_why) == (pages.saigon(), "RESIDENCE")


@pytest.mark.parametrize(
    "typed", [{"place_commune": "Không Có"}, {"place_commune": "Hoàn Kiếm", "place_province": ""}]
)
def test_an_area_that_is_none_is_asked_for_again(client: Client, phone: str, typed: dict[str, str]) -> None:
    hanoi = an_area("01", level=Level.PROVINCE)
    pages.fill_until_check(client, phone)
    place = {"place": "other", "place_name": "Nhà văn hóa", "place_province": str(hanoi.id)} | typed
    answer = client.post("/phan-anh/mui/1/noi-tiem", place)
    assert answer.status_code == 200
    assert "nhsuk-error-summary" in answer.content.decode()
    assert "Nhà văn hóa" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Nguyen Thi Minh Chau", True), ("NGUYEN THI CHAU", True), ("Nguyễn Thị Minh Châu", False),
        ("Nguyễn Thi Minh Chau", True), ("Nguye\u0302\u0303n Thi\u0323 Cha\u0302u", False),
        ("Nguyeenx Thij Chaau", True), ("John Smith", True),
    ],
)
def test_a_name_without_accents_is_asked_again_before_going_on(
    client: Client, phone: str, name: str, asked: bool
) -> None:
    pages.begin(client)
    answer = pages.fill_person(client, phone, full_name=name)
    assert (answer.status_code == 200) is asked
    if asked:
        assert "Tên này có thiếu dấu không?" in text_of(answer)
        assert pages.fill_person(client, phone, full_name=name, plain_name="1").status_code == 302


def test_the_right_name_is_asked_again_too_where_it_lacks_marks(client: Client, phone: str) -> None:
    pages.begin(client)
    pages.fill_person(client, phone)
    pages.fill_area(client)
    client.post("/phan-anh/noi-dung", {"kind": "PERSONAL_DATA"})
    asked = client.post("/phan-anh/thong-tin-dung", {"full_name": "Nguyễn Thi Minh Châu"})
    assert asked.status_code == 200
    assert 'href="#plain_name"' in asked.content.decode()
    assert "Thi. Tên thiếu dấu" in text_of(asked)
    told = client.post("/phan-anh/thong-tin-dung", {"full_name": "Nguyễn Thi Minh Châu", "plain_name": "1"})
    assert told.status_code == 302


def test_a_name_of_telex_keys_is_shown_as_it_was_meant(client: Client, phone: str) -> None:
    pages.begin(client)
    assert "Nguyễn Thị Châu" in text_of(pages.fill_person(client, phone, full_name="Nguyeenx Thij Chaau"))


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("full_name", "", "Nhập họ tên như trên giấy tờ"), ("full_name", "Nguye64n", "ký tự không dùng trong tên"),
        ("birth_day", "31", "Ngày sinh cần đủ"), ("birth_year", "2099", "Ngày sinh chưa đến"),
        ("birth_year", "1800", "Ngày sinh cách đây hơn"), ("phone", "0281 234 567", "máy bàn"),
        ("phone", "+1 202 555 0100", "Chỉ gửi được tin nhắn tới số di động Việt Nam"),
        ("number", "12345", "Số giấy tờ chưa đúng dạng"), ("number", "", "Nhập số CMND/CCCD"),
        ("sex", "X", "Chọn giới tính"), ("full_name", "A" * 5000, "dài quá"), ("workplace", "a" * 5000, "dài quá"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    client: Client, phone: str, field: str, typed: str, told: str
) -> None:
    pages.begin(client)
    other = {"birth_month": "2"} if field == "birth_day" else {}
    answer = pages.fill_person(client, phone, **{field: typed, **other})
    assert answer.status_code == 200
    assert told in text_of(answer)
    if field != "full_name":
        assert 'value="Nguyễn Thị Minh Châu"' in answer.content.decode()


def test_somebody_without_papers_can_report(client: Client, phone: str) -> None:
    pages.begin(client)
    assert pages.fill_person(client, phone, number="", no_number="1").status_code == 302


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"given_year": "2099"}, "chưa đến"), ({"given_year": "1983"}, "trước ngày sinh"),
        ({"given_year": "2019"}, "chưa có vắc xin"), ({"given_month": "13"}, "cần đủ ngày"),
        ({"given_day": "", "given_month": "", "given_year": ""}, "Nhập ngày tiêm"),
        ({"given_day": ""}, "cần đủ ngày"), ({"product": "XYZ"}, "Chọn vắc xin"), ({"lot_number": "x" * 99}, "dài quá"),
    ],
)
def test_a_dose_that_cannot_be_is_refused_at_once(
    client: Client, phone: str, typed: dict[str, str], told: str
) -> None:
    pages.begin(client)
    pages.fill_person(client, phone)
    pages.fill_area(client)
    client.post("/phan-anh/noi-dung", {"kind": "DOSE1_MISSING"})
    answer = client.post("/phan-anh/mui/1", {**pages.DOSE, **typed})
    assert answer.status_code == 200
    assert told in text_of(answer)


def test_dose_2_before_dose_1_is_refused_at_once(client: Client, phone: str) -> None:
    pages.begin(client)
    pages.fill_person(client, phone)
    pages.fill_area(client)
    client.post("/phan-anh/noi-dung", {"kind": "BOTH_MISSING"})
    pages.fill_dose(client, 1)
    answer = client.post("/phan-anh/mui/2", {**pages.DOSE, "given_month": "7"})
    assert "Mũi 2 phải sau mũi 1" in text_of(answer)


@pytest.mark.parametrize(
    "sent",
    [
        SimpleUploadedFile("a.jpg", b"<?php phpinfo(); ?>", "image/jpeg"),
        SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        SimpleUploadedFile("a.jpg", b"", "image/jpeg"),
        SimpleUploadedFile("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64, "image/heic"),
    ],
    ids=["php", "svg", "empty", "heic"],
)
def test_a_file_of_the_wrong_type_is_refused_before_any_code_is_spent(
    client: Client, phone: str, sent: SimpleUploadedFile
) -> None:
    pages.begin(client)
    pages.fill_person(client, phone)
    pages.fill_area(client)
    client.post("/phan-anh/noi-dung", {"kind": "DOSE1_MISSING"})
    pages.fill_dose(client)
    sent.seek(0)
    answer = client.post("/phan-anh/giay", {"evidence": sent})
    assert answer.status_code == 200
    assert "Lỗi" in text_of(answer)
    assert client.get("/phan-anh/kiem-tra")["Location"] == "/phan-anh/giay?why=first"
    assert pages.texts_to(phone) == []


def test_a_photo_is_taken_as_soon_as_it_is_chosen(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone)
    assert client.post("/phan-anh/giay/them", {"evidence": pages.a_photo("blue")}).status_code == 201
    assert text_of(client.get("/phan-anh/kiem-tra")).count("2 trang") == 1
    bad = client.post("/phan-anh/giay/them", {"evidence": SimpleUploadedFile("a.jpg", b"no photo", "image/jpeg")})
    assert bad.status_code == 422
    assert bad.json()["error"]
    assert Client().post("/phan-anh/giay/them", {"evidence": pages.a_photo("red")}).status_code == 409


def test_a_photo_can_be_taken_out_again(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone)
    body = client.get("/phan-anh/giay").content.decode()
    (page_id,) = re.findall(r'name="remove" value="([^"]+)"', body)
    client.post("/phan-anh/giay", {"remove": page_id})
    answer = client.post("/phan-anh/giay", {"text": ""})
    assert "Gửi kèm ít nhất một ảnh" in text_of(answer)


def test_a_place_is_found_as_it_stood_on_that_day(client: Client, phone: str) -> None:
    house = a_facility("Trung tâm Y tế Hoa Sữa", valid_from=dt.date(2025, 7, 1))
    a_facility("Phòng khám Hoa Sữa mới mở", valid_from=dt.date(2026, 1, 1))
    bus = a_point(house, "Xe tiêm Hoa Sữa", mobile=True)
    pages.begin(client)
    pages.fill_person(client, phone)
    pages.fill_area(client)
    client.post("/phan-anh/noi-dung", {"kind": "DOSE1_MISSING"})
    client.post("/phan-anh/mui/1", {**pages.DOSE, "given_year": "2025"})
    found = text_of(client.get("/phan-anh/mui/1/noi-tiem", {"q": "hoa sua"}))
    assert "Trung tâm Y tế Hoa Sữa" in found
    assert "mới mở" not in found
    assert "Xe tiêm Hoa Sữa" not in found
    day = bus.stays[-1].period.start
    client.post("/phan-anh/mui/1", {**pages.DOSE, "given_day": str(day.day), "given_month": str(day.month),
                                    "given_year": str(day.year)})
    assert "Xe tiêm Hoa Sữa" in text_of(client.get("/phan-anh/mui/1/noi-tiem", {"q": "hoa sua"}))


@pytest.mark.parametrize("place", ["", "facility:x", "point:" + "0" * 36, "facility:" + "0" * 32, "\0", "x" * 9999])
def test_a_place_that_does_not_exist_is_not_taken(client: Client, phone: str, place: str) -> None:
    pages.fill_until_check(client, phone)
    answer = client.post("/phan-anh/mui/1/noi-tiem", {"place": place})
    assert answer.status_code == 200
    assert "chọn một nơi" in text_of(answer)


def test_a_ward_is_found_without_accents_and_asked_again_where_several_fit(client: Client, phone: str) -> None:
    pages.begin(client)
    pages.fill_person(client, phone)
    several = pages.fill_area(client, "tan")
    assert several.status_code == 200
    assert "Chọn một nơi bên dưới" in text_of(several)
    choice = re.findall(r'name="commune_id" type="radio" value="([^"]+)"', several.content.decode())[0]
    chosen = client.post("/phan-anh/noi-o", {"province": pages.saigon(), "commune": "tan", "commune_id": choice})
    assert chosen["Location"] == "/phan-anh/noi-dung"
    assert "Không tìm thấy phường" in text_of(pages.fill_area(client, "zzzqqq"))
    assert pages.fill_area(client, "phuong sai gon").status_code == 302


def test_more_doses_can_be_added_and_left_out(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone, kind="RECORD_VANISHED")
    assert client.post("/phan-anh/mui")["Location"] == "/phan-anh/mui/2"
    assert pages.fill_dose(client, 2)["Location"] == "/phan-anh/kiem-tra"
    assert "Mũi tiêm thứ 2" in text_of(client.get("/phan-anh/kiem-tra"))
    client.post("/phan-anh/mui", {"drop": "2"})
    assert "Mũi tiêm thứ 2" not in text_of(client.get("/phan-anh/kiem-tra"))


def test_what_is_asked_again_comes_back_as_it_was_written(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone)
    assert "079184000123" in client.get("/phan-anh/nguoi").content.decode()
    assert 'value="FA0123"' in client.get("/phan-anh/mui/1").content.decode()
    assert "Nhà văn hóa phường 5" in client.get("/phan-anh/mui/1/noi-tiem").content.decode()
    assert 'value="Phường Sài Gòn"' in client.get("/phan-anh/noi-o").content.decode()


def test_a_changed_answer_leads_back_to_the_check_page(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone)
    assert pages.fill_person(client, phone, full_name="Nguyễn Thị Minh Chầu")["Location"] == "/phan-anh/kiem-tra"


def test_a_draft_can_be_forgotten(client: Client, phone: str) -> None:
    pages.begin(client)
    pages.fill_person(client, phone)
    answer = client.post("/phan-anh/bo")
    assert answer["Location"] == "/phan-anh?why=dropped"
    assert client.get("/phan-anh/nguoi")["Location"].startswith("/phan-anh?why=gone")


def test_a_week_old_draft_is_gone_and_says_so(client: Client, phone: str) -> None:
    pages.begin(client)
    with time_machine.travel(clock.now() + dt.timedelta(days=7, minutes=1), tick=False):
        answer = client.get("/phan-anh/nguoi", follow=True)
    assert "Hãy bắt đầu lại" in text_of(answer)


def test_the_pages_are_kept_by_no_cache(client: Client, phone: str) -> None:
    pages.fill_until_check(client, phone)
    for page in ("/phan-anh", "/phan-anh/nguoi", "/phan-anh/kiem-tra", "/phan-anh/giay"):
        assert client.get(page)["Cache-Control"] == "no-store"


def test_nothing_personal_stands_in_an_address(client: Client, phone: str) -> None:
    begun = [pages.begin(client), pages.fill_person(client, phone), pages.fill_area(client), pages.fill_dose(client)]
    for answer in begun:
        assert not re.search(r"Ch%C3%A2u|0791840|9000", answer.get("Location", ""))


def test_the_report_speaks_english(client: Client, phone: str) -> None:
    client.cookies["lang"] = "en"
    pages.fill_until_check(client, phone)
    assert "Check your answers before sending" in text_of(client.get("/phan-anh/kiem-tra"))
    assert "Have at hand" in text_of(client.get("/phan-anh"))


@pytest.mark.parametrize("cookie", ["x", "a.b.c", "0" * 32 + ".x", "%00", "é", "x" * 4000])
def test_a_forged_cookie_is_no_draft(client: Client, cookie: str) -> None:
    client.cookies[COOKIE] = cookie
    assert client.get("/phan-anh").status_code == 200
    assert client.get("/phan-anh/nguoi").status_code == 302


def test_no_page_of_the_report_asks_the_database_many_questions(
    client: Client, phone: str, django_assert_max_num_queries: Any
) -> None:
    pages.fill_until_check(client, phone)
    for page in ("/phan-anh", "/phan-anh/nguoi", "/phan-anh/noi-o", "/phan-anh/mui/1", "/phan-anh/giay",
                 "/phan-anh/kiem-tra"):  # fmt: skip
        with django_assert_max_num_queries(10):
            assert client.get(page).status_code == 200


def test_two_browsers_of_one_person_write_two_drafts(phone: str) -> None:
    one, two = Client(), Client()
    for browser in (one, two):
        pages.begin(browser)
    pages.fill_person(one, phone)
    assert "Minh Châu" not in two.get("/phan-anh/nguoi").content.decode()
