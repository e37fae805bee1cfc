"""A real install opens the corrector's role and puts canaries by pages: who, why, and only with a factor of now."""

import datetime as dt
from uuid import UUID

import pytest
from django.test import Client

from tests import builders
from tests.web.authority.conftest import LATER, House, enter_as, shown
from tests.web.authority.test_accounts import on
from tiemchung.access import reads as access
from tiemchung.access.models import Canary, RoleOpening
from tiemchung.core.actor import Role
from tiemchung.core.audit import looks_at
from tiemchung.core.models import AuditLine
from tiemchung.places.rules import Level

ROLES, CANARY = "/staff/nhan-vien/vai-tro", "/staff/nhan-vien/ho-so-bay"
WHY = "Theo công văn của Cục Y tế dự phòng"


@pytest.fixture
def admin(house: House) -> Client:
    """Give an administrator's browser."""
    return enter_as(builders.a_staff_member(Role.ADMIN, full_name="Phạm Quản Trị"))


def hanoi() -> UUID:
    """Give the province where no test opened the role."""
    return builders.an_area("01", level=Level.PROVINCE).id


def form(**more: str) -> dict[str, str]:
    """Give a whole form for Hà Nội from today on."""
    day = LATER.date()
    since = {"since_day": str(day.day), "since_month": str(day.month), "since_year": str(day.year)}
    return {"role": str(Role.DATA_CORRECTOR), "area": str(hanoi()), "because": WHY, **since, **more}


def test_a_role_is_opened_for_a_province_with_a_reason_and_then_somebody_can_be_posted(admin: Client) -> None:
    assert not access.role_is_open(Role.DATA_CORRECTOR, hanoi(), LATER.date())
    assert "Thành phố Hà Nội" in shown(admin.get(f"{ROLES}/mo"))
    done = shown(admin.post(f"{ROLES}/mo", form(), follow=True))
    assert "Đã mở: " in done
    assert "Thành phố Hà Nội" in done
    assert access.role_is_open(Role.DATA_CORRECTOR, hanoi(), LATER.date())
    opening = RoleOpening.objects.get(area_id=hanoi())
    (line,) = AuditLine.objects.filter(subject_id=opening.id, action="open_role")
    assert line.because == WHY


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"because": "ngắn"}, "ít nhất 10 ký tự"),
        ({"role": str(Role.ADMIN)}, "Chọn một vai trò"),
        ({"area": "x"}, "Chọn một tỉnh"),
        ({"since_day": "\x00"}, "Nhập đủ ngày"),
        ({"since_day": ""}, "Nhập đủ ngày"),
    ],
)
def test_what_does_not_hold_opens_nothing(admin: Client, typed: dict[str, str], words: str) -> None:
    page = admin.post(f"{ROLES}/mo", form(**typed))
    assert (page.status_code, words in shown(page)) == (422, True)
    assert not access.role_is_open(Role.DATA_CORRECTOR, hanoi(), LATER.date())


def test_a_role_is_closed_from_a_day_on_and_not_before_today(admin: Client) -> None:
    admin.post(f"{ROLES}/mo", form(since_year="2025"))
    opening = RoleOpening.objects.get(area_id=hanoi())
    where = f"{ROLES}/{opening.id}/dong"
    assert where in admin.get(ROLES).content.decode()
    early = admin.post(where, on(LATER.date() - dt.timedelta(days=1)) | {"because": WHY})
    assert (early.status_code, "không thể trước hôm nay" in shown(early)) == (422, True)
    assert "Đã đóng: " in shown(admin.post(where, on(LATER.date()) | {"because": WHY}, follow=True))
    assert not access.role_is_open(Role.DATA_CORRECTOR, hanoi(), LATER.date())
    assert access.role_is_open(Role.DATA_CORRECTOR, hanoi(), LATER.date() - dt.timedelta(days=1))
    assert admin.get(where).status_code == 404


def test_a_day_on_which_it_was_opened_and_closed_is_not_taken_twice(admin: Client) -> None:
    admin.post(f"{ROLES}/mo", form())
    opening = RoleOpening.objects.get(area_id=hanoi())
    admin.post(f"{ROLES}/{opening.id}/dong", on(LATER.date()) | {"because": WHY})
    again = admin.post(f"{ROLES}/mo", form())
    assert (again.status_code, "đã từng mở từ đúng ngày đó" in shown(again)) == (422, True)


def test_a_factor_of_an_hour_ago_is_asked_again(admin: Client) -> None:
    session = admin.session
    session["stepped_up_at"] = (LATER - dt.timedelta(hours=1)).isoformat()
    session.save()
    for where in (f"{ROLES}/mo", CANARY):
        assert admin.get(where)["Location"] == "/staff/account/step-up"
        assert admin.post(where, form())["Location"] == "/staff/account/step-up"
    assert admin.get(ROLES).status_code == 200


def test_a_canary_is_put_by_number_and_nobody_is_shown(admin: Client) -> None:
    number = builders.a_cccd()
    person = builders.a_person("Trần Thị Chim", identifiers=[("CCCD", number)]).person_id
    done = shown(admin.post(CANARY, {"number": number, "because": WHY}, follow=True))
    assert "Đã đặt hồ sơ bẫy" in done
    assert "Đang có 1 hồ sơ bẫy" in done
    assert "Chim" not in done
    canary = Canary.objects.get(person_id=person)
    (line,) = AuditLine.objects.filter(subject_id=canary.id, action="put_canary")
    assert line.because == WHY
    assert looks_at([person], actions=["put_canary"]) == ()


def test_no_number_is_tried_without_a_reason_and_each_try_is_kept(admin: Client) -> None:
    tries = AuditLine.objects.filter(action="seek_canary")
    assert admin.post(CANARY, {"number": builders.a_cccd(), "because": "thử"}).status_code == 422
    assert tries.count() == 0
    for number in (builders.a_cccd(), "abc", ""):
        page = admin.post(CANARY, {"number": number, "because": WHY})
        assert (page.status_code, "không chỉ đúng một hồ sơ" in shown(page)) == (422, True)
    assert tries.count() == 3
    assert not Canary.objects.exists()


@pytest.mark.parametrize("role", [Role.PROVINCE_OFFICER, Role.FACILITY_LEAD])
def test_for_everybody_else_these_pages_do_not_exist(house: House, role: Role) -> None:
    staff = builders.a_lead(house.facility) if role is Role.FACILITY_LEAD else builders.an_officer(role)
    browser = enter_as(staff)
    for where in (ROLES, f"{ROLES}/mo", CANARY):
        assert browser.get(where).status_code == 404
