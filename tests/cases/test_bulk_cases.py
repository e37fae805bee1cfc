"""Who reported what a bulk correction puts right is answered by it, and hears of it when it is taken back."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from tests.builders import NOW, a_key, a_phone
from tests.cases.conftest import Office
from tests.cases.test_bulk import DAY, LATER, Session, follow_certificates, run_to_the_end
from tiemchung.cases.actions import claim_case, reopen_case, settle_case, undo_bulk
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.models import CaseEffect, CaseInbox
from tiemchung.cases.reads import progress_of, queue_at, travel_of
from tiemchung.cases.rules import CaseState, ClaimedDose, Step
from tiemchung.cases.rules.bulk import BulkCause
from tiemchung.cases.solutions import Solution
from tiemchung.cases.telling import answer_words
from tiemchung.cases.values import OpenedCase, Progress
from tiemchung.core.actor import PUBLIC
from tiemchung.core.models import AuditLine, OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.doses.reads import doses_of, entry_of

pytestmark = pytest.mark.usefixtures("country", "db")
UNDO = "Lô ban đầu mới là lô đúng"


@pytest.fixture
def session(office: Office) -> Session:
    """Give one session of three doses with a mistyped lot."""
    return Session(office)


class Reported:
    """One person of a session who told what is wrong."""

    def __init__(self, session: Session, kind: str = "DOSE_WRONG", n: int = 0, *, lot: str = "FA1034", **more: Any):
        self.session, self.phone = session, a_phone()
        self.person: UUID = session.people[n]
        (dose,) = doses_of([self.person])
        self.dose = dose
        facility = session.office.facility.id
        self.told = ClaimedDose(1, "PFIZER", lot, DAY, facility_id=facility, dose_id=more.pop("points", None))
        self.more = more
        self.case = self.report(kind)

    def report(self, kind: str = "DOSE_WRONG", *, phone: str = "") -> OpenedCase:
        """Tell it, once more from another phone where one is given."""
        claim = self.session.office.claim(kind, doses=(self.told,))
        values = {"person_id": self.person, "dose_id": self.dose.id if kind == "DOSE_WRONG" else None}
        return self.session.office.report(kind, claim=claim, phone=phone or self.phone, **values | self.more)

    def progress(self, case: OpenedCase | None = None, phone: str = "") -> Progress:
        """Give what the reporter sees."""
        seen = progress_of((case or self.case).ref, contact_key(phone or self.phone))
        assert seen is not None
        return seen

    def messages(self) -> list[str]:
        """Give the kinds of the messages to the reporter, oldest first."""
        rows = OutboxMessage.objects.filter(contact_key=contact_key(self.phone)).order_by("created_at", "id")
        return [row.kind for row in rows]


def test_who_reported_the_dose_is_answered_with_its_correction_and_its_receipts(session: Session) -> None:
    reported = Reported(session)
    follow_certificates()
    bulk_id = session.corrected()
    seen = reported.progress()
    assert (seen.state, seen.answer) == (CaseState.UPDATED, answer_words("vi", "WRONG_LOT"))
    (effect,) = seen.effects
    assert (effect.solution, effect.object_id) == ("AMEND", reported.dose.id)
    assert effect.entry_id == entry_of(reported.person, f"bulk:{bulk_id}:{reported.dose.id}")
    follow_certificates()
    arrived = {stop.stop.lower(): stop.at for stop in travel_of(seen.effects)}
    assert arrived["certificate"] is not None
    assert reported.messages() == ["case_received", "case_settled"]
    assert queue_at(session.office.lead, LATER).open == 0
    assert AuditLine.objects.filter(action="cases.settle_case", object_id=reported.case.case_id).count() == 1


@pytest.mark.parametrize("kind", ["DOSE1_MISSING", "PLACE_NOT_LISTED"])
def test_a_report_that_points_at_no_dose_is_answered_where_it_says_what_is_on_record_now(
    session: Session, kind: str
) -> None:
    reported = Reported(session, kind)
    session.corrected()
    assert reported.progress().state is CaseState.UPDATED


@pytest.mark.parametrize(
    ("kind", "lot"), [("NEVER_GIVEN", "FA1034"), ("DOSE_WRONG", "FB9999"), ("DOSE_WRONG", "FA1O34")]
)
def test_a_report_that_the_correction_does_not_answer_stays_open(session: Session, kind: str, lot: str) -> None:
    reported = Reported(session, kind, lot=lot)
    session.corrected()
    assert (reported.progress().state, reported.progress().effects) == (CaseState.ROUTED, ())


def test_a_report_that_asks_for_more_than_the_dose_stays_open(session: Session) -> None:
    reported = Reported(session, "DOSE1_MISSING")
    claim = session.office.claim("OTHER_PHONE_OR_NUMBER", doses=(reported.told,), other_phone=a_phone())
    more = session.office.report("OTHER_PHONE_OR_NUMBER", claim=claim, person_id=reported.person, phone=reported.phone)
    session.corrected()
    assert reported.progress(more).state is CaseState.ROUTED


def test_nobody_elses_report_is_touched(session: Session) -> None:
    first, second = Reported(session, n=0), Reported(session, n=1, lot="FB9999")
    session.corrected()
    assert [one.progress().state for one in (first, second)] == [CaseState.UPDATED, CaseState.ROUTED]


def test_the_report_that_somebody_holds_is_answered_and_they_are_told_that_it_is_over(session: Session) -> None:
    reported = Reported(session)
    claim_case(by=session.office.lead, at=NOW, ref=reported.case.ref)
    session.corrected()
    assert reported.progress().state is CaseState.UPDATED
    assert not CaseInbox.objects.filter(case_id=reported.case.case_id, open=True).exists()


def test_every_reporter_of_the_same_is_answered(session: Session) -> None:
    reported = Reported(session)
    other = a_phone()
    again = reported.report(phone=other)
    session.corrected()
    assert reported.progress(again, other).state is CaseState.UPDATED


def test_an_undo_opens_the_report_again_with_a_new_clock_and_says_so(session: Session) -> None:
    reported = Reported(session)
    other = a_phone()
    again = reported.report(phone=other)
    bulk_id = session.corrected()
    undo_bulk(by=session.office.lead, at=LATER, bulk_id=bulk_id, because=UNDO)
    run_to_the_end(LATER)
    seen = reported.progress()
    assert (seen.state, seen.due_at, seen.answer) == (CaseState.ROUTED, LATER + dt.timedelta(hours=48), "")
    (said,) = [step for step in seen.steps if step.step == Step.REOPEN]
    assert said.text == answer_words("vi", "UNDONE")
    assert reported.messages() == ["case_received", "case_settled", "case_reopened"]
    assert [line.ref for line in queue_at(session.office.lead, LATER).lines] == [reported.case.ref]
    repeat = reported.progress(again, other)
    assert (repeat.state, repeat.due_at) == (CaseState.ROUTED, seen.due_at)
    session.corrected()
    assert reported.progress(again, other).state is CaseState.UPDATED
    assert CaseEffect.objects.filter(case_id=reported.case.case_id).count() == 2


def test_an_undo_leaves_alone_what_was_opened_and_settled_otherwise_since(session: Session) -> None:
    reported = Reported(session)
    bulk_id = session.corrected()
    soon = LATER + dt.timedelta(minutes=1)
    ref = reported.case.ref
    reopen_case(by=PUBLIC, at=soon, ref=ref, contact_key=contact_key(reported.phone), text="Thẻ vẫn còn lô cũ")
    file = claim_case(by=session.office.lead, at=soon, ref=ref)
    settle_case(
        by=session.office.lead, at=soon, key=a_key(), ref=ref, version=file.version, because="",
        solutions=[Solution(SolutionKind.NOTHING, profile_id=reported.person)],
        answer="Hồ sơ đã đúng, xin tải lại thẻ của bạn",
    )  # fmt: skip
    undo_bulk(by=session.office.lead, at=soon, bulk_id=bulk_id, because=UNDO)
    run_to_the_end(soon)
    assert reported.progress().state is CaseState.UPDATED


def test_a_correction_taken_back_is_no_dispute_of_the_reporters(session: Session) -> None:
    reported = Reported(session)
    for _ in range(3):
        undo_bulk(by=session.office.lead, at=LATER, bulk_id=session.corrected(), because=UNDO)
        run_to_the_end(LATER)
    session.corrected()
    reopen_case(
        by=PUBLIC, at=LATER, ref=reported.case.ref, contact_key=contact_key(reported.phone), text="Thẻ vẫn còn lô cũ",
    )  # fmt: skip
    assert reported.progress().state is CaseState.ROUTED


def test_every_cause_has_its_words_in_both_languages() -> None:
    for language in ("vi", "en"):
        assert len({answer_words(language, cause) for cause in BulkCause} | {answer_words(language, "?")}) >= 4
        assert answer_words(language, "UNDONE") != answer_words(language, "OTHER")
