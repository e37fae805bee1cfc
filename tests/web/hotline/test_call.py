"""A call on the agent's screen: nothing before the proof, nothing beyond it, and a sentence to read out."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from tests import builders
from tests.web.hotline.conftest import BORN, LATER, NAME, Centre, address, enter_as, fields, shown
from tiemchung.cases.actions.desk import ask_back, claim_case
from tiemchung.cases.models import Call, Case
from tiemchung.cases.reads import progress_of
from tiemchung.cases.rules import CaseState, shown_ref
from tiemchung.cases.rules.calls import purpose_of
from tiemchung.cases.sealed import open_claim
from tiemchung.core.actor import Role
from tiemchung.core.models import AuditLine
from tiemchung.core.outbox import contact_key
from tiemchung.doses.models import LedgerEntry
from tiemchung.doses.reads import doses_of, history_of
from tiemchung.doses.rules import DoseState
from tiemchung.places.rules import Level


def personal(centre: Centre) -> list[str]:
    """Give what of An must not be seen before she has proved herself."""
    masked = [f"•{centre.number[-3:]}", _masked_phone(centre)]
    return [NAME, "1985", centre.number, *masked, "FA1O34", "Mũi gần nhất", "Bến Nghé"]


def _masked_phone(centre: Centre) -> str:
    """Give the mask's end: three digits alone also stand in hours, references and the hotline's own number."""
    return f"• {centre.phone[-3:]}"


def test_the_console_has_one_box_and_says_how_many_may_still_be_seen(centre: Centre) -> None:
    text = shown(centre.get("console"))
    assert "Người gọi cho biết" in text
    assert "Hôm nay còn xem được 150 trên 150 người" in text


@pytest.mark.parametrize("what", ["number", "phone"])
def test_a_search_says_how_many_and_what_to_ask_and_shows_nobody(centre: Centre, what: str) -> None:
    text = shown(centre.begin(getattr(centre, what)))
    assert "Tìm thấy 1 người" in text
    assert "Xin cho biết họ và tên đầy đủ" in text
    assert [one for one in personal(centre) if one in text and one not in ("1985",)] == []
    assert "Hôm nay còn xem được 149 trên 150 người" in text


def test_what_the_caller_said_to_the_search_is_not_typed_twice(centre: Centre) -> None:
    page = centre.begin("Nguyễn Thị An 05/03/1985").content.decode()
    for value in (NAME, "5", "3", "1985"):
        assert f'value="{value}"' in page


@pytest.mark.parametrize(
    "wrong",
    [{"full_name": "Nguyễn Thị Ân"}, {"birth_day": "6"}, {"number": "079185009999"}, {"full_name": "Lê Văn Tám"}],
)
def test_every_wrong_proof_is_one_page(centre: Centre, wrong: dict[str, str]) -> None:
    centre.begin(centre.number)
    answer = centre.post("prove", centre.facts(**wrong))
    assert answer.status_code == 422
    text = shown(answer)
    assert "Chưa xác minh" in text
    assert "FA1O34" not in text
    assert "Bến Nghé" not in text
    assert "Mũi gần nhất" not in text
    assert Call.objects.get().person_id is None


def test_three_right_facts_show_the_record_with_a_sentence_to_read_out(centre: Centre) -> None:
    text = shown(centre.proved())
    assert "Đã xác minh bằng số giấy tờ" in text
    assert "Thẻ vàng: chưa đủ liều" in text
    assert "Mũi gần nhất: Comirnaty" in text or "Mũi gần nhất: Pfizer" in text
    assert "ngày 01/10/2026, tại Trạm Y tế Bến Nghé" in text
    assert centre.number not in text
    assert centre.phone[3:] not in text


def test_the_open_record_is_a_look_with_the_call_as_its_reason(centre: Centre) -> None:
    centre.proved()
    line = AuditLine.objects.filter(subject_id=centre.person_id, action="cases.open_caller").latest("at")
    assert (line.because, line.actor_id) == (purpose_of(Call.objects.get().id), centre.agent.id)


def test_name_and_birth_date_lead_to_a_code_that_opens_the_record(centre: Centre) -> None:
    centre.begin("Nguyễn Thị An 05/03/1985")
    text = shown(centre.post("prove", centre.facts(number="")))
    assert "Mã gửi tới số trên hồ sơ" in text
    assert _masked_phone(centre) not in text
    centre.post("code", {"step": "send"})
    wrong = centre.post("code", {"step": "use", "code": "12345"})
    assert (wrong.status_code, "Mũi gần nhất" in shown(wrong)) == (422, False)
    code = centre.code()
    assert "Đã xác minh bằng mã" in shown(centre.post("code", {"step": "use", "code": f"{code[:3]} {code[3:]}"}))


def test_a_report_is_told_with_its_desk_and_hour_to_who_names_its_person(centre: Centre) -> None:
    opened = centre.report()
    text = shown(centre.begin(shown_ref(opened.ref)))
    assert "Tìm thấy 1 phản ánh" in text
    assert "Bến Nghé" not in text
    assert "Chưa hiện gì" in text
    told = shown(centre.post("prove", centre.facts(number="")))
    expected = f"Phản ánh {shown_ref(opened.ref)} về việc mất mũi đã có đang ở Trạm Y tế Bến Nghé"
    assert f"{expected}, hạn trả lời 10 giờ ngày 22/11." in told
    assert "Mũi gần nhất" not in told
    assert "Chưa hiện gì" not in told
    assert "Đã xác minh cho phản ánh: 1 phản ánh hiện ở dưới. Thẻ và các mũi tiêm chưa hiện" in told


def test_a_late_report_is_told_with_an_apology(centre: Centre) -> None:
    opened = centre.report()
    with time_machine.travel(LATER + dt.timedelta(hours=50), tick=False):
        centre.browser = enter_as(centre.agent)
        session = centre.browser.session
        session["seen_at"] = (LATER + dt.timedelta(hours=50)).isoformat()
        session.save()
        centre.begin(opened.ref)
        told = shown(centre.post("prove", centre.facts(number="")))
    assert "đã quá hạn trả lời từ 10 giờ ngày 22/11" in told


def test_a_question_of_the_desk_is_read_out_and_answered_in_the_call(centre: Centre) -> None:
    opened = centre.report()
    file = claim_case(by=centre.lead, at=LATER, ref=opened.ref)
    ask_back(by=centre.lead, at=LATER, ref=opened.ref, version=file.version, text="Bà tiêm buổi nào?")
    centre.begin(opened.ref)
    told = centre.post("prove", centre.facts(number=""))
    assert "hỏi: Bà tiêm buổi nào?" in shown(told)
    after = centre.post("add", {"ref": opened.ref, "deed": "answer", "said": "Buổi sáng"})
    assert "Đã ghi thêm vào phản ánh" in shown(after)
    progress = progress_of(opened.ref, opened.contact_key)
    assert progress is not None
    assert progress.state is CaseState.ROUTED


def test_a_report_of_somebody_else_cannot_be_added_to(centre: Centre) -> None:
    opened = centre.report()
    centre.begin()
    answer = centre.post("add", {"ref": opened.ref, "deed": "withdraw", "said": "x"})
    assert answer.status_code == 422
    assert "Không tìm thấy phản ánh này" in shown(answer)


def test_a_new_search_hides_what_was_proved(centre: Centre) -> None:
    centre.proved()
    assert "FA1O34" not in shown(centre.post("search", {"text": builders.a_cccd()}))
    assert "FA1O34" not in shown(centre.get("call"))


def test_another_agent_sees_nothing_of_this_call(centre: Centre) -> None:
    centre.proved()
    other = enter_as(builders.a_staff_member(centre.agent.role))
    assert other.get(address("call"))["Location"] == address("console")


def test_a_call_is_taken_up_at_another_screen(centre: Centre) -> None:
    centre.proved()
    assert "FA1O34" in shown(enter_as(centre.agent).get(address("call")))


def test_a_call_open_for_four_hours_is_over(centre: Centre) -> None:
    centre.proved()
    with time_machine.travel(LATER + dt.timedelta(hours=4), tick=False):
        session = centre.browser.session
        session["seen_at"] = (LATER + dt.timedelta(hours=4)).isoformat()
        session.save()
        assert centre.get("call")["Location"] == address("console")


def test_i10_the_151st_person_of_a_day_is_refused_on_the_screen(centre: Centre) -> None:
    from tiemchung.access.actions import count_seen

    people = [builders.a_person(identifiers=(), phones=()).person_id for _ in range(150)]
    count_seen(by=centre.agent, at=LATER, person_ids=people)
    answer = centre.begin(centre.number)
    assert answer.status_code in (422, 429)
    assert "FA1O34" not in answer.content.decode()
    assert Call.objects.get().person_id is None
    assert "còn xem được 0 trên 150" in shown(centre.get("call"))


# Three clicks: the kind, the dose, the confirmation.


def test_a_wrong_dose_is_reported_in_three_clicks_after_the_proof(centre: Centre) -> None:
    page = centre.proved(centre.phone)
    first = address("case_form", kind="NEVER_GIVEN")
    assert f'href="{first}"' in page.content.decode()
    form = centre.get("case_form", kind="NEVER_GIVEN")
    assert f'value="{centre.dose.id}"' in form.content.decode()
    check = centre.post("case_form", {"dose_id": str(centre.dose.id), "answer_by": "PHONE", "step": "check"},
                        kind="NEVER_GIVEN")  # fmt: skip
    assert "Tôi xin đọc lại điều quý vị phản ánh" in shown(check)
    done = centre.post("case_form", fields(check, first) | {"step": "do"}, kind="NEVER_GIVEN")
    case = Case.objects.get()
    assert f"Đã ghi phản ánh {shown_ref(case.ref)}" in shown(done)
    assert (case.person_id, case.dose_id, case.door) == (centre.person_id, centre.dose.id, "HOTLINE")
    assert bytes(case.contact_key) == contact_key(centre.phone)
    assert case.unit_id == centre.station.id
    assert "đang ở Trạm Y tế Bến Nghé, hạn trả lời 10 giờ 05 ngày 22/11" in shown(done)


def test_confirming_twice_is_one_report(centre: Centre) -> None:
    centre.proved(centre.phone)
    values = {"dose_id": str(centre.dose.id), "answer_by": "PHONE"}
    check = centre.post("case_form", values | {"step": "check"}, kind="NEVER_GIVEN")
    filled = fields(check, address("case_form", kind="NEVER_GIVEN")) | {"step": "do"}
    for _ in range(2):
        centre.post("case_form", filled, kind="NEVER_GIVEN")
    assert Case.objects.count() == 1


def missing_dose(**more: str) -> dict[str, str]:
    """Give the form of a missing dose by somebody whom nobody has proved."""
    return {
        "full_name": "Trần Văn Tư", "birth_day": "1", "birth_month": "9", "birth_year": "1950", "product_1": "PFIZER",
        "given_1_day": "14", "given_1_month": "8", "given_1_year": "2026", "words": "Nhà văn hóa thôn Đông",
        "province": "UNKNOWN", "answer_by": "FACILITY", "step": "check",
    } | more  # fmt: skip


def test_a_caller_without_phone_and_record_is_served(centre: Centre) -> None:
    centre.begin()
    form = missing_dose(where=f"FACILITY:{centre.station.id}")
    check = centre.post("case_form", form, kind="DOSE1_MISSING")
    rows = shown(check)
    assert "Trần Văn Tư" in rows
    assert "Người gọi đến cơ sở y tế nghe trả lời" in rows
    filled = fields(check, address("case_form", kind="DOSE1_MISSING")) | {"step": "do"}
    done = shown(centre.post("case_form", filled, kind="DOSE1_MISSING"))
    case = Case.objects.get()
    assert shown_ref(case.ref) in done
    assert (case.sealed_phone, case.person_id, case.unit_id) == (None, None, centre.station.id)
    file = claim_case(by=centre.lead, at=LATER, ref=case.ref)
    assert "không có điện thoại" in file.claim.text


def test_a_place_is_found_by_words_and_kept_as_said_where_it_is_not(centre: Centre) -> None:
    centre.begin()
    found = centre.post("case_form", missing_dose(words="ben nghe", step="find"), kind="DOSE1_MISSING")
    assert f'value="FACILITY:{centre.station.id}"' in found.content.decode()
    check = centre.post("case_form", missing_dose(), kind="DOSE1_MISSING")
    assert "Nhà văn hóa thôn Đông" in shown(check)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"answer_by": ""}, "Chọn cách trả lời người gọi"),
        ({"answer_by": "PHONE"}, "Số gọi đến bị ẩn"),
        ({"answer_by": "CALL_BACK", "other_phone": "123"}, "Nhập số di động Việt Nam"),
        ({"answer_by": "LETTER"}, "Nhập địa chỉ nhận thư"),
        ({"given_1_day": "31", "given_1_month": "2"}, "Ngày tiêm cần đủ ngày, tháng, năm"),
        ({"full_name": ""}, ""),
        ({"text": "x" * 2001}, ""),
    ],
)
def test_a_report_that_cannot_be_answered_or_read_says_why(centre: Centre, wrong: dict[str, str], words: str) -> None:
    centre.begin()
    answer = centre.post("case_form", missing_dose(**wrong), kind="DOSE1_MISSING")
    assert answer.status_code == 422
    assert words in shown(answer)
    assert not Case.objects.exists()


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(centre: Centre) -> None:
    centre.begin()
    form = missing_dose(answer_by="LETTER", given_1_day="31", given_1_month="2", text="Nhớ là buổi sáng")
    body = centre.post("case_form", form, kind="DOSE1_MISSING").content.decode()
    assert 'href="#address"' in body
    assert 'href="#given_1-day"' in body
    assert 'id="address-error"' in body
    assert [kept for kept in ("Trần Văn Tư", "Nhớ là buổi sáng", "Nhà văn hóa thôn Đông") if kept not in body] == []


def test_two_right_facts_stay_typed_while_the_third_is_asked_for(centre: Centre) -> None:
    centre.begin(centre.phone, centre.phone)
    body = centre.post("prove", centre.facts(number="")).content.decode()
    assert "Đúng họ tên, ngày sinh; cần thêm số giấy tờ hoặc mã" in body
    assert f'value="{NAME}"' in body
    assert 'value="1985"' in body


def test_a_second_missing_dose_is_written_into_the_same_report(centre: Centre) -> None:
    centre.begin()
    place = {"where": f"FACILITY:{centre.station.id}"}
    form = centre.post("case_form", missing_dose(step="more", **place), kind="RECORD_VANISHED")
    body = form.content.decode()
    assert form.status_code == 200
    assert [field for field in ("product_2", "given_2_day", "lot_2") if f'name="{field}"' not in body] == []
    second = {"product_2": "PFIZER", "given_2_day": "14", "given_2_month": "9", "given_2_year": "2026", **place}
    wrong = centre.post("case_form", missing_dose(**second | {"given_2_month": "13"}), kind="RECORD_VANISHED")
    assert 'href="#given_2-day"' in wrong.content.decode()
    check = centre.post("case_form", missing_dose(**second), kind="RECORD_VANISHED")
    filled = fields(check, address("case_form", kind="RECORD_VANISHED")) | {"step": "do"}
    centre.post("case_form", filled, kind="RECORD_VANISHED")
    case = Case.objects.get()
    told = open_claim(case.id, case.sealed_claim).doses
    days = [dt.date(2026, 8, 14), dt.date(2026, 9, 14)]
    assert [(d.order, d.given_on, d.facility_id) for d in told] == [(n + 1, days[n], centre.station.id) for n in (0, 1)]


def test_a_kind_of_one_dose_takes_no_second(centre: Centre) -> None:
    centre.begin()
    body = centre.post("case_form", missing_dose(step="more", blocks="4"), kind="DOSE1_MISSING").content.decode()
    assert 'name="product_2"' not in body
    assert 'value="more"' not in body


def test_several_doses_on_record_are_chosen_at_once(centre: Centre) -> None:
    other = builders.a_dose(centre.person_id, given_on=dt.date(2026, 11, 1)).dose
    centre.proved(centre.phone)
    values = {"answer_by": "PHONE", "step": "do", "key": builders.a_key() + "-several"}
    none = centre.post("case_form", values, kind="NEVER_GIVEN")
    assert "Chọn mũi tiêm được phản ánh" in shown(none)
    chosen = [str(centre.dose.id), str(other.id)]
    centre.post("case_form", values | {"dose_id": chosen}, kind="NEVER_GIVEN")
    case = Case.objects.get()
    assert {str(d.dose_id) for d in open_claim(case.id, case.sealed_claim).doses} == set(chosen)


def test_doses_under_another_phone_are_reported_without_naming_one(centre: Centre) -> None:
    centre.proved(centre.phone)
    form = {"wanted_phone": "0900 012 345", "answer_by": "PHONE", "step": "do", "key": builders.a_key() + "-phone"}
    centre.post("case_form", form, kind="OTHER_PHONE_OR_NUMBER")
    case = Case.objects.get()
    told = open_claim(case.id, case.sealed_claim)
    assert (told.doses, told.other_phone) == ((), "+84900012345")


def test_a_place_that_is_in_no_list_is_answered_by_the_authority_of_its_own_province(centre: Centre) -> None:
    city = builders.an_area("79", level=Level.PROVINCE)
    corrector = builders.an_officer(Role.DATA_CORRECTOR, city)
    centre.begin()
    asked = centre.post("case_form", missing_dose(province=""), kind="DOSE1_MISSING")
    assert asked.status_code == 422
    assert "Chọn tỉnh, thành phố, hoặc không biết" in shown(asked)
    check = centre.post("case_form", missing_dose(province=str(city.id)), kind="DOSE1_MISSING")
    assert city.full_name in shown(check)
    filled = fields(check, address("case_form", kind="DOSE1_MISSING")) | {"step": "do"}
    centre.post("case_form", filled, kind="DOSE1_MISSING")
    case = Case.objects.get()
    assert (case.unit_id, case.route_why) == (city.id, "PLACE_KNOWN")
    assert claim_case(by=corrector, at=LATER, ref=case.ref).claim.doses[0].place_name == "Nhà văn hóa thôn Đông"


@pytest.mark.parametrize("kind", ["DOSE1_MISSING", "PERSONAL_DATA"])
def test_a_name_without_its_marks_is_asked_for_again_by_telephone_too(centre: Centre, kind: str) -> None:
    centre.begin()
    name = {"DOSE1_MISSING": "full_name", "PERSONAL_DATA": "wanted_full_name"}[kind]
    field = {"full_name": "plain_name", "wanted_full_name": "plain_wanted"}[name]
    asked = centre.post("case_form", missing_dose(**{name: "Trần Van Tư"}), kind=kind)
    assert asked.status_code == 422
    assert f'href="#{field}"' in asked.content.decode()
    check = centre.post("case_form", missing_dose(**{name: "Trần Van Tư", field: "1"}), kind=kind)
    assert "Tôi xin đọc lại" in shown(check)
    filled = fields(check, address("case_form", kind=kind)) | {"step": "do"}
    assert centre.post("case_form", filled, kind=kind).status_code == 200
    assert Case.objects.count() == 1


def test_every_kind_of_report_has_a_form(centre: Centre) -> None:
    from tiemchung.web.hotline.case_form import phone_kinds

    centre.proved()
    for kind in phone_kinds(proved=True):
        assert centre.get("case_form", kind=kind).status_code == 200, kind
    assert centre.get("case_form", kind="NO_SUCH_KIND").status_code == 404


# What the caller declares stands on the card at once: their word, written down by the agent.


def declared_dose(**more: str) -> dict[str, str]:
    """Give the form of a dose that An declares."""
    return {
        "product_1": "PFIZER", "lot_1": "FB0077", "given_1_day": "14", "given_1_month": "8", "given_1_year": "2026",
        "words": "Nhà văn hóa thôn Đông", "answer_by": "PHONE", "step": "check",
    } | more  # fmt: skip


def test_a_declared_dose_is_on_the_card_three_clicks_after_the_proof(centre: Centre) -> None:
    page = centre.proved(centre.phone)
    first = address("case_form", kind="DOSE_DECLARED")
    assert f'href="{first}"' in page.content.decode()
    assert "ghi rõ là tự khai và chưa xác minh" in shown(centre.get("case_form", kind="DOSE_DECLARED"))
    check = centre.post("case_form", declared_dose(), kind="DOSE_DECLARED")
    assert "14/08/2026, FB0077" in shown(check).replace("số lô ", "").replace("Lô ", "")
    done = centre.post("case_form", fields(check, first) | {"step": "do"}, kind="DOSE_DECLARED")
    case = Case.objects.get()
    assert f"Đã ghi phản ánh {shown_ref(case.ref)}" in shown(done)
    assert "Nếu có giấy xác nhận, quý vị chụp và gửi" in shown(done)
    declared = [dose for dose in doses_of([centre.person_id]) if dose.id != centre.dose.id]
    assert [(dose.state, dose.counted, dose.facts.place_name) for dose in declared] == [
        (DoseState.DECLARED, False, "Nhà văn hóa thôn Đông")
    ]
    assert (case.kind, case.door, case.person_id, case.dose_id) == (
        "DOSE_DECLARED", "HOTLINE", centre.person_id, declared[0].id,
    )  # fmt: skip
    assert bytes(case.contact_key) == contact_key(centre.phone)


def test_a_declared_dose_of_a_place_in_no_list_goes_to_the_authority_of_that_place(centre: Centre) -> None:
    far = builders.an_area("01", level=Level.PROVINCE)
    builders.an_officer(Role.DATA_CORRECTOR, far)
    centre.proved(centre.phone)
    check = centre.post("case_form", declared_dose(province=str(far.id)), kind="DOSE_DECLARED")
    filled = fields(check, address("case_form", kind="DOSE_DECLARED")) | {"step": "do"}
    centre.post("case_form", filled, kind="DOSE_DECLARED")
    assert (Case.objects.get().unit_id, Case.objects.get().route_why) == (far.id, "PLACE_KNOWN")


def test_the_ledger_keeps_whose_word_it_was_and_in_which_call_it_was_said(centre: Centre) -> None:
    centre.proved(centre.phone)
    check = centre.post("case_form", declared_dose(), kind="DOSE_DECLARED")
    filled = fields(check, address("case_form", kind="DOSE_DECLARED")) | {"step": "do"}
    for _ in range(2):
        assert centre.post("case_form", filled, kind="DOSE_DECLARED").status_code == 200
    (entry,) = [one for one in history_of([centre.person_id]) if one.kind == "DECLARED"]
    row = LedgerEntry.objects.get(profile_id=centre.person_id, kind="DECLARED")
    assert (row.by_kind, row.source, row.evidence) == ("citizen", "SELF", f"call:{Call.objects.get().id}")
    assert entry.dose_id == Case.objects.get().dose_id
    opened = AuditLine.objects.get(action="cases.open_case")
    assert opened.actor_id == centre.agent.id


def test_nothing_is_declared_for_a_caller_who_has_not_proved_who_they_are(centre: Centre) -> None:
    page = centre.begin(centre.number)
    first = address("case_form", kind="DOSE_DECLARED")
    assert f'href="{first}"' not in page.content.decode()
    told = centre.post("case_form", declared_dose(step="do"), kind="DOSE_DECLARED")
    assert "chỉ ghi được sau khi người gọi đã xác minh" in shown(told)
    assert not Case.objects.exists()
    assert [dose.id for dose in doses_of([centre.person_id])] == [centre.dose.id]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"product_1": ""}, "Mũi tự khai cần tên vắc xin và đủ ngày, tháng, năm tiêm"),
        ({"given_1_day": ""}, "Mũi tự khai cần tên vắc xin và đủ ngày, tháng, năm tiêm"),
        ({"given_1_day": "1", "given_1_month": "10"}, "Ngày 01/10/2026 đã có một mũi trên hồ sơ"),
        ({"given_1_year": "2031"}, ""),
        ({"given_1_year": "1950"}, ""),
    ],
)
def test_a_dose_that_says_too_little_or_stands_there_already_is_not_declared(
    centre: Centre, wrong: dict[str, str], words: str
) -> None:
    centre.proved(centre.phone)
    for step in ("check", "do"):
        answer = centre.post(
            "case_form", declared_dose(**wrong, step=step, key=f"{builders.a_key()}-again"), kind="DOSE_DECLARED"
        )
        assert answer.status_code == 422
        assert words in shown(answer)
    assert [dose.id for dose in doses_of([centre.person_id])] == [centre.dose.id]


def test_a_declaration_taken_back_in_a_call_leaves_the_card(centre: Centre) -> None:
    centre.proved(centre.phone)
    check = centre.post("case_form", declared_dose(), kind="DOSE_DECLARED")
    filled = fields(check, address("case_form", kind="DOSE_DECLARED")) | {"step": "do"}
    centre.post("case_form", filled, kind="DOSE_DECLARED")
    ref = Case.objects.get().ref
    centre.post("add", {"ref": ref, "deed": "withdraw", "said": "Nhầm"})
    assert Case.objects.get().state == CaseState.WITHDRAWN
    assert [dose.id for dose in doses_of([centre.person_id])] == [centre.dose.id]


def test_right_personal_data_travel_with_the_report(centre: Centre) -> None:
    centre.proved()
    form: dict[str, Any] = {"wanted_full_name": "Nguyễn Thị Ân", "wanted_birth_year": "1986", "wanted_birth_day": "5",
                            "wanted_birth_month": "3", "answer_by": "FACILITY", "step": "check"}  # fmt: skip
    check = centre.post("case_form", form, kind="PERSONAL_DATA")
    assert "05/03/1986" in shown(check)
    filled = fields(check, address("case_form", kind="PERSONAL_DATA")) | {"step": "do"}
    centre.post("case_form", filled, kind="PERSONAL_DATA")
    case = Case.objects.get()
    claim = open_claim(case.id, case.sealed_claim)
    assert claim.wanted == {"full_name": "Nguyễn Thị Ân", "birth_date": "1986-03-05", "birth_precision": "DAY"}
    assert (claim.full_name, claim.birth_date) == (NAME, BORN)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "' OR 1=1 --", "\x00\x00", "PA 000 000 0000", "x" * 5000]
)
def test_odd_searches_are_answered_and_escaped(centre: Centre, text: str) -> None:
    answer = centre.begin(text)
    assert answer.status_code in (200, 422)
    assert "<script>alert" not in answer.content.decode()
