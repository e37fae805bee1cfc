"""The desk's list: due first, honest about time and hands, and one button that takes the next case."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, enter_as, shown
from tiemchung.cases import actions, reads
from tiemchung.cases.rules import CaseState, shown_ref
from tiemchung.web.cases.frame import time_left


def test_the_list_shows_each_case_with_the_hours_that_are_left(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    text = shown(as_lead.get(address("queue")))
    assert f"{shown_ref(case.ref)}: Sai thông tin mũi tiêm" in text
    assert "còn 47 giờ" in text
    assert "Trạm Y tế Bến Nghé" in text
    assert "Nguyễn Thị An" not in text


def test_what_is_late_says_so_and_stands_under_its_filter(office: Office) -> None:
    case = office.wrong_dose()
    with time_machine.travel(LATER + dt.timedelta(hours=51), tick=False):
        lead = enter_as(office.lead)
        session = lead.session
        session["seen_at"] = (LATER + dt.timedelta(hours=51)).isoformat()
        session.save()
        text = shown(lead.get(address("queue") + "?show=LATE"))
    assert shown_ref(case.ref) in text
    assert "quá hạn 3 giờ" in text


def test_an_empty_desk_is_told_so_kindly(office: Office, as_lead: Client) -> None:
    text = shown(as_lead.get(address("queue")))
    assert "Không còn việc nào chờ" in text
    assert "Nhận việc tiếp theo" not in text


def test_next_takes_the_case_that_is_due_first(office: Office, as_lead: Client) -> None:
    first = office.missing_dose(at=builders.NOW - dt.timedelta(hours=3))
    office.wrong_dose()
    answer = as_lead.post(address("next"))
    assert answer["Location"] == address("file", ref=first.ref)
    file = reads.desk_file(office.lead, LATER, first.ref)
    assert (file.state, file.claimed_by) == (CaseState.IN_REVIEW, office.lead.id)


def test_next_with_nothing_left_leads_back_to_the_list(office: Office, as_lead: Client) -> None:
    answer = as_lead.post(address("next"), follow=True)
    assert "Không còn việc nào chờ ở đơn vị của bạn" in shown(answer)


def test_the_list_says_in_whose_hands_a_case_is(office: Office, as_lead: Client) -> None:
    office.claimed(office.wrong_dose())
    other = builders.a_lead(office.facility)
    assert "Bạn đang giữ, đến 10:25" in shown(as_lead.get(address("queue")))
    assert "Lê Thị Lan đang giữ" in shown(enter_as(other).get(address("queue")))


def test_the_filters_count_what_stands_under_them(office: Office, as_lead: Client) -> None:
    office.claimed(office.wrong_dose())
    office.missing_dose()
    text = shown(as_lead.get(address("queue")))
    assert "2 Đang chờ" in text
    assert "1 Tôi đang giữ" in text
    mine = shown(as_lead.get(address("queue") + "?show=MINE"))
    assert "Thiếu mũi 1" not in mine.split("Phản ánh", 2)[-1].split("Lọc")[-1]


def test_a_kind_can_be_looked_at_alone(office: Office, as_lead: Client) -> None:
    wrong, missing = office.wrong_dose(), office.missing_dose()
    text = shown(as_lead.get(address("queue") + "?kind=DOSE_WRONG"))
    assert shown_ref(wrong.ref) in text
    assert shown_ref(missing.ref) not in text


def test_a_long_list_is_read_page_by_page_without_a_gap(
    office: Office, as_lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiemchung.web.cases.queue.PAGE", 2)
    made = {office.missing_dose(full_name=f"Trần Văn {name}").ref for name in ("Một", "Hai", "Ba", "Bốn", "Năm")}
    seen: list[str] = []
    query: str | None = ""
    while query is not None:
        page = as_lead.get(address("queue") + query)
        seen += [ref for ref in made if shown_ref(ref) in shown(page)]
        query = next_of(page)
    assert sorted(seen) == sorted(made)


def next_of(page: Any) -> str | None:
    """Give the query of the next page."""
    body = page.content.decode()
    if 'rel="next"' not in body:
        return None
    link = body[: body.index('rel="next"')].rpartition('href="')[2]
    return "?" + link.partition("?")[2].partition('"')[0].replace("&amp;", "&")


def test_a_case_given_back_can_be_taken_by_a_colleague(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    assert as_lead.post(address("release", ref=ref))["Location"] == address("queue")
    assert reads.desk_file(office.lead, LATER, ref).state == CaseState.ROUTED


def test_a_case_in_other_hands_is_not_taken_and_the_reason_is_said(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    actions.claim_case(by=builders.a_lead(office.facility), at=LATER, ref=case.ref)
    answer = as_lead.post(address("claim", ref=case.ref), follow=True)
    assert "Người khác đang xử lý phản ánh này, đến 10:25" in shown(answer)


def test_a_case_of_another_desk_does_not_exist(office: Office) -> None:
    case = office.wrong_dose()
    stranger = enter_as(builders.a_lead(builders.a_facility()))
    for name in ("file", "refuse", "ask", "pass"):
        assert stranger.get(address(name, ref=case.ref)).status_code == 404
    for name in ("claim", "release", "find", "decide"):
        assert stranger.post(address(name, ref=case.ref)).status_code == 404


def test_a_late_case_that_climbed_is_seen_and_taken_over_above(office: Office) -> None:
    case = office.wrong_dose(at=builders.NOW - dt.timedelta(hours=49))
    for _ in range(4):
        actions.sound_alarms(builders.NOW)
    above = enter_as(office.corrector)
    first = shown(above.get(address("queue")))
    assert "1 phản ánh quá hạn của cấp dưới đã báo lên bạn" in first
    assert "Cảm ơn bạn" not in first
    assert "Quá hạn ở cấp dưới" in shown(above.get(address("queue") + "?show=WATCHED"))
    assert "Nhận về đơn vị của mình" in shown(above.get(address("file", ref=case.ref)))
    above.post(address("claim", ref=case.ref))
    file = reads.desk_file(office.corrector, LATER, case.ref)
    assert (file.desk.level, file.claimed_by) == ("PROVINCE", office.corrector.id)


@pytest.mark.parametrize(
    ("hours", "words", "colour"),
    [
        (47.5, "còn 47 giờ", "teal"), (23.0, "còn 23 giờ", "yellow"), (11.9, "còn 11 giờ", "orange"),
        (0.5, "còn chưa đến 1 giờ", "orange"), (0, "vừa quá hạn", "red"), (-3.2, "quá hạn 3 giờ", "red"),
        (-50, "quá hạn 2 ngày", "red"),
    ],
)  # fmt: skip
def test_time_left_is_said_in_words_and_by_a_colour(hours: float, words: str, colour: str) -> None:
    assert time_left(LATER + dt.timedelta(hours=hours), LATER) == {"text": words, "colour": colour}
