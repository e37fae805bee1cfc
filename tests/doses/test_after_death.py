"""Nobody is given a dose after their death: not at the desk, not from paper, not by a correction, for no reason."""

import datetime as dt
from uuid import UUID

import pytest

from tests.builders import NOW, a_dose, a_facility, a_lead, a_nurse, a_person
from tiemchung.core.actor import SYSTEM
from tiemchung.core.clock import local
from tiemchung.core.verdict import Refused
from tiemchung.doses.actions import amend_dose
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseSource
from tiemchung.people.actions import amend_profile

pytestmark = pytest.mark.usefixtures("country", "db")
TODAY, DAY = local(NOW).date(), dt.timedelta(days=1)
DIED_ON = TODAY - 20 * DAY
WHY = "Đã hỏi gia đình và công an xã"


def somebody_dead() -> UUID:
    """Give the profile of somebody who died."""
    person = a_person()
    amend_profile(by=SYSTEM, at=NOW, profile_id=person.profile_id, because="Giấy chứng tử", died_on=DIED_ON)
    return person.profile_id


@pytest.mark.parametrize("source", [DoseSource.DESK, DoseSource.BACKLOG, DoseSource.PARTNER, DoseSource.CASE])
def test_no_door_takes_a_dose_after_death(source: DoseSource) -> None:
    given_on = TODAY if source is DoseSource.DESK else DIED_ON + DAY
    with pytest.raises(Refused, match="GIVEN_AFTER_DEATH") as refused:
        a_dose(somebody_dead(), given_on=given_on, source=source, because=WHY)
    assert not refused.value.verdict.needs_override


@pytest.mark.parametrize("before", [0, 1, 90])
def test_a_dose_up_to_the_day_of_death_is_entered_from_paper(before: int) -> None:
    profile_id = somebody_dead()
    a_dose(profile_id, given_on=DIED_ON - before * DAY)
    assert len(doses_of([profile_id])) == 1


def test_a_correction_does_not_move_a_dose_past_the_death() -> None:
    facility = a_facility()
    lead, profile_id = a_lead(facility), somebody_dead()
    dose = a_dose(profile_id, given_on=DIED_ON - DAY, by=a_nurse(facility)).dose
    with pytest.raises(Refused, match="GIVEN_AFTER_DEATH"):
        amend_dose(by=lead, at=NOW, key="a", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
                   changes={"given_on": DIED_ON + DAY}, because=WHY)  # fmt: skip
