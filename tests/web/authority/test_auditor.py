"""The auditor asks whom a member of staff saw; every such question leaves a line of its own."""

import datetime as dt
import re
from uuid import UUID, uuid4

import pytest
from django.test import Client

from tests import builders
from tests.web.authority.conftest import LATER, House, enter_as, shown
from tests.web.authority.deeds import HANDED_ON, deeds_of_staff, written
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.alarms import alarms, raise_alarm
from tiemchung.core.audit import looks_at, note_look, write_line
from tiemchung.people.actions import link_profiles
from tiemchung.web.authority.auditor import PAGE
from tiemchung.web.authority.trail import OF_NOBODY
from tiemchung.web.shared.words import has_words

QUESTION = "/authority/nhat-ky"


def ministry() -> Actor:
    return builders.a_staff_member(Role.MINISTRY_OFFICER, full_name="Trần Thanh Tra")


def saw(house: House, times: int = 1, by: Actor | None = None, person_id: UUID | None = None) -> None:
    for back in range(times):
        at = LATER - dt.timedelta(seconds=back)
        note_look(by=by or house.nurse, at=at, action="people.open_person",
                  subject_ids=[person_id or house.person_id], purpose="CHECK")  # fmt: skip


def test_every_deed_has_words_in_both_languages() -> None:
    keys = {deed: f"authority.deed.{deed.removeprefix('people.')}" for deed in deeds_of_staff()}
    assert len(keys) > 100
    assert sorted(deed for deed, key in keys.items() if not has_words(key)) == []


def test_every_place_that_hands_a_deeds_name_on_is_listed() -> None:
    assert {where for where, deed in written() if deed is None} == set(HANDED_ON)


def test_every_deed_about_no_citizen_is_a_deed() -> None:
    assert OF_NOBODY - deeds_of_staff() == set()


def test_a_facility_or_a_run_is_no_citizen_and_is_not_counted(house: House) -> None:
    clerk = builders.a_staff_member(Role.ADMIN, full_name="Lê Văn Kho")
    saw(house, by=clerk)
    for action in ("stock.received", "start_facility_run"):
        write_line(by=clerk, at=LATER, action=action, subject_id=uuid4())
    page = enter_as(builders.a_staff_member(Role.ADMIN)).get(f"{QUESTION}/{clerk.id}")
    assert "3 dòng nhật ký về 1 người dân khác nhau" in shown(page)
    rows = re.findall(r"<tr>.*?</tr>", page.content.decode(), re.S)
    for words in ("Nhập kho", "Bắt đầu đợt ký của cơ sở"):
        assert "Người dân …" not in next(row for row in rows if words in row)


def test_a_case_of_nobody_known_and_an_order_about_a_key_are_no_citizens(house: House) -> None:
    """Both have themselves for a subject where no person is known; the same deeds about a person count them."""
    officer, case, order = ministry(), uuid4(), uuid4()
    for action, subject, thing in (
        ("cases.refuse_case", case, case),
        ("cases.refuse_case", house.person_id, case),
        ("order_revocation", order, order),
        ("people.find_people", officer.id, None),
    ):
        write_line(by=officer, at=LATER, action=action, subject_id=subject or uuid4(), object_id=thing)
    note_look(by=officer, at=LATER, action="cases.open_file", subject_ids=[case], purpose="CASE")
    page = enter_as(ministry()).get(f"{QUESTION}/{officer.id}")
    assert "5 dòng nhật ký về 1 người dân khác nhau" in shown(page)
    rows = re.findall(r"<tr>.*?</tr>", page.content.decode(), re.S)[1:]
    assert len(rows) == 5
    assert sum("Nguyễn Thị An" in row for row in rows) == 1
    assert not any("Người dân …" in row for row in rows)


def test_somebody_who_was_joined_is_one_citizen(house: House) -> None:
    twin = builders.a_person("Nguyễn Thị An", dt.date(1985, 3, 5), identifiers=()).person_id
    clerk = builders.a_staff_member(Role.ADMIN, full_name="Lê Văn Gộp")
    saw(house, by=clerk)
    saw(house, by=clerk, person_id=twin)
    page = f"{QUESTION}/{clerk.id}"
    assert "2 dòng nhật ký về 2 người dân khác nhau" in shown(enter_as(ministry()).get(page))
    link_profiles(by=SYSTEM, at=LATER, key="joined", keep_person=house.person_id, join_person=twin, because="Một người")
    assert "2 dòng nhật ký về 1 người dân khác nhau" in shown(enter_as(ministry()).get(page))


def test_a_look_in_a_call_names_the_call_and_a_sign_in_names_no_citizen(house: House) -> None:
    at, call = LATER, uuid4()
    note_look(by=house.nurse, at=at, action="cases.open_caller", subject_ids=[house.person_id], purpose=f"CALL:{call}")
    write_line(by=house.nurse, at=at, action="sign_in", subject_id=house.nurse.id)
    rows = re.findall(r"<tr>.*?</tr>", enter_as(ministry()).get(f"{QUESTION}/{house.nurse.id}").content.decode(), re.S)
    in_call = next(row for row in rows if "Mở hồ sơ người gọi đã xác minh" in row)
    assert f"Cuộc gọi …{str(call)[-6:]}" in in_call
    signed_in = next(row for row in rows if "Đăng nhập" in row)
    assert "Người dân" not in signed_in


def test_staff_are_found_by_name_and_the_name_stands_in_no_address(house: House) -> None:
    page = enter_as(ministry()).post(QUESTION, {"text": "văn dũng"})
    assert page.status_code == 200
    assert f"{QUESTION}/{house.nurse.id}" in page.content.decode()
    assert "Người tiêm, Trạm Y tế Sài Gòn" in shown(page)


def test_the_ministry_sees_whom_why_and_how_many(house: House) -> None:
    saw(house, 3)
    words = shown(enter_as(ministry()).get(f"{QUESTION}/{house.nurse.id}"))
    assert "Nguyễn Thị An" in words
    assert "Kiểm tra theo nhiệm vụ" in words
    assert re.search(r"\d+ dòng nhật ký về \d+ người dân khác nhau", words)


def test_an_administrator_gets_marks_instead_of_names(house: House) -> None:
    saw(house)
    admin = builders.a_staff_member(Role.ADMIN)
    words = shown(enter_as(admin).get(f"{QUESTION}/{house.nurse.id}"))
    assert "Nguyễn Thị An" not in words
    assert f"Người dân …{str(house.person_id)[-6:]}" in words
    assert not [line for line in looks_at([house.person_id]) if line.actor_id == admin.id]


def test_the_auditors_own_look_is_seen_by_whoever_asks_next(house: House) -> None:
    saw(house)
    auditor = ministry()
    enter_as(auditor).get(f"{QUESTION}/{house.nurse.id}")
    assert next(line.action for line in looks_at([house.nurse.id])) == "authority.audit_staff"
    mine = [line for line in looks_at([house.person_id], looks_only=True) if line.actor_id == auditor.id]
    assert [line.because for line in mine] == ["AUDIT"]


def test_a_province_asks_about_its_own_staff_only(house: House) -> None:
    city = builders.an_officer(Role.PROVINCE_OFFICER)
    far_ward = builders.an_area("00070", level=builders.Level.COMMUNE)
    far = builders.a_staff_member(Role.COMMUNE_OFFICER, area=far_ward, full_name="Hoàng Văn Xa")
    client = enter_as(city)
    assert client.get(f"{QUESTION}/{house.nurse.id}").status_code == 200
    assert client.get(f"{QUESTION}/{far.id}").status_code == 404
    assert "Không có nhân viên nào" in shown(client.post(QUESTION, {"text": "Hoàng Văn Xa"}))
    assert enter_as(ministry()).get(f"{QUESTION}/{far.id}").status_code == 200


def test_a_province_does_not_learn_the_name_of_a_person_of_another(house: House) -> None:
    far_ward = builders.an_area("00070", level=builders.Level.COMMUNE)
    far_person = builders.a_person("Đào Thị Hoa", area=far_ward).person_id
    saw(house, person_id=far_person)
    words = shown(enter_as(builders.an_officer(Role.PROVINCE_OFFICER)).get(f"{QUESTION}/{house.nurse.id}"))
    assert "Đào Thị Hoa" not in words
    assert f"…{str(far_person)[-6:]}" in words


def test_the_pages_follow_each_other_without_gap_or_repetition(house: House) -> None:
    clerk = builders.a_staff_member(Role.ADMIN, full_name="Lê Văn Nhiều")
    saw(house, 2 * PAGE + 3, by=clerk)
    client, address, rows = enter_as(ministry()), f"{QUESTION}/{clerk.id}", []
    while address:
        page = client.get(address).content.decode()
        rows.append(page.count('<th scope="row"'))
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert rows == [PAGE, PAGE, 3]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"from_day": "31", "from_month": "2", "from_year": "2026"}, "Nhập đủ ngày"),
        ({"from_day": "1", "from_month": "1", "from_year": "2020"}, "nhiều nhất 366 ngày"),
        ({"to_day": "1", "to_month": "1", "to_year": "2020"}, "Ngày cuối phải sau"),
        ({"from_day": "\x00", "from_month": "x", "from_year": "y"}, "Nhập đủ ngày"),
    ],
)
def test_an_impossible_time_is_said_and_asks_nothing(house: House, asked: dict[str, str], words: str) -> None:
    page = enter_as(ministry()).get(f"{QUESTION}/{house.nurse.id}", asked)
    assert words in shown(page)
    assert not looks_at([house.nurse.id], actions=["authority.audit_staff"])


def test_a_broken_place_in_the_list_starts_at_the_beginning(house: House) -> None:
    saw(house)
    for broken in ("x", "2026-01-01_", "2026-01-01T00:00:00_" + str(uuid4()), "\x00"):
        assert enter_as(ministry()).get(f"{QUESTION}/{house.nurse.id}", {"after": broken}).status_code == 200


def test_nobody_else_opens_the_question(house: House) -> None:
    for actor in (house.nurse, house.lead, house.corrector):
        assert enter_as(actor).get(QUESTION).status_code == 404
        assert enter_as(actor).get("/authority/canh-bao").status_code == 404


def test_an_unseen_alarm_stands_first_and_names_who_has_looked(house: House, client: Client) -> None:
    raise_alarm("SEEN_BUDGET", at=LATER, actor_id=house.nurse.id, most=200)
    (alarm,) = alarms()
    browser = enter_as(ministry())
    words = shown(browser.get("/authority/canh-bao"))
    assert "Xem quá nhiều hồ sơ trong ngày" in words
    assert "Chưa ai xem (1)" in words
    assert "nhiều nhất 200 người một ngày" in words
    page = browser.post(f"/authority/canh-bao/{alarm.id}", follow=True)
    assert "Chưa ai xem (0)" in shown(page)
    assert "Trần Thanh Tra đã xem lúc" in shown(page)
    enter_as(builders.a_staff_member(Role.ADMIN, full_name="Người Sau")).post(f"/authority/canh-bao/{alarm.id}")
    assert "Trần Thanh Tra đã xem lúc" in shown(browser.get("/authority/canh-bao"))


@pytest.mark.parametrize("code", ["CARDS_WAIT", "CARDS_NOT_RENEWED", "ENTRIES_PARKED"])
def test_an_alarm_that_counts_says_its_number(house: House, code: str) -> None:
    raise_alarm(code, at=LATER, n=12345, follower="certificates")
    for language in ("vi", "en"):
        browser = enter_as(builders.a_staff_member(Role.ADMIN))
        browser.cookies["language"] = language
        page = browser.get("/authority/canh-bao").content.decode()
        assert "{n}" not in page
        assert "12.345" in page or "12,345" in page


def test_an_alarm_without_words_is_still_shown_by_its_code_and_no_trace_of_a_sign_in(house: House) -> None:
    raise_alarm("SOMETHING_NEW", at=LATER, trace="a1b2c3", kind="staff")
    words = shown(enter_as(ministry()).get("/authority/canh-bao"))
    assert "SOMETHING_NEW" in words
    assert "a1b2c3" not in words
