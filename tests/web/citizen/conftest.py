"""Somebody with a phone, the pages of the health book, and the messages that reach the phone."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.builders import a_lot, a_person, a_phone, country  # noqa: F401 - a fixture
from tests.certificates.passport_cast import sign_doses_of
from tiemchung.certificates.actions import refresh_card
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.doses.actions import record_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts

BORN = dt.date(1984, 3, 5)
NAME = "Nguyễn Thị Minh Châu"


@pytest.fixture(autouse=True)
def plain_addresses(settings: Any) -> None:
    """Name static files as they are and let cookies travel over plain http, as on a developer's machine."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"
    settings.ALLOWED_HOSTS = ["localhost", "testserver", "127.0.0.1"]
    settings.LENIENT_WORDS = False


def code_sent_to(phone: str) -> str:
    """Give the code of the newest message to this phone."""
    newest = OutboxMessage.objects.filter(contact_key=contact_key(phone)).order_by("-created_at").first()
    assert newest is not None
    found = re.search(r"\b(\d{6})\b", unseal("outbox.text", newest.sealed_text, str(newest.id)))
    assert found
    return found[1]


def birth_fields(day: dt.date) -> dict[str, str]:
    """Give a birth date as the form sends it."""
    return {"birth_day": str(day.day), "birth_month": str(day.month), "birth_year": str(day.year)}


def enter_code(client: Client, phone: str) -> Any:
    """Ask for a code and enter the right one."""
    client.post("/so/dang-nhap", {"phone": "0" + phone[3:]})
    return client.post("/so/ma-xac-thuc", {"code": code_sent_to(phone)})


def sign_in(client: Client, phone: str, full_name: str = NAME, born: dt.date = BORN) -> Any:
    """Go the whole way: phone, code, name and birth date."""
    enter_code(client, phone)
    return client.post("/so/xac-nhan", {"how": "name", "full_name": full_name, **birth_fields(born)})


@pytest.fixture
def phone(db: None) -> str:
    """Give a phone that no other test uses."""
    return a_phone()


@pytest.fixture
def chau(phone: str, country: None) -> UUID:
    """Put Minh Châu on record under the phone."""
    return a_person(NAME, BORN, phones=[(phone, "OWN")], at=clock.now()).person_id


def make_card(person_id: UUID) -> None:
    """Do what the follower of the ledger does; it reads committed entries only, and a test's are not."""
    refresh_card(person_id=person_id, at=clock.now())


def give_dose(person_id: UUID, *, days_ago: int, product: str = "PFIZER", follow: bool = True, **facts: Any) -> Any:
    """Put a dose on record as a facility's back-entry, and let the certificates follow."""
    at = clock.now()
    lot = a_lot(product, at=at)
    given = DoseFacts(
        product=product,
        given_on=clock.today() - dt.timedelta(days=days_ago),
        lot_id=lot.id,
        lot_number=lot.number,
        place_name="Trạm Y tế Bến Nghé",
        **facts,
    )
    made = record_dose(
        by=SYSTEM, at=at, key=f"dose-{person_id}-{days_ago}", profile_id=person_id, facts=given,
        source=DoseSource.BACKLOG,
    )
    if follow:
        make_card(person_id)
    return made


@pytest.fixture
def signed_in(client: Client, phone: str) -> Callable[[], Client]:
    """Give a function that signs the holder of the phone in as Minh Châu."""

    def go() -> Client:
        assert sign_in(client, phone).status_code == 302
        return client

    return go


@pytest.fixture
def vaccinated(chau: UUID) -> UUID:
    """Give Minh Châu two signed doses."""
    for days in (130, 90):
        give_dose(chau, days_ago=days)
    sign_doses_of(chau, at=clock.now())
    return chau
