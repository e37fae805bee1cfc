"""Somebody without a phone is answered on paper, and the paper they bring is added at the desk."""

import io
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests import builders
from tests.web.cases.conftest import GIVEN, LATER, NOW, Office, address, enter_as, fields, shown
from tiemchung.cases import actions, reads
from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.cases.rules import CaseState, Claim, ClaimedDose, shown_ref
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import AuditLine
from tiemchung.web.cases.answering import ready_words

HOME = "Tổ 4, ấp Đông, xã Tân Thới Nhì"


def told(
    office: Office, *, address_text: str = HOME, phone: str = "", language: str = "vi", person_id: UUID | None = None
) -> OpenedCase:
    """Report a missing dose for somebody who left an address."""
    dose = ClaimedDose(1, "PFIZER", "FA1O34", GIVEN, facility_id=office.facility.id)
    claim = Claim(full_name="Trần Văn Tư", birth_date=GIVEN.replace(year=1950), doses=(dose,),
                  numbers=(("CMND9", "990012345"),), address_text=address_text)  # fmt: skip
    return actions.open_case(
        by=SYSTEM, at=NOW, key=builders.a_key(), kind="DOSE1_MISSING", door="HOTLINE", claim=claim, phone=phone,
        language=language, person_id=person_id,
    )  # fmt: skip


def paper() -> SimpleUploadedFile:
    """Give the photo of a paper."""
    held = io.BytesIO()
    Image.new("RGB", (600, 400), "white").save(held, "JPEG")
    return SimpleUploadedFile("giay.jpg", held.getvalue(), "image/jpeg")


def test_the_receipt_names_the_number_the_desk_and_the_hour_and_nothing_that_a_neighbour_may_not_read(
    office: Office, as_lead: Client
) -> None:
    case = told(office)
    ref = office.claimed(case)
    assert f'href="{address("letter", ref=ref)}"' in as_lead.get(address("file", ref=ref)).content.decode()
    text = shown(as_lead.get(address("letter", ref=ref)))
    for words in ("Trần Văn Tư", HOME, f"Giấy hẹn: phản ánh {shown_ref(ref)}", "Trạm Y tế Bến Nghé",
                  "Hạn trả lời là 10:00 22/11/2026", "Gọi 19009095", "trước khi họ về"):  # fmt: skip
        assert words in text
    assert "gửi về địa chỉ" not in text
    assert [one for one in ("990012345", "1950", "Pfizer", "FA1O34", "01/10/2026") if one in text] == []


@pytest.mark.parametrize("step", ["do", "next"])
def test_a_refusal_is_printed_before_the_next_case_is_taken(office: Office, as_lead: Client, step: str) -> None:
    ref = office.claimed(office.with_paper(told(office)))
    where = address("refuse", ref=ref)
    form = fields(as_lead.post(where, {"refusal": "BLURRED", "step": "fill"}), where)
    assert as_lead.post(where, {**form, "step": step})["Location"] == address("letter", ref=ref)
    text = shown(as_lead.get(address("letter", ref=ref)))
    assert ready_words("BLURRED", "vi") in text
    assert text.count(ready_words("BLURRED", "vi")) == 1
    assert "đề nghị xem lại trong 30 ngày" in text


def test_a_question_goes_by_letter_too(office: Office, as_lead: Client) -> None:
    ref = office.claimed(told(office))
    where = address("ask", ref=ref)
    form = fields(as_lead.get(where), where)
    sent = as_lead.post(where, {**form, "text": "Xin gửi lại ảnh giấy xác nhận.", "step": "next"})
    assert sent["Location"] == address("letter", ref=ref)
    text = shown(as_lead.get(address("letter", ref=ref)))
    assert "cần hỏi thêm: Xin gửi lại ảnh giấy xác nhận." in text
    assert "nhân viên ghi câu trả lời của quý vị" in text


def test_who_asks_somebody_without_a_phone_reads_that_a_letter_carries_the_question(
    office: Office, as_lead: Client
) -> None:
    page = shown(as_lead.get(address("ask", ref=office.claimed(told(office)))))
    assert "câu hỏi đến họ bằng thư" in page
    assert "Người dân nhận tin nhắn" not in page


def test_a_settled_report_is_answered_in_its_reporters_language(office: Office, as_lead: Client) -> None:
    ref = office.claimed(told(office, language="en"))
    file = reads.desk_file(office.lead, LATER, ref)
    assert file is not None
    person = builders.a_person("Trần Văn Tư").person_id
    lot = builders.a_lot(number="FA9999")
    facts = actions.declared_facts(ClaimedDose(1, "PFIZER", lot.number, GIVEN, facility_id=office.facility.id))
    from tiemchung.cases.kinds import SolutionKind
    from tiemchung.cases.solutions import Solution

    actions.settle_case(
        by=office.lead, at=LATER, key=builders.a_key(), ref=ref, version=file.version,
        solutions=[Solution(SolutionKind.RECORD, profile_id=person, facts=facts)],
        answer="Your first dose is on record now.", because="Có trong sổ tiêm của trạm",
    )  # fmt: skip
    page = as_lead.get(address("letter", ref=ref))
    assert '<article class="tc-read tc-letter" lang="en">' in page.content.decode()
    assert f"Answer to report {shown_ref(ref)}" in shown(page)
    assert "Your first dose is on record now." in shown(page)


def test_who_left_a_phone_gets_no_letter_and_the_next_case_follows(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.with_paper(told(office, phone=builders.a_phone())))
    other = office.missing_dose(full_name="Lê Văn Ba")
    assert address("letter", ref=ref) not in as_lead.get(address("file", ref=ref)).content.decode()
    where = address("refuse", ref=ref)
    form = fields(as_lead.post(where, {"refusal": "BLURRED", "step": "fill"}), where)
    assert as_lead.post(where, {**form, "step": "next"})["Location"] == address("file", ref=other.ref)


def test_another_desk_prints_nothing_and_each_print_leaves_a_line(office: Office, as_lead: Client) -> None:
    ref = office.claimed(told(office))
    stranger = enter_as(builders.a_lead(builders.a_facility("Trạm Y tế Đa Kao")))
    assert stranger.get(address("letter", ref=ref)).status_code == 404
    as_lead.get(address("letter", ref=ref))
    line = AuditLine.objects.get(action="cases.print_letter")
    assert line.actor_id == office.lead.id


def test_a_paper_brought_to_the_desk_is_added_and_shown(office: Office, as_lead: Client) -> None:
    case = told(office)
    ref = office.claimed(case)
    sent = as_lead.post(address("add_paper", ref=ref), {"evidence": paper()})
    assert sent["Location"] == address("file", ref=ref)
    (page,) = evidence_of(case.case_id)
    assert str(page.id) in as_lead.get(address("file", ref=ref)).content.decode()


def test_what_is_no_paper_is_refused_beside_the_field(office: Office, as_lead: Client) -> None:
    case = told(office)
    ref = office.claimed(case)
    for files, words in ((None, "Chọn ảnh hoặc tệp PDF"), (b"<?php evil(); ?>", "không phải ảnh JPEG")):
        values = {"evidence": SimpleUploadedFile("a.jpg", files, "image/jpeg")} if files else {}
        answer = as_lead.post(address("add_paper", ref=ref), values)
        assert answer.status_code == 422
        assert words in shown(answer)
    assert evidence_of(case.case_id) == ()


def test_only_who_holds_the_case_adds_to_it(office: Office, as_lead: Client) -> None:
    case = told(office)
    answer = as_lead.post(address("add_paper", ref=case.ref), {"evidence": paper()})
    assert answer["Location"] == address("file", ref=case.ref)
    assert evidence_of(case.case_id) == ()
    assert reads.desk_file(office.lead, LATER, case.ref).state is CaseState.ROUTED
