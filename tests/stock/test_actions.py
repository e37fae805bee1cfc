"""Vaccine comes, goes and is counted: each move once, with its author, and never below nought."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection

from tests.builders import (
    NOW,
    a_dose,
    a_facility,
    a_key,
    a_lead,
    a_lot,
    a_nurse,
    a_person,
    a_staff_member,
    an_area,
    an_officer,
)
from tests.following import unsettled_too
from tests.stock.conftest import DAY, TODAY, WHY, Store
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.places.actions import close_facility, move_facility
from tiemchung.places.rules import Level
from tiemchung.stock import actions, reads
from tiemchung.stock.models import Shelf, StockMove
from tiemchung.stock.rules import IssueState, Loss, MoveKind
from tiemchung.stock.tasks import follow_ledger
from tiemchung.vaccines.actions import recall_lot


def give(store: Store, doses: int = 1) -> None:
    """Give doses of the store's lot and let the worker count them."""
    nurse = a_nurse(store.facility)
    for _ in range(doses):
        a_dose(a_person().profile_id, by=nurse, lot=store.lot)
    with unsettled_too():
        follow_ledger(NOW)


def refusal(act: object, *args: object, **facts: object) -> str:
    with pytest.raises(Refused) as refused:
        act(*args, **facts)  # type: ignore[operator]
    return str(refused.value)


def test_a_delivery_that_arrived_whole_lies_on_the_shelf_with_both_names(store: Store) -> None:
    issue_id = store.issue(paper="PXK-12")
    (waiting,) = reads.issues_at(store.lead)
    assert (waiting.id, waiting.state, waiting.doses, waiting.paper) == (issue_id, IssueState.SENT, 100, "PXK-12")
    assert waiting.sender == an_area("79", level=Level.PROVINCE).full_name
    store.receive_issue(issue_id)
    assert reads.issues_at(store.lead) == ()
    closed = reads.issue_at(store.lead, issue_id)
    assert closed is not None
    assert (closed.issued_by, closed.closed_by, closed.difference) == (store.officer.name, store.lead.name, 0)
    assert store.shelf().count.left == 100
    (move,) = reads.moves_at(store.lead, store.lot.id)
    assert (move.kind, move.doses, move.paper, move.own_word, move.by_name) == (
        MoveKind.RECEIVED, 100, "PXK-12", False, store.lead.name)  # fmt: skip


def test_what_is_missing_of_a_delivery_needs_a_reason_and_both_ends_see_it(store: Store) -> None:
    issue_id = store.issue()
    assert refusal(store.receive_issue, issue_id, 94) == "REASON_MISSING"
    store.receive_issue(issue_id, 94, because=WHY)
    here, above = reads.issue_at(store.lead, issue_id), reads.issues_under(store.officer, TODAY)[0]
    assert here == above
    assert (above.difference, above.because) == (-6, WHY)
    assert store.shelf().count.left == 94


def test_a_delivery_of_which_nothing_arrived_is_closed_and_makes_no_shelf(store: Store) -> None:
    store.receive_issue(store.issue(), 0, because=WHY)
    assert (reads.shelves_at(store.lead), reads.issues_at(store.lead)) == ((), ())


def test_a_delivery_is_confirmed_once(store: Store) -> None:
    issue_id = store.issue()
    store.receive_issue(issue_id, key="one")
    store.receive_issue(issue_id, key="one")
    assert refusal(store.receive_issue, issue_id, key="two") == "STOCK_ISSUE_OVER"
    assert store.shelf().count.received == 100


def test_a_cancelled_delivery_cannot_be_confirmed_and_keeps_its_reason(store: Store) -> None:
    issue_id = store.issue()
    taken_back = {"by": store.officer, "at": NOW, "facility_id": store.facility.id, "issue_id": issue_id}
    assert refusal(actions.cancel_issue, key="c", because="", **taken_back) == "REASON_MISSING"
    actions.cancel_issue(key="c", because=WHY, **taken_back)  # type: ignore[arg-type]
    assert refusal(store.receive_issue, issue_id) == "STOCK_ISSUE_OVER"
    (told,) = reads.issues_under(store.officer, TODAY)
    assert (told.state, told.because, told.closed_by) == (IssueState.CANCELLED, WHY, store.officer.name)


def test_what_arrived_before_the_stocktake_was_counted_there(store: Store) -> None:
    store.move(actions.count_shelf, counted=40, because=WHY)
    issue_id = store.issue(sent_on=TODAY - 3 * DAY)
    store.receive_issue(issue_id, on_day=TODAY - DAY)
    assert (store.shelf().count.left, reads.issues_at(store.lead)) == (40, ())
    assert refusal(store.receive, on_day=TODAY - DAY) == "STOCK_BEFORE_COUNT"


def test_nothing_arrives_before_it_was_sent(store: Store) -> None:
    assert refusal(store.receive_issue, store.issue(sent_on=TODAY), on_day=TODAY - DAY) == "STOCK_BEFORE_SENT"


def test_a_delivery_by_paper_alone_is_our_own_word_and_the_authority_sees_it(store: Store) -> None:
    store.receive(50, paper="PXK-9")
    (told,) = reads.own_words_under(store.officer, TODAY)
    assert (told.facility, told.doses, told.paper, told.by_name) == (store.facility.name, 50, "PXK-9", store.lead.name)
    store.receive_issue(store.issue(paper="PXK-10"))
    assert len(reads.own_words_under(store.officer, TODAY)) == 1


def test_one_paper_is_taken_in_once_however_it_is_written(store: Store) -> None:
    store.issue(paper="PXK-7a")
    assert refusal(store.receive, paper="pxk-7A") == "STOCK_PAPER_ON_THE_WAY"
    store.receive(paper="PXK-8")
    assert refusal(store.receive, paper="pxk-8") == "STOCK_PAPER_TWICE"
    assert refusal(store.issue, paper="PXK-8") == "STOCK_PAPER_TWICE"
    store.receive(paper="PXK-8", lot_id=a_lot().id)  # another line of the same paper


def test_doses_thrown_away_or_returned_leave_the_shelf(store: Store) -> None:
    store.receive(100)
    store.move(actions.discard_doses, doses=6, loss=Loss.BROKEN)
    store.move(actions.return_doses, doses=20, paper="PXK-R1")
    assert store.shelf().count.left == 74
    kinds = [(move.kind, move.doses, move.loss) for move in reads.moves_at(store.lead, store.lot.id)]
    assert kinds[:2] == [(MoveKind.RETURNED, -20, None), (MoveKind.DISCARDED, -6, Loss.BROKEN)]


def test_no_move_takes_more_than_is_left_after_what_was_given(store: Store) -> None:
    store.receive(10)
    give(store, 3)
    assert refusal(store.move, actions.discard_doses, doses=8, loss=Loss.BROKEN) == "STOCK_TOO_FEW"
    assert refusal(store.move, actions.return_doses, doses=8, paper="R") == "STOCK_TOO_FEW"
    store.move(actions.discard_doses, doses=7, loss=Loss.BROKEN)
    assert store.shelf().count.left == 0


def test_a_loss_of_another_kind_says_what_it_was(store: Store) -> None:
    store.receive(10)
    assert refusal(store.move, actions.discard_doses, doses=1, loss=Loss.OTHER) == "REASON_MISSING"
    store.move(actions.discard_doses, doses=1, loss=Loss.OTHER, because=WHY)


def test_extra_doses_are_added_up_to_a_quarter(store: Store) -> None:
    assert refusal(store.move, actions.add_extra, doses=1) == "STOCK_NO_SHELF"
    store.receive(40)
    store.move(actions.add_extra, doses=6)
    assert refusal(store.move, actions.add_extra, doses=5) == "STOCK_EXTRA_TOO_MANY"
    store.move(actions.add_extra, doses=4)
    assert store.shelf().count.left == 50


def test_a_stocktake_sets_what_is_there_and_tells_the_difference(store: Store) -> None:
    store.receive(50)
    give(store, 5)
    assert refusal(store.move, actions.count_shelf, counted=40) == "REASON_MISSING"
    assert store.move(actions.count_shelf, counted=40, because=WHY) == -5
    assert store.shelf().count.left == 40
    give(store, 1)
    assert store.shelf().count.left == 39
    assert store.move(actions.count_shelf, counted=39) == 0


def test_a_dose_found_later_for_a_day_before_the_stocktake_was_counted_there(store: Store) -> None:
    store.receive(50, on_day=TODAY - 5 * DAY)
    store.move(actions.count_shelf, counted=30, because=WHY)
    a_dose(a_person().profile_id, given_on=TODAY - DAY, by=a_nurse(store.facility), lot=store.lot)
    with unsettled_too():
        follow_ledger(NOW)
    assert store.shelf().count.left == 30


def test_an_opening_stocktake_puts_up_the_shelf_and_is_told_above(store: Store) -> None:
    store.move(actions.count_shelf, counted=25, because=WHY)
    assert store.shelf().count.left == 25
    assert [(told.kind, told.doses) for told in reads.own_words_under(store.officer, TODAY)] == [("COUNTED", 25)]


def test_expired_and_recalled_lots_are_neither_sent_nor_taken_in_but_sorted_out(store: Store) -> None:
    store.receive(10)
    issue_id = store.issue()
    recall_lot(lot_id=store.lot.id, because="Nghi ngờ", by=SYSTEM, at=NOW, key=a_key())
    expired = a_lot(expires_on=TODAY - DAY)
    assert refusal(store.issue, paper="N") == refusal(store.receive) == "STOCK_LOT_RECALLED"
    assert refusal(store.receive_issue, issue_id) == "STOCK_LOT_RECALLED"
    assert refusal(store.issue, lot_id=expired.id) == refusal(store.receive, lot_id=expired.id) == "STOCK_LOT_EXPIRED"
    store.move(actions.discard_doses, doses=4, loss=Loss.RECALLED)
    store.move(actions.return_doses, doses=6, paper="R-1")
    assert store.shelf().count.left == 0


def test_an_unknown_lot_facility_or_delivery_is_refused(store: Store) -> None:
    assert refusal(store.issue, lot_id=uuid4()) == refusal(store.receive, lot_id=uuid4()) == "LOT_UNKNOWN"
    assert refusal(store.issue, facility_id=uuid4()) == "STOCK_NOT_YOUR_AREA"
    assert refusal(store.receive_issue, uuid4()) == "STOCK_ISSUE_UNKNOWN"


def test_a_closed_facility_is_sent_nothing(store: Store) -> None:
    close_facility(by=SYSTEM, at=NOW, key="x", facility_id=store.facility.id, on=TODAY)
    assert refusal(store.issue) == "STOCK_FACILITY_CLOSED"


def test_an_authority_sends_to_its_own_area_only_and_sees_nothing_of_another(store: Store) -> None:
    far = a_facility(area=an_area("00070"))
    assert refusal(store.issue, facility_id=far.id) == "STOCK_NOT_YOUR_AREA"
    store.issue()
    store.receive(5)
    stranger = an_officer(Role.PROVINCE_OFFICER, an_area("01", level=Level.PROVINCE))
    assert (reads.issues_under(stranger, TODAY), reads.own_words_under(stranger, TODAY)) == ((), ())
    (mine,) = reads.issues_under(store.officer, TODAY)
    assert reads.issue_under(stranger, store.facility.id, mine.id, TODAY) is None
    assert reads.issue_under(store.officer, store.facility.id, mine.id, TODAY) == mine
    taken = {"at": NOW, "key": a_key(), "facility_id": store.facility.id, "issue_id": mine.id, "because": WHY}
    assert refusal(actions.cancel_issue, by=stranger, **taken) == "STOCK_NOT_YOUR_AREA"


def test_a_facility_that_moved_away_is_sent_vaccine_by_its_new_authority_alone(store: Store) -> None:
    hanoi = an_officer(Role.PROVINCE_OFFICER, an_area("01", level=Level.PROVINCE))
    move_facility(by=SYSTEM, at=NOW, key="m", facility_id=store.facility.id, area_id=an_area("00070").id, on=TODAY,
                  address="1 Phúc Xá")  # fmt: skip
    assert refusal(store.issue) == "STOCK_NOT_YOUR_AREA"
    store.issue(by=hanoi)


def test_neither_a_nurse_nor_another_facilitys_lead_moves_our_vaccine(store: Store) -> None:
    issue_id = store.issue()
    for by in (a_nurse(store.facility), a_lead(), store.officer):
        assert refusal(store.receive, by=by) == "NOT_YOUR_TASK"
        assert refusal(store.receive_issue, issue_id, by=by) == "NOT_YOUR_TASK"
        assert refusal(store.move, actions.count_shelf, by=by, counted=1) == "NOT_YOUR_TASK"
    assert refusal(store.issue, by=store.lead) == "NOT_YOUR_TASK"
    assert reads.issue_at(a_lead(), issue_id) is None
    assert reads.shelves_at(store.officer) == ()


def test_each_move_leaves_one_line_with_its_author(store: Store) -> None:
    store.receive(10)
    store.move(actions.discard_doses, doses=1, loss=Loss.BROKEN, because=WHY)
    lines = AuditLine.objects.filter(subject_id=store.facility.id, action__startswith="stock.").order_by("at", "id")
    assert [(line.action, line.actor_id, line.facts["doses"]) for line in lines] == [
        ("stock.received", store.lead.id, 10),
        ("stock.discarded", store.lead.id, -1),
    ]


def test_a_move_asked_twice_happens_once_and_a_key_is_not_used_for_another(store: Store) -> None:
    for _ in range(2):
        store.receive(10, key="k", paper="P")
    assert refusal(store.receive, 11, key="k", paper="P") == "KEY_REUSED"
    assert (store.shelf().count.received, StockMove.objects.count()) == (10, 1)


def test_lots_given_over_what_came_and_lots_never_taken_in_are_told_above(store: Store) -> None:
    store.receive(2)
    give(store, 3)
    unknown = a_lot()
    a_dose(a_person().profile_id, by=a_nurse(store.facility), lot=unknown)
    give(store, 0)
    told = {one.lot.id: (one.had, one.given) for one in reads.over_used_under(store.officer, TODAY)}
    assert told == {store.lot.id: (2, 3), unknown.id: (0, 1)}
    assert [(one.lot.id, one.given) for one in reads.unshelved_at(store.lead, TODAY - 30 * DAY)] == [(unknown.id, 1)]
    assert reads.over_used_under(store.lead, TODAY) == ()


def test_a_place_that_keeps_no_stock_is_not_told_of(store: Store) -> None:
    a_dose(a_person().profile_id, by=a_nurse(store.facility), lot=store.lot)
    give(store, 0)
    assert reads.over_used_under(store.officer, TODAY) == ()


def test_the_ministry_sees_every_facility(store: Store) -> None:
    store.issue()
    store.receive(1)
    ministry = a_staff_member(Role.MINISTRY_OFFICER)
    assert len(reads.issues_under(ministry, TODAY)) == len(reads.own_words_under(ministry, TODAY)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_throw_away_the_last_doses_at_once_never_throw_away_more_than_there_are() -> None:
    facility, lot = a_facility(), a_lot()
    lead, hands = a_lead(facility), 6
    facts = {"by": lead, "at": NOW, "facility_id": facility.id, "lot_id": lot.id}
    actions.receive_lot(key="in", doses=10, paper="P", on_day=TODAY, **facts)  # type: ignore[arg-type]
    start = threading.Barrier(hands)

    def throw(number: int) -> bool:
        try:
            start.wait()
            actions.discard_doses(key=f"out-{number}", doses=4, loss=Loss.BROKEN, **facts)  # type: ignore[arg-type]
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(hands) as pool:
        done = sum(pool.map(throw, range(hands)))
    assert (done, Shelf.objects.get().removed) == (2, 8)
