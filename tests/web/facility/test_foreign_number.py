"""A foreigner without a passport number: the work list leads to the page where it is written down, and that is all."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.following import unsettled_too
from tests.web.authority.conftest import LATER, House, as_lead, enter_as, house, plain_static_files, shown, soon_after
from tiemchung.certificates.actions import refresh_passports
from tiemchung.certificates.models import Passport, PassportTask
from tiemchung.certificates.tasks.passports import follow_people_for_passports
from tiemchung.people.models import Identifier, IdentityCheck

__all__ = ["as_lead", "house", "plain_static_files", "soon_after"]
NOW = builders.NOW


@pytest.fixture(autouse=True)
def whole_site(plain_site: None, settings: Any) -> None:
    """Serve every audience: the work list leads to other pages."""
    settings.ROOT_URLCONF = "tiemchung.urls"


@pytest.fixture
def guest(house: House) -> UUID:
    """Give a foreigner of this facility whose passport number nobody asked for."""
    person = builders.a_person("Ane Sounthone", nationality="LA", identifiers=(), by=house.lead).person_id
    builders.a_dose(person, "JANSSEN", NOW.date() - dt.timedelta(days=60), by=house.nurse)
    refresh_passports(person_ids=[person], at=NOW)
    return person


def page_of(person: UUID) -> str:
    return reverse("facility:identity", kwargs={"person_id": person})


def write(browser: Client, person: UUID, value: str, system: str = "PASSPORT") -> Any:
    form = {"system": system, "value": value, "because": "xem hộ chiếu tại bàn"}
    return browser.post(reverse("facility:identity_number", kwargs={"person_id": person}), form, follow=True)


def follow_people() -> None:
    with unsettled_too():
        while follow_people_for_passports(LATER):
            pass


def lines_of(person: UUID) -> set[str]:
    return set(PassportTask.objects.filter(person_id=person, done_at=None).values_list("reason", flat=True))


def test_from_the_work_list_to_the_number_and_on_to_the_signature(as_lead: Client, guest: UUID) -> None:
    work = as_lead.get(reverse("facility:passport_work", args=["NUMBER_MISSING"]))
    assert page_of(guest) in work.content.decode()
    page = shown(as_lead.get(page_of(guest)))
    assert "thiếu số này thì chưa cấp được hộ chiếu vắc xin" in page
    assert "Căn cước" not in page
    assert "Đã lưu số hộ chiếu của Ane Sounthone" in shown(write(as_lead, guest, "p 1234567"))
    # Before any worker hears of it: the list that the page leads back to has let go of her.
    assert lines_of(guest) == {"TO_SIGN"}
    follow_people()
    assert Passport.objects.get(person_id=guest).state == "ELIGIBLE"
    assert lines_of(guest) == {"TO_SIGN"}
    after = shown(as_lead.get(page_of(guest)))
    assert "Hộ chiếu •••" in after
    assert "Không có việc gì phải làm" in after


def test_a_new_book_takes_the_place_of_the_old_and_the_same_is_told(as_lead: Client, guest: UUID) -> None:
    write(as_lead, guest, "P1234567")
    assert "Số này trùng với số đang có" in shown(write(as_lead, guest, "P1234567"))
    write(as_lead, guest, "P7654321")
    kept = Identifier.objects.filter(profile_id=guest).order_by("created_at").values_list("tail", "state")
    assert [tail for tail, state in kept if state != "RETIRED"] == ["321"]
    assert [tail for tail, state in kept if state == "RETIRED"] == ["567"]


def test_what_is_no_passport_number_is_said_and_kept(as_lead: Client, guest: UUID) -> None:
    answer = write(as_lead, guest, "hộ chiếu Lào")
    assert answer.status_code == 422
    assert 'value="hộ chiếu Lào"' in answer.content.decode()
    assert lines_of(guest) == {"NUMBER_MISSING"}


def test_a_citizen_has_no_passport_number_in_place_of_a_card(as_lead: Client, house: House) -> None:
    citizen = builders.a_person(identifiers=(), by=house.lead).person_id
    assert "Hộ chiếu" not in shown(as_lead.get(page_of(citizen))).split("Bốn trường")[1]
    assert write(as_lead, citizen, "P1234567").status_code in (403, 422)
    assert not Identifier.objects.filter(profile_id=citizen).exists()


def test_the_reader_of_another_language_finds_every_word(as_lead: Client, guest: UUID) -> None:
    as_lead.cookies["lang"] = "en"
    assert "without it no vaccine passport can be issued" in shown(as_lead.get(page_of(guest)))
    assert "The passport number of Ane Sounthone is saved" in shown(write(as_lead, guest, "P1234567"))


def test_nobody_else_writes_it(guest: UUID) -> None:
    far = enter_as(builders.a_lead(builders.a_facility(area=builders.an_area("00070"))))
    assert write(far, guest, "P1234567").status_code == 404
    assert not Identifier.objects.filter(profile_id=guest).exists()
    assert IdentityCheck.objects.get(person_id=guest).state == "NOT_APPLICABLE"
