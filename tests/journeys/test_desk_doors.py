"""Doors at the edge of the desk: who was not reached, a lost phone, a desk with nobody, a role opened, a canary put."""

import re

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.journeys.test_case_desk import Walk, office, plain_site, walk  # noqa: F401 - fixtures
from tests.web.cases.conftest import Office
from tiemchung.cases import actions
from tiemchung.cases.actions.untold import note_untold
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.people import actions as people
from tiemchung.people.reads import holders_of, persons_on_phone, proven_persons

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WHY = "Đã xem căn cước, điện thoại cũ bị mất"


def test_a_reporter_whom_no_message_reached_is_told_otherwise(walk: Walk, office: Office) -> None:
    case, page = office.wrong_dose(), walk.page
    file = actions.claim_case(by=office.lead, at=clock.now(), ref=case.ref)
    actions.ask_back(by=office.lead, at=clock.now(), ref=case.ref, version=file.version,
                     text="Xin gửi ảnh rõ hơn của giấy xác nhận")  # fmt: skip
    lost = OutboxMessage.objects.filter(contact_key=case.contact_key, kind="case_asked")
    lost.update(state="FAILED", settled_at=clock.now())
    OutboxMessage.objects.filter(contact_key=case.contact_key, kind="case_received").update(state="DELIVERED")
    note_untold(clock.now())
    walk.enter(office.lead)
    walk.go("?show=UNTOLD")
    walk.look("untold-list")
    page.locator(f"a[href$='/{case.ref}']").first.click()
    page.wait_for_url(re.compile(rf"/phan-anh/{case.ref}$"))
    walk.look("untold-file")
    page.locator("a[href$='/da-bao']").click()
    page.fill("#because", "Trạm trưởng đã tới nhà báo lại")
    walk.look("untold-form")
    page.locator("main form button").last.click()
    page.wait_for_url(re.compile(rf"/phan-anh/{case.ref}$"))
    expect(page.locator("a[href$='/da-bao']")).to_have_count(0)


def test_what_is_passed_to_an_empty_desk_says_where_it_went(walk: Walk, office: Office) -> None:
    empty = builders.a_facility("Trạm Y tế Tân Thới Nhì", at=clock.now())
    case, page = office.wrong_dose(), walk.page
    actions.claim_case(by=office.lead, at=clock.now(), ref=case.ref)
    walk.enter(office.lead)
    walk.go(f"/{case.ref}/chuyen")
    page.fill("#words", "tan thoi nhi")
    walk.press("find")
    page.locator(f"input[value='FACILITY:{empty.id}']").check()
    page.fill("#because", "Mũi tiêm ở trạm này")
    walk.look("pass-empty")
    walk.press("do")
    expect(page.locator("main, body").first).to_contain_text("Trạm Y tế Tân Thới Nhì")
    walk.look("passed-on")


def test_a_person_who_lost_their_phone_is_moved_to_another(walk: Walk, office: Office) -> None:
    old, new, page = builders.a_phone(), "0900098765", walk.page
    people.add_phone(by=SYSTEM, at=clock.now(), profile_id=office.person_id, phone=old, relation="OWN")
    (holder,) = holders_of([office.person_id]).values()
    fact = {"full_name": holder.full_name, "birth_date": holder.birth_date}
    people.prove_person(by=SYSTEM, at=clock.now(), contact_key=contact_key(old), **fact)
    walk.enter(office.lead)
    page.goto(f"{walk.address}/authority/nguoi/{office.person_id}")
    page.locator("input[name=purpose]").first.check()
    page.locator("main form button").last.click()
    page.wait_for_url(re.compile(r"/authority/nguoi/"))
    page.locator("a[href$='/so-dien-thoai']").click()
    shown = people.open_person(by=office.lead, at=clock.now(), person_id=office.person_id, purpose="CORRECT").phones
    contact = next(one.contact_id for one in shown if one.shown.endswith(old[-3:]))
    page.locator(f"input[value='{contact}']").check()
    page.fill("#number", new)
    page.fill("#because", WHY)
    walk.look("move-phone")
    page.locator("main form button").last.click()
    page.wait_for_url(re.compile(rf"/authority/nguoi/{office.person_id}$"))
    walk.look("moved-phone")
    key = contact_key("+84900098765")
    assert (proven_persons(contact_key(old), clock.now()), persons_on_phone(key)) == ((), {office.person_id})
    people.prove_person(by=SYSTEM, at=clock.now(), contact_key=key, **fact)
    assert proven_persons(key, clock.now()) == (office.person_id,)


def test_a_real_install_opens_the_correctors_role_and_puts_a_canary(walk: Walk, office: Office) -> None:
    page, number = walk.page, builders.a_cccd()
    builders.a_person("Trần Thị Bẫy", identifiers=[("CCCD", number)], at=clock.now())
    walk.enter(builders.a_staff_member(Role.ADMIN, full_name="Phạm Quản Trị", at=clock.now()))
    page.goto(f"{walk.address}/staff/nhan-vien")
    walk.look("accounts")
    page.locator("a[href$='/vai-tro']").click()
    page.locator("a[href$='/vai-tro/mo']").click()
    page.locator("#area").select_option(label="Thành phố Hà Nội")
    page.fill("#because", "Theo công văn của Cục Y tế dự phòng")
    walk.look("open-role")
    page.locator("main form button").last.click()
    page.wait_for_url(re.compile(r"/vai-tro$"))
    walk.look("roles")
    page.locator("a[href$='/dong']").first.click()
    walk.look("close-role")
    page.goto(f"{walk.address}/staff/nhan-vien/ho-so-bay")
    page.fill("#number", number)
    page.fill("#because", "Hồ sơ lập riêng để canh việc xem trộm")
    walk.look("canary")
    page.locator("main form button").last.click()
    page.wait_for_url(re.compile(r"/ho-so-bay$"))
    expect(page.locator("main")).to_contain_text("1")
    expect(page.locator("main")).not_to_contain_text("Trần Thị Bẫy")
