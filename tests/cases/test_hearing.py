"""Partners hear with the step itself: whoever shows a case in their app never shows a state that is over."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.builders import NOW, a_key, a_person, a_phone
from tests.cases.conftest import Office
from tiemchung.cases import telling
from tiemchung.cases.actions import (
    answer_back,
    ask_back,
    claim_case,
    refuse_case,
    release_case,
    reopen_case,
    settle_case,
    sound_alarms,
    withdraw_case,
)
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.reads import partner_cases
from tiemchung.cases.rules import LIFE, CaseState, RefusalCode
from tiemchung.cases.solutions import Solution
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import PUBLIC
from tiemchung.core.outbox import contact_key

HOUR = dt.timedelta(hours=1)
NOTHING = [Solution(SolutionKind.NOTHING)]
RIGHT = "Thông tin trên hệ thống đúng như sổ tiêm."


class Told:
    """A report by the health book, and the same by the partner; what the partner hears, and what it would show."""

    def __init__(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office, self.heard = office, list[tuple[UUID, dt.datetime]]()
        monkeypatch.setitem(telling.hearers, "PARTNER", lambda person_id, at: self.heard.append((person_id, at)))
        self.person_id: UUID = a_person().person_id
        self.lead_phone, self.phone = a_phone(), a_phone()
        self.lead = self.report(self.lead_phone, "BOOK")
        self.repeat = self.report(self.phone, "PARTNER")
        self.forget()

    def report(self, phone: str, door: str, **more: Any) -> OpenedCase:
        """Report the same defect of the same person."""
        values = {"claim": self.office.claim(), "person_id": self.person_id} | more
        return self.office.report(phone=phone, door=door, **values)

    def forget(self) -> None:
        """Forget what was heard so far."""
        self.heard.clear()

    def hears(self, act: Callable[[], Any]) -> bool:
        """Do it, and tell whether the partner heard of the person; of nobody else ever."""
        self.forget()
        act()
        assert {person_id for person_id, _ in self.heard} <= {self.person_id}
        return bool(self.heard)

    def shown(self) -> CaseState:
        """Give where the repeat stands as the partner shows it."""
        found = partner_cases({self.person_id: [self.person_id]})[self.person_id]
        return next(case.state for case in found if case.ref == self.repeat.ref)

    def version(self, at: dt.datetime = NOW) -> int:
        """Let the desk take the case and give its version."""
        return claim_case(by=self.office.lead, at=at, ref=self.lead.ref).version

    def do(self, what: Callable[..., Any], at: dt.datetime = NOW, **more: Any) -> Callable[[], Any]:
        """Prepare a deed of the desk on the claimed case."""
        version = self.version(at)
        return lambda: what(by=self.office.lead, at=at, ref=self.lead.ref, version=version, **more)


@pytest.fixture
def told(office: Office, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Give the two reports."""
    return Told(office, monkeypatch)


def test_the_partner_of_a_repeat_hears_when_its_lead_is_taken_and_given_back(told: Told) -> None:
    assert told.hears(told.version)
    assert told.shown() is CaseState.IN_REVIEW
    assert told.hears(lambda: release_case(by=told.office.lead, at=NOW, ref=told.lead.ref))
    assert told.shown() is CaseState.ROUTED


def test_it_hears_of_a_question_and_of_the_leads_answer(told: Told) -> None:
    assert told.hears(told.do(ask_back, text="Bạn tiêm ở bàn số mấy?"))
    assert told.shown() is CaseState.NEED_MORE_INFO
    said = {"by": PUBLIC, "at": NOW, "ref": told.lead.ref, "contact_key": contact_key(told.lead_phone)}
    assert told.hears(lambda: answer_back(**said, text="Tôi tiêm ở bàn số 2"))
    assert told.shown() is CaseState.ROUTED


@pytest.mark.parametrize(
    ("what", "more", "state"),
    [
        (settle_case, {"solutions": NOTHING, "answer": RIGHT, "because": ""}, CaseState.UPDATED),
        (refuse_case, {"refusal": RefusalCode.BLURRED, "answer": "Ảnh bị mờ, xin gửi lại."}, CaseState.REJECTED),
    ],
)
def test_it_hears_of_every_end(told: Told, what: Callable[..., Any], more: dict[str, Any], state: CaseState) -> None:
    assert told.hears(told.do(what, key=a_key(), **more))
    assert told.shown() is state


def test_it_hears_when_the_lead_is_withdrawn_and_its_own_report_is_the_case(told: Told) -> None:
    own = {"by": PUBLIC, "at": NOW, "ref": told.lead.ref, "contact_key": contact_key(told.lead_phone)}
    assert told.hears(lambda: withdraw_case(**own))
    assert told.shown() is CaseState.ROUTED


def test_it_hears_when_a_lead_through_the_partner_is_disputed(told: Told) -> None:
    told.do(settle_case, key=a_key(), solutions=NOTHING, answer=RIGHT, because="")()
    text = "Thẻ của tôi vẫn chưa có mũi 1"
    own = {"by": PUBLIC, "at": NOW + HOUR, "ref": told.repeat.ref, "contact_key": contact_key(told.phone)}
    assert told.hears(lambda: reopen_case(**own, text=text))
    assert told.shown() is CaseState.ROUTED


def test_an_alarm_that_changes_no_state_is_no_news(told: Told) -> None:
    assert not told.hears(lambda: sound_alarms(NOW + LIFE / 2))


def test_a_report_without_a_person_is_told_of_once_a_desk_names_them(told: Told) -> None:
    nobody = told.office.claim(full_name="Lê Thị Tám", birth_date=dt.date(1980, 2, 2))
    person_id = a_person("Lê Thị Tám", dt.date(1980, 2, 2)).person_id
    opened = told.office.report(claim=nobody, phone=a_phone(), door="PARTNER")
    told.forget()
    version = claim_case(by=told.office.lead, at=NOW, ref=opened.ref).version
    assert told.heard == []
    named = Solution(SolutionKind.NOTHING, profile_id=person_id)
    settle_case(
        by=told.office.lead, at=NOW, key=a_key(), ref=opened.ref, version=version, solutions=[named], answer=RIGHT,
        because="",
    )  # fmt: skip
    assert {heard for heard, _ in told.heard} == {person_id}
