"""Staff accounts: administrators find, reset and end, with a second factor of now and a reason; the ministry sees."""

import datetime as dt
import re
from uuid import UUID, uuid4

import pytest
from django.test import Client

from tests import builders
from tests.web.authority.conftest import LATER, House, enter_as, shown
from tiemchung.access import actions, factors
from tiemchung.access import reads as access
from tiemchung.core.actor import Actor, Role
from tiemchung.core.audit import looks_at

ACCOUNTS = "/staff/nhan-vien"
WHY = "Đã gặp, đã xem căn cước: mất điện thoại"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def admin(house: House) -> Client:
    """Give an administrator's browser."""
    return enter_as(builders.a_staff_member(Role.ADMIN, full_name="Phạm Quản Trị"))


def address(staff_id: UUID, more: str = "") -> str:
    return f"{ACCOUNTS}/{staff_id}{more}"


def posting_of(actor: Actor) -> UUID:
    return access.postings_of(actor.id, LATER.date())[0].id


def enrol(actor: Actor) -> list[str]:
    code = factors.code_at(SECRET, LATER)
    return actions.enrol_totp(at=LATER, staff_id=actor.id, secret=SECRET, code=code)


def test_staff_are_found_by_name_or_username_and_no_address_names_them(admin: Client, house: House) -> None:
    username = access.staff_account(house.nurse.id).username
    for text in ("văn dũng", username):
        page = admin.post(ACCOUNTS, {"text": text})
        assert address(house.nurse.id) in page.content.decode()
    assert "Người tiêm, Trạm Y tế Sài Gòn" in shown(admin.post(ACCOUNTS, {"text": "văn dũng"}))
    assert "Không có nhân viên nào" in shown(admin.post(ACCOUNTS, {"text": "zzzqqq"}))
    assert admin.post(ACCOUNTS, {"text": "\x00"}).status_code == 422


def test_an_account_shows_postings_and_factors_without_their_secrets(admin: Client, house: House) -> None:
    codes = enrol(house.nurse)
    page = admin.get(address(house.nurse.id))
    words = shown(page)
    assert "Người tiêm, Trạm Y tế Sài Gòn" in words
    assert "Ứng dụng xác thực Đã thiết lập" in words
    assert "Còn 10 mã chưa dùng" in words
    assert not [secret for secret in (SECRET, *codes) if secret in page.content.decode()]
    (line,) = looks_at([house.nurse.id], actions=["open_account"])
    assert line.actor_id != house.nurse.id


def test_a_lost_factor_is_reset_with_a_reason_and_every_sign_in_ends(admin: Client, house: House) -> None:
    enrol(house.nurse)
    desk = enter_as(house.nurse)
    where = address(house.nurse.id, "/lop-bao-ve")
    assert admin.get(where).status_code == 200
    refused = admin.post(where, {"because": "ngắn"})
    assert (refused.status_code, "ít nhất 10 ký tự" in shown(refused)) == (422, True)
    assert factors.factors_of(house.nurse.id).totp
    done = admin.post(where, {"because": WHY}, follow=True)
    assert "Đã đặt lại lớp bảo vệ thứ hai của" in shown(done)
    assert not factors.factors_of(house.nurse.id).totp
    assert desk.get("/staff/").status_code == 302
    assert [line.because for line in looks_at([house.nurse.id], actions=["reset_factors"])] == [WHY]


def test_every_sign_in_ends_while_password_and_factor_stay(admin: Client, house: House) -> None:
    enrol(house.nurse)
    desk = enter_as(house.nurse)
    assert desk.get("/staff/").status_code == 200
    admin.post(address(house.nurse.id, "/dang-xuat"), {"because": WHY})
    assert desk.get("/staff/").status_code == 302
    assert factors.factors_of(house.nurse.id).totp


def on(day: dt.date) -> dict[str, str]:
    return {"on_day": str(day.day), "on_month": str(day.month), "on_year": str(day.year), "because": WHY}


def test_a_posting_ended_today_is_over_at_once(admin: Client, house: House) -> None:
    desk, where = enter_as(house.nurse), address(house.nurse.id, f"/phan-cong/{posting_of(house.nurse)}")
    today = str(LATER.date().day)
    assert f'name="on_day" type="text" inputmode="numeric" value="{today}"' in re.sub(
        r"\s+", " ", admin.get(where).content.decode()
    )
    done = admin.post(where, on(LATER.date()), follow=True)
    assert "Đã kết thúc một phân công của" in shown(done)
    assert "Đã hết" in shown(done)
    assert desk.get("/staff/").status_code == 302


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (on(dt.date(2026, 11, 19)), "không thể trước hôm nay"),
        ({"because": WHY}, "Nhập đủ ngày"),
        ({**on(dt.date(2026, 11, 20)), "on_day": "\x00", "on_month": "x"}, "Nhập đủ ngày"),
        ({**on(dt.date(2026, 11, 20)), "because": ""}, "ít nhất 10 ký tự"),
    ],
)
def test_what_does_not_hold_ends_no_posting(admin: Client, house: House, typed: dict[str, str], words: str) -> None:
    where = address(house.nurse.id, f"/phan-cong/{posting_of(house.nurse)}")
    page = admin.post(where, typed)
    assert (page.status_code, words in shown(page)) == (422, True)
    assert enter_as(house.nurse).get("/staff/").status_code == 200


def test_a_posting_of_somebody_else_is_not_ended_through_this_account(admin: Client, house: House) -> None:
    where = address(house.nurse.id, f"/phan-cong/{posting_of(house.lead)}")
    assert admin.post(where, on(LATER.date())).status_code == 404
    assert admin.get(address(uuid4())).status_code == 404


def test_a_factor_of_an_hour_ago_is_asked_again_and_leads_back(house: House) -> None:
    boss = builders.a_staff_member(Role.ADMIN)
    enrol(boss)
    browser, where = enter_as(boss), address(house.nurse.id, "/lop-bao-ve")
    session = browser.session
    session["stepped_up_at"] = (LATER - dt.timedelta(hours=1)).isoformat()
    session.save()
    assert browser.get(where)["Location"] == "/staff/account/step-up"
    assert browser.post(where, {"because": WHY})["Location"] == "/staff/account/step-up"
    code = factors.code_at(SECRET, LATER + dt.timedelta(seconds=factors.STEP_S))
    assert browser.post("/staff/account/step-up", {"code": code})["Location"] == where
    assert browser.get(where).status_code == 200


def test_the_ministry_sees_and_changes_nothing(house: House) -> None:
    browser = enter_as(builders.a_staff_member(Role.MINISTRY_OFFICER))
    page = browser.get(address(house.nurse.id))
    assert page.status_code == 200
    for more in ("/lop-bao-ve", "/dang-xuat", f"/phan-cong/{posting_of(house.nurse)}"):
        assert address(house.nurse.id, more) not in page.content.decode()
        assert browser.post(address(house.nurse.id, more), {"because": WHY}).status_code == 404


def test_an_administrator_does_nothing_to_the_own_account(house: House) -> None:
    boss = builders.a_staff_member(Role.ADMIN)
    browser = enter_as(boss)
    assert address(boss.id, "/lop-bao-ve") not in browser.get(address(boss.id)).content.decode()
    for more in ("/lop-bao-ve", f"/phan-cong/{posting_of(boss)}"):
        page = browser.post(address(boss.id, more), {**on(LATER.date()), "because": WHY})
        assert (page.status_code, "Vai trò của bạn không làm được" in shown(page)) == (422, True)
    assert browser.get("/staff/").status_code == 200
