"""The centre signs what its facilities signed; a central key is given up by two; last night's watch is read."""

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests import builders
from tests.access.test_sign_ins import SECRET
from tests.certificates.central_cast import a_ministry_officer, a_passport, a_ready_person, certificate_of
from tests.journeys.browser import serve_plainly
from tests.journeys.test_passport_signing import WIDTHS, screen_of
from tiemchung.access import factors
from tiemchung.access.actions import enrol_totp
from tiemchung.certificates.actions import central_batch, publish_log_head
from tiemchung.certificates.actions.central_signing import move_central_run, work_central_runs
from tiemchung.certificates.actions.order_work import work_orders
from tiemchung.certificates.actions.retrying import work_retries
from tiemchung.certificates.actions.watching import watch_batch
from tiemchung.certificates.models import Certificate, Passport, SigningKey, SignRun
from tiemchung.certificates.rules import KeyPurpose, RunState
from tiemchung.core import clock
from tiemchung.core.actor import Role

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def plain_site(settings: Any) -> None:
    """Serve the files by their plain names, over plain HTTP on this machine."""
    serve_plainly(settings)


@pytest.fixture(params=WIDTHS, ids=str)
def width(request: pytest.FixtureRequest) -> int:
    """Give a phone's and a desk's width."""
    return int(request.param)


class Centre:
    """An officer of the ministry and an administrator, people ready for the centre's signature, and one passport."""

    def __init__(self, address: str) -> None:
        self.address, self.at = address, clock.now() - dt.timedelta(minutes=10)
        place = self.place = builders.a_facility("Trạm Y tế phường Bến Nghé", at=self.at)
        self.passport = a_passport("Lê Minh Châu", facilities=[place], at=self.at)
        self.other = a_passport("Bùi Thu Hà", facilities=[place], at=self.at)
        self.ready = [a_ready_person(name, facilities=[place], at=self.at) for name in ("Phạm Gia Hân", "Vũ An")]
        # The officer who ran the signature above is another one: a run of theirs is still open.

        SignRun.objects.update(state="DONE", ended_at=self.at)
        self.officer = a_ministry_officer()
        self.second = builders.a_staff_member(Role.ADMIN, full_name="Đặng Minh Quân", at=self.at)
        for one in (self.officer, self.second):
            moment = self.at - dt.timedelta(minutes=5)
            assert one.id is not None
            enrol_totp(at=moment, staff_id=one.id, secret=SECRET, code=factors.code_at(SECRET, moment))


@pytest.fixture
def centre(live_server: Any) -> Centre:
    """Give the centre."""
    return Centre(live_server.url)


def test_an_officer_allows_a_run_and_follows_it(
    browser: Browser, opened: list[BrowserContext], centre: Centre, width: int
) -> None:
    screen = screen_of(browser, opened, centre.address, centre.officer, width)
    page = screen.page
    page.goto("/authority/ho-chieu/ky")
    screen.look("central")
    page.get_by_role("button", name="Cho phép ký").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_label("Mã xác thực").fill(factors.code_at(SECRET, clock.now()))
    page.get_by_role("button", name="Cho phép ký").press("Enter")
    expect(page.get_by_text("2 người còn chờ")).to_be_visible()
    screen.look("central-run")
    work_central_runs(clock.now())
    expect(page.get_by_text("2 chứng nhận đã cấp")).to_be_visible()
    page.get_by_role("button", name="Tạm dừng").click()
    expect(page.get_by_role("button", name="Ký tiếp")).to_be_visible()
    screen.look("central-paused")
    page.get_by_role("button", name="Ký tiếp").press("Enter")
    going = page.get_by_role("button", name="Tạm dừng")
    going.focus()
    with page.expect_response("**/ho-chieu/ky/*"):
        pass
    expect(going).to_be_focused()
    run, at = SignRun.objects.latest("allowed_at"), clock.now()
    move_central_run(run_id=run.id, to=RunState.STOPPED, by=a_ministry_officer(), at=at)
    expect(going).to_have_count(0)
    for person in centre.ready:
        assert certificate_of(person).hc1.startswith("HC1:")


def test_a_certificate_is_taken_back_and_a_central_key_is_given_up_by_two(
    browser: Browser, opened: list[BrowserContext], centre: Centre, width: int
) -> None:
    screen = screen_of(browser, opened, centre.address, centre.officer, width)
    page, made = screen.page, certificate_of(centre.passport)
    page.goto("/authority/ho-chieu/thu-hoi")
    page.get_by_role("button", name="Thu hồi một chứng nhận").click()
    page.get_by_label("Số của chứng nhận").fill(made.uvci)
    screen.look("revoke-find")
    page.get_by_role("button", name="Tìm chứng nhận").click()
    page.get_by_label("Lý do").fill("mã bị đăng lên mạng xã hội")
    screen.look("revoke-one")
    page.get_by_role("button", name="Thu hồi ngay").click()
    expect(page.get_by_text("mã bị đăng lên mạng xã hội")).to_be_visible()
    assert Certificate.objects.get(id=made.id).state == "REVOKED"
    key = SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)
    page.goto(f"/authority/ho-chieu/thu-hoi/khoa/{bytes(key.kid).hex()}")
    today = clock.today()
    for part, value in (("day", today.day), ("month", today.month), ("year", today.year)):
        page.locator(f"[name=since_{part}]").fill(str(value))
    page.get_by_label("Lý do").fill("máy chủ ký bị xâm nhập")
    screen.look("revoke-key")
    page.get_by_role("button", name="Yêu cầu thu hồi khóa").click()
    expect(page.get_by_text("người khác phải quyết định")).to_be_visible()
    second = screen_of(browser, opened, centre.address, centre.second, width)
    second.page.goto("/authority/ho-chieu/thu-hoi")
    second.look("revocations")
    second.page.get_by_role("link", name="Thu hồi một khóa trung ương").first.click()
    expect(second.page.get_by_text("Bạn chưa có khóa truy cập")).to_be_visible()
    second.look("order-no-passkey")
    order = second.page.url
    second.add_passkey("Khóa bảo mật")
    second.page.goto(order)
    second.page.get_by_role("button", name="Ghi quyết định bằng khóa truy cập").click()
    expect(second.page.get_by_role("alert").first).to_contain_text("Chọn đồng ý hay từ chối")
    second.page.get_by_label("Đồng ý thu hồi").check()
    second.look("order")
    second.page.get_by_role("button", name="Ghi quyết định bằng khóa truy cập").click()
    expect(second.page.get_by_text("Khóa không còn được tin từ lúc này")).to_be_visible()
    while work_orders(clock.now()) + work_central_runs(clock.now()):
        pass
    second.page.reload()
    expect(second.page.locator("main").get_by_text("Đã thu hồi").first).to_be_visible()
    for person in (centre.passport, centre.other):
        assert bytes(certificate_of(person).kid) != bytes(key.kid)


def test_a_lead_asks_for_the_end_of_the_facilitys_key_and_the_province_sees_that_it_waits(
    browser: Browser, opened: list[BrowserContext], centre: Centre, width: int
) -> None:
    lead = builders.a_lead(centre.place, at=centre.at)
    screen = screen_of(browser, opened, centre.address, lead, width)
    page = screen.page
    page.goto("/staff/ho-chieu")
    page.get_by_role("link", name="Khóa ký của cơ sở và thu hồi khóa").click()
    screen.look("lead-keys")
    page.get_by_role("link", name="Thu hồi khóa").first.click()
    before = clock.today() - dt.timedelta(days=1)
    for part, value in (("day", before.day), ("month", before.month), ("year", before.year)):
        page.locator(f"[name=since_{part}]").fill(str(value))
    page.get_by_label("Từ lúc").fill("25:00")
    page.get_by_label("Lý do").fill("mất thiết bị ký ở trạm")
    page.get_by_role("button", name="Yêu cầu thu hồi khóa").click()
    screen.look("lead-revoke")
    page.get_by_label("Từ lúc").fill("13:30")
    page.get_by_role("button", name="Yêu cầu thu hồi khóa").click()
    expect(page.get_by_text("chờ Bộ Y tế quyết định")).to_be_visible()
    screen.look("lead-keys-asked")
    city = builders.an_area("79", level=builders.Level.PROVINCE)
    officer = builders.a_staff_member(Role.PROVINCE_OFFICER, area=city, at=centre.at)
    province = screen_of(browser, opened, centre.address, officer, width)
    province.page.goto("/authority/ho-chieu/thu-hoi")
    province.page.get_by_role("link", name="Thu hồi khóa của một cơ sở").click()
    province.page.get_by_label("Tìm cơ sở").fill("Bến Nghé")
    province.page.get_by_role("button", name="Tìm").click()
    expect(province.page.get_by_text("chờ Bộ Y tế quyết định").first).to_be_visible()
    province.look("province-keys")


def test_whom_the_trial_refused_is_tried_again_when_its_fault_is_mended(
    browser: Browser, opened: list[BrowserContext], centre: Centre, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as faulty:
        faulty.setattr(central_batch, "lint", lambda draft, *, whole: "LINT_HOLDER")
        central_batch.sign_batch(at=centre.at)
    screen = screen_of(browser, opened, centre.address, centre.officer, width)
    page = screen.page
    page.goto("/authority/ho-chieu/ky")
    expect(page.get_by_text("người không lập được chứng nhận")).to_be_visible()
    screen.look("central-set-aside")
    page.get_by_role("link", name="Không lập được chứng nhận", exact=True).click()
    screen.look("set-aside")
    page.get_by_role("link", name="Xem danh sách người").click()
    page.check("input[value=CHECK]")
    page.locator("main form button").first.click()
    screen.look("set-aside-people")
    page.get_by_role("link", name="Thử cấp lại").first.click()
    page.get_by_role("button", name="Thử cấp ngay").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    screen.look("retry-one-empty")
    page.get_by_label("Lý do").fill("phép kiểm đã được sửa")
    page.get_by_label("Mã xác thực").fill(factors.code_at(SECRET, clock.now()))
    page.get_by_role("button", name="Thử cấp ngay").click()
    expect(page.get_by_text("Đã cấp hộ chiếu")).to_be_visible()
    screen.look("retry-one-done")
    page.goto("/authority/ho-chieu/thu-lai")
    page.get_by_role("button", name="Thử lập lại cho tất cả").click()
    expect(page.get_by_role("alert").first).to_contain_text("Chọn một lỗi")
    screen.look("set-aside-empty")
    page.get_by_label("Họ tên hoặc ngày sinh trên bản thử khác: 1 người").check()
    page.get_by_label("Lý do").fill("phép kiểm đã được sửa")
    monkeypatch.setattr("tiemchung.web.authority.set_aside.factor_wrong", lambda request: {})  # its code was used up
    page.get_by_role("button", name="Thử lập lại cho tất cả").click()
    expect(page.get_by_text("Đang chuyển sang chờ ký")).to_be_visible()
    while work_retries(clock.now()):
        pass
    page.reload()
    expect(page.get_by_text("Không có ai đang bị bỏ lại")).to_be_visible()
    screen.look("set-aside-done")
    assert Passport.objects.filter(state="FACILITY_SIGNED").count() == 1
    assert [line for line in screen.complaints if "422" not in line] == []


def test_the_watch_tells_what_last_night_found(
    browser: Browser, opened: list[BrowserContext], centre: Centre, width: int
) -> None:
    Certificate.objects.filter(person_id=centre.passport).update(log_position=None)
    publish_log_head(centre.at)
    while watch_batch(at=centre.at):
        pass
    screen = screen_of(browser, opened, centre.address, centre.officer, width)
    screen.page.goto("/authority/ho-chieu/giam-sat")
    expect(screen.page.get_by_text("không có trong sổ cấp phát: 1")).to_be_visible()
    screen.look("watch")
