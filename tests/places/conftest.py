"""The real tree of areas, and a facility or two."""

import datetime as dt

import pytest

from tiemchung.core.actor import SYSTEM
from tiemchung.places import actions, reads
from tiemchung.places.rules import FacilityKind, Level

AT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
CAMPAIGN, TODAY = dt.date(2021, 9, 1), dt.date(2026, 11, 20)


@pytest.fixture
def areas(country: None, db: None) -> None:
    """Promise the whole tree."""


@pytest.fixture
def ward(areas: None):
    """Find a commune by the names above it: `ward("Phường Bến Nghé, Quận 1, TP Hồ Chí Minh")`."""

    def find(address: str, on: dt.date = CAMPAIGN) -> reads.AreaView:
        (area,) = reads.find_address(address, on).areas
        return area

    return find


@pytest.fixture
def station(ward):
    """Open the health station of Bến Nghé ward as it stood in the campaign."""
    return actions.open_facility(
        by=SYSTEM,
        at=AT,
        key="station",
        code="79001",
        name="Trạm Y tế phường Bến Nghé",
        kind=FacilityKind.COMMUNE_STATION,
        level=Level.COMMUNE,
        area_id=ward("Bến Nghé, Quận 1, TP Hồ Chí Minh").id,
        valid_from=dt.date(2020, 1, 1),
        address="29 Mạc Đĩnh Chi",
    )
