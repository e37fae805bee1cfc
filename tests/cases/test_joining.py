"""One person's one defect is one case, however often it is told; and nobody learns of another's by it (I1, I2)."""

import dataclasses
import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, a_facility, a_key, a_lead, a_person, a_phone
from tests.cases.conftest import Office
from tests.cases.test_settling import ANSWER, record, settle
from tiemchung.cases.actions import answer_back, ask_back, claim_case, refuse_case, withdraw_case
from tiemchung.cases.defects import defects_of
from tiemchung.cases.models import Case
from tiemchung.cases.reads import desk_file, progress_of, queue_at
from tiemchung.cases.rules import CaseState, Claim, ClaimedDose, RefusalCode, Step
from tiemchung.cases.values import OpenedCase, Progress
from tiemchung.core.actor import PUBLIC
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key

HOUR = dt.timedelta(hours=1)
NUMBER = (("CCCD", "079191004321"),)


def seen(opened: OpenedCase, phone: str) -> Progress:
    """Give what the reporter sees of a case."""
    found = progress_of(opened.ref, contact_key(phone))
    assert found is not None
    return found


def told(phone: str) -> list[str]:
    """Give the kinds of messages that a phone got, oldest first."""
    sent = OutboxMessage.objects.filter(contact_key=contact_key(phone)).order_by("id")
    return list(sent.values_list("kind", flat=True))


def refuse(office: Office, ref: str, at: dt.datetime = NOW) -> None:
    """Let the facility refuse a case."""
    file = claim_case(by=office.lead, at=at, ref=ref)
    refuse_case(by=office.lead, at=at, key=a_key(), ref=ref, version=file.version, refusal=RefusalCode.BLURRED,
                answer="Ảnh phiếu bị mờ, vui lòng chụp lại.")  # fmt: skip


def test_a_number_with_another_name_or_birth_date_joins_nothing(office: Office) -> None:
    office.report(claim=office.claim(numbers=NUMBER))
    stranger = office.claim(numbers=NUMBER, full_name="Kẻ Lạ Mặt")
    assert queue_after(office, stranger) == 2
    assert queue_after(office, office.claim(numbers=NUMBER, birth_date=dt.date(1970, 1, 1))) == 3


def queue_after(office: Office, claim: Claim) -> int:
    """Report it from a new phone and give how many cases the facility then has."""
    office.report(claim=claim)
    return queue_at(office.lead, NOW).open


def test_who_only_tells_the_same_learns_nothing_of_the_other_report(office: Office) -> None:
    phones = [a_phone(), a_phone()]
    cases = [office.report(claim=office.claim(numbers=NUMBER), phone=phone, at=NOW + n * HOUR)
             for n, phone in enumerate(phones)]  # fmt: skip
    lead, repeat = cases
    other = phones[1]
    assert queue_at(office.lead, NOW).open == 1  # it is one piece of work
    assert (repeat.joined, repeat.due_at, told(other)) == (False, lead.due_at + HOUR, ["case_received"])
    file = claim_case(by=office.lead, at=NOW + 2 * HOUR, ref=lead.ref)
    question = "Chị tiêm mũi này tại điểm nào?"
    ask_back(by=office.lead, at=NOW + 2 * HOUR, ref=lead.ref, version=file.version, text=question)
    before = seen(repeat, other)
    assert (before.state, before.joined_to, [s.step for s in before.steps]) == (CaseState.ROUTED, False, [Step.RECEIVE])
    file = claim_case(by=office.lead, at=NOW + 3 * HOUR, ref=lead.ref)
    assert settle(file, record(office, a_person().profile_id), by=office.lead, at=NOW + 3 * HOUR).repeats == 1
    after = seen(repeat, other)
    assert (after.state, after.answer, after.effects) == (CaseState.UPDATED, "", ())
    assert not any(ANSWER in step.text for step in after.steps)
    assert told(other) == ["case_received", "case_settled"]
    assert seen(lead, phones[0]).answer == ANSWER


def test_a_refusal_of_somebody_elses_papers_refuses_nobody_who_only_told_the_same(office: Office) -> None:
    phones = [a_phone(), a_phone()]
    lead, mine = [office.report(claim=office.claim(numbers=NUMBER), phone=phone, at=NOW + n * HOUR)
                  for n, phone in enumerate(phones)]  # fmt: skip
    refuse(office, lead.ref, NOW + 2 * HOUR)
    assert seen(mine, phones[1]).state is CaseState.ROUTED
    (line,) = queue_at(office.lead, NOW + 2 * HOUR).lines
    assert (line.ref, line.due_at) == (mine.ref, mine.due_at)


def test_a_strangers_report_taken_back_leaves_the_true_one_on_its_own_desk_and_clock(office: Office) -> None:
    phones = [a_phone(), a_phone()]
    lead, mine = [office.report(claim=office.claim(numbers=NUMBER), phone=phone, at=NOW + n * HOUR)
                  for n, phone in enumerate(phones)]  # fmt: skip
    withdraw_case(by=PUBLIC, at=NOW + 2 * HOUR, ref=lead.ref, contact_key=contact_key(phones[0]))
    (line,) = queue_at(office.lead, NOW + 2 * HOUR).lines
    assert (line.ref, line.due_at) == (mine.ref, mine.due_at)


def test_who_was_proved_to_be_the_person_follows_no_strangers_report(office: Office) -> None:
    far = a_facility("Trạm Y tế xa")
    a_lead(far)
    office.report(claim=office.claim(numbers=NUMBER))
    own = office.report(claim=office.claim(numbers=NUMBER), person_id=a_person().person_id)
    row = Case.objects.get(contact_key=own.contact_key, id=own.case_id)
    assert (row.state, row.lead_id) == (CaseState.ROUTED, None)


def doses(office: Office, *days: dt.date, facility: Any = None) -> tuple[ClaimedDose, ...]:
    """Give told doses of these days."""
    place = (facility or office.facility).id
    return tuple(ClaimedDose(n, "PFIZER", "", day, facility_id=place) for n, day in enumerate(days, 1))


FIRST, SECOND = dt.date(2026, 8, 1), dt.date(2026, 9, 1)


def test_what_tells_of_another_dose_is_a_case_of_its_own(office: Office) -> None:
    phone = a_phone()
    for day in (FIRST, SECOND):
        assert not office.report("PLACE_NOT_LISTED", claim=office.claim(doses=doses(office, day)), phone=phone).joined
    far = a_facility("Trạm Y tế xa")
    a_lead(far)
    there = office.claim(doses=doses(office, FIRST, facility=far))
    assert not office.report("PLACE_NOT_LISTED", claim=there, phone=phone).joined


def test_what_is_told_again_within_more_is_the_same_case_and_more_is_another(office: Office) -> None:
    phone = a_phone()
    both = office.claim("BOTH_MISSING", doses=doses(office, FIRST, SECOND))
    lead = office.report("BOTH_MISSING", claim=both, phone=phone)
    one = office.claim(doses=doses(office, SECOND))
    assert office.report("DOSE2_MISSING", claim=one, phone=phone).joined
    refuse(office, lead.ref)
    assert not office.report("DOSE2_MISSING", claim=one, phone=phone).joined
    assert not office.report("BOTH_MISSING", claim=both, phone=phone).joined


def test_another_datum_is_another_defect(office: Office) -> None:
    phone = a_phone()

    def wants(**wanted: str) -> bool:
        return office.report("PERSONAL_DATA", claim=office.claim("PERSONAL_DATA", wanted=wanted), phone=phone).joined

    assert not wants(full_name="Nguyễn Thị Ân")
    assert not wants(birth_date="1991-05-03")
    assert not wants(full_name="Nguyễn Thị Ẩn")  # a mark is what the report is about
    assert wants(full_name="nguyễn thị ân")


def test_the_same_defect_through_book_and_portal_of_one_phone_is_one_case(office: Office) -> None:
    person, phone = a_person("Nguyễn Thị An", dt.date(1991, 3, 5)), a_phone()
    claim = office.claim("NEVER_GIVEN", doses=doses(office, FIRST))
    pointed = dataclasses.replace(claim, doses=(dataclasses.replace(claim.doses[0], profile_id=person.profile_id),))
    office.report("NEVER_GIVEN", claim=pointed, phone=phone, door="BOOK", person_id=person.person_id)
    again = office.report("NEVER_GIVEN", claim=dataclasses.replace(claim, numbers=NUMBER), phone=phone)
    assert again.joined


def test_a_repeat_sees_hears_and_answers_what_its_lead_is_asked(office: Office) -> None:
    person, phones = a_person(), [a_phone(), a_phone()]
    lead, repeat = [office.report(claim=office.claim(), phone=phone, person_id=person.person_id) for phone in phones]
    file = claim_case(by=office.lead, at=NOW + HOUR, ref=lead.ref)
    ask_back(by=office.lead, at=NOW + HOUR, ref=lead.ref, version=file.version, text="Chị tiêm mũi này tại điểm nào?")
    shown = seen(repeat, phones[1])
    assert (shown.state, shown.steps[-1].text) == (CaseState.NEED_MORE_INFO, "Chị tiêm mũi này tại điểm nào?")
    assert told(phones[1]) == ["case_joined", "case_asked"]
    own = contact_key(phones[1])
    answer_back(by=PUBLIC, at=NOW + 2 * HOUR, ref=repeat.ref, contact_key=own, text="Tại nhà văn hoá")
    case = desk_file(office.lead, NOW + 2 * HOUR, lead.ref)
    assert case is not None
    assert (case.state, case.steps[-1].text) == (CaseState.ROUTED, "Tại nhà văn hoá")
    assert seen(lead, phones[0]).state is CaseState.ROUTED


def test_what_is_added_to_a_report_that_only_tells_the_same_stands_before_the_desk(office: Office) -> None:
    phones = [a_phone(), a_phone()]
    lead, mine = [office.report(claim=office.claim(numbers=NUMBER), phone=phone) for phone in phones]
    answer_back(by=PUBLIC, at=NOW, ref=mine.ref, contact_key=contact_key(phones[1]), text="Tôi còn giữ phiếu")
    file = desk_file(office.lead, NOW, lead.ref)
    assert file is not None
    assert [repeat.said for repeat in file.repeats] == [("Tôi còn giữ phiếu",)]


_DAYS = st.sampled_from([None, FIRST, SECOND])
_CLAIMS = st.builds(
    Claim,
    full_name=st.sampled_from(["Nguyễn Thị An", "Nguyen Thi An", "Trần Văn Tư"]),
    birth_date=st.sampled_from([None, dt.date(1991, 3, 5), dt.date(1970, 1, 1)]),
    numbers=st.sampled_from([(), NUMBER]),
    doses=st.lists(
        st.builds(ClaimedDose, st.just(1), st.sampled_from(["", "PFIZER"]), given_on=_DAYS), max_size=3
    ).map(tuple),
    wanted=st.dictionaries(st.sampled_from(["full_name", "sex"]), st.sampled_from(["", "An", "Ân"]), max_size=2),
)


@given(_CLAIMS, _CLAIMS, st.booleans())
def test_a_report_joins_only_who_is_named_alike_and_tells_all_of_it(one: Claim, two: Claim, same_phone: bool) -> None:
    phones = [b"a" * 32, (b"a" if same_phone else b"b") * 32]
    lead, repeat = (defects_of("DOSE1_MISSING", claim, phone, None, None)
                    for claim, phone in zip((one, two), phones, strict=True))  # fmt: skip
    joins = repeat.held_by(frozenset(lead.own))
    told = [{(d.product, d.given_on) for d in claim.doses} for claim in (one, two)]
    if joins:
        assert one.birth_date == two.birth_date is not None
        assert same_phone or (one.numbers and one.numbers == two.numbers)
        assert told[1] - {("", None)} <= told[0]
        assert all(one.wanted.get(field) == value for field, value in two.wanted.items() if value)
    if one == two and one.birth_date and (same_phone or one.numbers):
        assert joins
