"""Giving up keys: a central one by two people and a passkey, a facility's by its lead, its province or the ministry."""

import datetime as dt
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.test import Client
from django.urls import reverse

from tests.builders import NOW, a_facility, a_lead, a_staff_member, an_area
from tests.certificates.central_cast import (
    a_ministry_officer,
    a_passkey_shown,
    a_passport,
    centre_signs,
    certificate_of,
)
from tests.web.authority.conftest import CODE, LATER, enter_as, shown
from tiemchung.certificates.actions import make_facility_key, order_revocation, retire_facility_key
from tiemchung.certificates.models import Certificate, FacilityKey, RevocationOrder, SigningKey
from tiemchung.certificates.reads import FacilityKeyView
from tiemchung.certificates.rules import KeyPurpose, OrderTarget
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.audit import looks_at
from tiemchung.places.reads import FacilityView
from tiemchung.places.rules import Level
from tiemchung.web.shared import key_revocation

pytestmark = pytest.mark.usefixtures("country", "db", "one_factor")
HERE, WHY = "/authority/ho-chieu/thu-hoi", "máy chủ ký bị xâm nhập"
DAY = {"since_day": "20", "since_month": "11", "since_year": "2026"}
PROVE = "/staff/account/step-up/passkey"


def long_ago(actor: Actor) -> Client:
    """Give a browser that proved its second factor an hour ago."""
    browser = enter_as(actor)
    session = browser.session
    session["stepped_up_at"] = (LATER - dt.timedelta(hours=1)).isoformat()
    session.save()
    return browser


@pytest.fixture
def key() -> SigningKey:
    a_passport()
    return SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)


@pytest.fixture
def asked(key: SigningKey) -> str:
    """Give the page of an order about the central key that an officer of the ministry asked for."""
    order = order_revocation(
        target=OrderTarget.CENTRAL_KEY, kid=bytes(key.kid), since=NOW, by=a_ministry_officer(), at=NOW, because=WHY
    )
    return f"{HERE}/{order}"


@pytest.fixture
def good_passkey(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any answer be that of a right passkey; what is right the library's own tests decide."""

    class Shown:
        def record_usage(self) -> None: ...

    monkeypatch.setattr(webauthn, "complete_authentication", lambda staff, answer: Shown())


def give_passkey(actor: Actor) -> None:
    Authenticator.objects.create(user_id=actor.id, type=Authenticator.Type.WEBAUTHN, data={"name": "Khóa USB"})


def show_passkey(browser: Client, page: str) -> None:
    browser.post(f"{PROVE}?for={page}", "{}", content_type="application/json")


def believed(key: SigningKey) -> bool:
    return SigningKey.objects.get(id=key.id).compromised_since is None


@pytest.mark.usefixtures("good_passkey")
@pytest.mark.parametrize("role", [Role.ADMIN, Role.MINISTRY_OFFICER])
def test_a_central_key_is_given_up_by_a_second_person_with_a_passkey(key: SigningKey, asked: str, role: Role) -> None:
    second = a_staff_member(role)
    give_passkey(second)
    browser = enter_as(second)
    page = browser.get(asked).content.decode()
    assert f'data-at="{PROVE}?for=' in page
    assert 'name="code"' not in page
    show_passkey(browser, asked)
    assert browser.post(asked, {"answer": "agree"}).status_code == 302
    assert not believed(key)


@pytest.mark.usefixtures("good_passkey")
def test_a_code_ends_no_central_key(key: SigningKey, asked: str) -> None:
    second = a_staff_member(Role.ADMIN)
    give_passkey(second)
    browser = enter_as(second)
    refused = browser.post(asked, {"answer": "agree", "code": CODE})
    assert (refused.status_code, "Dùng khóa truy cập của bạn để xác nhận" in shown(refused)) == (422, True)
    show_passkey(browser, "/authority/ho-chieu/ky")
    assert browser.post(asked, {"answer": "agree", "code": CODE}).status_code == 422
    assert believed(key)
    assert RevocationOrder.objects.get().decided_at is None


@pytest.mark.usefixtures("good_passkey")
@pytest.mark.parametrize("has_passkey", [False, True])
def test_refusing_takes_a_reason_and_any_second_factor(key: SigningKey, asked: str, has_passkey: bool) -> None:
    second = a_staff_member(Role.ADMIN)
    if has_passkey:
        give_passkey(second)
    browser, why = enter_as(second), "đã tìm thấy thiết bị, niêm phong còn nguyên"
    assert "Lý do từ chối" in shown(browser.get(asked))
    for lacking in ({"code": CODE}, {"code": CODE, "because": "ngắn"}, {"because": why}):
        assert browser.post(asked, {"answer": "refuse"} | lacking).status_code == 422
        assert RevocationOrder.objects.get().decided_at is None
    assert browser.post(asked, {"answer": "refuse", "code": CODE, "because": why}).status_code == 302
    order = RevocationOrder.objects.get()
    assert (order.refused, believed(key)) == (True, True)
    (line,) = looks_at([order.id], actions=["refuse_revocation"])
    assert (line.because, line.facts["factor"]) == (why, "CODE")
    page = shown(enter_as(a_ministry_officer()).get(asked))
    assert f"Lý do từ chối {why}" in page


@pytest.mark.usefixtures("good_passkey")
def test_who_refuses_by_a_passkey_has_that_on_record(key: SigningKey, asked: str) -> None:
    second = a_staff_member(Role.ADMIN)
    give_passkey(second)
    browser = enter_as(second)
    show_passkey(browser, asked)
    browser.post(asked, {"answer": "refuse", "because": "đã tìm thấy thiết bị"})
    order = RevocationOrder.objects.get()
    (line,) = looks_at([order.id], actions=["refuse_revocation"])
    assert line.facts["factor"] == "PASSKEY"


def test_what_follows_one_certificate_is_said_so_that_it_holds_before_and_after() -> None:
    """"Mã mới chưa cấp" stood there for a second, and stayed in the officer's eyes."""
    person = a_passport()
    browser, number = enter_as(a_ministry_officer()), certificate_of(person).uvci
    form = {"number": number, "step": "revoke", "then": "new", "because": "mã bị chụp và đăng lên mạng"}
    address = browser.post(f"{HERE}/chung-nhan", form)["Location"]
    page = browser.get(address)
    assert "Mã mới được cấp tự động" in shown(page)
    assert "chưa cấp" not in shown(page)
    assert "every 3s" in page.content.decode()
    centre_signs(at=LATER)
    page = browser.get(address)
    assert f"Mã mới {certificate_of(person).uvci} đang có hiệu lực" in shown(page)
    assert "every 3s" not in page.content.decode()


def test_who_has_no_passkey_is_told_how_to_get_one_and_decides_nothing(key: SigningKey, asked: str) -> None:
    browser = enter_as(a_staff_member(Role.ADMIN))
    page = browser.get(asked)
    assert "Bạn chưa có khóa truy cập" in shown(page)
    assert reverse("staff:account") in page.content.decode()
    assert "Ghi quyết định" not in shown(page)
    assert browser.post(asked, {"answer": "agree", "code": CODE}).status_code == 422
    assert believed(key)


def test_a_facilitys_key_is_decided_with_a_code_as_before() -> None:
    facility = a_facility()
    key = make_facility_key(facility_id=facility.id, at=NOW)
    order = order_revocation(
        target=OrderTarget.FACILITY_KEY, kid=key.kid, since=NOW, by=a_lead(facility), at=NOW, because=WHY
    )
    browser = enter_as(a_ministry_officer())
    assert browser.post(f"{HERE}/{order}", {"answer": "agree", "code": CODE}).status_code == 302
    assert FacilityKey.objects.get(id=key.id).revoked_at is not None


@pytest.mark.usefixtures("good_passkey")
def test_who_has_a_passkey_decides_a_facilitys_key_by_it() -> None:
    facility = a_facility()
    key = make_facility_key(facility_id=facility.id, at=NOW)
    order = order_revocation(
        target=OrderTarget.FACILITY_KEY, kid=key.kid, since=NOW, by=a_lead(facility), at=NOW, because=WHY
    )
    officer = a_ministry_officer()
    give_passkey(officer)
    browser, page = enter_as(officer), f"{HERE}/{order}"
    assert 'name="code"' not in browser.get(page).content.decode()
    assert browser.post(page, {"answer": "agree", "code": CODE}).status_code == 422
    assert FacilityKey.objects.get(id=key.id).revoked_at is None
    show_passkey(browser, page)
    assert browser.post(page, {"answer": "agree"}).status_code == 302
    assert FacilityKey.objects.get(id=key.id).revoked_at is not None


def test_asking_needs_a_second_factor_of_the_last_minutes(key: SigningKey) -> None:
    number = Certificate.objects.get().uvci
    browser = long_ago(a_ministry_officer())
    central = f"{HERE}/khoa/{bytes(key.kid).hex()}"
    taken = {"number": number, "step": "revoke", "then": "none", "because": "khai gian mũi tiêm"}
    for page, form in ((central, DAY | {"because": WHY}), (f"{HERE}/chung-nhan", taken)):
        for answer in (browser.get(page), browser.post(page, form)):
            assert (answer.status_code, answer["Location"]) == (302, reverse("staff:step_up"))
    assert not RevocationOrder.objects.exists()
    assert Certificate.objects.get().state == "ISSUED"


# ---- keys of facilities


@pytest.fixture
def station() -> FacilityView:
    return a_facility("Trạm Y tế Sài Gòn")


@pytest.fixture
def signer(station: FacilityView) -> FacilityKeyView:
    return make_facility_key(facility_id=station.id, at=NOW)


def a_province_officer(code: str = "79") -> Actor:
    return a_staff_member(Role.PROVINCE_OFFICER, area=an_area(code, level=Level.PROVINCE))


def href(page: Any, words: str) -> str:
    """Give where the link with these words leads."""
    body = page.content.decode()
    return body[: body.index(words)].rsplit('href="', 1)[1].split('"')[0]


def test_the_lead_finds_the_way_from_the_passports_page(station: FacilityView, signer: FacilityKeyView) -> None:
    lead = enter_as(a_lead(station))
    keys = lead.get(href(lead.get("/staff/ho-chieu"), "Khóa ký của cơ sở và thu hồi khóa"))
    form = href(keys, "Thu hồi khóa")
    page = lead.get(form)
    assert "không còn được tin" in shown(page)
    assert "FacilityView" not in page.content.decode()
    done = lead.post(form, DAY | {"since_time": "9:40", "because": "mất thiết bị ký ở trạm"}, follow=True)
    assert "Đã ghi yêu cầu thu hồi khóa của Trạm Y tế Sài Gòn" in shown(done)
    assert "chờ Bộ Y tế quyết định" in shown(done)
    order = RevocationOrder.objects.get()
    assert (order.since, bytes(order.kid or b"")) == (dt.datetime(2026, 11, 20, 2, 40, tzinfo=dt.UTC), signer.kid)


def test_the_province_finds_a_facility_of_its_own(station: FacilityView, signer: FacilityKeyView) -> None:
    officer = enter_as(a_province_officer())
    find = href(officer.get(HERE), "Thu hồi khóa của một cơ sở")
    found = officer.get(find, {"q": "Trạm Y tế Sài Gòn"})
    assert signer.kid.hex() in shown(found)
    done = officer.post(href(found, "Thu hồi khóa<span"), DAY | {"because": WHY}, follow=True)
    assert "người khác phải quyết định" in shown(done) or "Chờ người thứ hai" in shown(done)
    assert RevocationOrder.objects.get().asked_name
    assert "chờ Bộ Y tế quyết định" in shown(officer.get(find, {"q": "Trạm Y tế Sài Gòn"}))


def test_another_province_and_another_facilitys_lead_find_nothing(
    station: FacilityView, signer: FacilityKeyView
) -> None:
    stranger = enter_as(a_province_officer("01"))
    assert signer.kid.hex() not in shown(stranger.get(f"{HERE}/co-so", {"q": "Trạm Y tế Sài Gòn"}))
    form = f"/authority/khoa/co-so/{station.id}/thu-hoi/{signer.id}"
    assert stranger.get(form).status_code == 404
    assert stranger.post(form, DAY | {"because": WHY}).status_code == 404
    lead = enter_as(a_lead(a_facility("Trạm Y tế khác")))
    assert lead.post(f"/staff/ho-chieu/khoa/{signer.id}/thu-hoi", DAY | {"because": WHY}).status_code == 404
    assert not RevocationOrder.objects.exists()


def test_a_key_that_rests_or_has_ended_is_given_up_too(station: FacilityView, signer: FacilityKeyView) -> None:
    """What it signed still counts, so its end matters as much as that of the one that signs."""
    ended = make_facility_key(facility_id=station.id, at=NOW)
    FacilityKey.objects.filter(id=ended.id).update(valid_to=NOW)
    retire_facility_key(key_id=signer.id, by=SYSTEM, at=NOW, because="đổi khóa theo lịch")
    lead = enter_as(a_lead(station))
    page = lead.get("/staff/ho-chieu/khoa")
    for key in (signer, ended):
        assert reverse("facility:passport_key_revoke", args=[key.id]) in page.content.decode()
        assert lead.post(f"/staff/ho-chieu/khoa/{key.id}/thu-hoi", DAY | {"because": WHY}).status_code == 302
    assert RevocationOrder.objects.count() == 2


def test_a_key_that_was_given_up_is_not_offered_again(station: FacilityView, signer: FacilityKeyView) -> None:
    FacilityKey.objects.filter(id=signer.id).update(revoked_at=NOW, revoked_since=NOW, revoked_because=WHY)
    page = enter_as(a_lead(station)).get("/staff/ho-chieu/khoa")
    assert "Đã thu hồi" in shown(page)
    assert "thu-hoi" not in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "hour"),
    [("", (0, 0)), ("13:30", (13, 30)), ("8h05", (8, 5)), ("08g30", (8, 30)), ("0:00", (0, 0)), ("23.59", (23, 59))],
)
def test_since_is_a_moment_to_the_minute(key: SigningKey, typed: str, hour: tuple[int, int]) -> None:
    page = f"{HERE}/khoa/{bytes(key.kid).hex()}"
    form = DAY | {"since_day": "19", "since_time": typed, "because": WHY}
    assert enter_as(a_ministry_officer()).post(page, form).status_code == 302
    since = RevocationOrder.objects.get().since
    assert since == dt.datetime(2026, 11, 19, *hour, tzinfo=key_revocation.clock.VIETNAM)


@pytest.mark.parametrize("typed", ["24:00", "9", "9:5", "trưa", "12:60", "-1:00", "12:30:11"])
def test_a_time_that_is_none_is_refused_at_its_field(key: SigningKey, typed: str) -> None:
    page = f"{HERE}/khoa/{bytes(key.kid).hex()}"
    answer = enter_as(a_ministry_officer()).post(page, DAY | {"since_time": typed, "because": WHY})
    assert (answer.status_code, "Nhập giờ và phút, ví dụ 13:30" in shown(answer)) == (422, True)
    assert not RevocationOrder.objects.exists()


def test_a_moment_later_today_is_refused(station: FacilityView, signer: FacilityKeyView) -> None:
    form = DAY | {"since_time": "23:30", "because": WHY}
    answer = enter_as(a_lead(station)).post(f"/staff/ho-chieu/khoa/{signer.id}/thu-hoi", form)
    assert answer.status_code == 422
    assert not RevocationOrder.objects.exists()


def test_signatures_of_the_morning_stand_where_the_key_was_lost_at_noon(station: FacilityView) -> None:
    """A whole day as the only choice made honest certificates fall with the others."""
    from tiemchung.certificates.actions import decide_order
    from tiemchung.certificates.actions.order_work import work_orders

    person = a_passport(facilities=[station], at=NOW - dt.timedelta(hours=1))
    key = FacilityKey.objects.get(facility_id=station.id)
    form = DAY | {"since_time": "9:30", "because": WHY}
    assert enter_as(a_lead(station)).post(f"/staff/ho-chieu/khoa/{key.id}/thu-hoi", form).status_code == 302
    order, by = RevocationOrder.objects.get().id, a_ministry_officer()
    decide_order(order_id=order, agree=True, by=by, at=LATER, proof=a_passkey_shown(LATER))
    while work_orders(LATER):
        pass
    assert certificate_of(person).state == "ISSUED"


def test_whoever_decides_about_a_central_key_sees_how_much_falls(asked: str) -> None:
    second = a_staff_member(Role.ADMIN)
    give_passkey(second)
    assert "1 chứng nhận đang dùng mất hiệu lực" in shown(enter_as(second).get(asked))


def test_the_form_of_a_central_key_does_not_say_that_earlier_signatures_stay(key: SigningKey) -> None:
    page = shown(enter_as(a_ministry_officer()).get(f"{HERE}/khoa/{bytes(key.kid).hex()}"))
    assert "cả chứng nhận ký trước lúc đó" in page
    assert "Chữ ký trước lúc đó vẫn được tin" not in page
