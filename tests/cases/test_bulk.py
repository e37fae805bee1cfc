"""One cause for many wrong doses: two people put it right at once, everything follows, all of it can be taken back."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from tests.builders import (
    NOW,
    a_dose,
    a_facility,
    a_key,
    a_lead,
    a_lot,
    a_nurse,
    a_person,
    an_area,
    an_officer,
)
from tests.cases.conftest import Office
from tests.following import unsettled_too
from tiemchung.cases.actions import approve_bulk, propose_bulk, run_bulks, undo_bulk, withdraw_bulk
from tiemchung.cases.actions import bulk as bulk_actions
from tiemchung.cases.models import BulkChange, BulkItem
from tiemchung.cases.reads import bulk_preview, bulk_view, bulks_of_desk, bulks_to_approve
from tiemchung.cases.rules.bulk import (
    BULK_TRANSITIONS,
    FIELDS,
    BulkCause,
    BulkCriteria,
    BulkState,
    BulkStep,
    ItemState,
    is_one_cause,
    may_approve_bulk,
)
from tiemchung.certificates import tasks as certificates
from tiemchung.certificates.models import Certificate
from tiemchung.core.actor import Actor, Role
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.doses.actions import amend_dose, void_dose
from tiemchung.doses.reads import doses_of, history_of
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.places.rules import Level

DAY = dt.date(2026, 10, 1)
WHY = "Cả buổi tiêm nhập nhầm lô vắc xin"
LATER = NOW + dt.timedelta(hours=1)


class Session:
    """A day's doses at one facility, entered with a mistyped lot, and the two people who put it right."""

    def __init__(self, office: Office, doses: int = 3) -> None:
        self.office = office
        self.second = an_officer(Role.DISTRICT_OFFICER, an_area("79", level=Level.PROVINCE))
        nurse, lot = a_nurse(office.facility), a_lot(number="FA1O34")
        self.right = a_lot(number="FA1034")
        self.people: list[UUID] = [a_person(identifiers=(), phones=()).profile_id for _ in range(doses)]
        self.doses = [a_dose(p, given_on=DAY, by=nurse, lot=lot).dose for p in self.people]

    @property
    def criteria(self) -> BulkCriteria:
        """Give what these doses have in common."""
        return BulkCriteria(self.office.facility.id, DAY, DAY, product="PFIZER", lot_number="FA1O34")

    def propose(self, *, by: Actor | None = None, **more: Any) -> UUID:
        """Propose the right lot for all of them."""
        values: dict[str, Any] = {
            "key": a_key(), "cause": BulkCause.WRONG_LOT, "criteria": self.criteria,
            "changes": {"lot_number": "FA1034"}, "because": WHY,
        }  # fmt: skip
        return propose_bulk(by=by or self.office.lead, at=NOW, **values | more)

    def corrected(self, **more: Any) -> UUID:
        """Propose, approve and run."""
        bulk_id = self.propose(**more)
        approve_bulk(by=self.second, at=NOW, bulk_id=bulk_id)
        run_to_the_end(LATER)
        return bulk_id

    def facts(self) -> list[DoseFacts]:
        """Give what is on record now."""
        return [dose.facts for person in self.people for dose in doses_of([person])]

    def amend(self, dose: DoseView, **changes: Any) -> DoseView:
        """Correct one dose by hand."""
        (now,) = doses_of([dose.profile_id])
        return amend_dose(
            by=self.office.lead, at=LATER, key=a_key(), profile_id=dose.profile_id, dose_id=dose.id,
            version=now.version, changes=changes, because="Đối chiếu phiếu giấy",
        ).dose  # fmt: skip


def run_to_the_end(at: dt.datetime) -> int:
    """Let the worker turn until nothing is left."""
    turns = 0
    while run_bulks(at):
        turns += 1
    return turns


@pytest.fixture
def session(office: Office) -> Session:
    """Give one session of three doses."""
    return Session(office)


def states(bulk_id: UUID) -> list[str]:
    """Give the states of its doses, sorted."""
    return sorted(BulkItem.objects.filter(bulk_id=bulk_id).values_list("state", flat=True))


def test_a_proposal_changes_nothing_and_shows_before_and_after(session: Session) -> None:
    before = session.facts()
    bulk_id = session.propose()
    seen = bulk_preview(session.second, NOW, bulk_id)
    assert seen is not None
    assert (seen.bulk.state, seen.bulk.total, seen.refused) == (BulkState.PROPOSED, 3, 0)
    assert {(line.before.lot_number, line.after.lot_number) for line in seen.lines if line.after} == {
        ("FA1O34", "FA1034")
    }
    assert all(line.after and line.after.lot_id == session.right.id for line in seen.lines)
    assert session.facts() == before
    assert run_bulks(NOW) == 0


def test_the_approved_correction_is_in_every_ledger_with_both_names(session: Session) -> None:
    bulk_id = session.corrected(case_ref="")
    assert {f.lot_number for f in session.facts()} == {"FA1034"}
    assert {f.lot_id for f in session.facts()} == {session.right.id}
    entry = history_of([session.people[0]])[-1]
    assert (entry.kind, entry.because, entry.evidence) == ("AMENDED", WHY, f"bulk:{bulk_id}")
    assert entry.by_name == f"{session.office.lead.name}, {session.second.name}"
    view = bulk_view(session.office.lead, LATER, bulk_id)
    assert view is not None
    assert (view.state, view.items) == (BulkState.DONE, {ItemState.DONE: 3})


def test_nobody_approves_what_they_proposed(session: Session) -> None:
    bulk_id = session.propose()
    with pytest.raises(Refused, match="BULK_SECOND_PERSON"):
        approve_bulk(by=session.office.lead, at=NOW, bulk_id=bulk_id)
    assert [b.id for b in bulks_to_approve(session.second, NOW)] == [bulk_id]
    assert bulks_to_approve(session.office.lead, NOW) == ()
    assert [b.id for b in bulks_of_desk(session.office.lead, NOW)] == [bulk_id]


@pytest.mark.parametrize("who", ["nurse", "other_lead", "far_officer", "watcher"])
def test_who_may_not_correct_there_sees_proposes_and_approves_nothing(session: Session, who: str) -> None:
    actor = {
        "nurse": lambda: a_nurse(session.office.facility),
        "other_lead": lambda: a_lead(a_facility()),
        "far_officer": lambda: an_officer(Role.DATA_CORRECTOR, an_area("01", level=Level.PROVINCE)),
        "watcher": lambda: an_officer(Role.PROVINCE_OFFICER),
    }[who]()
    bulk_id = session.propose()
    assert bulk_view(actor, NOW, bulk_id) is None
    assert bulk_preview(actor, NOW, bulk_id) is None
    with pytest.raises(Refused, match="NOT_YOUR_PLACE"):
        session.propose(by=actor)
    with pytest.raises(Refused, match="NO_SUCH_BULK"):
        approve_bulk(by=actor, at=NOW, bulk_id=bulk_id)


def test_what_changed_meanwhile_is_shown_and_left_alone(session: Session) -> None:
    bulk_id = session.propose()
    session.amend(session.doses[0], given_on=DAY - dt.timedelta(days=1))
    seen = bulk_preview(session.second, NOW, bulk_id)
    assert seen is not None
    assert [line.dose_id for line in seen.lines if line.changed_meanwhile] == [session.doses[0].id]
    approve_bulk(by=session.second, at=NOW, bulk_id=bulk_id)
    run_to_the_end(LATER)
    problem = BulkItem.objects.get(bulk_id=bulk_id, dose_id=session.doses[0].id)
    assert (problem.state, problem.problem) == ("REFUSED", "CHANGED_MEANWHILE")
    assert states(bulk_id) == ["DONE", "DONE", "REFUSED"]


def test_a_dose_whose_rules_refuse_is_named_and_the_others_are_corrected(session: Session) -> None:
    other = DAY - dt.timedelta(days=3)
    a_dose(session.people[0], given_on=other, by=a_nurse(session.office.facility))
    bulk_id = session.propose(cause=BulkCause.WRONG_DAY, changes={"given_on": other})
    seen = bulk_preview(session.second, NOW, bulk_id)
    assert seen is not None
    assert [[r.code for r in line.verdict.refusals] for line in seen.lines if not line.verdict] == [["SAME_DAY"]]
    approve_bulk(by=session.second, at=NOW, bulk_id=bulk_id)
    run_to_the_end(LATER)
    assert states(bulk_id) == ["DONE", "DONE", "REFUSED"]


def test_an_undo_restores_all_but_what_was_changed_since(session: Session) -> None:
    before = session.facts()
    bulk_id = session.corrected()
    session.amend(session.doses[1], place_name="Điểm tiêm lưu động")
    undo_bulk(by=session.office.lead, at=LATER, bulk_id=bulk_id, because="Lô ban đầu mới là lô đúng")
    run_to_the_end(LATER)
    after = session.facts()
    assert [after[0], after[2]] == [before[0], before[2]]
    assert (after[1].lot_number, after[1].place_name) == ("FA1034", "Điểm tiêm lưu động")
    assert states(bulk_id) == ["CHANGED", "RESTORED", "RESTORED"]
    view = bulk_view(session.office.lead, LATER, bulk_id)
    assert view is not None
    assert view.state is BulkState.UNDONE


def test_a_dose_voided_since_stays_voided_by_an_undo(session: Session) -> None:
    bulk_id = session.corrected()
    (dose,) = doses_of([session.people[0]])
    void_dose(
        by=session.office.lead, at=LATER, key="v", profile_id=dose.profile_id, dose_id=dose.id,
        version=dose.version, because="Người này không tiêm",
    )  # fmt: skip
    undo_bulk(by=session.office.lead, at=LATER, bulk_id=bulk_id, because="Lô ban đầu mới là lô đúng")
    run_to_the_end(LATER)
    assert states(bulk_id) == ["CHANGED", "RESTORED", "RESTORED"]


def test_a_kill_between_two_doses_loses_nothing_and_doubles_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk_id = session.propose()
    approve_bulk(by=session.second, at=NOW, bulk_id=bulk_id)
    real, calls = bulk_actions.amend_dose, []

    def dies(**asked: Any) -> Any:
        done = real(**asked)
        calls.append(asked["key"])
        if len(calls) == 2:
            raise KeyboardInterrupt  # the dose was written, its item not yet: both are rolled back
        return done

    monkeypatch.setattr(bulk_actions, "amend_dose", dies)
    with pytest.raises(KeyboardInterrupt):
        run_bulks(LATER)
    assert states(bulk_id) == ["DONE", "WAITING", "WAITING"]
    run_to_the_end(LATER)
    assert states(bulk_id) == ["DONE"] * 3
    assert [len(history_of([p])) for p in session.people] == [2, 2, 2]


def test_an_undo_that_comes_while_it_runs_skips_the_rest(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    before = session.facts()
    monkeypatch.setattr(bulk_actions, "CHUNK", 1)
    bulk_id = session.propose()
    approve_bulk(by=session.second, at=NOW, bulk_id=bulk_id)
    run_bulks(LATER)
    undo_bulk(by=session.second, at=LATER, bulk_id=bulk_id, because="Phát hiện đã chọn nhầm lô")
    run_to_the_end(LATER)
    assert states(bulk_id) == ["RESTORED", "SKIPPED", "SKIPPED"]
    assert session.facts() == before


def test_a_proposal_can_be_dropped_and_then_nothing_runs(session: Session) -> None:
    bulk_id = session.propose()
    withdraw_bulk(by=session.office.lead, at=NOW, bulk_id=bulk_id, because="Chọn nhầm ngày tiêm")
    with pytest.raises(Refused, match="BULK_STEP_NOT_POSSIBLE"):
        approve_bulk(by=session.second, at=NOW, bulk_id=bulk_id)
    with pytest.raises(Refused, match="BULK_STEP_NOT_POSSIBLE"):
        undo_bulk(by=session.second, at=NOW, bulk_id=bulk_id, because="Chọn nhầm ngày tiêm")
    assert run_bulks(LATER) == 0


def test_one_key_is_one_list_and_an_empty_list_is_refused(session: Session) -> None:
    first = session.propose(key="same")
    assert session.propose(key="same") == first
    assert BulkChange.objects.count() == 1
    assert AuditLine.objects.filter(action="cases.propose_bulk", subject_id=first).count() == 1
    with pytest.raises(Refused, match="BULK_EMPTY"):
        session.propose(changes={"lot_number": "FA1O34"})


def test_a_whole_session_at_the_wrong_facility_is_moved_by_whoever_answers_for_it(session: Session) -> None:
    right = a_facility("Trạm Y tế Đa Kao")
    move = {"cause": BulkCause.WRONG_PLACE, "changes": {"facility_id": right.id, "place_name": right.name}}
    with pytest.raises(Refused, match="NOT_YOUR_PLACE"):
        session.propose(**move)
    bulk_id = session.propose(by=session.second, **move)
    with pytest.raises(Refused, match="NOT_YOUR_PLACE"):
        approve_bulk(by=session.office.lead, at=NOW, bulk_id=bulk_id)
    approve_bulk(by=session.office.corrector, at=NOW, bulk_id=bulk_id)
    run_to_the_end(LATER)
    assert {f.facility_id for f in session.facts()} == {right.id}


def test_the_preview_asks_a_fixed_number_of_statements(office: Office, django_assert_max_num_queries: Any) -> None:
    session = Session(office, doses=12)
    bulk_id = session.propose()
    bulk_preview(session.second, NOW, bulk_id)
    with django_assert_max_num_queries(12):
        seen = bulk_preview(session.second, NOW, bulk_id)
    assert seen is not None
    assert len(seen.lines) == 12
    page = bulk_preview(session.second, NOW, bulk_id, limit=5)
    assert page is not None
    rest = bulk_preview(session.second, NOW, bulk_id, after=page.more)
    assert rest is not None
    assert (len(page.lines), len(rest.lines), rest.more) == (5, 7, None)


def test_three_hundred_doses_their_certificates_and_back(office: Office) -> None:
    session = Session(office, doses=300)
    follow_certificates()
    before, signed = session.facts(), contents(session)
    assert len(signed) == 300
    bulk_id = session.corrected(
        cause=BulkCause.WRONG_PRODUCT,
        changes={"product": "MODERNA", "lot_number": a_lot("MODERNA", number="MD1").number},
    )
    follow_certificates()
    changed = contents(session)
    assert {f.product for f in session.facts()} == {"MODERNA"}
    assert all(changed[person] != signed[person] for person in session.people)
    undo_bulk(by=office.lead, at=LATER, bulk_id=bulk_id, because="Vắc xin ban đầu mới là đúng")
    run_to_the_end(LATER)
    follow_certificates()
    assert session.facts() == before
    assert contents(session) == signed
    assert states(bulk_id) == ["RESTORED"] * 300


def follow_certificates() -> None:
    """Let the cards and certificates follow what is in the ledger."""
    with unsettled_too():
        while certificates.follow_ledger(LATER):
            pass


def contents(session: Session) -> dict[UUID, bytes]:
    """Give the fingerprint of what each person's live certificate says."""
    rows = Certificate.objects.filter(person_id__in=session.people, state="ISSUED")
    return {row.person_id: bytes(row.content) for row in rows}


HERE, ONE = UUID(int=1), dt.timedelta(days=1)
CRITERIA = BulkCriteria(HERE, DAY, DAY)
LOT, OF_CAUSE = BulkCause.WRONG_LOT, "BULK_CHANGES_NOT_OF_CAUSE"


@pytest.mark.parametrize(
    ("cause", "criteria", "changes", "code"),
    [
        (LOT, CRITERIA, {"product": "MODERNA"}, OF_CAUSE),
        (LOT, CRITERIA, {"lot_number": "A1", "given_on": DAY}, OF_CAUSE),
        (LOT, CRITERIA, {"lot_number": ""}, OF_CAUSE),
        (LOT, BulkCriteria(HERE, DAY, DAY + 31 * ONE), {"lot_number": "A"}, "BULK_DAYS"),
        (LOT, BulkCriteria(HERE, DAY, DAY - ONE), {"lot_number": "A"}, "BULK_DAYS"),
        (BulkCause.WRONG_DAY, BulkCriteria(HERE, DAY, DAY + ONE), {"given_on": DAY}, "BULK_ONE_DAY"),
    ],
)
def test_a_list_without_one_cause_is_refused(
    cause: BulkCause, criteria: BulkCriteria, changes: dict[str, Any], code: str
) -> None:
    assert code in [r.code for r in is_one_cause(cause, criteria, changes).refusals]


def test_criteria_survive_storing() -> None:
    criteria = BulkCriteria(UUID(int=1), DAY, DAY, "PFIZER", "A1", UUID(int=2))
    assert BulkCriteria.from_json(criteria.as_json()) == criteria
    assert BulkCriteria.from_json(CRITERIA.as_json()) == CRITERIA


def test_every_state_of_a_bulk_correction_ends_and_only_by_a_second_person_does_it_begin() -> None:
    ends = {BulkState.WITHDRAWN, BulkState.UNDONE}
    assert {before for before, _ in BULK_TRANSITIONS} == {None, *BulkState} - ends
    assert {after for (_, step), after in BULK_TRANSITIONS.items() if step is BulkStep.APPROVE} == {BulkState.APPROVED}
    assert not may_approve_bulk(UUID(int=1), UUID(int=1))
    assert not may_approve_bulk(UUID(int=1), None)
    assert may_approve_bulk(UUID(int=1), UUID(int=2))
    assert set(FIELDS) == set(BulkCause)
