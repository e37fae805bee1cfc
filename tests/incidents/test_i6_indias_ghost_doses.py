"""2021-22: second doses were recorded that nobody had been given, of the dead among them [press].

Who is dead gets no dose at the desk (tests/visits/test_actions.py). What was entered all the same is found by the
person or the family: their report has an owner and a due time, and what was never given leaves every count.
"""

import datetime as dt
from typing import Any

import pytest

from tests.builders import NOW, a_dose, a_key, a_nurse, a_person, a_phone, an_officer
from tests.cases.conftest import Office
from tiemchung.cases.actions import claim_case, open_case, settle_case
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.solutions import Solution
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import PUBLIC, Role
from tiemchung.core.verdict import Refused
from tiemchung.doses.reads import doses_of, history_of
from tiemchung.doses.values import DoseView
from tiemchung.people.actions import RegisteredProfile, amend_profile

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("country", "db")


class Ghost:
    """Somebody who died, and a dose that was entered for a day afterwards."""

    def __init__(self, office: Office) -> None:
        self.person: RegisteredProfile = a_person("Nguyễn Văn Tư", dt.date(1950, 1, 1), sex="MALE")
        self.dose: DoseView = a_dose(
            self.person.profile_id, given_on=NOW.date() - dt.timedelta(days=9), by=a_nurse(office.facility)
        ).dose
        amend_profile(
            by=an_officer(Role.DATA_CORRECTOR), at=NOW, profile_id=self.person.profile_id, because="Giấy chứng tử",
            died_on=NOW.date() - dt.timedelta(days=30),
        )  # fmt: skip

    def reported(self, kind: str = "NEVER_GIVEN", **more: object) -> OpenedCase:
        """Let the family report it from their own phone."""
        facts = self.dose.facts
        told = ClaimedDose(1, facts.product, facts.lot_number, facts.given_on, facility_id=facts.facility_id,
                           dose_id=self.dose.id, profile_id=self.person.profile_id)  # fmt: skip
        claim = Claim("Nguyễn Văn Tư", dt.date(1950, 1, 1), doses=(told,), text="Bố tôi đã mất trước ngày đó.")
        values: dict[str, Any] = {"person_id": self.person.person_id, "dose_id": self.dose.id, "phone": a_phone()}
        return open_case(by=PUBLIC, at=NOW, key=a_key(), kind=kind, door="HOTLINE", claim=claim, **(values | more))


def test_a_dose_of_the_dead_that_was_never_given_is_a_case_of_the_facility_that_entered_it(office: Office) -> None:
    opened = Ghost(office).reported()
    assert (opened.desk.unit_id, opened.due_at - NOW) == (office.facility.id, 48 * HOUR)


def test_a_dose_for_the_dead_cannot_be_claimed_as_missing(office: Office) -> None:
    with pytest.raises(Refused, match="CLAIM_AFTER_DEATH"):
        Ghost(office).reported("DOSE1_MISSING", dose_id=None)


def test_what_was_never_given_is_counted_no_more_and_stays_on_record_with_who_took_it_out(office: Office) -> None:
    ghost = Ghost(office)
    opened = ghost.reported()
    assert [dose.counted for dose in doses_of([ghost.person.profile_id])] == [True]
    file = claim_case(by=office.lead, at=NOW + HOUR, ref=opened.ref)
    void = Solution(
        SolutionKind.VOID, profile_id=ghost.person.profile_id, dose_id=ghost.dose.id, version=ghost.dose.version
    )
    settle_case(
        by=office.lead, at=NOW + HOUR, key=a_key(), ref=opened.ref, version=file.version, solutions=[void],
        answer="Mũi tiêm này không có trong sổ tiêm và đã được huỷ.", because="Sổ tiêm ngày đó không có tên ông Tư",
    )  # fmt: skip
    assert doses_of([ghost.person.profile_id]) == ()
    history = history_of([ghost.person.profile_id], ghost.dose.id)
    assert {entry.by_name for entry in history} >= {office.lead.name}
