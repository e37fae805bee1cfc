"""Signing says that a facility stands for a dose: once, in the version that it saw, and until something changes."""

import datetime as dt
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tests.doses.conftest import Desk
from tiemchung.core.actor import SYSTEM
from tiemchung.doses.actions import DoseToSign, amend_dose, sign_doses, unsign_doses, void_dose
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.doses.reads import doses_named, doses_of, history_of, marks_of, stated_doses, tally_of
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseFacts, DoseView

LATER = NOW + dt.timedelta(hours=1)


def item(dose: DoseView) -> DoseToSign:
    return DoseToSign(dose.profile_id, dose.id, dose.version)


def now_of(dose: DoseView) -> DoseView:
    return doses_named([(dose.profile_id, dose.id)])[dose.id]


def test_a_signed_dose_keeps_its_facts_and_its_version(desk: Desk) -> None:
    dose = desk.record().dose
    assert sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=[item(dose)]) == {dose.id}
    assert now_of(dose) == replace(dose, state=DoseState.SIGNED, changed_at=LATER)


def test_the_ledger_says_who_signed_and_the_facts_as_they_stood(desk: Desk) -> None:
    dose, run_id = desk.record().dose, uuid4()
    sign_doses(by=desk.lead, at=LATER, run_id=run_id, items=[item(dose)])
    entry = LedgerEntry.objects.get(profile_id=dose.profile_id, kind="SIGNED")
    assert DoseFacts.from_json(entry.facts) == dose.facts
    assert (entry.by_id, entry.by_name, entry.by_facility_id) == (desk.lead.id, "Lan", desk.lead.facility_id)
    assert entry.evidence == f"run:{run_id}"
    assert [e.kind for e in history_of([dose.profile_id])] == ["RECORDED", "SIGNED"]


@pytest.mark.parametrize("fraction", [0, 1, 120_000, 999_999])
def test_the_ledger_keeps_the_facts_of_a_signature_as_any_action_writes_them(desk: Desk, fraction: int) -> None:
    dose = desk.record().dose
    moment = dt.datetime(2026, 11, 20, 1, 2, 3, fraction, tzinfo=dt.UTC)
    facts = replace(dose.facts, given_at=moment, lot_id=uuid4(), point_id=uuid4(), vaccinator_id=uuid4(),
                    place_name='Trạm "Ổ"\\', lot_number="L\t1")  # fmt: skip
    Dose.objects.filter(profile_id=dose.profile_id).update(**{n: getattr(facts, n) for n in DoseFacts.__slots__})
    sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=[item(dose)])
    assert LedgerEntry.objects.get(profile_id=dose.profile_id, kind="SIGNED").facts == facts.as_json()


def test_a_dose_named_twice_is_signed_once(desk: Desk) -> None:
    dose = desk.record().dose
    assert sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=[item(dose), item(dose)]) == {dose.id}
    assert LedgerEntry.objects.filter(kind="SIGNED").count() == 1


def test_equal_marks_are_equal_doses(desk: Desk) -> None:
    dose = desk.record().dose
    assert marks_of([dose.profile_id]) == [(dose.id, dose.profile_id, dose.version, "CONFIRMED")]
    sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=[item(dose)])
    assert marks_of([dose.profile_id]) == [(dose.id, dose.profile_id, dose.version, "SIGNED")]
    amend_dose(
        by=SYSTEM, at=LATER, key="a", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
        changes={"place_name": "Trạm Y tế khác"}, because="ghi nhầm tên trạm",
    )  # fmt: skip
    assert marks_of([dose.profile_id])[0][2] == dose.version + 1


def test_what_is_stated_of_a_dose_is_what_its_view_says(desk: Desk) -> None:
    dose = desk.record().dose
    stated = stated_doses([(dose.profile_id, dose.id)], NOW)[dose.id]
    facts = dose.facts
    assert (stated.id_text, stated.version, stated.as_shown) == (str(dose.id), dose.version, True)
    assert (stated.facility, stated.given_on) == (str(facts.facility_id), facts.given_on.isoformat())
    assert (stated.lot, stated.product) == (facts.lot_number, facts.product)
    assert stated.vaccinator == (str(facts.vaccinator_id) if facts.vaccinator_id else None)
    before = NOW - dt.timedelta(seconds=1)
    assert not stated_doses([(dose.profile_id, dose.id)], before)[dose.id].as_shown


def test_signing_twice_signs_once(desk: Desk) -> None:
    dose = desk.record().dose
    for expected in ({dose.id}, set()):
        assert sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=[item(dose)]) == expected
    assert LedgerEntry.objects.filter(kind="SIGNED").count() == 1


def test_a_dose_that_was_corrected_meanwhile_is_left_out(desk: Desk) -> None:
    dose = desk.record().dose
    amend_dose(
        by=SYSTEM, at=NOW, key="a", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
        changes={"place_name": "Trạm Y tế khác"}, because="ghi nhầm tên trạm",
    )  # fmt: skip
    assert sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=[item(dose)]) == set()
    assert now_of(dose).state is DoseState.CONFIRMED


def test_what_is_voided_or_declared_or_nobodys_is_never_signed(desk: Desk) -> None:
    dose = desk.record().dose
    void_dose(
        by=SYSTEM, at=NOW, key="v", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
        because="ghi nhầm người khác",
    )  # fmt: skip
    voided = now_of(dose)
    strange = DoseToSign(uuid4(), uuid4(), 1)
    assert sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=[item(voided), strange]) == set()


def test_a_correction_of_a_signed_dose_asks_for_a_new_signature(desk: Desk) -> None:
    dose = desk.record().dose
    sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=[item(dose)])
    amend_dose(
        by=SYSTEM, at=LATER, key="a", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
        changes={"place_name": "Trạm Y tế khác"}, because="ghi nhầm tên trạm",
    )  # fmt: skip
    after = now_of(dose)
    assert (after.state, after.version) == (DoseState.CONFIRMED, dose.version + 1)
    assert sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=[item(after)]) == {dose.id}


def test_a_fallen_signature_leaves_the_dose_confirmed_and_the_reason_in_the_ledger(desk: Desk) -> None:
    dose = desk.record().dose
    sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=[item(dose)])
    named = [(dose.profile_id, dose.id)]
    assert unsign_doses(at=LATER, doses=named, because="IDENTITY_CHANGED") == {dose.id}
    assert unsign_doses(at=LATER, doses=named, because="IDENTITY_CHANGED") == set()
    entry = LedgerEntry.objects.get(profile_id=dose.profile_id, kind="UNSIGNED")
    assert (entry.because, entry.by_kind) == ("IDENTITY_CHANGED", "system")
    assert now_of(dose) == replace(dose, changed_at=LATER)


@pytest.mark.django_db
def test_many_are_signed_in_the_statements_of_one(desk: Desk) -> None:
    first = desk.record().dose
    for _ in range(20):
        row = Dose.objects.get(id=first.id, profile_id=first.profile_id)
        row.id, row.profile_id = uuid4(), uuid4()
        row.save(force_insert=True)
    every = [item(dose) for dose in doses_of(list(Dose.objects.values_list("profile_id", flat=True)))]
    costs = []
    for some in (every[:1], every[1:]):
        with CaptureQueriesContext(connection) as statements:
            sign_doses(by=desk.lead, at=LATER, run_id=uuid4(), items=some)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 2
    assert set(Dose.objects.values_list("state", flat=True)) == {DoseState.SIGNED}


def test_a_tally_counts_the_named_doses_by_product(desk: Desk) -> None:
    dose = desk.record().dose
    (line,) = tally_of([(dose.profile_id, dose.id), (uuid4(), uuid4())])
    assert (line.product, line.number, line.first_on, line.last_on) == (
        "PFIZER", 1, dose.facts.given_on, dose.facts.given_on
    )  # fmt: skip
