"""Whoever comes from a list does one thing and is led on: past the choice of a lot and a look, back to the list."""

import datetime as dt
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.builders import NOW, a_dose, a_lead, a_nurse, a_person
from tests.certificates.central_cast import a_vaccinated_person
from tests.web.authority.conftest import LATER, enter_as
from tests.web.facility.conftest import Station
from tiemchung.certificates.actions import make_facility_keys, refresh_passports
from tiemchung.certificates.models import PassportTask
from tiemchung.core import clock
from tiemchung.doses.models import Dose
from tiemchung.people.actions import check_identities
from tiemchung.people.models import IdentityCheck
from tiemchung.places.reads import FacilityView
from tiemchung.visits.models import DayDefaults

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
WORK = "/staff/ho-chieu/viec/SERIES_INCOMPLETE"


@pytest.fixture(autouse=True)
def whole_site(plain_site: None, settings: Any) -> Iterator[None]:
    """Serve every audience: the ways lead from one to another; a little after the builders' present."""
    settings.ROOT_URLCONF = "tiemchung.urls"
    with time_machine.travel(LATER, tick=False):
        yield


def page_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def person_page(person_id: UUID, back: str = "") -> str:
    address = reverse("facility:person", args=[person_id])
    return f"{address}?{urlencode({'next': back})}" if back else address


def choose_lot_for(address: str) -> str:
    return f"{reverse('facility:choose_day')}?{urlencode({'next': address})}"


def forget_lot() -> None:
    DayDefaults.objects.all().update(on_day=clock.today() - dt.timedelta(days=1))


def shorted(facility: FacilityView, name: str = "Trần Thị Bưởi") -> UUID:
    """Put somebody on record whose series is not complete; the dose was given here."""
    person = a_person(name).person_id
    a_dose(person, given_on=NOW.date() - dt.timedelta(days=30), by=a_nurse(facility))
    refresh_passports(person_ids=[person], at=NOW)
    return person


def test_who_only_looks_is_not_asked_for_a_lot(nurse: Client, station: Station) -> None:
    forget_lot()
    text = page_of(nurse, person_page(station.person.person_id))
    assert "Nguyễn Văn An" in text
    assert "Các mũi đã tiêm" in text
    assert "Chưa chọn lô nên trang này chỉ để xem" in text
    assert "data-desk-send" not in text
    assert choose_lot_for(person_page(station.person.person_id)) in text


def test_the_choice_of_a_lot_leads_on_to_the_person_and_never_away(nurse: Client, station: Station) -> None:
    forget_lot()
    address = person_page(station.person.person_id, WORK)
    chosen = nurse.post(choose_lot_for(address), {"lot": str(station.lot.id)})
    assert chosen["Location"] == address
    assert "data-desk-send" in page_of(nurse, address)
    for foreign in ("https://example.vn/", "//example.vn/staff/ban-tiem"):
        answer = nurse.post(choose_lot_for(foreign), {"lot": str(station.lot.id)})
        assert answer["Location"] == reverse("facility:desk")


@pytest.mark.parametrize("deed", ["inject", "defer"])
def test_a_dose_without_a_lot_of_the_day_asks_for_it_and_comes_back(nurse: Client, station: Station, deed: str) -> None:
    forget_lot()
    person = station.person.person_id
    sent = f"{reverse(f'facility:{deed}', args=[person])}?{urlencode({'next': WORK})}"
    answer = nurse.post(sent, {"confirmed": "1", "items": ["NONE"]})
    assert answer["Location"] == choose_lot_for(person_page(person, WORK))
    assert not Dose.objects.exists()


def test_a_person_opened_from_a_work_list_has_the_way_back_to_it(station: Station) -> None:
    short = shorted(station.facility)
    browser = enter_as(a_lead(station.facility))
    listed = page_of(browser, f"{WORK}?after=nonsense")
    address = person_page(short, f"{WORK}?after=nonsense")
    assert f'href="{address}"' in listed
    opened = page_of(browser, address)
    assert f'class="nhsuk-back-link" href="{WORK}?after=nonsense">Về danh sách' in opened
    # Choosing another lot, or a form that is sent back, loses neither.
    assert choose_lot_for(address) in opened
    assert f"{reverse('facility:inject', args=[short])}?{urlencode({'next': f'{WORK}?after=nonsense'})}" in opened


def test_a_dose_given_elsewhere_is_added_from_the_list_by_who_may(station: Station) -> None:
    short = shorted(station.facility)
    added = reverse("cases:intake_person", args=[short])
    assert added in page_of(enter_as(a_lead(station.facility)), WORK)
    assert added not in page_of(enter_as(a_nurse(station.facility)), WORK)


def test_doses_to_sign_have_one_button_and_each_row_its_dose(station: Station) -> None:
    make_facility_keys(facility_ids=[station.facility.id], at=NOW)
    person = a_vaccinated_person("Trần Thị Bưởi", facilities=[station.facility])
    lead, address = enter_as(a_lead(station.facility)), reverse("facility:passport_work", args=["TO_SIGN"])
    text = page_of(lead, address)
    assert text.count(f'href="{reverse("facility:passport_sign")}"') == 1
    doses = list(Dose.objects.filter(profile_id=person).values_list("id", flat=True))
    assert len(doses) == 2
    for dose in doses:
        look = f"{reverse('authority:dose', args=[person, dose])}?{urlencode({'next': address})}"
        assert look in text
        assert f'href="{address}">Về danh sách' in page_of(lead, look)
    assert reverse("facility:passport_sign") not in page_of(enter_as(a_nurse(station.facility)), address)


def test_what_needs_no_work_is_listed_apart_and_does_not_wait(station: Station) -> None:
    person = a_vaccinated_person("Trần Thị Bưởi", facilities=[station.facility], product="COVAXIN")
    browser = enter_as(a_lead(station.facility))
    assert PassportTask.objects.filter(person_id=person, reason="PRODUCT_NOT_ACCEPTED").exists()
    board = page_of(browser, reverse("facility:passports"))
    missing, _, no_work = board.partition("Không cần cơ sở làm gì thêm")
    address = reverse("facility:passport_work", args=["PRODUCT_NOT_ACCEPTED"])
    assert address in no_work
    assert address not in missing
    listed = page_of(browser, address)
    assert "Trần Thị Bưởi" in listed
    assert "Đang chờ" not in listed
    assert "Chờ từ" not in listed


def test_the_next_page_of_a_list_that_begins_with_the_oldest_is_no_older_one(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tiemchung.web.facility import passports

    monkeypatch.setattr(passports, "PAGE", 1)
    for name in ("Trần Thị Bưởi", "Trần Thị Cam"):
        shorted(station.facility, name)
    text = page_of(enter_as(a_lead(station.facility)), WORK)
    assert "Xem tiếp" in text
    assert "Cũ hơn" not in text


def test_after_a_deed_about_an_identity_one_goes_on_with_the_list(station: Station) -> None:
    person = a_person("Lê Thị Liên", by=a_nurse(station.facility)).person_id
    browser = enter_as(a_lead(station.facility))
    here = f"{reverse('facility:identities')}?state=MISMATCHED"
    check_identities(person_ids=[person], at=NOW)
    IdentityCheck.objects.filter(person_id=person).update(state="MISMATCHED", due_at=None)
    page = f"{reverse('facility:identity', args=[person])}?{urlencode({'next': here})}"
    assert f'href="{page}"' in page_of(browser, here)
    opened = page_of(browser, page)
    review = f"{reverse('facility:identity_review', args=[person])}?{urlencode({'next': here})}"
    assert f'action="{review}"' in opened
    assert f"{reverse('authority:amend_person', args=[person])}?{urlencode({'next': here})}" in opened
    done = browser.post(review)
    assert done["Location"] == here
    assert "Đã chuyển công an xác minh: Lê Thị Liên" in page_of(browser, here)
