"""A report of two places: the desk that has it saves its own part in one go, sees where the rest goes, and is done."""

import pytest
from django.test import Client

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, enter_as, fields, shown
from tests.web.cases.two_provinces import FIRST, SECOND, FarOffice
from tiemchung.cases import actions, reads
from tiemchung.cases.rules import CaseState, Desk, DeskLevel, PartKind, shown_ref
from tiemchung.core.outbox import contact_key


@pytest.fixture
def far(office: Office) -> FarOffice:
    """Give the two offices."""
    return FarOffice(office)


def test_one_button_saves_the_own_part_and_passes_on_the_rest(far: FarOffice, as_lead: Client) -> None:
    ref = far.reported()
    page = as_lead.get(address("file", ref=ref))
    assert "Phần còn lại được chuyển đến Trạm Y tế Hoàn Kiếm" in shown(page)
    check = far.check(as_lead, ref)
    assert "Chuyển phần còn lại đến Trạm Y tế Hoàn Kiếm" in shown(check)
    assert fields(check, address("decide", ref=ref))["rest"] == far.word
    assert far.days() == []
    done = far.save(as_lead, ref, check)
    assert done["Location"] == address("queue")
    assert far.days() == [FIRST]
    assert f"Đã trả lời phần của đơn vị bạn trong phản ánh {shown_ref(ref)}" in shown(as_lead.get(address("queue")))


def test_the_next_desk_sees_what_was_done_and_ends_the_case(far: FarOffice, as_lead: Client) -> None:
    ref = far.reported()
    far.save(as_lead, ref, far.check(as_lead, ref))
    there = enter_as(far.lead)
    actions.claim_case(by=far.lead, at=LATER, ref=ref)
    page = there.get(address("file", ref=ref))
    assert "Trạm Y tế Bến Nghé đã giải quyết phần của mình" in shown(page)
    assert "Giải quyết một phần, chuyển phần còn lại" in shown(page)
    assert "Thông tin sửa đã đến đâu" in shown(page)
    check = far.check(there, ref)
    assert "Các mũi khác trong phản ánh này" not in shown(check)
    assert far.save(there, ref, check)["Location"] == address("file", ref=ref)
    assert far.days() == [FIRST, SECOND]
    assert "Phần đã giải quyết, Trạm Y tế Bến Nghé" in shown(there.get(address("file", ref=ref)))


def test_by_hand_too_the_rest_goes_on_unless_somebody_says_that_there_is_none(far: FarOffice, as_lead: Client) -> None:
    ref = far.reported()
    where = address("manual", ref=ref, kind="record")
    form = as_lead.get(f"{where}?nguoi={far.person_id}&khai=1")
    check = as_lead.post(where, {**fields(form, where), "step": "check"})
    assert fields(check, address("decide", ref=ref))["rest"] == far.word
    far.save(as_lead, ref, check, rest="all")
    file = reads.desk_file(far.office.lead, LATER, ref)
    assert (file.state, file.parts, far.days()) == (CaseState.UPDATED, (), [FIRST])


def test_what_was_chosen_for_the_rest_stays_when_the_page_comes_back(far: FarOffice, as_lead: Client) -> None:
    ref = far.reported()
    again = far.save(as_lead, ref, far.check(as_lead, ref), because="x", rest="all")
    assert again.status_code == 422
    assert fields(again, address("decide", ref=ref))["rest"] == "all"
    nowhere = far.save(as_lead, ref, far.check(as_lead, ref), rest="FACILITY:x", because="x")
    assert fields(nowhere, address("decide", ref=ref))["rest"] == far.word, "a desk that is none is asked again"


def test_a_stale_page_saves_nothing_and_keeps_the_choice(far: FarOffice, as_lead: Client) -> None:
    ref = far.reported()
    check = far.check(as_lead, ref)
    actions.answer_back(
        by=builders.SYSTEM, at=LATER, ref=ref, contact_key=contact_key(far.phone), text="Tôi gửi thêm ảnh sau nhé"
    )
    stale = far.save(as_lead, ref, check)
    assert (stale.status_code, far.days()) == (422, [])
    assert "Tôi gửi thêm ảnh sau nhé" in shown(stale)
    assert far.save(as_lead, ref, stale).status_code == 302
    assert far.days() == [FIRST]


def test_refusing_one_s_own_part_passes_on_the_rest(far: FarOffice, as_lead: Client) -> None:
    ref = far.reported()
    where = address("refuse", ref=ref)
    page = as_lead.get(where)
    form = fields(page, where)
    assert form["rest"] == far.word
    done = as_lead.post(where, {**form, "refusal": "DOSE_MISMATCH", "text": "Sổ tiêm không có mũi 1.", "step": "do"})
    assert done["Location"] == address("queue")
    file = reads.desk_file(far.lead, LATER, ref)
    assert [(part.kind, part.refusal) for part in file.parts] == [(PartKind.REFUSED, "DOSE_MISMATCH")]
    assert file.desk == Desk(far.far.id, DeskLevel.FACILITY)
    actions.claim_case(by=far.lead, at=LATER, ref=ref)
    assert "không chấp nhận phần của mình" in shown(enter_as(far.lead).get(address("file", ref=ref)))


def test_refusing_the_whole_ends_the_case_where_somebody_says_so(far: FarOffice, as_lead: Client) -> None:
    ref = far.reported()
    where = address("refuse", ref=ref)
    form = {**fields(as_lead.get(where), where), "refusal": "PORTRAIT_ONLY", "text": "Ảnh không phải giấy tiêm."}
    assert as_lead.post(where, {**form, "rest": "all", "step": "do"})["Location"] == address("file", ref=ref)
    assert reads.desk_file(far.office.lead, LATER, ref).state == CaseState.REJECTED


def test_a_report_of_one_place_asks_nothing_about_a_rest(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    for page in (as_lead.get(address("refuse", ref=ref)), as_lead.get(address("file", ref=ref))):
        assert "Các mũi khác trong phản ánh này" not in shown(page)
        assert "giải quyết từng phần" not in shown(page)


def test_the_letter_to_a_reporter_without_a_phone_names_both_places(far: FarOffice, as_lead: Client) -> None:
    far.phone = ""
    ref = far.reported()
    far.save(as_lead, ref, far.check(as_lead, ref))
    there = enter_as(far.lead)
    actions.claim_case(by=far.lead, at=LATER, ref=ref)
    where = address("refuse", ref=ref)
    form = {**fields(there.get(where), where), "refusal": "BLURRED", "text": "Ảnh phiếu mũi 2 bị mờ."}
    there.post(where, {**form, "step": "do"})
    letter = shown(there.get(address("letter", ref=ref)))
    assert "đã được các nơi trả lời như sau" in letter
    assert "Phần đã giải quyết, Trạm Y tế Bến Nghé" in letter
    assert "Phần chưa được chấp nhận, Trạm Y tế Hoàn Kiếm: Ảnh phiếu mũi 2 bị mờ." in letter
    assert "chưa được Trạm Y tế Hoàn Kiếm chấp nhận vì" not in letter
