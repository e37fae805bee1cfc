"""A station with its lead, the centre's agent, and An, who has a number, a phone and a dose of one wrong lot."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.builders import NOW
from tests.web.authority.conftest import enter_as, shown
from tests.web.rendered import no_id_twice
from tiemchung.cases.actions import open_case
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.doses.values import DoseView

LATER = NOW + dt.timedelta(minutes=5)
BORN = dt.date(1985, 3, 5)
NAME = "Nguyễn Thị An"
__all__ = ["enter_as", "no_id_twice", "shown"]


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Name static files as they are: no collected manifest is needed."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.LENIENT_WORDS = False


@pytest.fixture(autouse=True)
def soon_after() -> Iterator[None]:
    """Let the pages' clock stand five minutes after the builders' present."""
    with time_machine.travel(LATER, tick=False):
        yield


class Centre:
    """Everybody of one call."""

    def __init__(self) -> None:
        self.station = builders.a_facility("Trạm Y tế Bến Nghé")
        self.lead: Actor = builders.a_lead(self.station)
        self.agent: Actor = builders.a_staff_member(Role.HOTLINE_AGENT, full_name="Huỳnh Kim Thoa")
        self.number, self.phone = builders.a_cccd("FEMALE", BORN), builders.a_phone()
        person = builders.a_person(NAME, BORN, identifiers=[("CCCD", self.number)], phones=[(self.phone, "OWN")])
        self.person_id: UUID = person.person_id
        nurse = builders.a_nurse(self.station)
        lot = builders.a_lot(number="FA1O34")
        self.dose: DoseView = builders.a_dose(self.person_id, given_on=dt.date(2026, 10, 1), by=nurse, lot=lot).dose
        self.browser: Client = enter_as(self.agent)

    def get(self, name: str, **parts: Any) -> Any:
        """Open a page of the centre."""
        return self.browser.get(address(name, **parts))

    def post(self, name: str, values: dict[str, Any] | None = None, follow: bool = True, **parts: Any) -> Any:
        """Send a form of the centre."""
        return self.browser.post(address(name, **parts), values or {}, follow=follow)

    def begin(self, text: str = "", phone: str = "") -> Any:
        """Begin a call with what the caller said first."""
        return self.post("begin", {"text": text, "phone": phone, "key": builders.a_key() + "-begin"})

    def facts(self, **more: str) -> dict[str, str]:
        """Give the facts that prove An, with changes."""
        right = {"full_name": NAME, "birth_day": "5", "birth_month": "3", "birth_year": "1985", "number": self.number}
        return right | more

    def proved(self, phone: str = "") -> Any:
        """Begin a call in which An has proved herself, and give its page."""
        self.begin(self.number, phone)
        return self.post("prove", self.facts())

    def report(self, **more: Any) -> OpenedCase:
        """Open a case of An's about the station by another door."""
        told = ClaimedDose(1, "PFIZER", "FA1034", dt.date(2026, 10, 1), facility_id=self.station.id)
        claim = Claim(full_name=NAME, birth_date=BORN, doses=(told,))
        values: dict[str, Any] = {"by": SYSTEM, "at": NOW, "key": builders.a_key(), "door": "PORTAL", "phone": ""}
        return open_case(kind="RECORD_VANISHED", claim=claim, **(values | more))

    def code(self) -> str:
        """Give the newest code sent to An's phone."""
        rows = OutboxMessage.objects.filter(contact_key=contact_key(self.phone), kind="caller")
        row = rows.latest("created_at")
        return re.findall(r"\b\d{6}\b", unseal("outbox.text", row.sealed_text, str(row.id)))[0]


def address(name: str, **parts: Any) -> str:
    """Give the address of one of the centre's pages."""
    return reverse(f"hotline:{name}", kwargs=parts or None)


def fields(response: Any, action: str) -> dict[str, str]:
    """Give the hidden fields of the form that goes to this address."""
    page = response.content.decode()
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if f'action="{action}"' in f)
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in pairs if name not in ("csrfmiddlewaretoken", "next")}


@pytest.fixture
def centre(country: None, db: None) -> Centre:
    """Give the centre."""
    return Centre()
