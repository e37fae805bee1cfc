"""One case: the report beside the record, what differs marked, and nothing shown to who has no business with it."""

import datetime as dt
import re
from typing import Any

from django.test import Client

from tests import builders
from tests.web.cases.conftest import GIVEN, Office, address, enter_as, shown
from tiemchung.cases import reads
from tiemchung.cases.rules import ClaimedDose, shown_ref
from tiemchung.core.audit import looks_at
from tiemchung.core.sealing import blind_index
from tiemchung.people.models import LookPermit


def test_the_report_stands_beside_the_record_and_what_differs_is_marked(office: Office, as_lead: Client) -> None:
    page = as_lead.get(address("file", ref=office.claimed(office.wrong_dose())))
    marked = re.findall(r'<td class="tc-differs">(.*?)</td>', page.content.decode())
    assert marked == ["FA1034", "FA1O34"]
    assert "Nguyễn Thị An" in shown(page)


def test_a_told_number_is_whole_only_for_who_holds_the_case(office: Office, as_lead: Client) -> None:
    number = builders.a_cccd()
    case = office.missing_dose(numbers=(("CCCD", number),))
    before = as_lead.get(address("file", ref=case.ref)).content.decode()
    assert number not in before
    assert number[-3:] in before
    office.claimed(case)
    assert number in as_lead.get(address("file", ref=case.ref)).content.decode()


def test_the_phone_is_never_shown_whole(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose(phone="+84900012345")
    page = as_lead.get(address("file", ref=office.claimed(case))).content.decode()
    assert "012345" not in page
    assert "345" in page


def test_every_look_leaves_a_line_with_the_number_of_the_case(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    as_lead.get(address("file", ref=case.ref))
    lines = looks_at([office.person_id], actions=("cases.open_file",))
    assert [(line.actor_id, line.because) for line in lines] == [(office.lead.id, f"PA {case.ref}")]


def test_the_page_of_a_case_needs_few_statements(
    office: Office,
    as_lead: Client,
    django_assert_max_num_queries: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    twin = builders.a_person("Nguyễn Thị An", dt.date(1985, 3, 5), identifiers=())
    builders.a_dose(twin.profile_id, given_on=GIVEN, by=office.nurse)
    ref = office.claimed(office.wrong_dose())
    # Two of them, the canaries and the name of the desk, are asked once a minute.
    with django_assert_max_num_queries(22), django_capture_on_commit_callbacks(execute=True):
        page = as_lead.get(address("file", ref=ref))
    with django_assert_max_num_queries(17):  # whom the lead has seen today is counted once
        as_lead.get(address("file", ref=ref))
    assert "Ghép hai hồ sơ" in shown(page)


def test_what_nobody_holds_shows_no_photos_and_no_deeds(office: Office, as_lead: Client) -> None:
    text = shown(as_lead.get(address("file", ref=office.wrong_dose().ref)))
    assert "Nhận phản ánh này" in text
    assert "Ảnh chỉ hiện khi bạn đang giữ" in text
    assert "Không chấp nhận" not in text


def test_a_colleagues_case_can_be_read_and_not_decided(office: Office) -> None:
    ref = office.claimed(office.wrong_dose())
    other = enter_as(builders.a_lead(office.facility))
    text = shown(other.get(address("file", ref=ref)))
    assert "Người khác đang xử lý" in text
    assert "Nhận phản ánh này" not in text
    for name in ("refuse", "ask", "pass"):
        assert other.get(address(name, ref=ref))["Location"] == address("file", ref=ref)


def test_an_authority_above_reads_and_cannot_take_what_is_not_late(office: Office, as_corrector: Client) -> None:
    ref = office.wrong_dose().ref
    text = shown(as_corrector.get(address("file", ref=ref)))
    assert "đơn vị khác giữ" in text
    assert as_corrector.post(address("claim", ref=ref)).status_code == 404
    assert as_corrector.get(address("manual", ref=ref, kind="void"))["Location"] == address("file", ref=ref)


def test_a_suggestion_says_why_and_is_one_button_away(office: Office, as_lead: Client) -> None:
    text = shown(as_lead.get(address("file", ref=office.claimed(office.wrong_dose()))))
    assert "Sửa một mũi tiêm" in text
    assert "Xem và làm" in text
    assert "Vì sao:" in text


def test_a_search_finds_people_without_putting_words_into_an_address(office: Office, as_lead: Client) -> None:
    twin = builders.a_person("Nguyễn Thị Ân", identifiers=())
    ref = office.claimed(office.wrong_dose())
    page = as_lead.post(address("find", ref=ref), {"text": "nguyen thi an"})
    assert "Tìm thấy 2 người" in shown(page)
    assert f"kia={twin.person_id}" in page.content.decode()
    refused = as_lead.post(address("find", ref=ref), {"text": "x"})
    assert refused.status_code == 422
    assert "Cần ít nhất hai từ" in shown(refused)


def test_a_chosen_person_is_laid_beside_and_said_to_be_chosen(office: Office, as_lead: Client) -> None:
    twin = builders.a_person("Nguyễn Thị Ân", identifiers=())
    ref = office.claimed(office.wrong_dose())
    text = shown(as_lead.get(address("file", ref=ref) + f"?nguoi={twin.person_id}"))
    assert "Nguyễn Thị Ân" in text
    assert "hồ sơ do bạn chọn" in text


def test_a_person_out_of_sight_is_not_shown(office: Office, as_lead: Client) -> None:
    far = builders.a_person("Đào Thị Hoa", area=builders.an_area("00070", level=builders.Level.COMMUNE))
    ref = office.claimed(office.wrong_dose())
    text = shown(as_lead.get(address("file", ref=ref) + f"?nguoi={far.person_id}"))
    assert "Đào Thị Hoa" not in text
    assert "nằm ngoài phạm vi" in text


def test_who_reports_from_far_away_is_in_sight_of_who_holds_the_report_and_of_nobody_else(office: Office) -> None:
    far = builders.a_person("Đào Thị Hoa", area=builders.an_area("00070", level=builders.Level.COMMUNE)).person_id
    case = office.wrong_dose(person_id=far, dose_id=None, full_name="Đào Thị Hoa")
    colleague = enter_as(builders.a_lead(office.facility))
    before = shown(colleague.get(address("file", ref=case.ref)))
    assert "nằm ngoài phạm vi" in before
    lead = enter_as(office.lead)
    office.claimed(case)
    assert "nằm ngoài phạm vi" not in shown(lead.get(address("file", ref=case.ref)))
    assert "nằm ngoài phạm vi" in shown(colleague.get(address("file", ref=case.ref)))
    for _ in range(3):
        office.claimed(case)
    assert [(one.actor_id, one.why) for one in LookPermit.objects.filter(person_id=far)] == [(office.lead.id, "CASE")]


def test_who_is_in_sight_anyway_needs_no_permit(office: Office) -> None:
    office.claimed(office.wrong_dose(), by=office.lead)
    near = builders.a_person("Trần Thị Gần", area=builders.an_area()).person_id
    office.claimed(office.wrong_dose(person_id=near, dose_id=None, full_name="Trần Thị Gần"))
    assert not LookPermit.objects.filter(person_id=near).exists()


def test_repeats_stand_below_with_what_each_tells(office: Office, as_lead: Client) -> None:
    first, again = office.wrong_dose(), office.wrong_dose(text="Tôi báo lần hai rồi")
    assert again.joined
    text = shown(as_lead.get(address("file", ref=office.claimed(first))))
    assert "Phản ánh lặp lại, được trả lời cùng (1)" in text
    assert "Tôi báo lần hai rồi" in text


def test_other_reports_of_the_person_are_named(office: Office, as_lead: Client) -> None:
    first = office.wrong_dose()
    told = ClaimedDose(1, "PFIZER", "X", GIVEN, facility_id=office.facility.id, dose_id=office.dose.id)
    other = office.report("NEVER_GIVEN", (told,), person_id=office.person_id, dose_id=office.dose.id, door="BOOK")
    page = shown(as_lead.get(address("file", ref=first.ref)))
    assert f"{shown_ref(other.ref)}: Mũi không có thật" in page


def test_the_history_names_each_step_and_its_author(office: Office, as_lead: Client) -> None:
    text = shown(as_lead.get(address("file", ref=office.claimed(office.wrong_dose()))))
    assert "Tiếp nhận 10:00 20/11/2026" in text
    assert "Nhận xử lý 10:05 20/11/2026, Lê Thị Lan" in text


def test_a_report_without_a_phone_says_so(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose(phone="")
    assert case.contact_key == blind_index("case", str(case.case_id))
    assert "Không để lại điện thoại" in shown(as_lead.get(address("file", ref=case.ref)))


def test_a_number_that_is_none_is_not_found(office: Office, as_lead: Client) -> None:
    for ref in ("x", "1234567890", "0"):
        assert as_lead.get(address("file", ref=ref)).status_code == 404
    assert reads.desk_file(office.lead, office.at, "1234567890") is None
