"""The desk's letters: what waits for the printer, all of it on one page, and what was printed before."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, enter_as, shown
from tests.web.cases.test_letter import HOME, told
from tiemchung.cases import actions, reads
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.models import Case
from tiemchung.cases.rules import shown_ref
from tiemchung.cases.solutions import Solution
from tiemchung.cases.values import OpenedCase
from tiemchung.core.models import AuditLine

SAID = "Ảnh phiếu bị mờ, xin chụp lại."


def owed(office: Office, *, address_text: str = HOME, language: str = "vi", at: dt.datetime = LATER) -> OpenedCase:
    """Refuse the report of somebody without a phone, so that a letter is owed."""
    case = told(office, address_text=address_text, language=language)
    file = actions.claim_case(by=office.lead, at=at, ref=case.ref)
    actions.refuse_case(by=office.lead, at=at, key=builders.a_key(), ref=case.ref, version=file.version,
                        refusal="BLURRED", answer=SAID)  # fmt: skip
    return case


def repeated(office: Office) -> tuple[OpenedCase, OpenedCase]:
    """Refuse a report that somebody else without a phone has repeated."""
    person = builders.a_person("Trần Văn Tư").person_id
    lead = told(office, address_text="Tổ 4, ấp Đông", person_id=person)
    repeat = told(office, address_text="Số 12, ngõ 3", person_id=person)
    assert repeat.joined
    file = actions.claim_case(by=office.lead, at=LATER, ref=lead.ref)
    actions.refuse_case(by=office.lead, at=LATER, key=builders.a_key(), ref=lead.ref, version=file.version,
                        refusal="BLURRED", answer=SAID)  # fmt: skip
    return lead, repeat


def case_person(opened: OpenedCase) -> Any:
    """Give whom a case is about."""
    return Case.objects.get(contact_key=opened.contact_key, id=opened.case_id).person_id


def keys_of(page: Any, action: str) -> str:
    """Give the key in the form that goes to this address."""
    form = next(f for f in re.findall(r"<form.*?</form>", page.content.decode(), re.S) if f'action="{action}"' in f)
    found = re.search(r'name="key" value="([^"]+)"', form)
    assert found
    return found[1]


def sheets(page: Any) -> list[str]:
    """Give each letter on a page in words."""
    bodies = re.findall(r"<article.*?</article>", page.content.decode(), re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", body).split()) for body in bodies]


def print_all(browser: Client) -> Any:
    """Press "In tất cả" and open the page that follows."""
    where = address("print_letters")
    key = keys_of(browser.get(address("letters")), where)
    return browser.get(browser.post(where, {"key": key})["Location"])


def test_the_desk_is_told_how_many_letters_wait_and_names_nobody(office: Office, as_lead: Client) -> None:
    assert f'<span class="tc-counts__number">0</span><a href="{address("letters")}">' in _queue(as_lead)
    assert "Không còn thư nào chờ in" in shown(as_lead.get(address("letters")))
    case = owed(office)
    assert f'<span class="tc-counts__number">1</span><a href="{address("letters")}">' in _queue(as_lead)
    page = as_lead.get(address("letters"))
    text = shown(page)
    for words in ("Thư chưa in (1)", shown_ref(case.ref), "Thư trả lời: không chấp nhận", "In tất cả (1 thư)"):
        assert words in text
    assert [one for one in ("Trần Văn Tư", HOME, "990012345") if one in text] == []
    assert f'href="{address("letter", ref=case.ref)}"' in page.content.decode()


def _queue(browser: Client) -> str:
    return str(browser.get(address("queue")).content.decode())


def test_letters_stand_by_their_age(office: Office) -> None:
    newer, oldest = owed(office), owed(office, at=LATER - dt.timedelta(days=2))
    text = shown(enter_as(office.lead).get(address("letters")))
    assert text.index(shown_ref(oldest.ref)) < text.index(shown_ref(newer.ref))
    assert ["đã chờ 2 ngày" in text, "chưa tới 1 ngày" in text] == [True, True]


def test_one_press_prints_every_letter_on_a_sheet_of_its_own(office: Office, as_lead: Client) -> None:
    lead, repeat = repeated(office)
    page = print_all(as_lead)
    one, other = sheets(page)
    assert (shown_ref(lead.ref) in one, "Tổ 4, ấp Đông" in one, SAID in one) == (True, True, True)
    assert (shown_ref(repeat.ref) in other, "Số 12, ngõ 3" in other, SAID in other) == (True, True, True)
    assert "Số 12" not in one
    assert shown_ref(repeat.ref) not in one
    assert "ấp Đông" not in other
    assert shown_ref(lead.ref) not in other
    assert 'data-print="now"' in page.content.decode()
    text = shown(as_lead.get(address("letters")))
    assert "Không còn thư nào chờ in" in text
    assert f"Đã in 1 lần, lần cuối 10:05 20/11/2026, {office.lead.name}" in text


def test_who_only_told_the_same_is_told_that_it_is_settled_and_where_to_hear_more(
    office: Office, as_lead: Client
) -> None:
    lead, repeat = told(office, address_text="Tổ 4, ấp Đông"), told(office, address_text="Số 12, ngõ 3")
    file = actions.claim_case(by=office.lead, at=LATER, ref=lead.ref)
    actions.settle_case(
        by=office.lead, at=LATER, key=builders.a_key(), ref=lead.ref, version=file.version, because="",
        solutions=[Solution(SolutionKind.NOTHING)], answer="Mũi 1 của ông đã có đủ trong hệ thống.",
    )  # fmt: skip
    page = print_all(as_lead)
    (own,) = [sheet for sheet in sheets(page) if shown_ref(repeat.ref) in sheet]
    assert "đã được giải quyết. Để giữ kín thông tin cá nhân, thư này không nêu chi tiết" in own
    assert [one for one in ("Mũi 1 của ông", "ấp Đông", shown_ref(lead.ref)) if one in own] == []
    assert "Mũi 1 của ông" not in sheets(as_lead.get(address("letter", ref=repeat.ref)))[0]


def test_each_letter_that_is_shown_leaves_a_line_and_each_print_another(office: Office, as_lead: Client) -> None:
    cases = repeated(office)
    as_lead.get(address("letters"))
    assert not AuditLine.objects.filter(action__startswith="cases.print").exists()
    print_all(as_lead)
    for action in ("cases.print_letter", "cases.print_letters"):
        lines = AuditLine.objects.filter(action=action, actor_id=office.lead.id)
        assert [line.subject_id for line in lines] == [case_person(case) for case in cases], action


def test_pressing_twice_prints_one_run(office: Office, as_lead: Client) -> None:
    owed(office)
    where = address("print_letters")
    key = keys_of(as_lead.get(address("letters")), where)
    assert len({as_lead.post(where, {"key": key})["Location"] for _ in "12"}) == 1
    nothing = as_lead.post(where, {"key": builders.a_key()}, follow=True)
    assert "Không còn thư nào chờ in" in shown(nothing)


def test_a_letter_printed_from_its_own_page_leaves_the_list_and_is_printed_again_from_there(
    office: Office, as_lead: Client
) -> None:
    case = owed(office, language="en")
    page = as_lead.get(address("letter", ref=case.ref))
    letter = reads.letter_of_case(office.lead, LATER, case.case_id)
    assert letter is not None
    where = address("print_letter", letter_id=letter.letter_id)
    run = as_lead.get(as_lead.post(where, {"key": keys_of(page, where)})["Location"])
    assert ["Answer to report" in sheet for sheet in sheets(run)] == [True]
    again = as_lead.get(address("letter", ref=case.ref))
    assert "Đã in 1 lần" in shown(again)
    as_lead.post(where, {"key": keys_of(as_lead.get(address("letters")), where)})
    assert "Đã in 2 lần" in shown(as_lead.get(address("letter", ref=case.ref)))


def test_a_receipt_is_printed_as_a_slip_and_kept_on_no_list(office: Office, as_lead: Client) -> None:
    case = told(office)
    page = as_lead.get(address("letter", ref=case.ref)).content.decode()
    assert 'data-print=""' in page
    assert '/in"' not in page
    assert "Thư chưa in (0)" in shown(as_lead.get(address("letters")))


def test_another_desk_opens_no_run_prints_no_letter_and_counts_none(office: Office, as_lead: Client) -> None:
    case = owed(office)
    letter = reads.letter_of_case(office.lead, LATER, case.case_id)
    assert letter is not None
    run = as_lead.post(address("print_letters"), {"key": builders.a_key()})["Location"]
    stranger = enter_as(builders.a_lead(builders.a_facility("Trạm Y tế Đa Kao")))
    above = enter_as(office.corrector)
    for browser in (stranger, above):
        assert "Thư chưa in (0)" in shown(browser.get(address("letters")))
        assert browser.get(run).status_code == 404
        key = {"key": builders.a_key()}
        assert browser.post(address("print_letter", letter_id=letter.letter_id), key).status_code == 404
    # Who sees the case from above reads its letter, but prints a slip of it: the list is the desk's that owes it.
    assert 'data-print=""' in above.get(address("letter", ref=case.ref)).content.decode()


def test_who_sits_at_no_desk_is_told_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiemchung.cases.reads.letters.desk_of_actor", lambda *_: None)
    assert enter_as(office.lead).get(address("letters")).status_code == 403


def test_the_page_of_all_letters_asks_the_same_for_two_and_for_six(
    office: Office, as_lead: Client, django_assert_max_num_queries: Any
) -> None:
    for many in (2, 6):
        for _ in range(many):
            owed(office)
        run = as_lead.post(address("print_letters"), {"key": builders.a_key()})["Location"]
        as_lead.get(run)
        with django_assert_max_num_queries(12):
            page = as_lead.get(run)
        assert len(sheets(page)) == many
