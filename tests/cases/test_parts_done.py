"""A part that a desk did is done: it is not proposed again, and its dose is nobody else's."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from tests.builders import NOW, SYSTEM, a_dose, a_key, a_lot, a_nurse
from tests.cases.conftest import Office
from tests.cases.test_parts import BECAUSE, FIRST, HERE_SAID, SECOND, TwoProvinces
from tiemchung.cases.actions import pass_case, settle_part
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.reads import suggestions
from tiemchung.cases.rules import ClaimedDose, Desk, DeskLevel
from tiemchung.cases.solutions import Solution
from tiemchung.cases.values import OpenedCase
from tiemchung.doses.actions import void_dose
from tiemchung.doses.reads import doses_of
from tiemchung.doses.values import DoseFacts

NEAR = FIRST + dt.timedelta(days=1)


@pytest.fixture
def two(office: Office) -> TwoProvinces:
    return TwoProvinces(office)


def report(two: TwoProvinces, second: dt.date = SECOND, **more: Any) -> OpenedCase:
    """Report a dose here and one there, which is told as of `second` and with the product of the first."""
    told = (
        ClaimedDose(1, "PFIZER", "FA1034", FIRST, facility_id=two.office.facility.id),
        ClaimedDose(2, "PFIZER", "FB2045", second, facility_id=two.far.id),
    )
    return two.report(claim=two.office.claim(doses=told), **more)


def record_by_hand(two: TwoProvinces, opened: OpenedCase, **facts: Any) -> None:
    """Let the first desk record its dose as its own book has it, and pass on the rest."""
    file = two.claimed(opened, two.here)
    given = DoseFacts("PFIZER", FIRST, lot_number="FA1034", facility_id=two.office.facility.id)
    settle_part(
        by=two.here, at=NOW, key=a_key(), ref=opened.ref, version=file.version, answer=HERE_SAID, because=BECAUSE,
        rest=two.rest, solutions=[Solution(SolutionKind.RECORD, two.profile_id,
                                           facts=dataclasses.replace(given, **facts))],
    )  # fmt: skip


def there(two: TwoProvinces, opened: OpenedCase) -> list[Any]:
    """Give all that the second desk is offered."""
    return list(suggestions(two.there, NOW, two.claimed(opened, two.there)))


def test_a_dose_of_the_first_desk_is_not_taken_for_the_one_of_the_second(two: TwoProvinces) -> None:
    opened = report(two, NEAR)
    # The first desk's book says the day that is told of the second dose: that one is nearer to it than its own.
    record_by_hand(two, opened, given_on=NEAR, lot_number="FB2045")
    first = there(two, opened)[0]
    assert (first.kinds, first.blocked, first.rest) == (("RECORD",), "", None)
    assert [s.facts.facility_id for s in first.solutions] == [two.far.id]


def test_the_first_desks_part_is_not_offered_to_the_second_as_right_already(two: TwoProvinces) -> None:
    opened = report(two)
    two.do_own_part(opened)
    # What was told as the second dose lies with the first desk, whose part is answered.
    a_dose(two.profile_id, given_on=SECOND, by=a_nurse(two.office.facility), lot=two.first_lot)
    offered = there(two, opened)
    assert all("NOTHING" not in one.kinds for one in offered)
    assert all(one.rest is None for one in offered), "nothing leads back by itself"
    assert (offered[0].kinds, offered[0].blocked) == (("AMEND",), "OTHER_DESK")


def test_a_part_answered_without_a_dose_on_record_is_not_passed_back(two: TwoProvinces) -> None:
    opened = report(two)
    file = two.claimed(opened, two.here)
    settle_part(
        by=two.here, at=NOW, key=a_key(), ref=opened.ref, version=file.version, because="", rest=two.rest,
        answer="Mũi 1 của bạn không tiêm tại trạm này.", solutions=[Solution(SolutionKind.NOTHING)],
    )  # fmt: skip
    first = there(two, opened)[0]
    assert ([s.facts.given_on for s in first.solutions], first.rest) == ([SECOND], None)


def test_a_second_dose_that_is_right_already_ends_the_report(two: TwoProvinces) -> None:
    opened = report(two)
    two.do_own_part(opened)
    second = a_dose(two.profile_id, given_on=SECOND, by=a_nurse(two.far), lot=a_lot(number="FB2045")).dose
    first = there(two, opened)[0]
    assert (first.kinds, first.blocked, first.rest) == (("NOTHING",), "", None)
    assert [dose.id for dose in first.doses] == [second.id]


def test_what_was_done_and_voided_since_goes_back_beside_the_desks_own(two: TwoProvinces) -> None:
    opened = report(two, NEAR)
    two.do_own_part(opened)
    (dose,) = doses_of([two.profile_id])
    void_dose(
        by=SYSTEM, at=NOW, key=a_key(), profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
        because="ghi nhầm người khác",
    )  # fmt: skip
    first = there(two, opened)[0]
    assert [s.facts.facility_id for s in first.solutions] == [two.far.id]
    assert first.rest == Desk(two.office.facility.id, DeskLevel.FACILITY)


def test_a_report_passed_back_by_hand_is_judged_whole_by_the_desk_that_did_its_part(two: TwoProvinces) -> None:
    opened = report(two)
    two.do_own_part(opened)
    file = two.claimed(opened, two.there)
    pass_case(
        by=two.there, at=NOW, ref=opened.ref, version=file.version, unit_id=two.office.facility.id, level="FACILITY",
        because="Mũi 2 cũng tiêm ở trạm đầu",
    )  # fmt: skip
    first = two.offered(two.claimed(opened, two.here), two.here)
    assert (first.kinds, first.rest) == (("NOTHING",), two.rest)
