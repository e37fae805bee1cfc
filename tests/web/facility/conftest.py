"""A station, its nurse signed in, and the desk's addresses; the same for pages, the door for programs and journeys."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tests.builders import a_facility, a_nurse, a_person, a_stock, country  # noqa: F401 - a fixture
from tests.web.facility.signing import session_of
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.people.actions import RegisteredProfile
from tiemchung.places.reads import FacilityView
from tiemchung.vaccines.rules import LotFacts
from tiemchung.visits.actions import choose_day


@dataclass(frozen=True)
class Station:
    """A station ready for its first person; its nurse has chosen the lot of the day."""

    facility: FacilityView
    nurse: Actor
    lot: LotFacts
    person: RegisteredProfile


@pytest.fixture(autouse=True)
def plain_site(settings: Any) -> None:
    """Serve the desk alone, its files by their plain names."""
    settings.ROOT_URLCONF = "tests.web.facility.desk_urls"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def a_station() -> Station:
    """Make a station ready for its first person."""
    facility, at = a_facility("Trạm Y tế Bến Nghé"), clock.now()
    nurse, lot = a_nurse(facility), a_stock(facility, at=at)
    choose_day(by=nurse, at=at, product=lot.product, lot_id=lot.id)
    return Station(facility, nurse, lot, a_person("Nguyễn Văn An", sex="MALE", at=at))


@pytest.fixture
def station(country: None, db: None) -> Station:
    """Give a station ready for its first person."""
    return a_station()


def signed_in(actor: Actor, *, checks_csrf: bool = False) -> Client:
    """Give a browser in which this member of staff is signed in."""
    client = Client(enforce_csrf_checks=checks_csrf)
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session_of(actor)
    return client


@pytest.fixture
def nurse(station: Station) -> Client:
    """Give the nurse's browser."""
    return signed_in(station.nurse)
