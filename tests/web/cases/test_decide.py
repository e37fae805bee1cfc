"""Settling: before and after are seen first, one click does it, nothing typed is lost whatever happens meanwhile."""

import datetime as dt

import pytest
from django.test import Client

from tests import builders
from tests.certificates.passport_cast import issue_passport
from tests.web.cases.conftest import GIVEN, LATER, Office, address, enter_as, fields, shown
from tiemchung.cases import actions, reads
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.rules import CaseState, ClaimedDose
from tiemchung.cases.solutions import Solution
from tiemchung.doses import actions as dose_actions
from tiemchung.doses import reads as doses
from tiemchung.people import reads as people
from tiemchung.web.cases.wire import pack

WHY = "Đã đối chiếu sổ tiêm trang 12"


def suggested(office: Office, browser: Client, ref: str):
    """Press the first suggestion's button and give the page that checks it."""
    page = browser.get(address("file", ref=ref))
    return browser.post(address("decide", ref=ref), {**fields(page, address("decide", ref=ref)), "step": "check"})


def filled(page, ref: str, **more: str) -> dict[str, str]:
    """Give the check page's form with what a person types into it."""
    form = fields(page, address("decide", ref=ref))
    return {**form, "because": form.get("because") or WHY, **more}


def now(office: Office):
    """Give the dose as it is."""
    return doses.dose([office.person_id], office.dose.id)


def test_one_click_shows_before_and_after_and_changes_nothing(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    page = suggested(office, as_lead, ref)
    assert page.status_code == 200
    assert "Kiểm tra trước khi lưu" in shown(page)
    assert "FA1034" in shown(page)
    assert now(office) == office.dose
    assert reads.desk_file(office.lead, LATER, ref).state == CaseState.IN_REVIEW


def test_whose_passport_falls_with_it_is_said_before_saving(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    warning = "Người này đang có hộ chiếu vắc xin"
    assert warning not in shown(suggested(office, as_lead, ref))
    issue_passport(office.person_id)
    assert warning in shown(suggested(office, as_lead, ref))


def test_saving_corrects_the_dose_and_answers_the_citizen(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    form = filled(suggested(office, as_lead, ref), ref, step="do")
    done = as_lead.post(address("decide", ref=ref), form)
    assert done["Location"] == address("file", ref=ref)
    assert now(office).facts.lot_number == "FA1034"
    text = shown(as_lead.get(address("file", ref=ref)))
    assert "Đã giải quyết" in text
    assert "Chúng tôi đã đối chiếu và sửa thông tin mũi tiêm" in text
    assert "Thông tin sửa đã đến đâu" in text
    assert "Sổ mũi tiêm" in text


def test_save_and_next_leads_to_the_next_case(office: Office, as_lead: Client) -> None:
    ref, other = office.claimed(office.wrong_dose()), office.missing_dose(full_name="Trần Văn Hai")
    form = filled(suggested(office, as_lead, ref), ref, step="next")
    assert as_lead.post(address("decide", ref=ref), form)["Location"] == address("file", ref=other.ref)


def test_saving_twice_settles_once(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    form = filled(suggested(office, as_lead, ref), ref, step="do")
    for _ in range(2):
        assert as_lead.post(address("decide", ref=ref), form)["Location"] == address("file", ref=ref)
    assert len(doses.history_of([office.person_id], office.dose.id)) == 2


def test_a_reason_is_asked_for_beside_its_field_and_what_was_typed_stays(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    form = filled(suggested(office, as_lead, ref), ref, step="do") | {"because": "x", "answer": "Câu trả lời của tôi."}
    page = as_lead.post(address("decide", ref=ref), form)
    assert page.status_code == 422
    assert "Hãy ghi lý do" in shown(page)
    assert "Câu trả lời của tôi." in shown(page)
    assert now(office) == office.dose


def test_a_dose_changed_meanwhile_is_shown_in_both_versions(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    form = filled(suggested(office, as_lead, ref), ref, step="do", answer="Câu trả lời của tôi.")
    dose_actions.amend_dose(
        by=office.corrector, at=LATER, key="other", profile_id=office.person_id, dose_id=office.dose.id,
        version=office.dose.version, changes={"lot_number": "KHAC99"}, because="Sai số lô trong sổ tiêm",
    )  # fmt: skip
    page = as_lead.post(address("decide", ref=ref), form)
    text = shown(page)
    assert page.status_code == 422
    assert "Mũi tiêm đã thay đổi trong lúc bạn nhập" in text
    assert "KHAC99" in text
    assert "FA1034" in text
    assert "Câu trả lời của tôi." in text
    again = as_lead.post(address("decide", ref=ref), filled(page, ref, step="do"))
    assert again.status_code == 302
    assert now(office).facts.lot_number == "FA1034"


def test_a_word_of_the_citizen_meanwhile_is_shown_before_anything_is_saved(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    ref = office.claimed(case)
    form = filled(suggested(office, as_lead, ref), ref, step="do")
    actions.answer_back(
        by=builders.SYSTEM, at=LATER, ref=ref, contact_key=case.contact_key, text="Tôi gửi nhầm, số lô là FB2222"
    )
    page = as_lead.post(address("decide", ref=ref), form)
    assert page.status_code == 422
    assert "Phản ánh này vừa thay đổi" in shown(page)
    assert "Tôi gửi nhầm, số lô là FB2222" in shown(page)
    assert now(office) == office.dose
    assert as_lead.post(address("decide", ref=ref), filled(page, ref, step="do")).status_code == 302


def test_a_lost_claim_is_taken_again_with_everything_typed(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose(), at=LATER - dt.timedelta(minutes=19, seconds=59))
    page = suggested(office, as_lead, ref)
    form = filled(page, ref, step="do", answer="Câu trả lời của tôi.")
    actions.release_case(by=office.lead, at=LATER, ref=ref)
    lost = as_lead.post(address("decide", ref=ref), form)
    assert lost.status_code == 422
    assert "Bạn không còn giữ phản ánh này" in shown(lost)
    assert "Lưu và trả lời" not in shown(lost)
    back = as_lead.post(address("decide", ref=ref), filled(lost, ref, step="reclaim"))
    assert "Câu trả lời của tôi." in shown(back)
    assert as_lead.post(address("decide", ref=ref), filled(back, ref, step="do")).status_code == 302
    assert now(office).facts.lot_number == "FA1034"


def test_a_case_that_has_ended_is_not_decided_again(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    form = filled(suggested(office, as_lead, ref), ref, step="do")
    file = reads.desk_file(office.lead, LATER, ref)
    actions.refuse_case(
        by=office.lead, at=LATER, key="r", ref=ref, version=file.version, refusal="BLURRED", answer="Ảnh bị mờ quá."
    )
    page = as_lead.post(address("decide", ref=ref), {**form, "answer": "Câu trả lời của tôi."})
    text = shown(page)
    assert page.status_code == 422
    for words in ("đã kết thúc trong lúc bạn làm", "Không chấp nhận", office.lead.name, "Ảnh bị mờ quá.",
                  "Câu trả lời của tôi."):  # fmt: skip
        assert words in text
    assert [button for button in ("Lưu và trả lời", "Nhận lại và tiếp tục", "Kiểm tra lại") if button in text] == []
    assert now(office) == office.dose


def test_a_form_that_is_checked_after_the_end_is_told_of_it(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    page = as_lead.get(address("file", ref=ref))
    form = {**fields(page, address("decide", ref=ref)), "step": "check"}
    file = reads.desk_file(office.lead, LATER, ref)
    actions.refuse_case(
        by=office.lead, at=LATER, key="r", ref=ref, version=file.version, refusal="BLURRED", answer="Ảnh bị mờ quá."
    )
    assert "đã kết thúc trong lúc bạn làm" in shown(as_lead.post(address("decide", ref=ref), form))
    where = address("manual", ref=ref, kind="nothing")
    assert as_lead.post(where, {"step": "check"})["Location"] == address("file", ref=ref)
    text = shown(as_lead.get(address("file", ref=ref)))
    assert "Phản ánh này đã kết thúc: Không chấp nhận" in text
    assert "Điều bạn vừa làm không được lưu" in text


def test_two_missing_doses_are_recorded_in_one_decision(office: Office, as_lead: Client) -> None:
    told = tuple(
        ClaimedDose(n, "PFIZER", f"LO{n}", dt.date(2026, 7 + n, 1), facility_id=office.facility.id) for n in (1, 2)
    )
    person = builders.a_person("Trần Thị Bích", dt.date(1985, 3, 5))
    case = office.report("BOTH_MISSING", told, full_name="Trần Thị Bích", person_id=person.person_id)
    ref = office.claimed(case)
    first = manual(office, as_lead, ref, "record", person.person_id, khai="1")
    kept = fields(first, address("decide", ref=ref))
    more = as_lead.post(
        address("manual", ref=ref, kind="record"),
        {"what": kept["what"], "version": kept["version"], "nguoi": str(person.person_id), "khai": "2", "step": "form"},
    )
    form = fields(more, address("manual", ref=ref, kind="record"))
    assert form["lot_number"] == "LO2"
    both = as_lead.post(address("manual", ref=ref, kind="record"), {**form, "step": "check"})
    assert as_lead.post(address("decide", ref=ref), filled(both, ref, step="do")).status_code == 302
    assert [d.facts.lot_number for d in doses.doses_of([person.person_id])] == ["LO1", "LO2"]


def manual(office: Office, browser: Client, ref: str, kind: str, person_id, **more: str):
    """Open a form as the case's page leads to it, and send it as it is filled."""
    where = address("manual", ref=ref, kind=kind)
    query = "&".join(f"{name}={value}" for name, value in {"nguoi": person_id, **more}.items())
    page = browser.get(f"{where}?{query}")
    assert page.status_code == 200
    return browser.post(where, {**fields(page, where), "step": "check"})


def test_a_form_is_first_filled_with_what_the_citizen_told(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.missing_dose(full_name="Trần Thị Bích"))
    person = builders.a_person("Trần Thị Bích", dt.date(1985, 3, 5))
    page = manual(office, as_lead, ref, "record", person.person_id, khai="1")
    assert page.status_code == 200
    assert as_lead.post(address("decide", ref=ref), filled(page, ref, step="do")).status_code == 302
    (dose,) = doses.doses_of([person.person_id])
    assert (dose.facts.product, dose.facts.lot_number, dose.facts.given_on) == ("PFIZER", "FA1O34", GIVEN)
    assert dose.facts.facility_id == office.facility.id
    assert dose.source == "CASE"


def test_what_cannot_be_read_in_a_form_is_said_beside_the_field(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.missing_dose())
    where = address("manual", ref=ref, kind="record")
    form = {"nguoi": str(office.person_id), "product": "NONE", "lot_number": "ABC9", "given_on_day": "31",
            "given_on_month": "2", "given_on_year": "2026", "step": "check"}  # fmt: skip
    page = as_lead.post(where, form)
    assert page.status_code == 422
    assert "Chọn một vắc xin trong danh sách" in shown(page)
    assert "Ngày tiêm cần đủ" in shown(page)
    assert 'value="ABC9"' in page.content.decode()


def test_a_place_is_found_by_words_in_the_form(office: Office, as_lead: Client) -> None:
    other = builders.a_facility("Bệnh viện Nhi Đồng")
    ref = office.claimed(office.missing_dose())
    form = {"nguoi": str(office.person_id), "lot_number": "ABC9", "place_words": "nhi dong", "step": "find_place"}
    page = as_lead.post(address("manual", ref=ref, kind="record"), form)
    assert page.status_code == 200
    assert str(other.id) in page.content.decode()
    assert 'value="ABC9"' in page.content.decode()


def test_a_dose_that_never_was_is_voided_by_hand(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    page = manual(office, as_lead, ref, "void", office.person_id, mui=str(office.dose.id))
    assert page.status_code == 422, "the dose is chosen in the form"
    chosen = as_lead.post(
        address("manual", ref=ref, kind="void"),
        {"nguoi": str(office.person_id), "mui": str(office.dose.id), "step": "check"},
    )
    as_lead.post(address("decide", ref=ref), filled(chosen, ref, step="do"))
    assert now(office).state == "VOIDED"


def test_the_name_is_corrected_with_both_versions_shown(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    where = address("manual", ref=ref, kind="amend_person")
    form = fields(as_lead.get(f"{where}?nguoi={office.person_id}"), where)
    page = as_lead.post(where, {**form, "full_name": "Nguyễn Thị Ân", "step": "check"})
    assert "Nguyễn Thị Ân" in shown(page)
    assert as_lead.post(address("decide", ref=ref), filled(page, ref, step="do")).status_code == 302
    assert people.holder_of(office.person_id).full_name == "Nguyễn Thị Ân"


def test_a_form_that_changes_nothing_says_so(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    for kind, more in (("amend_person", {}), ("amend", {"mui": str(office.dose.id)})):
        assert "Chưa có thông tin nào thay đổi" in shown(manual(office, as_lead, ref, kind, office.person_id, **more))


def test_two_profiles_found_by_search_are_joined(office: Office, as_lead: Client) -> None:
    twin = builders.a_person("Nguyễn Thị An", dt.date(1985, 3, 5), identifiers=())
    ref = office.claimed(office.wrong_dose())
    where = address("manual", ref=ref, kind="link")
    found = as_lead.post(where, {"nguoi": str(office.person_id), "text": "nguyen thi an", "step": "find"})
    assert str(twin.person_id) in found.content.decode()
    page = as_lead.post(where, {"nguoi": str(office.person_id), "kia": str(twin.person_id), "step": "check"})
    assert "Hồ sơ giữ lại" in shown(page)
    as_lead.post(address("decide", ref=ref), filled(page, ref, step="do"))
    assert people.person_of(twin.person_id) == office.person_id


def test_a_number_and_a_phone_are_added(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    number = builders.a_cccd("FEMALE", dt.date(1985, 3, 5))
    page = as_lead.post(
        address("manual", ref=ref, kind="add_number"),
        {"nguoi": str(office.person_id), "system": "CMND9", "number": "990012345", "step": "check"},
    )
    kept = fields(page, address("decide", ref=ref))
    both = as_lead.post(
        address("manual", ref=ref, kind="add_phone"),
        {
            "nguoi": str(office.person_id),
            "what": kept["what"],
            "system": "OWN",
            "number": "0900000999",
            "step": "check",
        },
    )
    asked = as_lead.post(address("decide", ref=ref), filled(both, ref, step="do"))
    assert "Phản ánh không gửi từ số nào trong hồ sơ" in shown(asked)
    seen = filled(asked, ref, step="do", override="Đã xem căn cước tại quầy")
    assert as_lead.post(address("decide", ref=ref), seen).status_code == 302
    assert number  # the first number stays
    kinds = [effect.solution for effect in reads.desk_file(office.lead, LATER, ref).effects]
    assert kinds == ["ADD_NUMBER", "ADD_PHONE"]


@pytest.mark.parametrize(("number", "known"), [("LO2", False), ("FA9998", True)])
def test_a_corrected_lot_that_stands_in_no_list_is_said_to(
    office: Office, as_lead: Client, number: str, known: bool
) -> None:
    ref = office.claimed(office.wrong_dose())
    if known:
        builders.a_lot(number=number)
    what = pack([
        Solution(
            SolutionKind.AMEND, office.person_id, office.dose.id, office.dose.version, changes={"lot_number": number}
        )
    ])  # fmt: skip
    page = shown(as_lead.post(address("decide", ref=ref), {"what": what, "step": "check"}))
    assert ("Số lô chưa có trong danh sách" not in page) is known


def test_a_person_who_differs_from_the_report_is_named_as_such_before_anything_is_saved(
    office: Office, as_lead: Client
) -> None:
    ref = office.claimed(office.wrong_dose())
    other = builders.a_person("Nguyễn Thị Ân", dt.date(1985, 5, 3), identifiers=())
    for person, shows in ((office.person_id, False), (other.person_id, True)):
        what = pack([Solution(SolutionKind.ADD_NUMBER, person, system="CMND9", number="990012347")])
        page = shown(as_lead.post(address("decide", ref=ref), {"what": what, "step": "check"}))
        assert ("Hồ sơ này khác với lời khai" in page) is shows
        assert ("hồ sơ 03/05/1985" in page) is shows


def test_one_of_two_corrections_can_be_dropped(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    what = pack([
        Solution(SolutionKind.VOID, office.person_id, office.dose.id, office.dose.version),
        Solution(SolutionKind.ADD_NUMBER, office.person_id, system="CMND9", number="990012346"),
    ])  # fmt: skip
    file = reads.desk_file(office.lead, LATER, ref)
    page = as_lead.post(address("decide", ref=ref), {"what": what, "version": file.version, "step": "drop-0"})
    assert "Hủy mũi tiêm" not in shown(page).split("Thêm một sửa đổi")[0]
    assert "990012346" in shown(page)


def test_nothing_to_correct_is_answered_with_a_whole_sentence(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    page = as_lead.get(address("manual", ref=ref, kind="nothing"))
    assert "Không có gì thay đổi trong dữ liệu" in shown(page)
    short = as_lead.post(address("decide", ref=ref), filled(page, ref, step="do", answer="Đã đúng rồi"))
    assert "quá ngắn" in shown(short)
    as_lead.post(address("decide", ref=ref), filled(page, ref, step="do"))
    assert reads.desk_file(office.lead, LATER, ref).state == CaseState.UPDATED
    assert now(office) == office.dose


def test_what_a_desk_may_not_do_is_said_before_it_is_done(office: Office) -> None:
    ref = office.wrong_dose(at=builders.NOW - dt.timedelta(hours=49)).ref
    officer = builders.an_officer(builders.Role.PROVINCE_OFFICER)
    for _ in range(4):
        actions.sound_alarms(builders.NOW)
    browser = enter_as(officer)
    browser.post(address("claim", ref=ref))
    file = reads.desk_file(officer, LATER, ref)
    what = pack([Solution(SolutionKind.VOID, office.person_id, office.dose.id, office.dose.version)])
    page = browser.post(address("decide", ref=ref), {"what": what, "version": file.version})
    assert "Lưu và trả lời" not in shown(page)
    assert now(office) == office.dose


def test_a_packet_that_is_none_leads_back(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    for what in ("", "x", "{}", '[{"kind": "FLY"}]', '[{"kind": "VOID", "dose_id": "x"}]'):
        answer = as_lead.post(address("decide", ref=ref), {"what": what, "step": "do"})
        assert answer["Location"] == address("file", ref=ref), what
