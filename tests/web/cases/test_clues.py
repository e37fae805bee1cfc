"""What keeps a desk from dismissing somebody: asked back, told why a dose is gone, and made to look at the paper."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.web.cases.conftest import GIVEN, LATER, Office, address, enter_as, fields, shown
from tests.web.cases.test_papers import a_photo
from tiemchung.cases import reads
from tiemchung.cases.rules import CaseState, ClaimedDose, RefusalCode, shown_ref
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import AuditLine
from tiemchung.doses import actions as dose_actions
from tiemchung.doses.reads import doses_of

WHY = "Đã đối chiếu sổ tiêm trang 12"
TICK = "Tôi đã xem giấy"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    """Keep evidence in a folder of this test."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"


def told(office: Office, **more: Any) -> ClaimedDose:
    """Tell An's dose as it is on record."""
    return ClaimedDose(1, "PFIZER", "FA1O34", GIVEN, facility_id=office.facility.id, **more)


def voided(office: Office, because: str = "Mũi này của người khác, nhập nhầm") -> None:
    """Take An's dose off."""
    dose_actions.void_dose(
        by=office.lead, at=office.at, key="gone", profile_id=office.person_id, dose_id=office.dose.id,
        version=office.dose.version, because=because,
    )  # fmt: skip


def to_record(office: Office, browser: Client, *, paper: bool = True) -> tuple[str, Any]:
    """Bring a missing dose with its slip to the page that checks what is suggested."""
    claim = ClaimedDose(1, "MODERNA", "MD001", GIVEN.replace(month=6), facility_id=office.facility.id)
    case = office.report("DOSE1_MISSING", (claim,), person_id=office.person_id, door="BOOK")
    if paper:
        a_photo(office, case)
    ref = office.claimed(case)
    if paper:
        form = fields(browser.get(address("file", ref=ref)), address("decide", ref=ref))
        return ref, browser.post(address("decide", ref=ref), {**form, "step": "check"})
    where = address("manual", ref=ref, kind="record")
    page = browser.get(f"{where}?nguoi={office.person_id}")
    return ref, browser.post(where, {**fields(page, where), "step": "check"})


def test_a_claim_that_equals_the_record_leads_to_a_question_and_to_no_dismissal(
    office: Office, as_lead: Client
) -> None:
    case = office.report("DOSE_WRONG", (told(office, dose_id=office.dose.id),), person_id=office.person_id,
                         dose_id=office.dose.id, door="BOOK", text="Số lô ghi sai so với giấy")  # fmt: skip
    ref = office.claimed(case)
    page = as_lead.get(address("file", ref=ref))
    assert "Lời khai giống dữ liệu; hỏi lại người dân chỗ nào sai" in shown(page)
    assert "Xem và làm" not in shown(page)
    asking = f"{address('ask', ref=ref)}?hoi=WHICH_FACT"
    assert f'href="{asking}"' in page.content.decode()
    form = fields(as_lead.get(asking), address("ask", ref=ref))
    assert form["text"].startswith("Chúng tôi thấy mũi tiêm này đang ghi đúng như bạn khai.")
    as_lead.post(address("ask", ref=ref), {**form, "step": "do"})
    assert reads.desk_file(office.lead, LATER, ref).state == CaseState.NEED_MORE_INFO


def test_the_form_of_asking_is_empty_without_that_question(office: Office, as_lead: Client) -> None:
    where = address("ask", ref=office.claimed(office.wrong_dose()))
    for query in ("", "?hoi=x"):
        assert fields(as_lead.get(where + query), where)["text"] == ""


@pytest.mark.parametrize("known", [True, False])
def test_a_vanished_dose_is_explained_by_its_void(
    office: Office, as_lead: Client, known: bool, django_assert_max_num_queries: Any
) -> None:
    voided(office)
    missed = told(office) if known else ClaimedDose(1, facility_id=office.facility.id)
    case = office.report("RECORD_VANISHED", (missed,), person_id=office.person_id, door="BOOK")
    where = address("file", ref=office.claimed(case))
    as_lead.get(where)
    with django_assert_max_num_queries(20):
        text = shown(as_lead.get(where))
    assert "Mũi tiêm này đã bị hủy trước đây" in text
    story = (r"Đã hủy lúc 10:00 20/11/2026\. Người hủy: [^.]+, [^.]+, Trạm Y tế Bến Nghé\. "
             r"Lý do: Mũi này của người khác, nhập nhầm")  # fmt: skip
    assert len(re.findall(story, text)) == 2


def test_a_void_that_cannot_be_meant_stands_beside_its_dose_alone(office: Office, as_lead: Client) -> None:
    voided(office)
    other = ClaimedDose(1, "MODERNA", "MD001", GIVEN.replace(month=3), facility_id=office.facility.id)
    case = office.report("RECORD_VANISHED", (other,), person_id=office.person_id, door="BOOK")
    text = shown(as_lead.get(address("file", ref=office.claimed(case))))
    assert "Mũi tiêm này đã bị hủy trước đây" not in text
    assert text.count("Lý do: Mũi này của người khác") == 1


def test_who_only_reads_a_report_is_not_told_why_a_dose_was_voided(office: Office, as_lead: Client) -> None:
    voided(office)
    case = office.report("RECORD_VANISHED", (told(office),), person_id=office.person_id, door="BOOK")
    assert "Mũi này của người khác" not in shown(as_lead.get(address("file", ref=case.ref)))


def test_a_repeat_does_not_stand_again_among_other_reports(office: Office, as_lead: Client) -> None:
    first, again = office.wrong_dose(), office.wrong_dose(text="Tôi báo lần hai rồi")
    text = shown(as_lead.get(address("file", ref=office.claimed(first))))
    assert text.count(shown_ref(again.ref)) == 1
    assert "Phản ánh khác của người này" not in text


def test_without_paper_no_reason_about_paper_is_offered(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    page = as_lead.get(address("refuse", ref=ref))
    offered = [code for code in RefusalCode if f'value="{code}"' in page.content.decode()]
    assert offered == [RefusalCode.NAME_INCOMPLETE_OR_UNACCENTED]
    assert "Phản ánh này không kèm giấy" in shown(page)
    for link in (address("manual", ref=ref, kind="nothing"), address("ask", ref=ref)):
        assert f'href="{link}"' in page.content.decode()
        assert as_lead.get(link).status_code == 200


def test_a_dose_from_paper_is_recorded_only_by_who_says_to_have_seen_it(office: Office, as_lead: Client) -> None:
    ref, check = to_record(office, as_lead)
    assert TICK in shown(check)
    assert "data-tc-viewer" in check.content.decode()
    form = {**fields(check, address("decide", ref=ref)), "because": WHY, "step": "do"}
    refused = as_lead.post(address("decide", ref=ref), form)
    assert refused.status_code == 422
    assert "Hãy xem giấy ở bên cạnh" in shown(refused)
    assert len(doses_of([office.person_id])) == 1
    done = as_lead.post(address("decide", ref=ref), {**form, "seen_paper": "1"})
    assert done["Location"] == address("file", ref=ref)
    assert len(doses_of([office.person_id])) == 2
    assert AuditLine.objects.get(action="cases.settle_case", subject_id=office.person_id).facts["seen_paper"] is True


def test_the_tick_stays_when_something_else_is_refused(office: Office, as_lead: Client) -> None:
    ref, check = to_record(office, as_lead)
    form = {**fields(check, address("decide", ref=ref)), "because": "x", "step": "do", "seen_paper": "1"}
    again = as_lead.post(address("decide", ref=ref), form)
    assert again.status_code == 422
    assert re.search(r'name="seen_paper"[^>]*checked', again.content.decode())


def test_without_paper_no_tick_is_asked_for(office: Office, as_lead: Client) -> None:
    ref, check = to_record(office, as_lead, paper=False)
    assert TICK not in shown(check)
    form = {**fields(check, address("decide", ref=ref)), "because": WHY, "step": "do"}
    assert as_lead.post(address("decide", ref=ref), form).status_code == 302


def test_a_correction_beside_paper_asks_for_no_tick(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    a_photo(office, case)
    ref = office.claimed(case)
    form = fields(as_lead.get(address("file", ref=ref)), address("decide", ref=ref))
    check = as_lead.post(address("decide", ref=ref), {**form, "step": "check"})
    assert TICK not in shown(check)
    assert "data-tc-viewer" in check.content.decode()


def test_before_anybody_is_found_no_way_is_offered_that_needs_a_person(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.report("DOSE1_MISSING", (told(office),), full_name="Đào Thị Không Ai"))
    body = as_lead.get(address("file", ref=ref)).content.decode()
    assert address("manual", ref=ref, kind="record") not in body
    assert address("manual", ref=ref, kind="nothing") in body


def test_the_start_page_says_what_is_late_and_what_is_due_soon(office: Office, as_lead: Client) -> None:
    home = "/staff/"
    assert "Quá hạn:" not in shown(as_lead.get(home))
    for hours, name in ((54, "Trần Văn Hai"), (47, "Trần Văn Ba"), (1, "Trần Văn Tư")):
        office.report("DOSE1_MISSING", (told(office),), full_name=name, at=LATER - dt.timedelta(hours=hours))
    page = as_lead.get(home)
    assert "Quá hạn: 1" in shown(page)
    assert "Sắp đến hạn: 1" in shown(page)
    assert f'href="{address("queue")}?show=LATE"' in page.content.decode()


def test_who_answers_no_reports_has_no_counts_and_asks_for_none(office: Office) -> None:
    nurse = enter_as(builders.a_nurse(office.facility))
    assert "Quá hạn" not in shown(nurse.get("/staff/"))
    assert reads.due_counts(SYSTEM, LATER) == (0, 0)


def test_a_second_tab_is_told_that_the_report_has_ended(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    where = address("refuse", ref=ref)
    form = {**fields(as_lead.get(where), where), "refusal": "NAME_INCOMPLETE_OR_UNACCENTED", "step": "do",
            "text": "Xin gửi lại với họ tên đầy đủ."}  # fmt: skip
    as_lead.post(where, form)
    as_lead.get(address("file", ref=ref))
    assert "Phản ánh này đã kết thúc" in shown(as_lead.post(where, form | {"key": "other"}, follow=True))


def test_a_paper_on_which_nothing_was_read_says_so(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    a_photo(office, case)
    assert "Máy chưa đọc được gì trên giấy" in shown(as_lead.get(address("file", ref=office.claimed(case))))
