"""The facility sees what is in the way of each passport with one deed a line, and its lead signs with a factor anew."""

import base64
import datetime as dt
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import reverse

from tests.access.test_sign_ins import SECRET
from tests.builders import NOW, a_dose, a_facility, a_lead, a_nurse, a_person, country  # noqa: F401 - a fixture
from tests.certificates.central_cast import a_vaccinated_person
from tests.certificates.passports.test_facility_signing import OwnKey
from tests.web.authority.conftest import LATER, enter_as
from tiemchung.access import factors
from tiemchung.access.actions import enrol_totp
from tiemchung.certificates.actions import make_facility_keys, refresh_passports, work_facility_batch
from tiemchung.certificates.agent.keys import OwnKey as AgentKey
from tiemchung.certificates.agent.server import Agent
from tiemchung.certificates.models import DoseSignature, SignRun
from tiemchung.certificates.rules import Lack, RunState
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.models import AuditLine
from tiemchung.doses.models import Dose
from tiemchung.places.reads import FacilityView

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]


@pytest.fixture(autouse=True)
def whole_site(settings: Any) -> Iterator[None]:
    """Serve every audience, a little after the builders' present."""
    settings.ROOT_URLCONF = "tiemchung.urls"
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def here() -> FacilityView:
    """Give a facility with a key."""
    facility = a_facility("Trạm Y tế phường Bến Nghé")
    make_facility_keys(facility_ids=[facility.id], at=NOW)
    return facility


@pytest.fixture
def lead(here: FacilityView) -> Actor:
    """Give its lead, whose app of codes is known here."""
    by = a_lead(here)
    assert by.id is not None
    enrol_totp(at=NOW, staff_id=by.id, secret=SECRET, code=factors.code_at(SECRET, NOW))
    return by


def page_of(browser: Client, name: str, *args: Any, status: int = 200) -> str:
    answer = browser.get(reverse(f"facility:{name}", args=args))
    assert answer.status_code == status
    return unescape(answer.content.decode())


def test_the_first_page_counts_what_waits_and_leads_to_each_list(here: FacilityView, lead: Actor) -> None:
    a_vaccinated_person(facilities=[here])
    short = a_person("Trần Thị Bưởi").person_id
    a_dose(short, given_on=NOW.date() - dt.timedelta(days=30), by=a_nurse(here))
    refresh_passports(person_ids=[short], at=NOW)
    text = page_of(enter_as(lead), "passports")
    assert "Sẵn sàng ký: 2 mũi tiêm" in text
    for reason in (Lack.SERIES_INCOMPLETE, Lack.IDENTITY_WAITING):
        assert f'href="{reverse("facility:passport_work", args=[reason])}"' in text
    listed = page_of(enter_as(lead), "passport_work", "SERIES_INCOMPLETE")
    assert "Trần Thị Bưởi" in listed
    assert reverse("facility:person", args=[short]) in listed
    assert AuditLine.objects.filter(action="passports.work", subject_id=short, facts__look=True).exists()


def test_another_facility_sees_nothing_of_it(here: FacilityView, lead: Actor) -> None:
    a_vaccinated_person("Trần Thị Bưởi", facilities=[here])
    stranger = enter_as(a_lead())
    assert "Sẵn sàng ký: 0 mũi tiêm" in page_of(stranger, "passports")
    assert "Trần Thị Bưởi" not in page_of(stranger, "passport_work", "TO_SIGN")
    run_id = SignRun.objects.create(
        kind="FACILITY", state="RUNNING", facility_id=here.id, kid=b"x", allowed_name="Lan", allowed_at=NOW
    ).id
    page_of(stranger, "passport_run", run_id, status=404)
    assert stranger.post(reverse("facility:passport_stop", args=[run_id])).status_code == 404


def test_an_unknown_list_does_not_exist(lead: Actor) -> None:
    page_of(enter_as(lead), "passport_work", "ANYTHING", status=404)


def test_a_vaccinator_sees_the_work_and_cannot_sign(here: FacilityView) -> None:
    a_vaccinated_person(facilities=[here])
    nurse = enter_as(a_nurse(here))
    assert "Người phụ trách cơ sở xem và ký" in page_of(nurse, "passports")
    page_of(nurse, "passport_sign", status=404)
    assert nurse.post(reverse("facility:passport_sign"), {"code": "123456"}).status_code == 404


def test_signing_asks_for_the_second_factor_each_time(here: FacilityView, lead: Actor) -> None:
    a_vaccinated_person(facilities=[here])
    browser, address = enter_as(lead), reverse("facility:passport_sign")
    assert "Ký 2 mũi tiêm" in page_of(browser, "passport_sign")
    for wrong in ("", "000000"):
        assert browser.post(address, {"code": wrong}).status_code == 422
    assert not SignRun.objects.exists()
    answer = browser.post(address, {"code": factors.code_at(SECRET, LATER)})
    run = SignRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("facility:passport_run", args=[run.id]))
    assert (run.allowed_by, run.total, run.state) == (lead.id, 2, RunState.RUNNING)
    # The code is used up, and a second run is refused while one is open.
    assert browser.post(address, {"code": factors.code_at(SECRET, LATER)}).status_code == 422


def test_the_run_is_followed_until_it_is_done(here: FacilityView, lead: Actor) -> None:
    a_vaccinated_person(facilities=[here])
    browser = enter_as(lead)
    browser.post(reverse("facility:passport_sign"), {"code": factors.code_at(SECRET, LATER)})
    run = SignRun.objects.get()
    text = page_of(browser, "passport_run", run.id)
    assert "0 trên 2 mũi" in text
    assert "every 3s" in text
    while work_facility_batch(run.id, LATER + dt.timedelta(minutes=1)):
        pass
    text = page_of(browser, "passport_run", run.id)
    assert "2 trên 2 mũi" in text
    assert "every 3s" not in text


def test_what_a_run_signed_can_be_printed_and_filed(here: FacilityView, lead: Actor) -> None:
    """The printed page named neither the facility nor a vaccine."""
    person = a_vaccinated_person(facilities=[here])
    days = sorted(Dose.objects.filter(profile_id=person).values_list("given_on", flat=True))
    browser = enter_as(lead)
    browser.post(reverse("facility:passport_sign"), {"code": factors.code_at(SECRET, LATER)})
    run = SignRun.objects.get()
    assert "Các mũi đã ký" not in page_of(browser, "passport_run", run.id)
    while work_facility_batch(run.id, LATER + dt.timedelta(minutes=1)):
        pass
    Dose.objects.filter(profile_id=person).update(product="ASTRAZENECA")  # since then
    text = " ".join(re.sub(r"<[^>]+>", " ", page_of(browser, "passport_run", run.id)).split())
    assert "Cơ sở Trạm Y tế phường Bến Nghé" in text
    assert f"Các mũi đã ký Vắc xin Số mũi Ngày tiêm Pfizer 2 {days[0]:%d/%m/%Y} – {days[-1]:%d/%m/%Y}" in text
    page_of(enter_as(a_lead()), "passport_run", run.id, status=404)


def test_a_second_tab_leads_to_the_run_of_the_first(here: FacilityView, lead: Actor) -> None:
    """It said "Mã không đúng" over "Ký 0 mũi tiêm"."""
    a_vaccinated_person(facilities=[here])
    browser, address = enter_as(lead), reverse("facility:passport_sign")
    sent = {"code": factors.code_at(SECRET, LATER)}
    browser.post(address, sent)
    run = SignRun.objects.get()
    for done in (False, True):
        while done and work_facility_batch(run.id, LATER + dt.timedelta(minutes=1)):
            pass
        for answer in (browser.post(address, sent), browser.get(address)):
            text = unescape(answer.content.decode())
            assert ("Cơ sở đang ký: lần ký" in text, "Các mũi đã được ký ở lần ký" in text) == (not done, done)
            assert f'href="{reverse("facility:passport_run", args=[run.id])}"' in text
            assert "Mã không đúng" not in text
            assert "Ký 0 mũi" not in text
            assert 'name="code"' not in text
    assert SignRun.objects.count() == 1


@pytest.mark.parametrize("why", ["KEY_STORE_GONE", "KEY_STORE_SLOW", "WRONG_PIN", "KEY_MISSING", "SIGNATURE_WRONG"])
def test_what_stopped_a_run_is_said_in_words(here: FacilityView, lead: Actor, why: str) -> None:
    run = SignRun.objects.create(
        kind="FACILITY", state="PAUSED", facility_id=here.id, kid=b"x", allowed_name="Lan", allowed_at=NOW, total=9,
        done=3, worked=1.5, why=why,
    )  # fmt: skip
    text = page_of(enter_as(lead), "passport_run", run.id)
    assert why not in text
    assert "3 trên 9 mũi" in text


def test_without_a_key_the_page_says_who_gives_one() -> None:
    facility = a_facility()
    a_vaccinated_person(facilities=[facility])
    text = page_of(enter_as(a_lead(facility)), "passport_sign")
    assert "Cơ sở chưa có khóa ký" in text


def test_the_own_certificates_way_goes_from_page_to_program_and_back(here: FacilityView, lead: Actor) -> None:
    a_vaccinated_person(facilities=[here])
    own, browser = OwnKey(lead), enter_as(lead)
    page, other = (browser.get(reverse(f"facility:{name}")) for name in ("passport_own_key", "passports"))
    assert (page.status_code, other.status_code) == (200, 200)
    assert "http://127.0.0.1:17817" in page["Content-Security-Policy"]
    assert "http://127.0.0.1:17817" not in other["Content-Security-Policy"]
    answer = browser.get(reverse("facility:passport_statements"))
    assert answer.status_code == 200
    told = answer.json()
    assert own.key.curve.name == ec.SECP256R1().name
    status, made = Agent(AgentKey(own.key), "https://x", lambda _: True).answer(json.dumps(told).encode())
    assert status == 200
    sent = {"signed_at": told["signed_at"], **made}
    answer = browser.post(reverse("facility:passport_signatures"), json.dumps(sent), content_type="application/json")
    assert answer.json() == {"signed": 2, "refused": 0}
    assert DoseSignature.objects.filter(signed_by=lead.id).count() == 2


def test_with_nothing_to_sign_the_own_certificates_page_offers_no_button(here: FacilityView, lead: Actor) -> None:
    OwnKey(lead)
    page = enter_as(lead).get(reverse("facility:passport_own_key")).content.decode()
    assert "Chưa có mũi tiêm nào chờ cơ sở ký." in page
    assert "Ký các mũi đang chờ" not in page


@pytest.mark.parametrize(
    "sent", [b"", b"[]", b"{}", b'{"signatures": [{"dose": "x", "signature": "AA=="}]}', b'{"signatures": 7}', b"\x00",
             b'{"signatures": []}', b'{"signatures": [], "signed_at": "today"}',
             b'{"signatures": [], "signed_at": "2026-11-22T10:00:00"}', b'{"signatures": [], "signed_at": 7}']
)
def test_what_cannot_be_read_is_refused_in_words(here: FacilityView, lead: Actor, sent: bytes) -> None:
    OwnKey(lead)
    answer = enter_as(lead).post(reverse("facility:passport_signatures"), sent, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["problem"]


def test_a_signature_for_another_facilitys_dose_is_refused(here: FacilityView, lead: Actor) -> None:
    from tiemchung.doses.models import Dose

    there = a_facility()
    person = a_vaccinated_person(facilities=[there])
    own = OwnKey(lead)
    dose = Dose.objects.filter(profile_id=person)[0]
    made = {"dose": str(dose.id), "signature": base64.b64encode(own.sign(b"{}")).decode()}
    sent = {"signed_at": clock.now().isoformat(), "signatures": [made]}
    address = reverse("facility:passport_signatures")
    answer = enter_as(lead).post(address, json.dumps(sent), content_type="application/json")
    assert answer.json() == {"signed": 0, "refused": 1}
    assert not DoseSignature.objects.exists()
