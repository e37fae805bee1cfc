"""Signed doses that a bulk correction touched: back on the list to sign, once corrected and once undone, told once."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from tests.builders import NOW, a_facility, a_key, a_lot, an_area, an_officer
from tests.cases.conftest import Office
from tests.cases.test_bulk import run_to_the_end
from tests.certificates.central_cast import a_passport, centre_signs, certificate_of, facility_signs
from tests.following import unsettled_too
from tiemchung.cases.actions import approve_bulk, propose_bulk, undo_bulk
from tiemchung.cases.rules.bulk import IN_THE_CODE, BulkCause, BulkCriteria
from tiemchung.certificates.models import Certificate
from tiemchung.certificates.reads.passport_tasks import doses_to_sign
from tiemchung.certificates.rules import CertificateState
from tiemchung.certificates.rules.falling import WAIT
from tiemchung.certificates.tasks.passports import follow_ledger_for_passports, tell_of_fallen
from tiemchung.core.actor import Role
from tiemchung.core.models import OutboxMessage
from tiemchung.doses.reads import doses_of
from tiemchung.doses.values import DoseView
from tiemchung.places.rules import Level

HOUR = dt.timedelta(hours=1)


class Signed:
    """Somebody with a passport whose two doses the office's facility gave and signed; the later one is corrected."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.person = a_passport(facilities=[office.facility])
        self.second = an_officer(Role.DISTRICT_OFFICER, an_area("79", level=Level.PROVINCE))
        self.first = certificate_of(self.person)
        self.follow(NOW)

    def dose(self) -> DoseView:
        """Give the later dose as it is."""
        return doses_of([self.person])[-1]

    def follow(self, at: dt.datetime) -> None:
        """Let passports and messages follow."""
        with unsettled_too():
            for _ in range(4):
                follow_ledger_for_passports(at)
                tell_of_fallen(at + WAIT)

    def correct(self, cause: BulkCause, at: dt.datetime) -> UUID:
        """Correct the day's doses by this cause."""
        day = self.dose().facts.given_on
        bulk_id = propose_bulk(
            by=self.second, at=at, key=a_key(), cause=cause, because="Nhập nhầm cả buổi tiêm",
            criteria=BulkCriteria(self.office.facility.id, day, day), changes=changes_of(cause, day),
        )  # fmt: skip
        approve_bulk(by=self.office.corrector, at=at, bulk_id=bulk_id)
        run_to_the_end(at)
        self.follow(at)
        return bulk_id

    def undo(self, bulk_id: UUID, at: dt.datetime) -> None:
        """Take the correction back."""
        undo_bulk(by=self.office.corrector, at=at, bulk_id=bulk_id, because="Ban đầu mới là đúng")
        run_to_the_end(at)
        self.follow(at)

    def to_sign(self, at: dt.datetime) -> list[UUID]:
        """Give the doses on the facility's list to sign."""
        return [dose_id for _, dose_id in doses_to_sign(self.office.lead, at)]

    def messages(self) -> list[str]:
        """Give the kinds of the messages that were sent."""
        return list(OutboxMessage.objects.order_by("created_at").values_list("kind", flat=True))

    def state(self) -> str:
        """Give the state of the certificate that there was before."""
        return Certificate.objects.get(person_id=self.person, id=self.first.id).state


def changes_of(cause: BulkCause, day: dt.date) -> dict[str, Any]:
    """Give what is put right."""
    if cause is BulkCause.WRONG_PRODUCT:
        return {"product": "MODERNA", "lot_number": a_lot("MODERNA", number="MO1034").number}
    if cause is BulkCause.WRONG_PLACE:
        return {"facility_id": a_facility("Trạm Y tế Đa Kao").id}
    return {"lot_number": "FA1034"} if cause is BulkCause.WRONG_LOT else {"given_on": day - dt.timedelta(days=1)}


@pytest.fixture
def signed(office: Office) -> Signed:
    return Signed(office)


@pytest.mark.parametrize("cause", list(BulkCause))
def test_after_an_undo_the_doses_wait_for_the_facilitys_signature_and_nobody_hears_twice(
    signed: Signed, cause: BulkCause
) -> None:
    dose = signed.dose()
    bulk_id = signed.correct(cause, NOW + HOUR)
    falls = cause in IN_THE_CODE
    assert signed.state() == (CertificateState.REVOKED if falls else CertificateState.ISSUED)
    assert signed.messages() == (["passport_fallen"] if falls else [])
    moved = cause is BulkCause.WRONG_PLACE
    assert signed.to_sign(NOW + HOUR) == ([] if moved else [dose.id])
    signed.undo(bulk_id, NOW + 2 * HOUR)
    back = signed.dose()
    assert (back.facts, back.state) == (dose.facts, "CONFIRMED")
    assert signed.to_sign(NOW + 2 * HOUR) == [dose.id]
    assert signed.messages() == (["passport_fallen"] if falls else [])


@pytest.mark.parametrize("cause", sorted(IN_THE_CODE))
def test_signed_anew_the_holder_has_one_code_in_force_that_says_what_stood_there_first(
    signed: Signed, cause: BulkCause
) -> None:
    signed.undo(signed.correct(cause, NOW + HOUR), NOW + 2 * HOUR)
    facility_signs(signed.person, at=NOW + 3 * HOUR)
    centre_signs(at=NOW + 3 * HOUR)
    signed.follow(NOW + 3 * HOUR)
    again = certificate_of(signed.person)
    assert (again.id != signed.first.id, bytes(again.content)) == (True, bytes(signed.first.content))
    assert signed.messages() == ["passport_fallen", "passport_new_code"]


def test_a_correction_that_was_signed_before_its_undo_costs_a_second_code_and_each_is_told(signed: Signed) -> None:
    bulk_id = signed.correct(BulkCause.WRONG_DAY, NOW + HOUR)
    facility_signs(signed.person, at=NOW + 2 * HOUR)
    centre_signs(at=NOW + 2 * HOUR)
    signed.follow(NOW + 2 * HOUR)
    signed.undo(bulk_id, NOW + 3 * HOUR)
    assert [kind[:15] for kind in signed.messages()] == ["passport_fallen", "passport_new_co", "passport_fallen"]
    assert signed.to_sign(NOW + 3 * HOUR) == [signed.dose().id]
