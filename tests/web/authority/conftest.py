"""A facility in Sài Gòn with its lead, the province's corrector, somebody vaccinated there, and pages to open."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.builders import NOW, country  # noqa: F401 - a fixture
from tests.certificates.central_cast import a_ministry_officer
from tiemchung.access import actions
from tiemchung.access import reads as access
from tiemchung.core.actor import Actor, Role
from tiemchung.core.verdict import Refused, refuse
from tiemchung.doses.values import DoseView
from tiemchung.places.reads import FacilityView

LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Name static files as they are: no collected manifest is needed."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def soon_after() -> Iterator[None]:
    """Let the pages' clock stand five minutes after the builders' present."""
    with time_machine.travel(LATER, tick=False):
        yield


CODE = "123456"


@pytest.fixture
def one_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one code be everybody's second factor; how codes are checked is tested where they are."""

    def prove(*, at: dt.datetime, staff_id: Any, code: str) -> str:
        if code != CODE:
            raise Refused(refuse("FACTOR_WRONG"))
        return "TOTP"

    monkeypatch.setattr(actions, "prove_factor", prove)


@pytest.fixture
def officer() -> Actor:
    return a_ministry_officer()


@pytest.fixture
def centre(officer: Actor) -> Client:
    return enter_as(officer)


def enter_as(actor: Actor, client: Client | None = None) -> Client:
    """Give a browser in which this member of staff has proved both factors and chosen the posting."""
    client = client or Client()
    account = access.staff_account(actor.id)
    posting = next(p for p in access.postings_of(actor.id, LATER.date()) if p.role == actor.role)
    session = client.session
    session.update({
        "_auth_user_id": str(actor.id), "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
        "_auth_user_hash": account.auth_hash, "posting_id": str(posting.id), "second_factor": "TOTP",
        "trace": "t", "seen_at": LATER.isoformat(), "stepped_up_at": LATER.isoformat(), "purpose": "CORRECT",
    })  # fmt: skip
    session.save()
    return client


@dataclass
class House:
    """The facility, its people and pages."""

    facility: FacilityView
    nurse: Actor
    lead: Actor
    corrector: Actor
    person_id: UUID
    dose: DoseView
    answers: list[Any] = field(default_factory=list)

    def address(self, name: str, **parts: Any) -> str:
        """Give the address of an authority page about the person, or the dose."""
        if name not in ("people", "purpose", "lots", "new_lot", "my_looks", "lot", "amend_person"):
            parts.setdefault("person_id", self.person_id)
        if "dose" in name:
            parts.setdefault("dose_id", self.dose.id)
        return reverse(f"authority:{name}", kwargs=parts or None)


@pytest.fixture
def house(country: None, db: None) -> House:
    """Give the house with one dose in it, recorded today."""
    facility = builders.a_facility("Trạm Y tế Sài Gòn")
    nurse, lead = builders.a_nurse(facility), builders.a_lead(facility)
    corrector = builders.an_officer(Role.DATA_CORRECTOR)
    person = builders.a_person("Nguyễn Thị An", dt.date(1985, 3, 5))
    dose = builders.a_dose(person.profile_id, by=nurse).dose
    return House(facility, nurse, lead, corrector, person.person_id, dose)


@pytest.fixture
def as_lead(house: House) -> Client:
    """Give the facility lead's browser."""
    return enter_as(house.lead)


@pytest.fixture
def as_corrector(house: House) -> Client:
    """Give the province corrector's browser."""
    return enter_as(house.corrector)


def shown(response: Any) -> str:
    """Give a page's main part as a reader reads it: no tags, single spaces."""
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def hidden(response: Any) -> dict[str, str]:
    """Give the hidden fields of a page's forms, the token left out."""
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', response.content.decode())
    return {name: unescape(value) for name, value in pairs if name not in ("csrfmiddlewaretoken", "next")}


Fill = Callable[..., dict[str, Any]]


def amendment(house: House, **changes: Any) -> dict[str, Any]:
    """Give the amendment form filled with the dose as it is, with changes."""
    facts, day = house.dose.facts, house.dose.facts.given_on
    form = {
        "product": facts.product, "lot_number": facts.lot_number, "component": facts.component,
        "given_on_day": str(day.day), "given_on_month": str(day.month), "given_on_year": str(day.year),
        "given_time": "10:00", "place_name": facts.place_name, "version": str(house.dose.version),
        "key": "0123456789", "because": "Nhập nhầm, đã xem lại sổ", "evidence": "Sổ tiêm trang 12", "step": "check",
    }  # fmt: skip
    return {**form, **changes}
