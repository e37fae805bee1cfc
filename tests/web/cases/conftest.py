"""A facility whose lead answers reports, the province above, a person with a wrong dose, and reports about it."""

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
from tests.builders import NOW, country  # noqa: F401 - a fixture
from tests.web.authority.conftest import enter_as, hidden, shown
from tests.web.rendered import no_id_twice
from tiemchung.cases import actions
from tiemchung.cases.models import Evidence
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.doses.values import DoseView

LATER = NOW + dt.timedelta(minutes=5)
GIVEN = dt.date(2026, 10, 1)
__all__ = ["Office", "enter_as", "hidden", "no_id_twice", "shown"]


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


class Office:
    """The facility, its lead, the corrector of the province, and An, whose dose has a lot of one wrong letter."""

    def __init__(self, at: dt.datetime = NOW) -> None:
        self.at = at
        self.facility = builders.a_facility("Trạm Y tế Bến Nghé", at=at)
        self.lead: Actor = builders.a_lead(self.facility, at=at)
        self.corrector: Actor = builders.an_officer(Role.DATA_CORRECTOR, at=at)
        self.nurse: Actor = builders.a_nurse(self.facility, at=at)
        self.person_id: UUID = builders.a_person("Nguyễn Thị An", dt.date(1985, 3, 5), at=at).person_id
        lot = builders.a_lot(number="FA1O34", at=at)
        self.dose: DoseView = builders.a_dose(self.person_id, given_on=GIVEN, by=self.nurse, lot=lot, at=at).dose

    def wrong_dose(self, **more: Any) -> OpenedCase:
        """Report that the lot of An's dose is FA1034."""
        told = ClaimedDose(1, "PFIZER", "FA1034", GIVEN, facility_id=self.facility.id, dose_id=self.dose.id)
        values: dict[str, Any] = {"person_id": self.person_id, "dose_id": self.dose.id, "door": "BOOK"}
        return self.report("DOSE_WRONG", (told,), **(values | more))

    def missing_dose(self, **more: Any) -> OpenedCase:
        """Report that a first dose is missing, by somebody whom nobody has proved."""
        told = ClaimedDose(1, "PFIZER", "FA1O34", GIVEN, facility_id=self.facility.id)
        return self.report("DOSE1_MISSING", (told,), **more)

    def report(self, kind: str, doses: tuple[ClaimedDose, ...], **more: Any) -> OpenedCase:
        """Open a case about this facility."""
        claim = Claim(full_name=more.pop("full_name", "Nguyễn Thị An"), birth_date=dt.date(1985, 3, 5), doses=doses,
                      text=more.pop("text", ""), numbers=more.pop("numbers", ()),
                      other_phone=more.pop("other_phone", ""))  # fmt: skip
        values = {"by": SYSTEM, "at": self.at, "door": "HOTLINE", "phone": builders.a_phone(), "key": builders.a_key()}
        return actions.open_case(kind=kind, claim=claim, **(values | more))

    def with_paper(self, opened: OpenedCase) -> OpenedCase:
        """Put a page of paper to a case, of which nothing is served."""
        Evidence.objects.create(
            case_id=opened.case_id, number=1, media_type="image/jpeg", bytes=1, width=1, height=1, digest=b"x",
            added_at=self.at, added_by="citizen",
        )  # fmt: skip
        return opened

    def claimed(self, opened: OpenedCase, by: Actor | None = None, at: dt.datetime = LATER) -> str:
        """Let the lead take a case and give its number."""
        actions.claim_case(by=by or self.lead, at=at, ref=opened.ref)
        return opened.ref


def address(name: str, **parts: Any) -> str:
    """Give the address of one of the desk's pages."""
    return reverse(f"cases:{name}", kwargs=parts or None)


def fields(response: Any, action: str) -> dict[str, str]:
    """Give the hidden fields and texts of the form that goes to this address."""
    page = response.content.decode()
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if f'action="{action}"' in f)
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    texts = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S)
    inputs = re.findall(r'<input class="nhsuk-input[^>]* name="([^"]+)" type="text"[^>]*? value="([^"]*)"', form, re.S)
    chosen = re.findall(r'name="([^"]+)" type="radio" value="([^"]*)" checked', form)
    found = {name: unescape(value) for name, value in [*pairs, *texts, *inputs, *chosen]}
    selected = re.findall(r'<select[^>]* name="([^"]+)".*?<option value="([^"]*)" selected', form, re.S)
    return {k: v for k, v in (found | dict(selected)).items() if k not in ("csrfmiddlewaretoken", "next")}


@pytest.fixture
def office(country: None, db: None) -> Office:
    """Give the office."""
    return Office()


@pytest.fixture
def as_lead(office: Office) -> Client:
    """Give the facility lead's browser."""
    return enter_as(office.lead)


@pytest.fixture
def as_corrector(office: Office) -> Client:
    """Give the province corrector's browser."""
    return enter_as(office.corrector)
