"""A citizen reports a wrong and a missing dose, follows both, and sees who looked; an auditor asks whom staff saw.

With TIEMCHUNG_SCREENSHOTS=<folder> each page is also pictured there.
"""

import datetime as dt
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.builders import a_staff_member
from tests.journeys.browser import faults_of, too_wide
from tests.journeys.test_citizen_book import (
    MOST_BYTES,
    MOST_REQUESTS,
    NAME,
    _packed,
    dose,
    phone_of_390,
    picture,
    sign_in,
    site,
    somebody,
)
from tiemchung.access import reads as access
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.audit import note_look
from tiemchung.core.sessions import SessionStore
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseState

__all__ = ["phone_of_390", "site"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def photos_apart(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


def checked(page: Page, name: str) -> None:
    """Look at the page at three widths: nothing that the rules of access forbid, nothing wider than the screen."""
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert width == 390 or faults_of(page) == [], f"{name} {width}"  # 390 is laid out as 320
        assert too_wide(page) <= 0, f"{name} {width}"
        if width != 320:
            picture(page, f"{name}-{width}")
    page.set_viewport_size({"width": 390, "height": 844})


def a_paper(folder: Path) -> Path:
    path = folder / "giay.jpg"
    Image.effect_noise((900, 1200), 40).convert("RGB").save(path, "JPEG")
    return path


def press(page: Page, name: str) -> None:
    """Press the button and wait for the page that answers."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def test_wrong_and_missing_doses_are_reported_and_followed(phone_of_390: Page, tmp_path: Path) -> None:
    page, person = phone_of_390, somebody()
    wrong = dose(person, 90)
    sign_in(page)
    page.goto(f"/so/the/{person}")
    checked(page, "reports-card")

    page.get_by_role("button", name=re.compile("^Sai: mũi")).click()
    page.wait_for_url("**/sai")
    page.get_by_label("Tôi có tiêm, nhưng thông tin ghi sai").check()
    checked(page, "reports-wrong")
    page.fill("#lot_number", "FB9999")
    press(page, "Tiếp tục")
    expect(page.get_by_text("FB9999")).to_be_visible()
    checked(page, "reports-send")
    press(page, "Gửi đề xuất")
    expect(page.get_by_text("Đã nhận đề xuất của bạn.")).to_be_visible()
    expect(page.get_by_role("heading", name="Vì sao vẫn chưa đúng?")).to_be_visible()
    checked(page, "reports-sent")

    page.get_by_role("link", name="Mở thẻ tiêm chủng").click()
    page.get_by_role("link", name="Thiếu mũi? Khai mũi chưa có").click()
    page.wait_for_url("**/thieu-mui")
    checked(page, "reports-missing")
    page.select_option("#product", "PFIZER")
    day = wrong.facts.given_on - dt.timedelta(days=365)
    for part in ("day", "month", "year"):
        page.fill(f"#given-{part}", str(getattr(day, part)))
    press(page, "Tiếp tục")
    page.get_by_label("Nơi tiêm không có trong danh sách").check()
    page.fill("#place_name", "Nhà văn hóa phường 5")
    checked(page, "reports-place")
    press(page, "Tiếp tục")
    page.set_input_files("#evidence", a_paper(tmp_path))
    press(page, "Gửi đề xuất")
    expect(page.get_by_text("Mũi tự khai đã hiện trên thẻ.")).to_be_visible()
    assert [d.state for d in doses_of([person])] == [DoseState.DECLARED, DoseState.CONFIRMED]

    page.get_by_role("link", name="Mở thẻ tiêm chủng").click()
    page.wait_for_url(f"**/so/the/{person}")
    page.reload()
    expect(page.get_by_text("Tự khai, chưa xác minh")).to_be_visible()
    expect(page.get_by_text("1 mũi được tính")).to_be_visible()
    page.get_by_role("link", name="Xem mũi tự khai và ảnh giấy xác nhận").click()
    photo = page.locator(".tc-paper").first
    expect(photo).to_be_visible()
    page.wait_for_function("() => document.querySelector('.tc-paper').naturalWidth > 0")
    checked(page, "reports-declared")

    page.goto("/so/phan-anh")
    expect(page.get_by_role("main").locator("li")).to_have_count(2)
    checked(page, "reports-list")
    page.get_by_role("link", name=re.compile("Tự khai mũi tiêm")).click()
    page.get_by_text("Rút phản ánh", exact=True).first.click()
    press(page, "Rút phản ánh này")
    assert [d.state for d in doses_of([person])] == [DoseState.CONFIRMED]


def test_the_citizen_sees_who_looked_in_both_languages(phone_of_390: Page) -> None:
    page, person = phone_of_390, somebody()
    dose(person, 90)
    nurse = Actor(kind=Kind.STAFF, id=uuid4(), name="Lê Thị Kín", role=Role.VACCINATOR)
    note_look(by=nurse, at=clock.now(), action="people.open_person", subject_ids=[person], purpose="vaccination desk")
    sign_in(page)
    page.goto(f"/so/the/{person}")
    page.get_by_role("link", name="Ai đã xem hồ sơ").click()
    expect(page.get_by_text("Tiêm chủng tại bàn tiêm")).to_be_visible()
    expect(page.get_by_text("Lê Thị Kín")).to_have_count(0)
    checked(page, "saw-vi")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Who saw my record")).to_be_visible()
    checked(page, "saw-en")
    for path, name in ((f"ho-so/{person}/thong-tin-sai", "personal-en"), (f"ho-so/{person}/thieu-mui", "missing-en"),
                       (f"the/{person}", "card-en"), ("phan-anh", "list-en")):  # fmt: skip
        page.goto(f"/so/{path}")
        checked(page, f"reports-{name}")


def test_the_card_with_its_questions_stays_inside_the_first_load(phone_of_390: Page) -> None:
    page, person = phone_of_390, somebody()
    dose(person, 90)
    dose(person, 60)
    sign_in(page)
    context = page.context.browser.new_context(  # type: ignore[union-attr]
        storage_state=page.context.storage_state(), viewport={"width": 390, "height": 844}
    )
    fresh = context.new_page()
    answers: list[Any] = []
    fresh.on("response", lambda answer: answers.append(answer))
    fresh.goto(page.url.replace("/so/", f"/so/the/{person}"), wait_until="networkidle")
    expect(fresh.get_by_text(NAME).first).to_be_visible()
    sizes = {answer.url: _packed(answer) for answer in answers if answer.request.service_worker is None}
    context.close()
    assert len(sizes) <= MOST_REQUESTS, sorted(sizes)
    assert 20_000 < sum(sizes.values()) <= MOST_BYTES, sizes


def test_an_auditor_asks_whom_a_nurse_saw_and_looks_at_an_alarm(phone_of_390: Page, site: str) -> None:
    page, person = phone_of_390, somebody()
    auditor, nurse = a_staff_member(Role.MINISTRY_OFFICER, full_name="Trần Thanh Tra"), a_staff_member(Role.ADMIN)
    note_look(by=nurse, at=clock.now(), action="people.open_person", subject_ids=[person], purpose="CHECK")
    raise_alarm("CANARY", at=clock.now(), actor_id=nurse.id, kind="staff")
    page.context.add_cookies([{"name": "sessionid", "value": staff_session(auditor), "url": site}])
    page.goto("/authority/nhat-ky")
    page.fill("#text", nurse.name)
    press(page, "Tìm")
    checked(page, "audit-found")
    page.get_by_role("main").get_by_role("link", name=re.compile(nurse.name)).first.click()
    expect(page.get_by_role("cell", name=NAME)).to_be_visible()
    checked(page, "audit-looks")
    page.goto("/authority/canh-bao")
    expect(page.get_by_text("Hồ sơ bẫy bị mở")).to_be_visible()
    checked(page, "audit-alarms")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Đã xem: Hồ sơ bẫy")).click()
    expect(page.get_by_text("Chưa ai xem (0)")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("A trap record was opened")).to_be_visible()
    checked(page, "audit-alarms-en")


def staff_session(actor: Actor) -> str:
    """Give the key of a session in which this member of staff has proved both factors and chosen the posting."""
    assert actor.id is not None
    (posting,) = access.postings_of(actor.id, clock.today())
    account = access.staff_account(actor.id)
    assert account is not None
    session = SessionStore()
    session.update({
        "_auth_user_id": str(actor.id), "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
        "_auth_user_hash": account.auth_hash, "posting_id": str(posting.id), "second_factor": "TOTP", "trace": "t",
        "seen_at": clock.now().isoformat(), "stepped_up_at": clock.now().isoformat(), "purpose": "CORRECT",
    })  # fmt: skip
    session.create()
    return str(session.session_key)
