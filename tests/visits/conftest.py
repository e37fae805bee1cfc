"""One station with a nurse, a lot and a person: what most visits need."""

from dataclasses import dataclass

import pytest

from tests.builders import a_facility, a_nurse, a_person, a_stock, country  # noqa: F401 - a fixture
from tiemchung.core.actor import Actor
from tiemchung.people.actions import RegisteredProfile
from tiemchung.places.reads import FacilityView
from tiemchung.vaccines.rules import LotFacts
from tiemchung.visits.rules import Screening

ALL_NO = Screening("ADULT_2021_12", answered=True, consented=True)


@dataclass(frozen=True)
class Station:
    """A station ready for its first person."""

    facility: FacilityView
    nurse: Actor
    lot: LotFacts
    person: RegisteredProfile


@pytest.fixture
def station(country: None, db: None) -> Station:
    """Give a station ready for its first person."""
    facility = a_facility("Trạm Y tế Bến Nghé")
    return Station(facility, a_nurse(facility), a_stock(facility), a_person("Nguyễn Văn An", sex="MALE"))
