"""Who has no phone is answered on paper: an own letter each, printed by the desk that owes it and no other."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, a_facility, a_key, a_lead, a_person, a_phone
from tests.cases.conftest import Office
from tests.cases.test_settling import record, settle
from tiemchung.cases.actions import (
    answer_back,
    ask_back,
    claim_case,
    pass_case,
    print_letter,
    print_waiting,
    refuse_case,
    release_case,
    reopen_case,
    withdraw_case,
)
from tiemchung.cases.models import Case, CaseLetter, LetterPrint
from tiemchung.cases.reads import letter_of_case, letters_printed, letters_waiting, print_run, queue_at
from tiemchung.cases.rules import LetterKind, is_owed
from tiemchung.cases.values import OpenedCase, PrintRun
from tiemchung.core.actor import PUBLIC, Actor
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused

HOUR = dt.timedelta(hours=1)
HOMES = ("Tổ 4, ấp Đông, xã Tân Thới Nhì", "Số 12, ngõ 3, phường Bến Nghé", "Thôn Hạ, xã Đá Bạc")
QUESTION, NO = "Xin gửi lại ảnh giấy xác nhận.", "Ảnh phiếu bị mờ, vui lòng chụp lại."


def on_paper(office: Office, n: int = 0, **more: Any) -> OpenedCase:
    """Report a missing dose for somebody without a phone who lives at one of HOMES."""
    person_id = more.pop("person_id", None)
    claim = office.claim(full_name=more.pop("full_name", f"Trần Văn Tư {n}"), address_text=HOMES[n], **more)
    return office.report(claim=claim, phone="", person_id=person_id)


def asked(office: Office, opened: OpenedCase, at: dt.datetime = NOW) -> None:
    """Let the lead ask the reporter."""
    file = claim_case(by=office.lead, at=at, ref=opened.ref)
    ask_back(by=office.lead, at=at, ref=opened.ref, version=file.version, text=QUESTION)


def refused(office: Office, opened: OpenedCase, at: dt.datetime = NOW, by: Actor | None = None) -> None:
    """Let a desk refuse the report."""
    by = by or office.lead
    file = claim_case(by=by, at=at, ref=opened.ref)
    refuse_case(by=by, at=at, key=a_key(), ref=opened.ref, version=file.version, refusal="BLURRED", answer=NO)


def waiting(office: Office, by: Actor | None = None) -> list[tuple[str, str]]:
    """Give number and kind of each letter that waits."""
    return [(line.ref, line.what) for line in letters_waiting(by or office.lead, NOW).lines]


def ran(office: Office, run_id: UUID | None, by: Actor | None = None) -> PrintRun:
    """Give a run that there is."""
    assert run_id is not None
    run = print_run(by or office.lead, NOW, run_id)
    assert run is not None
    return run


def contact_of(opened: OpenedCase) -> bytes:
    """Give the key under which a case without a phone lies."""
    return bytes(opened.contact_key)


def test_a_question_and_an_answer_are_owed_on_paper_and_counted(office: Office) -> None:
    first, second = on_paper(office), on_paper(office, 1)
    assert waiting(office) == []
    asked(office, first)
    refused(office, second, NOW + HOUR)
    assert waiting(office) == [(first.ref, "ASKED"), (second.ref, "REFUSED")]
    found = letters_waiting(office.lead, NOW)
    assert (found.waiting, found.more, found.desk.unit_id) == (2, None, office.facility.id)
    assert queue_at(office.lead, NOW).letters == 2


def test_who_left_a_phone_or_no_address_is_owed_no_letter(office: Office) -> None:
    called = office.report(claim=office.claim(full_name="Lê Thị Ba", address_text=HOMES[0]), phone=a_phone())
    comes_again = office.report(claim=office.claim(full_name="Lê Thị Tư", address_text="  "), phone="")
    for opened in (called, comes_again):
        refused(office, opened)
    assert waiting(office) == []


@given(st.sampled_from(["RECEIVED", "JOINED", "LATE", "PASSED", "REOPENED", "WITHDRAWN", *LetterKind]), st.booleans(),
       st.text(max_size=9))  # fmt: skip
def test_a_letter_is_owed_for_what_must_be_read_where_no_phone_takes_it(code: str, phone: bool, address: str) -> None:
    read = code in ("ASKED", "SETTLED", "REFUSED")
    assert is_owed(code, phone=phone, address=address) == (read and not phone and address.strip() != "")


def test_each_reporter_has_an_own_letter_and_nothing_of_anybody_elses(office: Office) -> None:
    person = a_person()
    lead = on_paper(office, 0, full_name="Trần Văn Tư", person_id=person.person_id)
    repeat = on_paper(office, 1, full_name="Trần Văn Tú", person_id=person.person_id)
    phoned = office.report(claim=office.claim(), phone=a_phone(), person_id=person.person_id)
    assert [repeat.joined, phoned.joined] == [True, True]
    file = claim_case(by=office.lead, at=NOW, ref=lead.ref)
    assert settle(file, record(office, person.profile_id), by=office.lead).repeats == 2
    run = ran(office, print_waiting(by=office.lead, at=NOW, key="k"))
    told = {one.ref: (one.claim.full_name, one.claim.address_text, one.what) for one in run.letters}
    assert told == {lead.ref: ("Trần Văn Tư", HOMES[0], "SETTLED"), repeat.ref: ("Trần Văn Tú", HOMES[1], "SETTLED")}
    assert {one.said for one in run.letters} == {"Mũi tiêm của bạn đã được bổ sung vào hệ thống."}
    assert {one.desk.unit_id for one in run.letters} == {office.facility.id}


def test_who_only_told_the_same_is_written_to_without_a_word_of_the_others_answer(office: Office) -> None:
    same = {"full_name": "Trần Văn Tư", "numbers": (("CCCD", "079191001239"),)}
    lead, repeat = on_paper(office, 0, **same), on_paper(office, 1, **same)
    file = claim_case(by=office.lead, at=NOW, ref=lead.ref)
    assert settle(file, record(office, a_person().profile_id), by=office.lead).repeats == 1
    told = {one.ref: one for one in ran(office, print_waiting(by=office.lead, at=NOW, key="k")).letters}
    assert {ref: (one.claim.address_text, one.what) for ref, one in told.items()} == {
        lead.ref: (HOMES[0], "SETTLED"), repeat.ref: (HOMES[1], "SETTLED"),
    }  # fmt: skip
    assert (told[lead.ref].said != "", told[repeat.ref].said) == (True, "")


def test_a_repeats_letter_is_owed_by_the_desk_that_answered_and_not_by_the_one_it_came_to(office: Office) -> None:
    person = a_person().person_id
    lead, repeat = on_paper(office, 0, person_id=person), on_paper(office, 1, person_id=person)
    assert repeat.joined
    other = a_facility("Trạm Y tế Đa Kao")
    stranger = a_lead(other)
    file = claim_case(by=office.lead, at=NOW, ref=lead.ref)
    pass_case(by=office.lead, at=NOW, ref=lead.ref, version=file.version, unit_id=other.id, level="FACILITY",
              because="Mũi này tiêm ở trạm kia")  # fmt: skip
    refused(office, lead, by=stranger)
    assert waiting(office) == []
    assert sorted(waiting(office, stranger)) == sorted([(lead.ref, "REFUSED"), (repeat.ref, "REFUSED")])
    assert len(ran(office, print_waiting(by=stranger, at=NOW, key="k"), stranger).letters) == 2


def test_an_answer_takes_the_place_of_a_question_that_nobody_printed(office: Office) -> None:
    opened = on_paper(office)
    asked(office, opened)
    release_case(by=office.lead, at=NOW, ref=claim_case(by=office.lead, at=NOW, ref=opened.ref).ref)
    assert waiting(office) == [(opened.ref, "ASKED")], "looking at the case takes nothing off the list"
    refused(office, opened, NOW + HOUR)
    assert waiting(office) == [(opened.ref, "REFUSED")]


def _answered(office: Office, opened: OpenedCase) -> None:
    answer_back(by=PUBLIC, at=NOW, ref=opened.ref, contact_key=contact_of(opened), text="Tôi mang giấy đến đây.")


def _withdrawn(office: Office, opened: OpenedCase) -> None:
    withdraw_case(by=PUBLIC, at=NOW, ref=opened.ref, contact_key=contact_of(opened))


def _passed(office: Office, opened: OpenedCase) -> None:
    other = a_facility("Trạm Y tế Đa Kao")
    a_lead(other)
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    pass_case(by=office.lead, at=NOW, ref=opened.ref, version=file.version, unit_id=other.id, level="FACILITY",
              because="Mũi này tiêm ở trạm kia")  # fmt: skip


@pytest.mark.parametrize("go_on", [_answered, _withdrawn, _passed])
def test_a_question_that_is_over_waits_for_no_printer(
    office: Office, go_on: Callable[[Office, OpenedCase], None]
) -> None:
    opened = on_paper(office)
    asked(office, opened)
    go_on(office, opened)
    assert waiting(office) == []
    assert print_waiting(by=office.lead, at=NOW, key="k") is None


def test_an_answer_that_its_reader_disputed_meanwhile_is_printed_no_more(office: Office) -> None:
    opened = on_paper(office)
    refused(office, opened)
    reopen_case(by=PUBLIC, at=NOW + HOUR, ref=opened.ref, contact_key=contact_of(opened), text="Ảnh đọc được rõ mà")
    assert waiting(office) == []


def test_printing_takes_a_letter_off_the_list_and_keeps_by_whom_and_when(office: Office) -> None:
    opened = on_paper(office)
    refused(office, opened)
    (line,) = letters_waiting(office.lead, NOW).lines
    run = ran(office, print_letter(by=office.lead, at=NOW + HOUR, key="one", letter_id=line.letter_id))
    assert (run.at, run.by_name, len(run.letters), run.gone) == (NOW + HOUR, office.lead.name, 1, 0)
    assert waiting(office) == []
    (printed,) = letters_printed(office.lead, NOW)
    assert (printed.ref, printed.prints, printed.printed_at) == (opened.ref, 1, NOW + HOUR)
    (deed,) = AuditLine.objects.filter(action="cases.print_letters")
    assert (deed.subject_id, deed.object_id, deed.actor_id) == (opened.case_id, line.letter_id, office.lead.id)


def test_a_letter_may_be_printed_again_and_each_time_is_kept(office: Office) -> None:
    opened, colleague = on_paper(office), a_lead(office.facility)
    refused(office, opened)
    (line,) = letters_waiting(office.lead, NOW).lines
    for n, by in enumerate((office.lead, colleague)):
        print_letter(by=by, at=NOW + n * HOUR, key=f"k{n}", letter_id=line.letter_id)
    letter = letter_of_case(office.lead, NOW, opened.case_id)
    assert letter is not None
    assert (letter.prints, letter.printed_at, letter.printed_by) == (2, NOW + HOUR, colleague.name)
    assert LetterPrint.objects.count() == 2


def test_one_key_prints_once_however_often_it_is_sent(office: Office) -> None:
    refused(office, on_paper(office))
    runs = {print_waiting(by=office.lead, at=NOW, key="same") for _ in range(3)}
    assert len(runs) == 1
    assert LetterPrint.objects.count() == 1


def test_another_desk_sees_none_of_it_and_prints_nothing(office: Office) -> None:
    opened = on_paper(office)
    refused(office, opened)
    (line,) = letters_waiting(office.lead, NOW).lines
    run_id = print_letter(by=office.lead, at=NOW, key="k", letter_id=line.letter_id)
    stranger = a_lead(a_facility("Trạm Y tế Đa Kao"))
    for other in (stranger, office.corrector):
        assert waiting(office, other) == []
        assert letters_printed(other, NOW) == ()
        assert print_run(other, NOW, run_id) is None
        assert letter_of_case(other, NOW, opened.case_id) is None
        with pytest.raises(Refused, match="NO_SUCH_CASE"):
            print_letter(by=other, at=NOW, key=a_key(), letter_id=line.letter_id)
    with pytest.raises(Refused, match="CASE_NO_DESK"):
        letters_waiting(PUBLIC, NOW)


def test_what_a_case_said_when_it_was_printed_is_what_is_printed_again(office: Office) -> None:
    opened = on_paper(office)
    asked(office, opened)
    run_id = print_waiting(by=office.lead, at=NOW, key="k")
    refused(office, opened, NOW + HOUR)
    (letter,) = ran(office, run_id).letters
    assert (letter.what, letter.said, letter.refusal) == ("ASKED", QUESTION, "")
    (newer,) = ran(office, print_waiting(by=office.lead, at=NOW + HOUR, key="l")).letters
    assert (newer.what, newer.said, newer.refusal) == ("REFUSED", NO, "BLURRED")


def test_a_run_shows_no_letter_of_a_case_that_went_to_another_desk_since(office: Office) -> None:
    opened, stays = on_paper(office), on_paper(office, 1)
    for one in (opened, stays):
        refused(office, one)
    run_id = print_waiting(by=office.lead, at=NOW, key="k")
    reopen_case(by=PUBLIC, at=NOW + HOUR, ref=opened.ref, contact_key=contact_of(opened), text="Ảnh đọc được rõ mà")
    assert Case.objects.get(contact_key=opened.contact_key, id=opened.case_id).unit_id != office.facility.id
    run = ran(office, run_id)
    assert ([one.ref for one in run.letters], run.gone) == ([stays.ref], 1)
    gone = CaseLetter.objects.get(unit_id=office.facility.id, ref=opened.ref)
    with pytest.raises(Refused, match="NO_SUCH_CASE"):
        print_letter(by=office.lead, at=NOW, key="again", letter_id=gone.id)


def test_the_list_costs_the_same_for_one_letter_and_for_many_and_reads_on(office: Office) -> None:
    costs = []
    for many in (1, 4):
        for n in range(many):
            refused(office, on_paper(office, n % 3, full_name=f"Trần Thị {a_key()}"), NOW + n * HOUR)
        with CaptureQueriesContext(connection) as asked_for:
            letters_waiting(office.lead, NOW)
        costs.append(len(asked_for))
    assert len(set(costs)) == 1
    first = letters_waiting(office.lead, NOW, limit=3)
    rest = letters_waiting(office.lead, NOW, limit=3, after=first.more)
    owed = [line.owed_at for line in (*first.lines, *rest.lines)]
    assert (len(owed), rest.more, owed) == (5, None, sorted(owed))


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_print_at_once_print_no_letter_twice(country: None, make_office: Callable[[], Office]) -> None:
    office = make_office()
    for n in range(3):
        refused(office, on_paper(office, n))

    def go(n: int) -> None:
        try:
            print_waiting(by=office.lead, at=NOW, key=f"officer-{n}")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(go, range(4)))
    assert LetterPrint.objects.filter(unit_id=office.facility.id).count() == 3
    assert letters_waiting(office.lead, NOW).waiting == 0
