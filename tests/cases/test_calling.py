"""A call of the response centre: nothing before the proof, nothing beyond it, and each look with the call as reason."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from tests.builders import NOW, a_cccd, a_dose, a_key, a_person, a_phone, a_staff_member
from tests.cases.conftest import Office
from tiemchung.access import reads as access
from tiemchung.access.rules import seen_budget
from tiemchung.cases.actions.call_cases import add_by_call, report_by_call
from tiemchung.cases.actions.calling import (
    CallFound,
    begin_call,
    end_call,
    open_caller_record,
    prove_by_code,
    prove_by_facts,
    search_by_call,
    send_caller_code,
)
from tiemchung.cases.actions.calling_back import claim_call_back, finish_try
from tiemchung.cases.actions.desk import ask_back, claim_case
from tiemchung.cases.models import Call, CallBack, Case
from tiemchung.cases.reads import progress_of
from tiemchung.cases.reads.calling import (
    CallView,
    call_backs_waiting,
    call_of,
    calls_today,
    cases_of_call,
    open_call_of,
    wall_of,
)
from tiemchung.cases.rules import CaseState, shown_ref
from tiemchung.cases.rules.calls import CALL_LIFE, AnswerBy, BackOutcome, CallOutcome, Found, Promise, Proof, purpose_of
from tiemchung.core.actor import PUBLIC, Actor, Role
from tiemchung.core.audit import seen_by
from tiemchung.core.models import AuditLine, OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import CallerFacts, choose_language

pytestmark = pytest.mark.django_db
BORN = dt.date(1985, 3, 5)
MINUTE = dt.timedelta(minutes=1)
CODE = {"vi": "{code}", "en": "English {code}"}


class Centre:
    """An agent, and An, who has a number, a phone and a dose."""

    def __init__(self) -> None:
        self.agent: Actor = an_agent()
        self.phone, self.number = a_phone(), a_cccd("FEMALE", BORN)
        person = a_person(
            "Nguyễn Thị An", BORN, identifiers=[("CCCD", self.number)], phones=[(self.phone, "OWN")]
        )  # fmt: skip
        self.person_id: UUID = person.person_id

    def call(self, phone: str | None = None, by: Actor | None = None, at: dt.datetime = NOW) -> CallView:
        """Begin a call, by An's phone unless told otherwise."""
        return begin_call(by=by or self.agent, at=at, key=a_key(), phone=self.phone if phone is None else phone)

    def search(self, call: CallView, text: str, at: dt.datetime = NOW) -> CallFound:
        """Search in a call."""
        return search_by_call(by=self.agent, at=at, call=call, text=text)

    def prove(self, call: CallView, found: CallFound, *facts: Any) -> Proof:
        """Say these facts: name, birth date, precision, number."""
        said = CallerFacts(*facts)
        answer = prove_by_facts(
            by=self.agent, at=NOW, call=call, person_ids=found.person_ids, refs=found.refs, facts=said
        )  # fmt: skip
        assert answer.verdict.allowed == (answer.proof is not Proof.NOTHING)
        return answer.proof

    def now(self, call: CallView) -> CallView:
        """Give the call as it is now."""
        found = call_of(self.agent, NOW, call.contact_key, call.call_id)
        assert found is not None
        return found

    def proved(self) -> CallView:
        """Give a call of An's in which all three facts were said."""
        call = self.call()
        found = self.search(call, self.phone)
        assert self.prove(call, found, "Nguyễn Thị An", BORN, "DAY", self.number) is Proof.NUMBERED
        return self.now(call)


def an_agent() -> Actor:
    """Give an agent of the centre."""
    return a_staff_member(Role.HOTLINE_AGENT, full_name="Huỳnh Kim Thoa")


@pytest.fixture
def centre(db: None) -> Centre:
    """Give the centre."""
    return Centre()


def code_to(phone: str) -> str:
    """Give the code in the newest message to this phone."""
    row = OutboxMessage.objects.filter(contact_key=contact_key(phone), kind="caller").latest("created_at")
    return unseal("outbox.text", row.sealed_text, str(row.id)).split()[-1]


def codes_of(refused: Any) -> list[str]:
    return [reason.code for reason in refused.value.verdict.refusals]


def test_a_search_finds_by_phone_number_name_with_birth_date_and_report_number(centre: Centre, office: Office) -> None:
    call, opened = centre.call(), office.report(full_name="Nguyễn Thị An", phone=centre.phone)
    assert centre.search(call, centre.phone) == CallFound(Found.PHONE, (centre.person_id,), (opened.ref,))
    assert centre.search(call, centre.number) == CallFound(Found.NUMBER, (centre.person_id,), ())
    assert centre.search(call, "nguyen thi an 05/03/1985") == CallFound(Found.NAME_BIRTH, (centre.person_id,), ())
    assert centre.search(call, shown_ref(opened.ref)) == CallFound(Found.CASE, (), (opened.ref,))


@pytest.mark.parametrize("text", ["Nguyễn Thị An", "Nguyễn Thị An 1985"])
def test_a_name_without_its_whole_birth_date_finds_nobody(centre: Centre, text: str) -> None:
    with pytest.raises(Refused, match="SEARCH_BIRTH_MISSING"):
        centre.search(centre.call(), text)


def test_a_crowded_phone_finds_nobody_and_asks_for_more(centre: Centre) -> None:
    phone = a_phone()
    for _ in range(9):
        a_person(phones=[(phone, "FACILITY")])
    found = centre.search(centre.call(), phone)
    assert (found.person_ids, found.too_many) == ((), True)


def test_three_right_facts_open_the_record_and_two_do_not(centre: Centre) -> None:
    call = centre.call()
    found = centre.search(call, centre.phone)
    assert centre.prove(call, found, "Nguyễn Thị An", BORN) is Proof.NAMED
    with pytest.raises(Refused, match="CALLER_NOT_PROVEN"):
        open_caller_record(by=centre.agent, at=NOW, call=centre.now(call))
    assert centre.prove(call, found, "nguyen thi an", BORN, "DAY", centre.number) is Proof.NUMBERED
    assert open_caller_record(by=centre.agent, at=NOW, call=centre.now(call)).full_name == "Nguyễn Thị An"


@pytest.mark.parametrize(
    "facts",
    [
        ("Nguyễn Thị Ân", BORN, "DAY", None),
        ("Nguyễn Thị An", dt.date(1985, 5, 3), "DAY", None),
        ("Nguyễn Thị An", dt.date(1985, 1, 1), "YEAR", None),
        ("Nguyễn Thị An", BORN, "DAY", "079185009999"),
        ("", None, "DAY", None),
    ],
)
def test_whatever_is_wrong_has_one_answer_and_takes_back_what_was_proved(
    centre: Centre, facts: tuple[Any, ...]
) -> None:
    call = centre.call()
    found = centre.search(call, centre.phone)
    assert centre.prove(call, found, "Nguyễn Thị An", BORN) is Proof.NAMED
    name, born, precision, number = facts
    said = CallerFacts(name, born, precision, centre.number if number is None else number)
    answer = prove_by_facts(by=centre.agent, at=NOW, call=call, person_ids=found.person_ids, refs=(), facts=said)
    assert [reason.code for reason in answer.verdict.refusals] == ["CALLER_NOT_PROVEN"]
    assert (centre.now(call).person_id, centre.now(call).proved) == (None, Proof.NOTHING)


def test_tries_are_counted_right_or_wrong_and_the_sixth_in_an_hour_is_refused(centre: Centre) -> None:
    call = centre.call()
    found = centre.search(call, centre.phone)
    for _ in range(5):
        centre.prove(call, found, "Nguyễn Thị Hoa", BORN)
    with pytest.raises(Refused, match="TOO_MANY_TRIES"):
        centre.prove(call, found, "Nguyễn Thị An", BORN, "DAY", centre.number)


def test_many_hidden_calls_about_one_person_share_the_persons_tries(centre: Centre) -> None:
    for _ in range(5):
        call = centre.call("")
        centre.prove(call, centre.search(call, centre.number), "Nguyễn Thị Hoa", BORN)
        end_call(by=centre.agent, at=NOW, call=call, outcome=CallOutcome.NOT_PROVED)
    call = centre.call("")
    with pytest.raises(Refused, match="TOO_MANY_TRIES"):
        centre.prove(call, centre.search(call, centre.number), "Nguyễn Thị An", BORN, "DAY", centre.number)


def test_two_of_one_name_and_birth_date_need_the_number(centre: Centre) -> None:
    a_person("Nguyễn Thị An", BORN)
    call = centre.call("")
    found = centre.search(call, "Nguyễn Thị An 05/03/1985")
    said = CallerFacts("Nguyễn Thị An", BORN)
    answer = prove_by_facts(by=centre.agent, at=NOW, call=call, person_ids=found.person_ids, refs=(), facts=said)
    assert [reason.code for reason in answer.verdict.refusals] == ["CALLER_NEEDS_NUMBER"]
    assert centre.prove(call, found, "Nguyễn Thị An", BORN, "DAY", centre.number) is Proof.NUMBERED
    assert centre.now(call).person_id == centre.person_id


def test_a_code_to_the_phone_on_file_proves_and_one_of_another_call_does_not(centre: Centre) -> None:
    call = centre.call("")
    found = centre.search(call, centre.number)
    with pytest.raises(Refused, match="CALLER_NOT_PROVEN"):
        send_caller_code(by=centre.agent, at=NOW, call=call, texts=CODE)
    centre.prove(call, found, "Nguyễn Thị An", BORN)
    send_caller_code(by=centre.agent, at=NOW, call=centre.now(call), texts=CODE)
    assert not prove_by_code(by=centre.agent, at=NOW, call=centre.now(call), code="000000x").allowed
    assert prove_by_code(by=centre.agent, at=NOW, call=centre.now(call), code=code_to(centre.phone)).allowed
    assert centre.now(call).opens_record


@pytest.mark.parametrize(("chosen", "begins"), [("", ""), ("en", "English ")])
def test_a_callers_code_comes_in_the_language_chosen_at_that_phone(centre: Centre, chosen: str, begins: str) -> None:
    if chosen:
        choose_language(by=PUBLIC, at=NOW, contact_key=contact_key(centre.phone), language=chosen)
    call = centre.call("")
    centre.prove(call, centre.search(call, centre.number), "Nguyễn Thị An", BORN)
    send_caller_code(by=centre.agent, at=NOW, call=centre.now(call), texts=CODE)
    row = OutboxMessage.objects.get(contact_key=contact_key(centre.phone))
    text = unseal("outbox.text", row.sealed_text, str(row.id))
    assert text.removesuffix(code_to(centre.phone)) == begins


def test_who_has_no_phone_on_file_gets_no_code(centre: Centre) -> None:
    a_person("Trần Văn Tư", BORN, phones=())
    call = centre.call("")
    centre.prove(call, centre.search(call, "Trần Văn Tư 05/03/1985"), "Trần Văn Tư", BORN)
    with pytest.raises(Refused, match="CALLER_NO_PHONE"):
        send_caller_code(by=centre.agent, at=NOW, call=centre.now(call), texts=CODE)


def test_a_search_forgets_what_was_proved_before(centre: Centre) -> None:
    call = centre.proved()
    centre.search(call, "Trần Văn Tư 05/03/1985")
    assert not centre.now(call).opens_record


def test_name_and_birth_date_of_a_report_open_that_report_and_no_record(centre: Centre, office: Office) -> None:
    opened = office.report(full_name="Nguyễn Thị An", phone="", at=NOW)
    call = centre.call("")
    found = centre.search(call, opened.ref)
    assert centre.prove(call, found, "Nguyễn Thị An", BORN) is Proof.NOTHING
    assert centre.prove(call, found, "nguyễn thị an", dt.date(1991, 3, 5)) is Proof.CASE
    assert [one.ref for one in cases_of_call(centre.agent, centre.now(call))] == [opened.ref]
    with pytest.raises(Refused, match="CALLER_NOT_PROVEN"):
        open_caller_record(by=centre.agent, at=NOW, call=centre.now(call))


def test_a_proved_caller_hears_of_the_reports_about_them_and_a_code_adds_those_of_the_phone(
    centre: Centre, office: Office
) -> None:
    about = office.report("PERSONAL_DATA", person_id=centre.person_id, claim=office.claim("PERSONAL_DATA"))
    sent = office.report(claim=office.claim(full_name="Nguyễn Thị An", birth_date=BORN), phone=centre.phone)
    office.report(full_name="Lê Văn Người Khác", phone=centre.phone)
    call = centre.proved()
    assert {one.ref for one in cases_of_call(centre.agent, call)} == {about.ref}
    end_call(by=centre.agent, at=NOW, call=call, outcome=CallOutcome.RECORD_TOLD)
    other = centre.call("")
    centre.prove(other, centre.search(other, centre.number), "Nguyễn Thị An", BORN)
    send_caller_code(by=centre.agent, at=NOW, call=centre.now(other), texts=CODE)
    prove_by_code(by=centre.agent, at=NOW, call=centre.now(other), code=code_to(centre.phone)).or_raise()
    assert {one.ref for one in cases_of_call(centre.agent, centre.now(other))} == {about.ref, sent.ref}


def test_a_proved_callers_report_is_theirs_and_answered_by_their_phone(centre: Centre, office: Office) -> None:
    dose = a_dose(centre.person_id, given_on=dt.date(2026, 10, 1)).dose
    call = centre.proved()
    opened = report_by_call(
        by=centre.agent, at=NOW, key="k", call=call, kind="NEVER_GIVEN", claim=office.claim("NEVER_GIVEN"),
        answer_by=AnswerBy.PHONE, dose_id=dose.id,
    )  # fmt: skip
    case = Case.objects.get(contact_key=contact_key(centre.phone), id=opened.case_id)
    assert (case.person_id, case.dose_id, case.door) == (centre.person_id, dose.id, "HOTLINE")
    assert opened.due_at == NOW + dt.timedelta(hours=48)
    assert progress_of(opened.ref, contact_key(centre.phone)) is not None
    assert centre.now(call).outcome == CallOutcome.CASE_OPENED


@pytest.mark.parametrize("chosen", ["", "en"])
def test_a_callers_report_is_answered_in_the_callers_language_and_not_in_the_agents(
    centre: Centre, office: Office, chosen: str
) -> None:
    if chosen:
        choose_language(by=PUBLIC, at=NOW, contact_key=contact_key(centre.phone), language=chosen)
    opened = report_by_call(
        by=centre.agent, at=NOW, key="k", call=centre.proved(), kind="PERSONAL_DATA",
        claim=office.claim("PERSONAL_DATA"), answer_by=AnswerBy.PHONE,
    )  # fmt: skip
    assert Case.objects.get(contact_key=opened.contact_key, id=opened.case_id).language == (chosen or "vi")


@pytest.mark.parametrize("way", [AnswerBy.CALL_BACK, AnswerBy.FACILITY, AnswerBy.LETTER])
def test_a_person_without_a_phone_is_served(centre: Centre, office: Office, way: AnswerBy) -> None:
    call, neighbour = centre.call(""), a_phone()
    opened = report_by_call(
        by=centre.agent, at=NOW, key="k", call=call, kind="DOSE1_MISSING", claim=office.claim(),
        answer_by=way, other_phone=neighbour,
    )  # fmt: skip
    case = Case.objects.get(contact_key=opened.contact_key, id=opened.case_id)
    assert (case.sealed_phone, case.person_id) == (None, None)
    assert not OutboxMessage.objects.exists()
    backs = call_backs_waiting(centre.agent, NOW)
    expected = [(opened.ref, opened.due_at)] if way is AnswerBy.CALL_BACK else []
    assert [(one.case_ref, one.due_at) for one in backs] == expected


def test_a_hidden_phone_cannot_be_where_the_answer_goes(centre: Centre, office: Office) -> None:
    with pytest.raises(Refused, match="PHONE_HIDDEN"):
        report_by_call(by=centre.agent, at=NOW, key="k", call=centre.call(""), kind="DOSE1_MISSING",
                       claim=office.claim(), answer_by=AnswerBy.PHONE)  # fmt: skip
    assert not Case.objects.exists()


def test_a_report_confirmed_twice_is_one_report_and_one_promise(centre: Centre, office: Office) -> None:
    call, claim = centre.call(""), office.claim()
    refs = {
        report_by_call(
            by=centre.agent, at=NOW, key="k", call=centre.now(call), kind="DOSE1_MISSING", claim=claim,
            answer_by=AnswerBy.CALL_BACK, other_phone="+84900000777",
        ).ref
        for _ in range(2)
    }  # fmt: skip
    assert (len(refs), Case.objects.count(), CallBack.objects.count()) == (1, 1, 1)


def test_what_a_caller_adds_to_their_report_goes_back_to_the_desk(centre: Centre, office: Office) -> None:
    opened = office.report(full_name="Nguyễn Thị An", phone="")
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    ask_back(by=office.lead, at=NOW, ref=opened.ref, version=file.version, text="Bà tiêm buổi sáng hay chiều?")
    call = centre.call("")
    centre.prove(call, centre.search(call, opened.ref), "Nguyễn Thị An", dt.date(1991, 3, 5))
    add_by_call(by=centre.agent, at=NOW, call=centre.now(call), ref=opened.ref, deed="answer", text="Buổi sáng")
    told = progress_of(opened.ref, opened.contact_key)
    assert told is not None
    assert (told.state, told.steps[-1].text) == (CaseState.ROUTED, "Buổi sáng")


def test_nobody_adds_to_a_report_that_the_caller_has_not_proved(centre: Centre, office: Office) -> None:
    opened = office.report(phone="")
    with pytest.raises(Refused, match="NO_SUCH_CASE"):
        add_by_call(by=centre.agent, at=NOW, call=centre.call(), ref=opened.ref, deed="withdraw", text="")


def test_a_call_that_never_ended_proves_nothing_more(centre: Centre) -> None:
    call = centre.proved()
    late = NOW + CALL_LIFE
    assert call_of(centre.agent, late, call.contact_key, call.call_id) is None
    with pytest.raises(Refused, match="CALL_NOT_OPEN"):
        open_caller_record(by=centre.agent, at=late, call=call)
    assert open_call_of(centre.agent, late) is None


def test_another_agents_call_is_nobodys_else(centre: Centre) -> None:
    call, other = centre.proved(), an_agent()
    assert call_of(other, NOW, call.contact_key, call.call_id) is None
    with pytest.raises(Refused, match="CALL_NOT_OPEN"):
        open_caller_record(by=other, at=NOW, call=call)


def test_an_agent_has_one_call_at_a_time(centre: Centre) -> None:
    centre.call()
    with pytest.raises(Refused, match="CALL_STILL_OPEN"):
        centre.call("")


@pytest.mark.parametrize("role", [Role.MINISTRY_OFFICER, Role.ADMIN])
def test_only_an_agent_takes_calls(role: Role) -> None:
    with pytest.raises(Refused, match="CALL_NOT_YOURS"):
        begin_call(by=a_staff_member(role), at=NOW, key="k")


def test_a_call_ends_with_an_outcome_and_its_note_lies_sealed(centre: Centre) -> None:
    call = centre.call()
    with pytest.raises(Refused) as refused:
        end_call(by=centre.agent, at=NOW, call=call, outcome="")
    assert codes_of(refused) == ["CALL_OUTCOME_MISSING"]
    end_call(by=centre.agent, at=NOW + MINUTE, call=call, outcome=CallOutcome.ANSWERED, note="Hỏi lịch tiêm nhắc")
    row = Call.objects.get(contact_key=call.contact_key)
    assert (row.outcome, row.ended_at) == ("ANSWERED", NOW + MINUTE)
    assert "Hỏi lịch".encode() not in bytes(row.sealed_note)
    assert [one.outcome for one in calls_today(centre.agent, NOW + MINUTE)] == ["ANSWERED"]
    with pytest.raises(Refused, match="CALL_NOT_OPEN"):
        end_call(by=centre.agent, at=NOW, call=call, outcome=CallOutcome.ANSWERED)


def promised(centre: Centre, due_at: dt.datetime) -> UUID:
    """Promise to call An back, and give the promise."""
    call = centre.call()
    promise = Promise(due_at, centre.phone)
    end_call(
        by=centre.agent, at=NOW, call=call, outcome=CallOutcome.CALL_BACK, note="Chờ trạm trả lời", promise=promise
    )
    return call_backs_waiting(centre.agent, NOW)[0].call_back_id


def test_a_promise_shows_its_number_to_the_one_agent_who_took_it(centre: Centre) -> None:
    back, other = promised(centre, NOW + MINUTE), an_agent()
    assert [one.phone for one in call_backs_waiting(centre.agent, NOW)] == [""]
    held = claim_call_back(by=centre.agent, at=NOW, call_back_id=back)
    assert (held.phone, held.note) == (centre.phone, "Chờ trạm trả lời")
    assert [one.phone for one in call_backs_waiting(other, NOW)] == [""]
    with pytest.raises(Refused, match="CALL_BACK_TAKEN"):
        claim_call_back(by=other, at=NOW + 19 * MINUTE, call_back_id=back)
    assert claim_call_back(by=other, at=NOW + 20 * MINUTE, call_back_id=back).phone == centre.phone


def test_an_unanswered_promise_comes_due_again_twice_and_then_is_over(centre: Centre) -> None:
    back, at = promised(centre, NOW + MINUTE), NOW + MINUTE
    for tries in (1, 2):
        claim_call_back(by=centre.agent, at=at, call_back_id=back)
        after = finish_try(by=centre.agent, at=at, call_back_id=back, outcome=BackOutcome.NO_ANSWER)
        assert (after.tries, after.due_at, after.done_at) == (tries, at + dt.timedelta(hours=2), None)
        at = after.due_at
    claim_call_back(by=centre.agent, at=at, call_back_id=back)
    last = finish_try(by=centre.agent, at=at, call_back_id=back, outcome=BackOutcome.NO_ANSWER)
    assert (last.outcome, last.done_at) == (BackOutcome.UNREACHED, at)
    assert call_backs_waiting(centre.agent, at) == ()


def test_only_who_holds_a_promise_finishes_it(centre: Centre) -> None:
    back = promised(centre, NOW + MINUTE)
    with pytest.raises(Refused, match="CALL_BACK_LOST"):
        finish_try(by=centre.agent, at=NOW, call_back_id=back, outcome=BackOutcome.REACHED)
    claim_call_back(by=centre.agent, at=NOW, call_back_id=back)
    assert finish_try(by=centre.agent, at=NOW, call_back_id=back, outcome=BackOutcome.REACHED).outcome == "REACHED"
    with pytest.raises(Refused, match="CALL_BACK_LOST"):
        finish_try(by=centre.agent, at=NOW, call_back_id=back, outcome=BackOutcome.REACHED)


@pytest.mark.parametrize(
    ("due", "code"),
    [(dt.timedelta(0), "PROMISE_PAST"), (dt.timedelta(days=7, seconds=1), "PROMISE_TOO_FAR")],
)
def test_a_promise_lies_ahead_and_within_a_week(centre: Centre, due: dt.timedelta, code: str) -> None:
    call = centre.call()
    with pytest.raises(Refused, match=code):
        end_call(by=centre.agent, at=NOW, call=call, outcome="ANSWERED", promise=Promise(NOW + due, centre.phone))
    assert centre.now(call).ended_at is None


def test_the_wall_counts_what_is_open_and_what_waits(centre: Centre, office: Office) -> None:
    promised(centre, NOW + MINUTE)
    call = centre.call("")
    report_by_call(by=centre.agent, at=NOW, key="k", call=call, kind="DOSE1_MISSING", claim=office.claim(),
                   answer_by=AnswerBy.FACILITY)  # fmt: skip
    begin_call(by=an_agent(), at=NOW, key=a_key())
    wall = wall_of(NOW + 2 * MINUTE)
    assert (wall.calls_open, wall.agents, wall.calls_today, wall.opened_today) == (2, 2, 3, 1)
    assert (wall.waiting, wall.late, wall.oldest_due) == (1, 1, NOW + MINUTE)


def test_i10_an_agents_script_that_reads_151_persons_is_stopped_at_150_and_rings(centre: Centre) -> None:
    budget = seen_budget(Role.HOTLINE_AGENT)
    assert budget == 150
    call = centre.call("")
    for _ in range(budget):
        number = a_cccd()
        a_person(identifiers=[("CCCD", number)], phones=())
        centre.search(call, number)
    left = access.seen_today(centre.agent.id, dt.date(2026, 11, 20), Role.HOTLINE_AGENT)  # type: ignore[arg-type]
    assert (left.seen, left.budget) == (150, 150)
    with pytest.raises(Refused, match="SEEN_TOO_MANY"):
        centre.search(call, centre.number)
    assert not AuditLine.objects.filter(subject_id=centre.person_id, actor_id=centre.agent.id).exists()


def test_i11_what_an_agent_saw_is_complete_against_the_drivers_own_list(centre: Centre, office: Office) -> None:
    drove: list[tuple[UUID, str]] = []
    for n in range(6):
        number, name = a_cccd("FEMALE", BORN), f"Trần Thị Số {'ABCDEF'[n]}"
        person = a_person(name, BORN, identifiers=[("CCCD", number)], phones=()).person_id
        call = centre.call("")
        centre.prove(call, centre.search(call, number), name, BORN, "DAY", number if n % 2 else "")
        drove.append((person, purpose_of(call.call_id)))
        if n % 2:
            open_caller_record(by=centre.agent, at=NOW, call=centre.now(call))
        end_call(by=centre.agent, at=NOW, call=call, outcome=CallOutcome.ANSWERED)
    opened = office.report(phone="", full_name="Nguyễn Văn Ba")
    call = centre.call("")
    centre.prove(call, centre.search(call, opened.ref), "Nguyễn Văn Ba", dt.date(1991, 3, 5))
    drove.append((opened.case_id, purpose_of(call.call_id)))
    lines = seen_by(centre.agent.id, NOW - MINUTE, NOW + MINUTE)  # type: ignore[arg-type]
    looks = {(line.subject_id, line.because) for line in lines if line.facts.get("look")}
    assert looks == set(drove)


def test_i14_codes_to_callers_are_counted_by_phone_and_by_agent_and_go_to_the_phone_on_file_only(
    centre: Centre,
) -> None:
    call = centre.call(a_phone())
    centre.prove(call, centre.search(call, centre.number), "Nguyễn Thị An", BORN)
    send_caller_code(by=centre.agent, at=NOW, call=centre.now(call), texts=CODE)
    with pytest.raises(Refused, match="TOO_MANY_CODES"):
        send_caller_code(by=centre.agent, at=NOW, call=centre.now(call), texts=CODE)
    assert {bytes(row.contact_key) for row in OutboxMessage.objects.all()} == {contact_key(centre.phone)}
