"""Every line of a facility's work list leads to a deed that can be done, wherever its person is registered."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.web.authority.conftest import LATER, enter_as, hidden, plain_static_files, shown, soon_after
from tiemchung.certificates.actions import refresh_passports
from tiemchung.certificates.models import PassportTask
from tiemchung.certificates.reads import passport_of
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.models import AuditLine
from tiemchung.doses.models import Dose
from tiemchung.places.reads import FacilityView
from tiemchung.web.shared.passport_page import passport_page

__all__ = ["plain_static_files", "soon_after"]
pytestmark = pytest.mark.usefixtures("country")
country = builders.country
NOW = builders.NOW
LIST = "facility:passport_work"


@pytest.fixture(autouse=True)
def whole_site(plain_site: None, settings: Any, db: None) -> None:
    """Serve every audience: these lists lead to the authority's pages."""
    settings.ROOT_URLCONF = "tiemchung.urls"


@pytest.fixture
def here(country: None) -> FacilityView:
    return builders.a_facility("Trạm Y tế phường Bến Nghé")


@pytest.fixture
def lead(here: FacilityView) -> Actor:
    return builders.a_lead(here)


@pytest.fixture
def far(here: FacilityView) -> UUID:
    """Give somebody of another province without any number, who declared a dose of this facility."""
    area = builders.an_area("00070")
    person = builders.a_person("Lò Thị Mây", identifiers=(), area=area).person_id
    builders.a_dose(person, given_on=NOW.date() - dt.timedelta(days=90), by=builders.a_nurse(here))
    Dose.objects.filter(profile_id=person).update(state="DECLARED", vaccinator_id=None)
    refresh_passports(person_ids=[person], at=NOW)
    return person


def work_on(by: Actor, reason: str = "DOSE_UNVERIFIED") -> tuple[Client, Any]:
    browser = enter_as(by)
    return browser, browser.get(reverse(LIST, args=[reason]))


def test_a_dose_of_somebody_without_a_number_is_verified_from_its_line(lead: Actor, far: UUID) -> None:
    browser, page = work_on(lead)
    assert "Lò Thị Mây" in shown(page)
    assert "số giấy tờ trước" not in shown(page)
    task = PassportTask.objects.get(person_id=far, reason="DOSE_UNVERIFIED")
    take_up = reverse("facility:passport_take_up", args=[task.id])
    assert f'action="{take_up}"' in page.content.decode()
    where = reverse("authority:verify_dose", kwargs={"person_id": far, "dose_id": task.dose_id})
    assert browser.get(where).status_code == 404
    opened = browser.post(take_up, follow=True)
    assert opened.redirect_chain[-1][0].startswith(where)
    said = {**hidden(opened), "because": "Có trong sổ tiêm của trạm", "evidence": "Sổ tiêm trang 3"}
    checked = browser.post(where, {**said, "step": "check"})
    assert browser.post(where, {**said, **hidden(checked), "step": "do"}).status_code == 302
    assert Dose.objects.get(profile_id=far).state == "CONFIRMED"
    assert not PassportTask.objects.filter(person_id=far, reason="DOSE_UNVERIFIED", done_at=None).exists()
    mine = AuditLine.objects.filter(actor_id=lead.id, subject_id=far)
    assert {"people.permit_work", "people.open_person", "verified_dose"} <= set(mine.values_list("action", flat=True))


def test_work_opens_nobody_to_another_facility_and_nobody_once_it_is_done(lead: Actor, far: UUID) -> None:
    task = PassportTask.objects.get(person_id=far, reason="DOSE_UNVERIFIED")
    take_up = reverse("facility:passport_take_up", args=[task.id])
    assert enter_as(builders.a_lead()).post(take_up).status_code == 404
    PassportTask.objects.filter(id=task.id).update(done_at=LATER)
    assert enter_as(lead).post(take_up).status_code == 404
    assert not AuditLine.objects.filter(action="people.permit_work").exists()


def test_a_vaccinator_is_told_who_verifies_instead_of_being_refused(here: FacilityView, far: UUID) -> None:
    _, page = work_on(builders.a_nurse(here))
    assert "Người phụ trách cơ sở xác minh" in shown(page)
    assert "<form" not in page.content.decode().partition("<main")[2].partition("</main>")[0]


def test_every_reason_of_somebody_registered_elsewhere_can_be_worked_on(lead: Actor, far: UUID) -> None:
    for task in PassportTask.objects.filter(person_id=far, unit_id=lead.facility_id, done_at=None):
        browser, page = work_on(lead, task.reason)
        take_up = reverse("facility:passport_take_up", args=[task.id])
        if f'action="{take_up}"' in page.content.decode():
            assert browser.post(take_up, follow=True).status_code == 200, task.reason


@pytest.mark.parametrize(
    ("lang", "told"), [("vi", "mang sổ tiêm hoặc giấy xác nhận"), ("en", "take your vaccination book")]
)
def test_the_citizen_is_told_what_happens_and_what_they_can_do(far: UUID, lang: str, told: str) -> None:
    lines = passport_page(passport_of(SYSTEM, far, NOW), NOW, lang).gaps
    (then,) = [line.then for line in lines if line.code == "DOSE_UNVERIFIED"]
    assert "Trạm Y tế phường Bến Nghé" in then
    assert told in then
    assert "chưa cần làm gì" not in then
