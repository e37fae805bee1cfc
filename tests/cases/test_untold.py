"""A word that never reached its reporter is the desk's work until somebody has told them otherwise."""

import datetime as dt
import itertools

import pytest

from tests.builders import NOW, a_facility, a_key, a_lead, a_phone
from tests.cases.conftest import Office
from tests.cases.test_rehoming import DAY, succeeded
from tiemchung.cases.actions import (
    answer_back,
    ask_back,
    claim_case,
    pass_case,
    refuse_case,
    reopen_case,
    told_otherwise,
)
from tiemchung.cases.actions.rehoming import rehome_cases
from tiemchung.cases.actions.untold import note_untold
from tiemchung.cases.reads import desk_file, messages_of, queue_at, untold_since
from tiemchung.cases.rules import RefusalCode
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import PUBLIC
from tiemchung.core.models import AuditLine, OutboxMessage
from tiemchung.core.outbox import claim_due, contact_key, note_receipt
from tiemchung.core.verdict import Refused

HOUR = dt.timedelta(hours=1)
HOW = "Đã gọi lại và đọc câu hỏi"
pytestmark = pytest.mark.usefixtures("country", "db")
_number = itertools.count(1)


class Told:
    """A reporter with a phone, and the case of theirs."""

    def __init__(self, office: Office) -> None:
        self.office, self.phone, self.claim = office, a_phone(), office.claim()
        self.case: OpenedCase = office.report(phone=self.phone, claim=self.claim)

    def ask(self, at: dt.datetime = NOW) -> None:
        """Let the lead ask back."""
        file = claim_case(by=self.office.lead, at=at, ref=self.case.ref)
        ask_back(by=self.office.lead, at=at, ref=file.ref, version=file.version, text="Xin gửi ảnh rõ hơn của giấy")

    def refuse(self, at: dt.datetime = NOW) -> None:
        """Let the lead refuse."""
        file = claim_case(by=self.office.lead, at=at, ref=self.case.ref)
        refuse_case(
            by=self.office.lead, at=at, key=a_key(), ref=file.ref, version=file.version,
            refusal=RefusalCode.BLURRED, answer="Ảnh mờ, xin gửi lại ảnh rõ hơn",
        )  # fmt: skip

    def lose(self, kind: str, *, delivered: bool = False, at: dt.datetime = NOW + HOUR, phone: str = "") -> None:
        """Let the gateway say what became of the message."""
        rows = OutboxMessage.objects.filter(contact_key=contact_key(phone or self.phone), kind=kind)
        name = f"gw-{next(_number)}"
        rows.update(state="HANDED", provider_ref=name, handed_at=NOW)
        assert note_receipt(provider_ref=name, delivered=delivered, at=at)
        note_untold(at)

    def untold(self) -> list[str]:
        """Give the numbers on the desk's list of unreached reporters, which its count agrees with."""
        found = queue_at(self.office.lead, NOW, show="UNTOLD")
        assert found.untold == len(found.lines)
        return [line.ref for line in found.lines]


@pytest.fixture
def told(office: Office) -> Told:
    """Give one reporter."""
    return Told(office)


def test_each_message_stands_beside_its_step_with_how_far_it_came(told: Told) -> None:
    told.ask()
    told.lose("case_asked")
    file = desk_file(told.office.lead, NOW, told.case.ref)
    assert file is not None
    steps = {step.number: step.step for step in file.steps}
    found = {steps[place[1]]: (message.state, message.lost) for place, message in messages_of(file).items()}
    assert found == {"RECEIVE": ("WAITING", False), "ASK_BACK": ("FAILED", True)}


@pytest.mark.parametrize("what", ["asked", "refused"])
def test_a_question_or_an_answer_that_is_lost_comes_on_the_desks_list_though_the_case_is_over(
    told: Told, what: str
) -> None:
    told.ask() if what == "asked" else told.refuse()
    assert told.untold() == []
    told.lose(f"case_{what}")
    assert told.untold() == [told.case.ref]
    assert note_untold(NOW + 2 * HOUR) == 0


def test_what_was_delivered_or_is_only_a_receipt_is_on_no_list(told: Told) -> None:
    told.lose("case_received")
    told.ask()
    told.lose("case_asked", delivered=True)
    assert told.untold() == []


def test_what_expired_before_it_was_sent_is_lost_too(told: Told) -> None:
    told.refuse()
    claim_due(at=NOW + 3 * DAY)
    assert note_untold(NOW + 3 * DAY) == 2  # the receipt was lost with it
    assert told.untold() == [told.case.ref]


def test_who_was_told_otherwise_is_off_the_list_and_how_is_kept(told: Told) -> None:
    told.refuse()
    told.lose("case_refused")
    with pytest.raises(Refused, match="REASON_MISSING"):
        told_otherwise(by=told.office.lead, at=NOW, ref=told.case.ref, because="gọi")
    with pytest.raises(Refused, match="NO_SUCH_CASE"):
        told_otherwise(by=a_lead(a_facility()), at=NOW, ref=told.case.ref, because=HOW)
    for _ in range(2):
        told_otherwise(by=told.office.lead, at=NOW, ref=told.case.ref, because=HOW)
    assert told.untold() == []
    line = AuditLine.objects.get(action="cases.told_otherwise", object_id=told.case.case_id)
    assert line.because == HOW


def test_who_answers_has_read_the_question(told: Told) -> None:
    told.ask()
    told.lose("case_asked")
    answer_back(by=PUBLIC, at=NOW, ref=told.case.ref, contact_key=contact_key(told.phone), text="Tôi gửi ảnh mới")
    assert told.untold() == []


def test_a_question_that_was_answered_before_its_loss_was_known_is_no_work(told: Told) -> None:
    told.ask()
    answer_back(by=PUBLIC, at=NOW, ref=told.case.ref, contact_key=contact_key(told.phone), text="Tôi gửi ảnh mới")
    told.lose("case_asked")
    assert told.untold() == []


def test_who_disputes_the_answer_has_read_it(told: Told) -> None:
    told.refuse()
    told.lose("case_refused")
    reopen_case(by=PUBLIC, at=NOW, ref=told.case.ref, contact_key=contact_key(told.phone), text="Ảnh của tôi rất rõ")
    assert told.untold() == []


def test_a_lost_answer_to_a_repeat_is_seen_at_its_case(told: Told) -> None:
    again = told.office.report(phone=told.phone, claim=told.claim)
    told.refuse()
    repeats = OutboxMessage.objects.filter(contact_key=contact_key(told.phone), about_id=again.case_id)
    repeats.filter(kind="case_refused").update(state="HANDED", provider_ref="gw-repeat", handed_at=NOW)
    assert note_receipt(provider_ref="gw-repeat", delivered=False, at=NOW + HOUR)
    note_untold(NOW + HOUR)
    assert told.untold() == [told.case.ref]
    file = desk_file(told.office.lead, NOW, told.case.ref)
    assert file is not None
    lost = {place[0] for place, message in messages_of(file).items() if message.lost}
    assert lost == {again.case_id}


def test_the_flag_goes_where_the_case_goes(told: Told) -> None:
    told.ask()
    told.lose("case_asked")
    other = a_facility("Trạm khác")
    boss = a_lead(other)
    file = claim_case(by=told.office.lead, at=NOW, ref=told.case.ref)
    pass_case(
        by=told.office.lead, at=NOW, ref=file.ref, version=file.version, unit_id=other.id, level="FACILITY",
        because="Mũi tiêm ở nơi khác",
    )  # fmt: skip
    assert (told.untold(), queue_at(boss, NOW).untold) == ([], 1)


def test_the_lost_answer_of_a_desk_that_is_gone_is_the_work_of_its_heir(told: Told) -> None:
    told.refuse()
    told.lose("case_refused")
    boss = succeeded(told.office)
    assert rehome_cases(NOW + DAY) == 1
    assert rehome_cases(NOW + DAY) == 0
    assert queue_at(boss, NOW + DAY).untold == 1
    file = desk_file(boss, NOW + DAY, told.case.ref)
    assert file is not None
    assert untold_since(file) is not None
