"""Somebody was vaccinated and is nowhere on record: the desk makes the profile as told and records the dose."""

import datetime as dt

import pytest
from django.test import Client

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, enter_as, fields, shown
from tests.web.cases.test_letter import paper
from tiemchung.core.actor import PUBLIC, Role
from tiemchung.core.outbox import contact_key
from tiemchung.doses.reads import doses_of
from tiemchung.people.actions import prove_person
from tiemchung.people.models import Profile
from tiemchung.people.reads import holders_of, profiles_numbered
from tiemchung.places.rules import Level

NUMBER = (("CMND9", "990055512"),)


def found(browser: Client, ref: str) -> str:
    """Give the page of a case after a search that finds nobody."""
    return browser.post(address("find", ref=ref), {"text": "990055512"}).content.decode()


def test_a_dose_of_somebody_unknown_is_recorded_without_leaving_the_case(office: Office, as_lead: Client) -> None:
    builders.a_lot(number="FA2222")
    ref = office.claimed(office.missing_dose(full_name="Trần Thị Mới", numbers=NUMBER))
    where = address("register", ref=ref)
    assert f'action="{where}"' not in as_lead.get(address("file", ref=ref)).content.decode()  # first one searches
    assert f'action="{where}"' in found(as_lead, ref)
    as_lead.post(address("add_paper", ref=ref), {"evidence": paper()})
    page = as_lead.post(where, follow=True)
    assert "Đã lập hồ sơ" in shown(page)
    (holder,) = holders_of(profiles_numbered(NUMBER)).values()
    assert (holder.full_name, holder.birth_date) == ("Trần Thị Mới", dt.date(1985, 3, 5))
    assert "Ghi mũi tiêm còn thiếu" in shown(page)
    check = as_lead.post(address("decide", ref=ref), fields(page, address("decide", ref=ref)) | {"step": "check"})
    done = fields(check, address("decide", ref=ref)) | {
        "because": "Có trong sổ tiêm trang 12", "seen_paper": "1", "step": "do",
    }  # fmt: skip
    as_lead.post(address("decide", ref=ref), done)
    assert [dose.facts.lot_number for dose in doses_of([holder.person_id])] == ["FA1O34"]


def test_pressed_twice_it_is_one_profile(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.missing_dose(full_name="Trần Thị Mới", numbers=NUMBER))
    answers = {as_lead.post(address("register", ref=ref))["Location"] for _ in range(2)}
    assert len(answers) == 1
    assert Profile.objects.filter(full_name="Trần Thị Mới").count() == 1


def test_the_reporters_phone_opens_the_new_book_only_together_with_name_and_birth(
    office: Office, as_lead: Client
) -> None:
    phone = builders.a_phone()
    ref = office.claimed(office.missing_dose(full_name="Trần Thị Mới", numbers=NUMBER, phone=phone))
    as_lead.post(address("register", ref=ref))
    (person_id,) = holders_of(profiles_numbered(NUMBER))
    told = {"by": PUBLIC, "at": LATER, "contact_key": contact_key(phone), "birth_date": dt.date(1985, 3, 5)}
    assert prove_person(**told, full_name="Trần Thị Mới").person_ids == (person_id,)
    assert prove_person(**told, full_name="Trần Thị Khác").person_ids == ()


def test_a_report_of_a_proved_person_makes_nobody(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose(full_name="Trần Thị Mới"))
    page = as_lead.post(address("register", ref=ref))
    assert page.status_code == 422
    assert "đã gắn với hồ sơ" in shown(page)
    assert not Profile.objects.filter(full_name="Trần Thị Mới").exists()


def test_a_number_of_somebody_else_makes_no_profile(office: Office, as_lead: Client) -> None:
    builders.a_person("Lê Văn Khác", identifiers=NUMBER)
    ref = office.claimed(office.missing_dose(full_name="Trần Thị Mới", numbers=NUMBER))
    page = as_lead.post(address("register", ref=ref))
    assert page.status_code == 422
    assert "đã có ở hồ sơ của người khác" in shown(page)
    assert not Profile.objects.filter(full_name="Trần Thị Mới").exists()


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER])
def test_who_registers_nobody_is_not_offered_it(office: Office, role: Role) -> None:
    officer = builders.an_officer(role, builders.an_area("79", level=Level.PROVINCE))
    case = office.missing_dose(full_name="Trần Thị Mới", numbers=NUMBER)
    assert enter_as(officer).post(address("register", ref=case.ref)).status_code in (302, 404)
    assert not Profile.objects.filter(full_name="Trần Thị Mới").exists()


def test_who_does_not_hold_the_case_makes_nobody(office: Office, as_lead: Client) -> None:
    case = office.missing_dose(full_name="Trần Thị Mới", numbers=NUMBER)
    assert as_lead.post(address("register", ref=case.ref))["Location"] == address("file", ref=case.ref)
    assert not Profile.objects.filter(full_name="Trần Thị Mới").exists()
