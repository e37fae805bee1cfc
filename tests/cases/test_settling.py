"""A case ends once, with everything it decided done and everybody who reported it answered, or with nothing done."""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from tests.builders import NOW, a_cccd, a_dose, a_key, a_lead, a_lot, a_nurse, a_person, a_phone, an_area, an_officer
from tests.cases.conftest import Office
from tiemchung.cases.actions import (
    claim_case,
    refuse_case,
    reopen_case,
    settle_case,
    sound_alarms,
    withdraw_case,
)
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.models import Case, CaseEffect, CaseInbox
from tiemchung.cases.reads import cases_of_person, desk_file, progress_of
from tiemchung.cases.rules import LIFE, CaseState, RefusalCode
from tiemchung.cases.solutions import Solution
from tiemchung.cases.values import CaseFile
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Role
from tiemchung.core.models import AuditLine, OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.doses.models import LedgerEntry
from tiemchung.doses.reads import doses_of, history_of
from tiemchung.doses.values import DoseFacts
from tiemchung.people import reads as people
from tiemchung.people.models import PersonChange
from tiemchung.people.reads import holder_of
from tiemchung.places.rules import Level

HOUR = dt.timedelta(hours=1)
ANSWER = "Mũi tiêm của bạn đã được bổ sung vào hệ thống."
BECAUSE = "Đã đối chiếu phiếu giấy tại trạm"
NAME = "Trần Thị Bé"
NOTHING = Solution(SolutionKind.NOTHING)


def facts(office: Office, given_on: dt.date = dt.date(2026, 10, 1), **more: Any) -> DoseFacts:
    """Give a dose of the office's facility."""
    lot = a_lot()
    return DoseFacts(
        "PFIZER", given_on, lot_id=lot.id, lot_number=lot.number, facility_id=office.facility.id,
        place_name=office.facility.name,
    ).amended(more)  # fmt: skip


def record(office: Office, profile_id: UUID, **more: Any) -> Solution:
    """Give the solution that puts a dose on record."""
    return Solution(SolutionKind.RECORD, profile_id=profile_id, facts=facts(office, **more))


def at_the_province(office: Office, kind: str, **more: Any) -> str:
    """Give the number of a case without a dose, which lies with the province's corrector."""
    province = an_area("79", level=Level.PROVINCE)
    return office.report(kind, claim=office.claim(kind, province_id=province.id), **more).ref


def settle(file: CaseFile, *solutions: Solution, by: Actor, at: dt.datetime = NOW, **more: Any):  # type: ignore[no-untyped-def]
    """Settle the case as its desk."""
    values: dict[str, Any] = {"key": a_key(), "version": file.version, "answer": ANSWER, "because": BECAUSE}
    return settle_case(by=by, at=at, ref=file.ref, solutions=solutions, **values | more)


def test_a_missing_dose_is_recorded_from_the_case_and_says_so(office: Office) -> None:
    person, phone = a_person(), a_phone()
    opened = office.report(phone=phone)
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    done = settle(file, record(office, person.profile_id), by=office.lead)
    (entry,) = history_of([person.profile_id])
    assert (entry.kind, entry.source, entry.evidence) == ("RECORDED", "CASE", f"case:{opened.ref}")
    assert BECAUSE in entry.because
    assert done.effects[0].entry_id == entry.id
    seen = progress_of(opened.ref, contact_key(phone))
    assert seen is not None
    assert (seen.state, seen.answer) == (CaseState.UPDATED, ANSWER)
    assert [e.entry_id for e in seen.effects] == [entry.id]


def test_a_settled_case_leaves_every_list_and_its_reporter_is_told(office: Office) -> None:
    phone = a_phone()
    opened = office.report(phone=phone)
    sound_alarms(NOW + LIFE / 2)
    sound_alarms(NOW + LIFE)
    assert CaseInbox.objects.filter(case_id=opened.case_id, open=True).count() == 2
    at = NOW + LIFE + HOUR
    file = claim_case(by=office.lead, at=at, ref=opened.ref)
    settle(file, record(office, a_person().profile_id), by=office.lead, at=at)
    rows = CaseInbox.objects.filter(case_id=opened.case_id)
    assert {(row.open, row.outcome) for row in rows} == {(False, "UPDATED")}
    kinds = OutboxMessage.objects.filter(contact_key=contact_key(phone)).values_list("kind", flat=True)
    assert list(kinds).count("case_settled") == 1


def test_the_case_is_found_from_the_person_it_was_settled_on(office: Office) -> None:
    person = a_person()
    opened = office.report()
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    settle(file, record(office, person.profile_id), by=office.lead)
    assert [p.ref for p in cases_of_person(office.lead, [person.profile_id])] == [opened.ref]
    line = AuditLine.objects.get(action="cases.settle_case", object_id=opened.case_id)
    assert line.subject_id == person.profile_id


def test_asked_twice_with_one_key_it_answers_the_same_and_does_nothing_more(office: Office) -> None:
    person = a_person()
    opened = office.report()
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    solution = record(office, person.profile_id)
    first = settle(file, solution, by=office.lead, key="one")
    assert settle(file, solution, by=office.lead, key="one") == first
    assert LedgerEntry.objects.filter(profile_id=person.profile_id).count() == 1
    with pytest.raises(Refused, match="KEY_REUSED"):
        settle(file, solution, by=office.lead, key="one", answer="Một câu trả lời khác hẳn")
    with pytest.raises(Refused, match="CASE_OVER"):
        settle(file, solution, by=office.lead, key="other")


def test_what_a_lower_rule_refuses_changes_nothing_at_all(office: Office) -> None:
    person = a_person()
    opened = office.report()
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    good, before_birth = (
        record(office, person.profile_id),
        record(office, person.profile_id, given_on=dt.date(1980, 1, 1)),
    )
    with pytest.raises(Refused, match="BEFORE_BIRTH"):
        settle(file, good, before_birth, by=office.lead)
    assert not doses_of([person.profile_id])
    assert not CaseEffect.objects.filter(contact_key=opened.contact_key).exists()
    after = desk_file(office.lead, NOW, opened.ref)
    assert after is not None
    assert (after.state, after.version) == (CaseState.IN_REVIEW, file.version)


def test_a_correction_that_breaks_a_later_dose_asks_again(office: Office) -> None:
    person = a_person()
    nurse = a_nurse(office.facility)
    a_dose(person.profile_id, given_on=dt.date(2026, 8, 1), by=SYSTEM)
    second = a_dose(person.profile_id, given_on=dt.date(2026, 10, 1), by=nurse).dose
    opened = office.report("DOSE_WRONG")
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    early = Solution(
        SolutionKind.AMEND, profile_id=person.profile_id, dose_id=second.id, version=second.version,
        changes={"given_on": dt.date(2026, 8, 5)},
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        settle(file, early, by=office.lead)
    assert refused.value.verdict.needs_override
    knowing = Solution(
        SolutionKind.AMEND, profile_id=person.profile_id, dose_id=second.id, version=second.version,
        changes={"given_on": dt.date(2026, 8, 5)}, override="Phiếu giấy ghi đúng ngày này",
    )  # fmt: skip
    settle(file, knowing, by=office.lead)
    assert "Phiếu giấy ghi đúng ngày này" in history_of([person.profile_id], second.id)[-1].because


def test_the_same_injection_is_never_counted_twice(office: Office) -> None:
    person = a_person()
    lot = a_lot()
    a_dose(person.profile_id, given_on=dt.date(2026, 10, 1), by=a_nurse(office.facility), lot=lot)
    file = claim_case(by=office.lead, at=NOW, ref=office.report().ref)
    with pytest.raises(Refused, match="SAME_DAY"):
        settle(file, record(office, person.profile_id), by=office.lead)
    assert len(doses_of([person.profile_id])) == 1


def test_a_stale_page_is_refused(office: Office) -> None:
    opened = office.report()
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    with pytest.raises(Refused, match="CHANGED_MEANWHILE"):
        settle(file, NOTHING, by=office.lead, version=file.version - 1)


def test_without_the_claim_nothing_is_settled(office: Office) -> None:
    opened = office.report()
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    colleague = a_lead(office.facility)
    with pytest.raises(Refused, match="CASE_CLAIM_LOST"):
        settle(file, NOTHING, by=colleague)
    with pytest.raises(Refused, match="CASE_CLAIM_LOST"):
        settle(file, NOTHING, by=office.lead, at=NOW + HOUR)


@pytest.mark.parametrize(
    ("solutions", "answer", "because", "code"),
    [
        ((), ANSWER, BECAUSE, "CASE_NO_SOLUTION"),
        ((NOTHING, NOTHING), ANSWER, BECAUSE, "CASE_NOTHING_ALONE"),
        ((NOTHING,), "Đã đúng rồi nhé", BECAUSE, "ANSWER_TOO_SHORT"),
        ((Solution(SolutionKind.VOID, profile_id=uuid4()),), ANSWER, BECAUSE, "CASE_SOLUTION_INCOMPLETE"),
        ((Solution(SolutionKind.VOID, profile_id=uuid4()),), ANSWER, "sai", "REASON_MISSING"),
        (
            (Solution(SolutionKind.VOID, profile_id=uuid4(), dose_id=uuid4(), version=1),),
            ANSWER, BECAUSE, "CASE_PERSON_UNSEEN",
        ),
    ],
)  # fmt: skip
def test_half_a_decision_is_refused(
    office: Office, solutions: tuple[Solution, ...], answer: str, because: str, code: str
) -> None:
    file = claim_case(by=office.lead, at=NOW, ref=office.report().ref)
    with pytest.raises(Refused, match=code):
        settle(file, *solutions, by=office.lead, answer=answer, because=because)


def test_a_link_and_a_changed_name_leave_the_entries_that_cards_follow(office: Office) -> None:
    area = an_area()
    kept, other = a_person(area=area), a_person(area=area, identifiers=())
    corrector = office.corrector
    file = claim_case(by=corrector, at=NOW, ref=at_the_province(office, "PERSONAL_DATA"))
    done = settle(
        file,
        Solution(SolutionKind.LINK, keep_person=kept.profile_id, join_person=other.profile_id),
        Solution(
            SolutionKind.AMEND_PERSON, profile_id=kept.profile_id, version=1, changes={"full_name": "Trần Thị Bé"}
        ),
        by=corrector,
    )
    entries = set(PersonChange.objects.filter(profile_id=kept.profile_id).values_list("id", flat=True))
    assert len(done.effects) == 2
    assert {e.entry_id for e in done.effects} <= entries
    assert holder_of(other.profile_id).full_name == NAME


def test_a_number_and_a_phone_are_added_by_a_report_from_the_persons_own_phone(office: Office) -> None:
    own, phone = a_phone(), a_phone()
    person = a_person(phones=[(own, "OWN")])
    ref = at_the_province(office, "OTHER_PHONE_OR_NUMBER", phone=own)
    file = claim_case(by=office.corrector, at=NOW, ref=ref)
    done = settle(
        file,
        Solution(SolutionKind.ADD_PHONE, profile_id=person.profile_id, system="OWN", number=phone),
        Solution(SolutionKind.ADD_NUMBER, profile_id=person.profile_id, system="CMND9", number="990012345"),
        by=office.corrector,
    )
    assert [(e.solution, e.entry_id) for e in done.effects] == [("ADD_PHONE", None), ("ADD_NUMBER", None)]


def test_a_strangers_report_opens_a_record_to_no_phone_unless_somebody_saw_the_person(office: Office) -> None:
    own, phone = a_phone(), a_phone()
    person = a_person(phones=[(own, "OWN")])
    file = claim_case(by=office.corrector, at=NOW, ref=at_the_province(office, "OTHER_PHONE_OR_NUMBER"))
    solution = Solution(SolutionKind.ADD_PHONE, profile_id=person.profile_id, system="OWN", number=phone)
    with pytest.raises(Refused) as refused:
        settle(file, solution, by=office.corrector)
    assert [(r.code, r.overridable) for r in refused.value.verdict.refusals] == [("PHONE_UNPROVEN", True)]
    assert people.persons_on_phone(contact_key(phone)) == frozenset()
    settle(file, replace(solution, override="Đã xem căn cước tại quầy"), by=office.corrector)
    assert people.persons_on_phone(contact_key(phone)) == {person.person_id}
    assert OutboxMessage.objects.filter(contact_key=contact_key(own), kind="case_phone_added").count() == 1


def test_a_number_that_is_somebody_elses_or_tells_another_birth_is_added_only_knowingly(office: Office) -> None:
    born = dt.date(1990, 5, 20)
    number = a_cccd("FEMALE", born)
    a_person("Bùi Thị Oanh", born, sex="FEMALE", identifiers=[("CCCD", number)])
    person = a_person("Nguyễn Thị An", dt.date(1991, 3, 5), sex="FEMALE", identifiers=())
    file = claim_case(by=office.corrector, at=NOW, ref=at_the_province(office, "OTHER_PHONE_OR_NUMBER"))
    solution = Solution(SolutionKind.ADD_NUMBER, profile_id=person.profile_id, system="CCCD", number=number)
    with pytest.raises(Refused) as refused:
        settle(file, solution, by=office.corrector)
    assert {(r.code, r.overridable) for r in refused.value.verdict.refusals} == {
        ("IDENTIFIER_KNOWN", True), ("IDENTIFIER_BIRTH_YEAR", True),
    }  # fmt: skip
    settle(file, replace(solution, override="Công an đã cấp lại"), by=office.corrector)
    assert person.person_id in people.profiles_numbered([("CCCD", number)])


def test_a_number_that_is_on_the_record_is_not_added_again(office: Office) -> None:
    person = a_person(identifiers=[("CMND9", "990012345")])
    file = claim_case(by=office.corrector, at=NOW, ref=at_the_province(office, "OTHER_PHONE_OR_NUMBER"))
    again = Solution(SolutionKind.ADD_NUMBER, profile_id=person.profile_id, system="CMND9", number="990012345")
    with pytest.raises(Refused, match="NUMBER_ON_RECORD"):
        settle(file, again, by=office.corrector)


def test_every_repeat_gets_the_same_answer(office: Office) -> None:
    claim, person = office.claim(), a_person()
    phones = [a_phone() for _ in range(3)]
    lead, *repeats = [office.report(claim=claim, phone=phone, person_id=person.person_id) for phone in phones]
    assert [r.joined for r in repeats] == [True, True]
    file = claim_case(by=office.lead, at=NOW, ref=lead.ref)
    done = settle(file, record(office, person.profile_id), by=office.lead)
    assert done.repeats == 2
    for opened, phone in zip([lead, *repeats], phones, strict=True):
        seen = progress_of(opened.ref, contact_key(phone))
        assert seen is not None
        assert (seen.state, seen.answer, len(seen.effects)) == (CaseState.UPDATED, ANSWER, 1)
        told = OutboxMessage.objects.filter(contact_key=contact_key(phone), kind="case_settled")
        assert told.count() == 1
    assert not office.report(claim=claim, person_id=person.person_id).joined


def test_a_refusal_names_its_code_and_answers_the_repeats(office: Office) -> None:
    claim, phone = office.claim(), a_phone()
    lead, repeat = office.report(claim=claim, phone=phone), office.report(claim=claim, phone=phone)
    file = claim_case(by=office.lead, at=NOW, ref=lead.ref)
    ask: dict[str, Any] = {
        "by": office.lead, "at": NOW, "key": "no", "ref": lead.ref, "version": file.version,
        "refusal": RefusalCode.BLURRED, "answer": "Ảnh phiếu bị mờ, vui lòng chụp lại.",
    }  # fmt: skip
    assert refuse_case(**ask) == 1
    assert refuse_case(**ask) == 1
    seen = progress_of(repeat.ref, contact_key(phone))
    assert seen is not None
    assert (seen.state, seen.refusal) == (CaseState.REJECTED, "BLURRED")
    with pytest.raises(Refused, match="CASE_REFUSAL_UNKNOWN"):
        other = claim_case(by=office.lead, at=NOW, ref=office.report().ref)
        refuse_case(**ask | {"ref": other.ref, "version": other.version, "key": "x", "refusal": "NO_LUST"})


def test_a_withdrawn_case_leaves_its_repeats_answered_in_time(office: Office) -> None:
    claim, person = office.claim(), a_person()
    phones = [a_phone() for _ in range(3)]
    first, second, third = [
        office.report(claim=claim, phone=phone, person_id=person.person_id, at=NOW + n * HOUR)
        for n, phone in enumerate(phones)
    ]
    withdraw_case(by=PUBLIC, at=NOW + 3 * HOUR, ref=first.ref, contact_key=contact_key(phones[0]))
    heir = Case.objects.get(contact_key=second.contact_key, id=second.case_id)
    assert (heir.state, heir.due_at) == (CaseState.ROUTED, first.due_at)
    file = claim_case(by=office.lead, at=NOW + 4 * HOUR, ref=second.ref)
    assert settle(file, record(office, person.profile_id), by=office.lead, at=NOW + 4 * HOUR).repeats == 1
    last = progress_of(third.ref, contact_key(phones[2]))
    assert last is not None
    assert last.state is CaseState.UPDATED


def test_only_whoever_proved_its_phone_withdraws_or_reopens(office: Office) -> None:
    opened = office.report(phone=a_phone())
    for act, more in ((withdraw_case, {}), (reopen_case, {"text": "Vẫn còn sai ngày tiêm"})):
        with pytest.raises(Refused, match="NO_SUCH_CASE"):
            act(by=PUBLIC, at=NOW, ref=opened.ref, contact_key=contact_key(a_phone()), **more)  # type: ignore[operator]


def test_a_reopened_case_has_a_new_clock_and_goes_back_to_its_desk(office: Office) -> None:
    phone = a_phone()
    opened = office.report(phone=phone)
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    settle(file, NOTHING, by=office.lead)
    at = NOW + dt.timedelta(days=3)
    due = reopen_case(by=PUBLIC, at=at, ref=opened.ref, contact_key=contact_key(phone), text="Thẻ vẫn chưa có mũi 1")
    assert due == at + LIFE
    again = claim_case(by=office.lead, at=at, ref=opened.ref)
    assert (again.state, again.due_at, again.recorded_at) == (CaseState.IN_REVIEW, due, NOW)


def test_what_a_desk_refused_is_judged_by_the_desk_above(office: Office) -> None:
    phone = a_phone()
    opened = office.report(phone=phone)
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    no = {"key": a_key(), "version": file.version, "refusal": "DOSE_MISMATCH", "answer": "Không có mũi tiêm này."}
    refuse_case(by=office.lead, at=NOW, ref=opened.ref, **no)  # type: ignore[arg-type]
    reopen_case(by=PUBLIC, at=NOW, ref=opened.ref, contact_key=contact_key(phone), text="Tôi có phiếu xác nhận")
    with pytest.raises(Refused, match="NO_SUCH_CASE"):
        claim_case(by=office.lead, at=NOW, ref=opened.ref)
    assert claim_case(by=office.corrector, at=NOW, ref=opened.ref).state is CaseState.IN_REVIEW


def test_an_answer_is_disputed_twice_and_within_thirty_days(office: Office) -> None:
    phone = a_phone()
    opened = office.report(phone=phone)
    own = {"by": PUBLIC, "ref": opened.ref, "contact_key": contact_key(phone), "text": "Vẫn còn sai ngày tiêm"}
    with pytest.raises(Refused, match="CASE_STEP_NOT_POSSIBLE"):
        reopen_case(at=NOW, **own)  # type: ignore[arg-type]
    at = NOW
    for _ in range(2):
        settle(claim_case(by=office.lead, at=at, ref=opened.ref), NOTHING, by=office.lead, at=at)
        with pytest.raises(Refused, match="REOPEN_TOO_LATE"):
            reopen_case(at=at + dt.timedelta(days=31), **own)  # type: ignore[arg-type]
        reopen_case(at=at + dt.timedelta(days=30), **own)  # type: ignore[arg-type]
        at += dt.timedelta(days=30)
    settle(claim_case(by=office.lead, at=at, ref=opened.ref), NOTHING, by=office.lead, at=at)
    with pytest.raises(Refused, match="REOPEN_TOO_OFTEN"):
        reopen_case(at=at, **own)  # type: ignore[arg-type]


def test_an_officer_of_the_area_settles_as_the_procedure_says(office: Office) -> None:
    """R44: department, CDC, district centre and commune station review, answer and update."""
    from tiemchung.cases.actions import pass_case
    from tiemchung.cases.rules import DeskLevel

    officer = an_officer(Role.COMMUNE_OFFICER, an_area())
    opened = office.report()
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    pass_case(
        by=office.lead, at=NOW, ref=opened.ref, version=file.version, unit_id=an_area().id,
        level=DeskLevel.COMMUNE, because="Trạm không còn phiếu lưu",
    )  # fmt: skip
    file = claim_case(by=officer, at=NOW, ref=opened.ref)
    person = a_person()
    assert len(settle(file, record(office, person.profile_id), by=officer).effects) == 1


@pytest.mark.django_db(transaction=True)
def test_twins_settle_once_and_both_hear_the_same(make_office: Callable[[], Office]) -> None:
    office = make_office()
    person = a_person()
    file = claim_case(by=office.lead, at=NOW, ref=office.report().ref)
    solution, answers = record(office, person.profile_id), []

    def go() -> None:
        try:
            answers.append(settle(file, solution, by=office.lead, key="twin"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert len(doses_of([person.profile_id])) == 1
