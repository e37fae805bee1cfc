"""The desk of cases: taken, suggested, settled by one click; refused; stale; late and climbing; corrected in bulk."""

import datetime as dt
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.journeys.browser import faults_of, serve_plainly, too_wide
from tests.web.cases.conftest import GIVEN, Office
from tiemchung.access import reads as access
from tiemchung.cases import actions, reads
from tiemchung.cases.evidence.actions import attach_evidence
from tiemchung.cases.models import Case
from tiemchung.cases.rules import CaseState, Claim, ClaimedDose, shown_ref
from tiemchung.cases.values import OpenedCase
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.doses import reads as doses
from tiemchung.people import actions as people
from tiemchung.people.reads import persons_on_phone
from tiemchung.web.shared.words import say

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("TIEMCHUNG_PICTURES", "")
OWN_WORDS = "Ảnh chụp ngược sáng, không thấy số lô."
WHY = "Đã đối chiếu sổ tiêm trang 12"


@pytest.fixture(autouse=True)
def plain_site(settings: Any, tmp_path: Path) -> None:
    """Serve the files by their plain names, over plain HTTP on this machine, with evidence in a folder of its own."""
    serve_plainly(settings)
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def office(live_server: Any) -> Office:
    """Make the office of today."""
    return Office(clock.now())


class Walk:
    """A member of staff at a screen: every page walked over is looked at with axe, and pictured when asked."""

    def __init__(self, page: Page, address: str, lang: str, width: int) -> None:
        self.page, self.address, self.lang, self.name = page, address, lang, f"{lang}-{width}"
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def enter(self, actor: Actor) -> None:
        """Give the browser a signed-in session of this member of staff."""
        account = access.staff_account(actor.id)
        posting = next(p for p in access.postings_of(actor.id, clock.today()) if p.role == actor.role)
        session = Client().session
        session.update({
            "_auth_user_id": str(actor.id), "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": account.auth_hash, "posting_id": str(posting.id), "second_factor": "TOTP",
            "trace": "t", "seen_at": clock.now().isoformat(), "stepped_up_at": clock.now().isoformat(),
        })  # fmt: skip
        session.save()
        self.page.context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": self.address}])

    def go(self, path: str = "") -> None:
        """Open one of the desk's pages."""
        self.page.goto(f"{self.address}/staff/phan-anh{path}")

    def look(self, name: str) -> None:
        """Check the page as it stands: no accessibility violation, nothing wider than the screen, nothing refused."""
        assert faults_of(self.page) == [], name
        wide = too_wide(self.page)
        assert wide <= 0, f"{name} is {wide} px too wide"
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"cases-{name}-{self.name}.png", full_page=True)

    def press(self, value: str) -> None:
        """Press the step's button and wait for the page that follows."""
        self.page.locator(f"main button[name=step][value={value}]").first.click()
        self.page.wait_for_load_state("load")


@pytest.fixture(params=[("vi", 390), ("en", 1280)], ids=lambda p: f"{p[0]}-{p[1]}")
def walk(request: pytest.FixtureRequest, browser: Browser, live_server: Any) -> Iterator[Walk]:
    """Open a screen of each width, in each language."""
    lang, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, locale=lang)
    context.add_cookies([{"name": "lang", "value": lang, "url": live_server.url}])
    going = Walk(context.new_page(), live_server.url, lang, width)
    yield going
    context.close()
    assert [words for words in going.complaints if "status of 4" not in words] == []


def attach_slip(case: OpenedCase, at: dt.datetime) -> None:
    """Attach a photo of a slip."""
    image = Image.new("RGB", (800, 1100), "#f7f4ea")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 760, 1060), outline="#445", width=4)
    draw.text((220, 120), "GIAY XAC NHAN DA TIEM VAC XIN COVID-19", fill="#222")
    draw.text((100, 300), "NGUYEN THI AN   05/03/1985   PFIZER   LO FA1034", fill="#222")
    raw = io.BytesIO()
    image.save(raw, "JPEG")
    attach_evidence(by=SYSTEM, at=at, case_id=case.case_id, raw=raw.getvalue())


def test_next_leads_to_a_suggestion_and_one_click_settles_it(walk: Walk, office: Office) -> None:
    case, page = office.wrong_dose(), walk.page
    attach_slip(case, office.at)
    office.missing_dose(full_name="Huỳnh Nguyễn Hoàng Phương Uyên Nhi", text="Tôi tiêm ở trạm mà không thấy.")
    walk.enter(office.lead)
    page.goto(f"{walk.address}/staff/")
    walk.look("home")
    walk.go()
    walk.look("queue")
    page.locator("form[action$='/tiep'] button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/phan-anh/{case.ref}$"))
    expect(page.locator("td.tc-differs").first).to_have_text("FA1034")
    expect(page.locator(".tc-viewer img").first).to_be_visible()
    walk.look("file")
    walk.press("check")
    expect(page.locator("td.tc-differs").first).to_have_text("FA1O34")
    walk.look("check")
    page.fill("#because", WHY)
    walk.press("do")
    page.wait_for_url(re.compile(rf"/phan-anh/{case.ref}$"))
    walk.look("settled")
    assert doses.dose([office.person_id], office.dose.id).facts.lot_number == "FA1034"
    assert reads.desk_file(office.lead, clock.now(), case.ref).state == CaseState.UPDATED


def test_forms_by_hand_are_first_filled_and_checked(walk: Walk, office: Office) -> None:
    case, page = office.missing_dose(full_name="Trần Thị Bích"), walk.page
    person = builders.a_person("Trần Thị Bích", dt.date(1985, 3, 5), at=office.at)
    ref = office.claimed(case, at=clock.now())
    walk.enter(office.lead)
    walk.go(f"/{ref}")
    page.fill("#text", "tran thi bich")
    page.locator("form[action*='/tim'] button").click()
    page.wait_for_load_state("load")
    walk.look("found")
    page.goto(f"{walk.address}/staff/phan-anh/{ref}?nguoi={person.person_id}")
    page.locator("a[href*='khai=1']").click()
    expect(page.locator("#lot_number")).to_have_value("FA1O34")
    walk.look("record")
    page.fill("#given_on-month", "13")
    walk.press("check")
    walk.look("record-wrong")
    page.fill("#given_on-month", "10")
    walk.press("check")
    walk.look("record-check")
    page.fill("#because", WHY)
    walk.press("next")
    page.wait_for_url(re.compile(r"/phan-anh$"))
    walk.look("queue-empty")
    assert [d.facts.lot_number for d in doses.doses_of([person.person_id])] == ["FA1O34"]
    for kind in ("amend", "void", "verify", "amend_person", "add_number", "add_phone", "link", "nothing"):
        other = office.claimed(office.missing_dose(full_name=f"Trần Văn {kind}"), at=clock.now())
        walk.go(f"/{other}/cach/{kind}?nguoi={office.person_id}")
        walk.look(f"manual-{kind}")


def test_a_report_is_refused_by_a_reason_of_the_procedure(walk: Walk, office: Office) -> None:
    case, page = office.wrong_dose(), walk.page
    attach_slip(case, office.at)
    ref = office.claimed(case, at=clock.now())
    walk.enter(office.lead)
    walk.go(f"/{ref}/tu-choi")
    walk.look("refuse")
    walk.go(f"/{ref}/tu-choi")  # axe leaves empty style attributes behind, which our own scripts never set
    page.locator("input[value=BLURRED]").check()
    expect(page.locator("#text")).to_have_value(re.compile("Ảnh bị mờ"))
    walk.look("refuse-filled")
    walk.press("do")
    page.wait_for_url(re.compile(rf"/phan-anh/{ref}$"))
    walk.look("refused")
    assert reads.desk_file(office.lead, clock.now(), ref).refusal == "BLURRED"


def test_a_ready_answer_that_comes_late_leaves_the_officers_own_words_alone(walk: Walk, office: Office) -> None:
    case, page = office.wrong_dose(), walk.page
    attach_slip(case, office.at)
    walk.enter(office.lead)
    walk.go(f"/{office.claimed(case, at=clock.now())}/tu-choi")
    page.evaluate("addEventListener('htmx:finally:request', () => { document.body.id = 'answered'; })")
    page.route("**/tu-choi", lambda route: (page.locator("#text").fill(OWN_WORDS), route.continue_()))
    page.locator("input[value=BLURRED]").check()
    expect(page.locator("#answered")).to_be_attached()
    expect(page.locator("#text")).to_have_value(OWN_WORDS)


def test_who_has_no_phone_leaves_with_a_number_on_paper_and_is_answered_by_letter(walk: Walk, office: Office) -> None:
    page = walk.page
    walk.enter(office.lead)
    walk.go()
    page.locator("a[href$='/ghi']").click()
    page.wait_for_url("**/phan-anh/ghi")
    walk.look("intake-kinds")
    page.locator("input[value=DOSE1_MISSING]").check()
    page.get_by_role("button", name=say("cases.intake.next", walk.lang)).click()
    page.wait_for_url("**/phan-anh/ghi?kind=DOSE1_MISSING")
    walk.look("intake")
    page.get_by_role("button", name=say("cases.intake.go", walk.lang)).click()
    expect(page.locator(".nhsuk-error-summary")).to_be_visible()
    walk.look("intake-errors")
    page.fill("#full_name", "Huỳnh Nguyễn Hoàng Phương Uyên Nhi")
    for part, value in (("day", "1"), ("month", "9"), ("year", "1950")):
        page.fill(f"#birth-{part}", value)
    page.fill("#address", "Số 5, ngõ 12, tổ dân phố 7, ấp Đông, xã Tân Thới Nhì, Thành phố Hồ Chí Minh")
    page.select_option("#product_1", "PFIZER")
    page.get_by_role("button", name=say("cases.intake.go", walk.lang)).click()
    expect(page.locator("article")).to_contain_text("Giấy hẹn: phản ánh PA")
    walk.look("receipt")
    (case,) = Case.objects.all()
    assert (case.door, case.unit_id, case.sealed_phone) == ("DESK", office.facility.id, None)

    actions.claim_case(by=office.lead, at=clock.now(), ref=case.ref)
    walk.go(f"/{case.ref}/tu-choi")
    page.locator("input[value=NAME_INCOMPLETE_OR_UNACCENTED]").check()
    expect(page.locator("#text")).to_have_value(re.compile("Họ tên bạn khai chưa đủ"))
    walk.press("next")
    page.wait_for_url(f"**/{case.ref}/thu")
    walk.look("letter")
    page.emulate_media(media="print")
    expect(page.locator("header").first).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.locator(".nhsuk-notification-banner")).to_be_hidden()
    walk.look("letter-printed")


def on_paper(office: Office, name: str, home: str, person_id: UUID) -> OpenedCase:
    """Report this person's missing dose in a call that proved them, by somebody who left an address and no phone."""
    told = ClaimedDose(1, "PFIZER", "FA1O34", GIVEN, facility_id=office.facility.id)
    claim = Claim(full_name=name, birth_date=GIVEN.replace(year=1950), doses=(told,), address_text=home)
    return actions.open_case(by=SYSTEM, at=clock.now(), key=builders.a_key(), kind="DOSE1_MISSING", door="HOTLINE",
                             claim=claim, person_id=person_id)  # fmt: skip


def test_who_shows_a_paper_reports_on_a_dose_from_their_own_page(walk: Walk, office: Office) -> None:
    page, phone = walk.page, builders.a_phone()
    people.add_phone(by=SYSTEM, at=clock.now(), profile_id=office.person_id, phone=phone, relation="OWN")
    walk.enter(office.lead)
    page.goto(walk.address + reverse("authority:person", kwargs={"person_id": office.person_id}))
    page.locator("input[name=purpose][value=COMPLAINT]").check()
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(str(office.person_id)))
    walk.look("counter-person")
    page.locator(f"a[href$='/{office.person_id}/{office.dose.id}'][href*='/phan-anh/ghi/']").click()
    walk.look("counter-kinds")
    page.locator("input[name=kind][value=DOSE_WRONG]").check()
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"kind=DOSE_WRONG"))
    page.fill("#lot_1", "FA1034")
    page.locator("main form button.nhsuk-button").last.click()
    page.wait_for_load_state("load")
    expect(page.locator("#paper-error")).to_be_visible()
    walk.look("counter-no-paper")
    page.locator("input[name=paper][value=ID_CARD]").check()
    page.locator("main form button.nhsuk-button").last.click()
    page.wait_for_load_state("load")
    walk.look("counter-receipt")
    case = Case.objects.get()
    assert (case.person_id, case.dose_id, case.door) == (office.person_id, office.dose.id, "DESK")
    assert OutboxMessage.objects.filter(contact_key=contact_key(phone), kind="case_at_desk").count() == 1
    walk.go(f"/{case.ref}")
    seen = say("cases.at_desk.taken", walk.lang, paper=say("cases.at_desk.paper.ID_CARD", walk.lang))
    expect(page.get_by_text(seen)).to_be_visible()
    walk.look("counter-file")


def test_a_lost_phone_is_left_by_one_click(walk: Walk, office: Office) -> None:
    page, old, new = walk.page, builders.a_phone(), builders.a_phone()
    people.add_phone(by=SYSTEM, at=clock.now(), profile_id=office.person_id, phone=old, relation="OWN")
    told = (ClaimedDose(1, "PFIZER", "FA1O34", GIVEN, facility_id=office.facility.id),)
    case = office.report(
        "OTHER_PHONE_OR_NUMBER", told, person_id=office.person_id, phone=new, text="Tôi bị mất điện thoại cũ.",
        other_phone=old, at=clock.now(),
    )  # fmt: skip
    walk.enter(office.lead)
    walk.go(f"/{office.claimed(case, at=clock.now())}")
    walk.look("left-phone")
    page.locator("li", has_text=say("case.solution.MOVE_PHONE.label", walk.lang)).locator("button").first.click()
    page.wait_for_load_state("load")
    walk.look("left-phone-check")
    assert new[-9:] not in page.content()
    page.fill("#because", WHY)
    walk.press("do")
    page.wait_for_url(re.compile(rf"/phan-anh/{case.ref}$"))
    assert persons_on_phone(contact_key(new)) == {office.person_id}


def test_two_letters_one_of_them_a_repeats_leave_by_one_press_on_two_sheets(walk: Walk, office: Office) -> None:
    tu = builders.a_person("Trần Văn Tư", GIVEN.replace(year=1950), at=clock.now()).person_id
    lead = on_paper(office, "Trần Văn Tư", "Tổ 4, ấp Đông, xã Tân Thới Nhì", tu)
    repeat = on_paper(office, "Trần Thị Năm", "Số 12, ngõ 3, phường Bến Nghé", tu)
    assert repeat.joined
    page = walk.page
    page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
    walk.enter(office.lead)
    office.claimed(lead, at=clock.now())
    walk.go(f"/{lead.ref}/tu-choi")
    page.locator("input[value=NAME_INCOMPLETE_OR_UNACCENTED]").check()
    expect(page.locator("#text")).to_have_value(re.compile("Họ tên bạn khai chưa đủ"))
    walk.press("do")
    page.wait_for_url(f"**/{lead.ref}/thu")
    walk.go()
    bar = page.locator(".tc-counts__item", has=page.get_by_role("link", name=say("cases.letters.title", walk.lang)))
    expect(bar).to_contain_text("2")
    walk.look("letters-in-the-bar")
    bar.get_by_role("link").click()
    page.wait_for_url("**/phan-anh/thu")
    expect(page.locator("main")).not_to_contain_text("Trần")
    walk.look("letters")
    page.get_by_role("button", name=say("cases.letters.print_all", walk.lang, n=2)).click()
    page.wait_for_url("**/thu/lan-in/*")
    page.wait_for_function("window.printed === 1")
    sheets = page.locator("article")
    expect(sheets).to_have_count(2)
    for sheet, opened, name, other in ((0, lead, "Trần Văn Tư", "Trần Thị Năm"), (1, repeat, "Trần Thị Năm", "Văn Tư")):
        expect(sheets.nth(sheet)).to_contain_text(shown_ref(opened.ref))
        expect(sheets.nth(sheet)).to_contain_text(name)
        expect(sheets.nth(sheet)).not_to_contain_text(other)
    walk.look("letters-run")
    paper = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2, "one sheet a letter"
    if PICTURES:
        (Path(PICTURES) / f"cases-letters-run-{walk.name}.pdf").write_bytes(paper)
    page.reload()
    page.wait_for_load_state("load")
    assert page.evaluate("window.printed") == 0, "a page that is loaded anew does not print by itself"
    page.locator(".nhsuk-back-link").click()
    page.wait_for_url("**/phan-anh/thu")
    expect(page.locator("main")).to_contain_text(say("cases.letters.none", walk.lang))
    expect(page.locator(".tc-list__item")).to_have_count(2)
    walk.look("letters-printed-before")
    page.get_by_role("button", name=re.compile(shown_ref(repeat.ref))).click()
    page.wait_for_url("**/thu/lan-in/*")
    expect(page.locator("article")).to_have_count(1)


def test_a_stale_page_and_a_lost_claim_lose_nothing(walk: Walk, office: Office) -> None:
    case, page = office.wrong_dose(), walk.page
    ref = office.claimed(case, at=clock.now())
    walk.enter(office.lead)
    walk.go(f"/{ref}/hoi")
    page.fill("#text", "Xin gửi lại ảnh giấy xác nhận.")
    actions.answer_back(
        by=SYSTEM, at=clock.now(), ref=ref, contact_key=case.contact_key, text="Tôi bổ sung: số lô đúng là FA1034."
    )
    walk.press("do")
    expect(page.get_by_text("Tôi bổ sung: số lô đúng là FA1034.")).to_be_visible()
    expect(page.locator("#text")).to_have_value("Xin gửi lại ảnh giấy xác nhận.")
    walk.look("stale")
    actions.release_case(by=office.lead, at=clock.now(), ref=ref)
    walk.press("do")
    walk.look("lost")
    walk.press("reclaim")
    expect(page.locator("#text")).to_have_value("Xin gửi lại ảnh giấy xác nhận.")
    walk.press("do")
    page.wait_for_url(re.compile(r"/phan-anh$"))
    assert reads.desk_file(office.lead, clock.now(), ref).state == CaseState.NEED_MORE_INFO


def test_a_late_case_climbs_and_is_taken_over_above(walk: Walk, office: Office) -> None:
    # The clock runs by data: a report of three days ago is late at every rung by now.
    case, page = office.wrong_dose(at=clock.now() - dt.timedelta(hours=73)), walk.page
    for _ in range(6):
        actions.sound_alarms(clock.now())
    walk.enter(office.corrector)
    walk.go("/bang")
    walk.look("board")
    page.locator(f"a[href*='{office.facility.id}?late=1']").click()
    expect(page.locator("main")).to_contain_text(shown_ref(case.ref))
    walk.look("lines")
    walk.go("?show=WATCHED")
    walk.look("climbed")
    page.locator(f"a[href$='/{case.ref}']").click()
    page.locator("form[action$='/nhan'] button").click()
    page.wait_for_load_state("load")
    walk.look("taken-over")
    file = reads.desk_file(office.corrector, clock.now(), case.ref)
    assert (file.claimed_by, file.desk.level) == (office.corrector.id, "PROVINCE")
    walk.go(f"/{case.ref}/chuyen")
    page.fill("#words", "ben nghe")
    walk.press("find")
    walk.look("pass")


def test_many_doses_of_one_mistake_are_corrected_together_and_undone(walk: Walk, office: Office) -> None:
    page, at = walk.page, office.at
    lot = builders.a_lot(number="SAI999", at=at)
    people = [builders.a_person(at=at).person_id for _ in range(3)]
    given = clock.today() - dt.timedelta(days=20)
    for person_id in people:
        builders.a_dose(person_id, given_on=given, by=office.nurse, lot=lot, at=at)
    walk.enter(office.lead)
    walk.go("/sua-hang-loat/de-xuat")
    walk.look("bulk-form")
    page.locator("input[value=WRONG_LOT]").check()
    for part in ("day", "month", "year"):
        page.fill(f"#since-{part}", str(getattr(given, part)))
    page.fill("#lot_number", "SAI999")
    page.fill("#new_lot", "DUNG11")
    page.fill("#because", "Đã đối chiếu sổ xuất kho vắc xin")
    walk.press("propose")
    page.wait_for_url(re.compile(r"/sua-hang-loat/[0-9a-f-]{36}$"))
    walk.look("bulk-preview")
    where = page.url
    walk.enter(office.corrector)
    walk.go("/sua-hang-loat")
    walk.look("bulk-waiting")
    page.goto(where)
    page.locator("form[action$='/duyet'] button").click()
    page.wait_for_load_state("load")
    while actions.run_bulks(clock.now()):
        pass
    assert lots(people) == ["DUNG11"] * 3
    page.goto(where)
    walk.look("bulk-done")
    page.locator("form[action$='/khoi-phuc'] textarea").fill("Sổ xuất kho ghi nhầm, lô cũ đúng")
    page.locator("form[action$='/khoi-phuc'] button").click()
    page.wait_for_load_state("load")
    while actions.run_bulks(clock.now()):
        pass
    assert lots(people) == ["SAI999"] * 3
    page.goto(where)
    walk.look("bulk-undone")


def lots(people: list[Any]) -> list[str]:
    """Give the lots of these people's doses."""
    return [dose.facts.lot_number for person_id in people for dose in doses.doses_of([person_id])]
