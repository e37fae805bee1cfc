"""Refusing, asking and passing on: the citizen's words ready, nothing typed lost, the clock never stopped."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, enter_as, fields, shown
from tests.web.cases.test_papers import a_photo
from tiemchung.cases import actions, reads
from tiemchung.cases.rules import CaseState, ClaimedDose, Desk, DeskLevel, RefusalCode
from tiemchung.core.actor import SYSTEM
from tiemchung.web.cases.answering import desk_in, ready_words


def test_all_thirteen_reasons_are_offered_beside_a_paper_each_with_the_citizens_words(
    office: Office, as_lead: Client, settings: Any, tmp_path: Any
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    case = office.wrong_dose()
    a_photo(office, case)
    ref = office.claimed(case)
    body = as_lead.get(address("refuse", ref=ref)).content.decode()
    assert [code for code in RefusalCode if f'value="{code}"' not in body] == []
    assert len({ready_words(code, "vi") for code in RefusalCode}) == 13


def test_choosing_a_reason_fills_in_the_answer_and_keeps_what_was_written(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.with_paper(office.wrong_dose()))
    where = address("refuse", ref=ref)
    page = as_lead.post(where, {"refusal": "BLURRED", "step": "fill"})
    assert page.status_code == 200
    assert fields(page, where)["text"] == ready_words("BLURRED", "vi")
    other = as_lead.post(where, {"refusal": "SLIP_MASKED", "text": ready_words("BLURRED", "vi"), "step": "fill"})
    assert fields(other, where)["text"] == ready_words("SLIP_MASKED", "vi")
    own = as_lead.post(where, {"refusal": "SLIP_MASKED", "text": "Lời của tôi, viết tay.", "step": "fill"})
    assert fields(own, where)["text"] == "Lời của tôi, viết tay."


def test_a_refusal_answers_the_citizen_with_its_reason(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.with_paper(office.wrong_dose()))
    where = address("refuse", ref=ref)
    form = fields(as_lead.post(where, {"refusal": "BLURRED", "step": "fill"}), where)
    assert as_lead.post(where, {**form, "step": "do"})["Location"] == address("file", ref=ref)
    file = reads.desk_file(office.lead, LATER, ref)
    assert (file.state, file.refusal) == (CaseState.REJECTED, "BLURRED")
    assert ready_words("BLURRED", "vi") in shown(as_lead.get(address("file", ref=ref)))


def test_a_reason_about_a_photo_is_refused_where_none_came_whatever_the_form_says(
    office: Office, as_lead: Client
) -> None:
    ref = office.claimed(office.wrong_dose())
    where = address("refuse", ref=ref)
    version = reads.desk_file(office.lead, LATER, ref).version
    sent = {"refusal": "BLURRED", "text": "Ảnh của bạn bị mờ quá.", "version": str(version), "step": "do"}
    page = as_lead.post(where, sent)
    assert page.status_code == 422
    assert "Lý do này nói về ảnh hoặc giấy" in shown(page)
    assert "Ảnh của bạn bị mờ quá." in shown(page)
    assert reads.desk_file(office.lead, LATER, ref).state == CaseState.IN_REVIEW
    named = {**sent, "refusal": "NAME_INCOMPLETE_OR_UNACCENTED", "text": "Tên bạn ghi chưa đủ dấu."}
    assert as_lead.post(where, named)["Location"] == address("file", ref=ref)


def test_a_refusal_without_a_reason_is_said_beside_the_list(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    where = address("refuse", ref=ref)
    form = fields(as_lead.get(where), where)
    page = as_lead.post(where, {**form, "text": "Câu trả lời dài đủ.", "step": "do"})
    assert page.status_code == 422
    assert "Chọn một lý do trong danh sách" in shown(page)
    assert "Câu trả lời dài đủ." in shown(page)


def test_a_question_waits_at_the_citizens_and_leaves_the_list_of_work(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    where = address("ask", ref=ref)
    form = fields(as_lead.get(where), where)
    as_lead.post(where, {**form, "text": "Xin gửi lại ảnh giấy xác nhận.", "step": "do"})
    assert reads.desk_file(office.lead, LATER, ref).state == CaseState.NEED_MORE_INFO
    assert "Đang chờ người dân bổ sung" in shown(as_lead.get(address("queue") + "?show=ASKED"))


def test_asking_and_taking_the_next_is_one_press(office: Office, as_lead: Client) -> None:
    ref, other = office.claimed(office.wrong_dose()), office.missing_dose(full_name="Trần Văn Hai")
    where = address("ask", ref=ref)
    form = fields(as_lead.get(where), where)
    answer = as_lead.post(where, {**form, "text": "Xin gửi lại ảnh giấy xác nhận.", "step": "next"})
    assert answer["Location"] == address("file", ref=other.ref)


def test_the_desks_above_and_the_place_told_are_offered(office: Office, as_lead: Client) -> None:
    text = shown(as_lead.get(address("pass", ref=office.claimed(office.wrong_dose()))))
    assert "Phường Sài Gòn" in text
    assert "Bộ Y tế" in text


def test_a_case_is_passed_to_a_desk_found_by_words(office: Office, as_lead: Client) -> None:
    other = builders.a_facility("Bệnh viện Nhi Đồng")
    lead = builders.a_lead(other)
    ref = office.claimed(office.wrong_dose())
    where = address("pass", ref=ref)
    found = as_lead.post(where, {**fields(as_lead.get(where), where), "words": "nhi dong", "step": "find"})
    assert "Bệnh viện Nhi Đồng" in shown(found)
    form = {**fields(found, where), "to": f"FACILITY:{other.id}", "because": "Tiêm tại bệnh viện này", "step": "do"}
    assert as_lead.post(where, form)["Location"] == address("queue")
    file = reads.desk_file(lead, LATER, ref)
    assert file.desk == Desk(other.id, DeskLevel.FACILITY)
    assert as_lead.get(address("file", ref=ref)).status_code == 404


def test_who_passes_to_a_desk_with_nobody_is_told_where_the_case_went(office: Office, as_lead: Client) -> None:
    empty = builders.a_facility("Trạm không ai trực")
    ref = office.claimed(office.wrong_dose())
    where = address("pass", ref=ref)
    form = {**fields(as_lead.get(where), where), "to": f"FACILITY:{empty.id}", "because": "Tiêm tại trạm này"}
    told = shown(as_lead.post(where, {**form, "step": "do"}, follow=True))
    assert "Trạm không ai trực hiện không có người trực, phản ánh được chuyển đến" in told
    assert "Đã chuyển phản ánh" in told


@pytest.mark.parametrize(("to", "words"), [("", "Chọn đơn vị khác"), ("FACILITY:x", "Chọn đơn vị khác"), (
    "COMMUNE:0199a0e0-0000-7000-8000-000000000001", "Không có đơn vị này")])  # fmt: skip
def test_a_case_goes_to_no_desk_that_does_not_exist(office: Office, as_lead: Client, to: str, words: str) -> None:
    ref = office.claimed(office.wrong_dose())
    where = address("pass", ref=ref)
    page = as_lead.post(where, {**fields(as_lead.get(where), where), "to": to, "because": "Không phải của tôi",
                                "step": "do"})  # fmt: skip
    assert page.status_code == 422
    assert words in shown(page)
    assert "Không phải của tôi" in shown(page)


def test_what_came_meanwhile_is_shown_and_the_question_typed_is_kept(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    ref = office.claimed(case)
    where = address("ask", ref=ref)
    form = fields(as_lead.get(where), where)
    actions.answer_back(by=SYSTEM, at=LATER, ref=ref, contact_key=case.contact_key, text="Tôi bổ sung: số lô FB2222")
    page = as_lead.post(where, {**form, "text": "Xin gửi lại ảnh giấy xác nhận.", "step": "do"})
    assert page.status_code == 422
    assert "Tôi bổ sung: số lô FB2222" in shown(page)
    assert "Xin gửi lại ảnh giấy xác nhận." in shown(page)
    again = as_lead.post(where, {**fields(page, where), "step": "do"})
    assert again["Location"] == address("queue")


def test_a_lost_claim_is_taken_again_with_the_words_typed(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.with_paper(office.wrong_dose()))
    where = address("refuse", ref=ref)
    form = fields(as_lead.post(where, {"refusal": "BLURRED", "step": "fill"}), where)
    actions.release_case(by=office.lead, at=LATER, ref=ref)
    lost = as_lead.post(where, {**form, "step": "do"})
    assert "Bạn không còn giữ phản ánh này" in shown(lost)
    back = as_lead.post(where, {**fields(lost, where), "step": "reclaim"})
    assert fields(back, where)["text"] == ready_words("BLURRED", "vi")
    assert as_lead.post(where, {**fields(back, where), "step": "do"}).status_code == 302
    assert reads.desk_file(office.lead, LATER, ref).state == CaseState.REJECTED


def test_the_clock_runs_on_through_a_question_and_a_passing(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    ref = office.claimed(case)
    where = address("ask", ref=ref)
    as_lead.post(where, {**fields(as_lead.get(where), where), "text": "Xin gửi lại ảnh giấy.", "step": "do"})
    assert reads.desk_file(office.lead, LATER, ref).due_at == case.due_at == office.at + dt.timedelta(hours=48)


def test_a_desk_in_a_form_is_a_level_and_an_id_or_nothing() -> None:
    assert desk_in("FACILITY:0199a0e0-0000-7000-8000-000000000001").level is DeskLevel.FACILITY
    assert [desk_in(text) for text in ("", "FACILITY", "X:0199a0e0-0000-7000-8000-000000000001", "NATION:1")] == [
        None
    ] * 4


def test_who_sits_elsewhere_cannot_refuse(office: Office) -> None:
    ref = office.claimed(office.wrong_dose())
    above = enter_as(office.corrector)
    answer = above.post(address("refuse", ref=ref), {"refusal": "BLURRED", "step": "do", "version": "2"})
    assert answer["Location"] == address("file", ref=ref)
    assert reads.desk_file(office.lead, LATER, ref).state == CaseState.IN_REVIEW


def test_a_case_about_two_places_can_be_passed_to_either(office: Office, as_corrector: Client) -> None:
    other = builders.a_facility("Trạm Y tế Tân Định", at=office.at)
    told = tuple(
        ClaimedDose(n, "PFIZER", "X", dt.date(2026, 7 + n, 1), facility_id=place)
        for n, place in ((1, office.facility.id), (2, other.id))
    )
    ref = office.claimed(office.report("BOTH_MISSING", told), by=office.corrector)
    body = shown(as_corrector.get(address("file", ref=ref)))
    assert "phụ trách chung các nơi đã tiêm" in body
    offered = as_corrector.get(address("pass", ref=ref)).content.decode()
    assert f"FACILITY:{office.facility.id}" in offered
    assert f"FACILITY:{other.id}" in offered
