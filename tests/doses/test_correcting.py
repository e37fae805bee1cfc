"""A correction changes what it names and what follows from it, for whoever answers for the place, and nothing twice."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from tests.builders import a_dose, a_facility, a_lead, a_lot, a_nurse, a_person, an_area, an_officer
from tests.conftest import NOW
from tests.doses.conftest import Desk, days_ago
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.verdict import Refused
from tiemchung.doses import actions, reads
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.trying import AskedChange, try_amendments
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.places.rules import Level

LATER = NOW + dt.timedelta(hours=1)
REASON = "nhập nhầm, đã đối chiếu phiếu giấy"


def amend(dose: DoseView, *, by: Any = SYSTEM, key: str = "amend", version: int = 0, **changes: Any) -> DoseView:
    """Correct a dose."""
    return actions.amend_dose(
        by=by, at=LATER, key=key, profile_id=dose.profile_id, dose_id=dose.id, version=version or dose.version,
        changes=changes, because=REASON,
    ).dose  # fmt: skip


def test_another_day_has_no_known_hour_and_another_facility_no_known_point(desk: Desk) -> None:
    dose = desk.record(given_at=NOW - dt.timedelta(hours=1), point_id=uuid4()).dose
    after = amend(dose, given_on=days_ago(1), facility_id=uuid4()).facts
    assert (after.given_at, after.point_id) == (None, None)
    named = amend(dose, key="named", version=2, given_on=days_ago(2), given_at=NOW - dt.timedelta(days=2)).facts
    assert named.given_at == NOW - dt.timedelta(days=2)


def test_another_lot_number_is_looked_up_in_our_list(desk: Desk) -> None:
    dose, lot = desk.record().dose, a_lot(number="FB7777")
    assert amend(dose, lot_number="fb-7777").facts.lot_id == lot.id
    assert amend(dose, key="unlisted", version=2, lot_number="GIAY123").facts.lot_id is None


def test_a_repeated_correction_is_answered_after_later_ones_too(desk: Desk) -> None:
    dose = desk.record().dose
    amend(dose, lot_number="GIAY123")
    latest = amend(dose, key="later", version=2, place_name="Điểm tiêm lưu động")
    assert amend(dose, lot_number="GIAY123") == latest
    assert len(reads.history_of([desk.profile_id], dose.id)) == 3
    with pytest.raises(Refused, match="KEY_REUSED"):
        amend(dose, lot_number="GIAY456")


def test_a_key_of_one_dose_does_not_answer_for_another(desk: Desk) -> None:
    first = desk.record("first", by=SYSTEM, given_on=days_ago(60)).dose
    second = desk.record("second").dose
    amend(first, place_name="Điểm tiêm lưu động")
    with pytest.raises(Refused, match="KEY_REUSED"):
        amend(second, place_name="Điểm tiêm lưu động")


def test_one_injection_counts_once_in_back_entry_too(desk: Desk) -> None:
    desk.record()
    with pytest.raises(Refused, match="SAME_DAY"):
        actions.record_dose(
            by=SYSTEM, at=LATER, key="again", profile_id=desk.profile_id, facts=desk.facts, source=DoseSource.CASE,
            because=REASON,
        )  # fmt: skip
    other = desk.record("other", by=SYSTEM, given_on=days_ago(60)).dose
    with pytest.raises(Refused, match="SAME_DAY"):
        amend(other, given_on=desk.facts.given_on)
    assert len(reads.doses_of([desk.profile_id])) == 2


def test_an_officer_of_the_area_amends_a_dose_and_moves_it_where_it_was_given(db: None) -> None:
    officer = an_officer(Role.COMMUNE_OFFICER, an_area())
    far = an_officer(Role.COMMUNE_OFFICER, an_area("01", level=Level.PROVINCE))
    right = a_facility("Trạm Y tế Đa Kao")
    dose = a_dose(a_person().profile_id, by=a_nurse()).dose
    with pytest.raises(Refused, match="NOT_YOUR_PLACE"):
        amend(dose, by=far, facility_id=right.id)
    with pytest.raises(Refused, match="NOT_YOUR_PLACE"):
        amend(dose, by=a_lead(right), facility_id=right.id)
    assert amend(dose, by=officer, facility_id=right.id).facts.facility_id == right.id


def test_a_dose_without_a_facility_is_the_task_of_its_persons_area(db: None) -> None:
    person = a_person(area=an_area()).profile_id
    facts = DoseFacts("PFIZER", days_ago(60), lot_number="GIAY123", place_name="Nhà thi đấu Phú Thọ")
    officer = an_officer(Role.COMMUNE_OFFICER, an_area())
    dose = actions.record_dose(
        by=officer, at=NOW, key="case", profile_id=person, facts=facts, source=DoseSource.CASE, because=REASON
    ).dose
    assert amend(dose, by=officer, lot_number="GIAY124").facts.lot_number == "GIAY124"
    far = an_officer(Role.DATA_CORRECTOR, an_area("01", level=Level.PROVINCE))
    with pytest.raises(Refused, match="NOT_YOUR_PLACE"):
        amend(dose, by=far, key="far", version=2, lot_number="GIAY125")


def test_a_look_ahead_says_what_the_deed_says_and_writes_nothing(desk: Desk) -> None:
    first = desk.record("first", by=SYSTEM, given_on=days_ago(60)).dose
    second = desk.record("second").dose
    asked = [AskedChange(d.profile_id, d.id, d.version) for d in (first, second)]
    asked.append(AskedChange(first.profile_id, first.id, 7))
    asked.append(AskedChange(first.profile_id, uuid4(), 1))
    changes = {"given_on": days_ago(40), "lot_number": "GIAY123"}
    tried = try_amendments(by=desk.lead, at=LATER, asked=asked, changes=changes, because=REASON)
    assert [[r.code for r in one.verdict.refusals] for one in tried] == [
        [], [], ["CHANGED_MEANWHILE"], ["NO_SUCH_DOSE"],
    ]  # fmt: skip
    assert len(reads.history_of([desk.profile_id])) == 2
    done = amend(second, by=desk.lead, **changes)
    assert tried[1].after == done.facts


def test_a_facilitys_list_is_for_whoever_may_correct_it(desk: Desk) -> None:
    dose = desk.record().dose
    facility_id = desk.facts.facility_id
    assert facility_id is not None
    day = desk.facts.given_on
    assert [d.id for d in reads.doses_at(desk.lead, facility_id, day, day, product="PFIZER")] == [dose.id]
    assert reads.doses_at(desk.lead, facility_id, day, day, lot_number="OTHER") == ()
    assert reads.doses_at(desk.nurse, facility_id, day, day) == ()
    assert reads.doses_at(a_lead(), facility_id, day, day) == ()


def test_facts_survive_storing(desk: Desk) -> None:
    assert DoseFacts.from_json(desk.facts.as_json()) == desk.facts
    assert DoseFacts.from_json(DoseFacts("PFIZER", days_ago(1), given_at=NOW).as_json()).given_at == NOW
