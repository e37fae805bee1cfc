"""Who reports from another phone than the one on record is offered the move, where the old one is lost or silent."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from tests.builders import NOW, a_key, a_person, a_phone, an_area
from tests.cases.conftest import Office
from tiemchung.cases.actions import answer_back, ask_back, claim_case, settle_case
from tiemchung.cases.reads import suggestions
from tiemchung.cases.rules import Claim
from tiemchung.cases.solutions import REPORTERS
from tiemchung.cases.suggestions import Suggestion
from tiemchung.cases.values import CaseFile, OpenedCase
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key, put_message
from tiemchung.people.actions import add_phone, move_phone
from tiemchung.people.reads import persons_on_phone, phones_on_record, reach_of

pytestmark = pytest.mark.usefixtures("country", "db")
KIND, NAME, BIRTH = "OTHER_PHONE_OR_NUMBER", "Nguyễn Thị An", dt.date(1991, 3, 5)
LOST = "Tôi bị mất điện thoại, nay dùng số này."


class Caller:
    """An, who is on record under an old phone, and reports from a new one."""

    def __init__(self, office: Office) -> None:
        self.office, self.old, self.new = office, a_phone(), a_phone()
        self.person: UUID = a_person(NAME, BIRTH, phones=[(self.old, "OWN")]).person_id

    def report(self, text: str = "", *, other_phone: str = "", **more: Any) -> OpenedCase:
        """Report it from the new phone."""
        claim = Claim(full_name=NAME, birth_date=BIRTH, text=text, other_phone=other_phone, commune_id=an_area().id)
        values = {"person_id": self.person, "phone": self.new, "claim": claim} | more
        return self.office.report(values.pop("kind", KIND), **values)

    def file(self, case: OpenedCase) -> CaseFile:
        """Let the desk take it."""
        return claim_case(by=self.office.corrector, at=NOW, ref=case.ref)

    def moves(self, text: str = "", **more: Any) -> list[Suggestion]:
        """Give what the desk is offered of a move."""
        offered = suggestions(self.office.corrector, NOW, self.file(self.report(text, **more)))
        return [one for one in offered if one.kinds == ("MOVE_PHONE",)]

    def messages(self, *states: str, at: dt.datetime = NOW, phone: str = "") -> None:
        """Let messages to the old phone have come so far, the newest first."""
        for n, state in enumerate(states):
            put_message(to=phone or self.old, text="x", kind="dose_given", at=at - dt.timedelta(days=n))
            key = contact_key(phone or self.old)
            newest = OutboxMessage.objects.filter(contact_key=key).latest("id")
            OutboxMessage.objects.filter(contact_key=key, id=newest.id).update(state=state)


@pytest.fixture
def caller(office: Office) -> Caller:
    """Give one."""
    return Caller(office)


def codes(suggestion: Suggestion) -> list[str]:
    """Give the codes of its reasons."""
    return [reason.code for reason in suggestion.reasons]


def test_a_phone_that_the_reporter_says_is_lost_is_offered_to_be_left(caller: Caller) -> None:
    (move,) = caller.moves(LOST)
    assert codes(move) == ["REPORTED_FROM", "OLD_PHONE_LOST"]
    (held,) = phones_on_record([caller.person])
    (what,) = move.solutions
    assert (what.profile_id, what.contact_id, what.number) == (caller.person, held.contact_id, REPORTERS)
    assert caller.new not in repr(move)
    assert caller.old not in repr(move)


def test_a_phone_to_which_nothing_arrives_is_offered_to_be_left(caller: Caller) -> None:
    caller.messages("FAILED", "EXPIRED")
    (move,) = caller.moves()
    assert codes(move) == ["REPORTED_FROM", "OLD_PHONE_SILENT"]


def test_both_signs_are_both_said(caller: Caller) -> None:
    caller.messages("FAILED", "EXPIRED")
    (move,) = caller.moves(LOST)
    assert codes(move) == ["REPORTED_FROM", "OLD_PHONE_LOST", "OLD_PHONE_SILENT"]


def test_what_the_reporter_answers_to_a_question_counts_too(caller: Caller) -> None:
    case = caller.report()
    file = caller.file(case)
    ask_back(by=caller.office.corrector, at=NOW, ref=case.ref, version=file.version, text="Số cũ còn dùng không?")
    answer_back(by=SYSTEM, at=NOW, ref=case.ref, contact_key=contact_key(caller.new), text=LOST)
    offered = suggestions(caller.office.corrector, NOW, caller.file(case))
    assert [one.kinds for one in offered].count(("MOVE_PHONE",)) == 1


def test_a_question_of_the_desk_is_no_word_of_the_reporters(caller: Caller) -> None:
    case = caller.report()
    file = caller.file(case)
    ask_back(by=caller.office.corrector, at=NOW, ref=case.ref, version=file.version, text="Ông bà bị mất điện thoại à?")
    offered = suggestions(caller.office.corrector, NOW, caller.file(case))
    assert ("MOVE_PHONE",) not in [one.kinds for one in offered]


@pytest.mark.parametrize(
    "more",
    [
        {},  # nothing speaks for it
        {"text": LOST, "kind": "PERSONAL_DATA"},
        {"text": LOST, "person_id": None},
        {"text": LOST, "phone": ""},
        {"text": LOST, "other_phone": "+84900099991"},  # names a phone that is not on record
    ],
)
def test_without_its_reasons_no_move_is_offered(caller: Caller, more: dict[str, Any]) -> None:
    assert caller.moves(**more) == []


@pytest.mark.parametrize("states", [("DELIVERED", "FAILED", "FAILED"), ("FAILED",), ("WAITING", "HANDED")])
def test_a_phone_that_answers_is_not_left(caller: Caller, states: tuple[str, ...]) -> None:
    caller.messages(*states)
    assert caller.moves() == []


def test_messages_lost_long_ago_or_to_others_say_nothing(caller: Caller) -> None:
    caller.messages("FAILED", "FAILED", at=NOW - dt.timedelta(days=200))
    caller.messages("FAILED", "FAILED", phone=a_phone())
    assert caller.moves() == []


def test_who_reports_from_the_phone_on_record_has_left_none(caller: Caller) -> None:
    assert caller.moves(LOST, phone=caller.old) == []


def test_of_several_phones_the_named_one_is_left_and_without_a_name_none_is_guessed(caller: Caller) -> None:
    second = a_phone()
    add_phone(by=SYSTEM, at=NOW, profile_id=caller.person, phone=second, relation="FAMILY")
    assert caller.moves(LOST) == []
    (move,) = caller.moves(LOST, other_phone=second, key=a_key())
    named = next(one for one in phones_on_record([caller.person]) if one.contact_key == contact_key(second))
    assert move.solutions[0].contact_id == named.contact_id


def test_who_has_the_new_phone_on_record_already_only_leaves_the_old_one(caller: Caller) -> None:
    add_phone(by=SYSTEM, at=NOW, profile_id=caller.person, phone=caller.new, relation="OWN")
    (move,) = caller.moves(LOST)
    (kept,) = [one for one in phones_on_record([caller.person]) if one.contact_id == move.solutions[0].contact_id]
    assert kept.contact_key == contact_key(caller.old)


def test_the_desk_decides_and_then_it_is_done(caller: Caller) -> None:
    case = caller.report(LOST)
    file = caller.file(case)
    move = next(one for one in suggestions(caller.office.corrector, NOW, file) if one.kinds == ("MOVE_PHONE",))
    assert reach_of(caller.person) == caller.old, "nothing moves by itself"
    settle_case(
        by=caller.office.corrector, at=NOW, key=a_key(), ref=case.ref, version=file.version, solutions=move.solutions,
        answer="Chúng tôi đã chuyển hồ sơ sang số mới", because="Đã gọi lại và xem căn cước",
    )  # fmt: skip
    assert reach_of(caller.person) == caller.new
    assert persons_on_phone(contact_key(caller.old)) == set()
    (held,) = phones_on_record([caller.person])
    move_phone(  # said again by hand it changes nothing
        by=caller.office.corrector, at=NOW, person_id=caller.person, contact_id=held.contact_id, to_phone=caller.new,
        because="again", relation="OWN",
    )  # fmt: skip
    assert [one.contact_id for one in phones_on_record([caller.person])] == [held.contact_id]
