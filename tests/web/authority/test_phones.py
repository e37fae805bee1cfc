"""Moving a person to another phone on their page: papers as the reason, a factor of now, the old phone shut out."""

import datetime as dt
import re

import pytest
from django.test import Client

from tests import builders
from tests.web.authority.conftest import LATER, House, enter_as, shown
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.models import AuditLine
from tiemchung.core.outbox import contact_key
from tiemchung.people import actions as people
from tiemchung.people.reads import holders_of, persons_on_phone, proven_persons

WHY = "Đã xem căn cước, điện thoại cũ bị mất"
NEW = "0900 098 765"


@pytest.fixture
def phone(house: House) -> str:
    """Give a phone that shows the person of the house."""
    number = builders.a_phone()
    people.add_phone(by=SYSTEM, at=LATER, profile_id=house.person_id, phone=number, relation="FAMILY")
    (holder,) = holders_of([house.person_id]).values()
    people.prove_person(
        by=SYSTEM, at=LATER, contact_key=contact_key(number), full_name=holder.full_name, birth_date=holder.birth_date
    )
    assert proven_persons(contact_key(number), LATER) == (house.person_id,)
    return number


def desk_of(actor: Actor) -> Client:
    """Give the browser of a member of staff who said why they look at people."""
    browser = enter_as(actor)
    session = browser.session
    session["purpose"] = "CORRECT"
    session.save()
    return browser


def form(house: House, phone: str, **more: str) -> dict[str, str]:
    """Give the whole form that moves the person from this phone."""
    seen = people.open_person(by=house.lead, at=LATER, person_id=house.person_id, purpose="CORRECT")
    (contact,) = [str(p.contact_id) for p in seen.phones if p.shown.endswith(phone[-3:])]
    return {"contact": contact, "number": NEW, "relation": "OWN", "because": WHY, **more}


def test_the_lead_moves_a_person_who_lost_their_phone(house: House, phone: str) -> None:
    browser, where = desk_of(house.lead), house.address("move_phone")
    assert where in browser.get(house.address("person")).content.decode()
    page = browser.get(where).content.decode()
    assert not re.search(phone[-9:], page)
    done = browser.post(where, form(house, phone), follow=True)
    assert "sang số mới" in shown(done)
    assert proven_persons(contact_key(phone), LATER) == ()
    assert proven_persons(contact_key("+84900098765"), LATER) == ()
    assert persons_on_phone(contact_key("+84900098765")) == {house.person_id}
    (line,) = AuditLine.objects.filter(subject_id=house.person_id, action="people.move_contact")
    assert line.because == WHY


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"because": "mất"}, "ít nhất 10 ký tự"),
        ({"number": ""}, "Nhập số mới"),
        ({"contact": "\x00"}, "Chọn số cũ"),
        ({"relation": "X"}, "Chọn số mới là của ai"),
    ],
)
def test_what_does_not_hold_moves_nobody(house: House, phone: str, typed: dict[str, str], words: str) -> None:
    page = desk_of(house.lead).post(house.address("move_phone"), form(house, phone, **typed))
    assert (page.status_code, words in shown(page)) == (422, True)
    assert proven_persons(contact_key(phone), LATER) == (house.person_id,)


def test_a_number_that_is_no_mobile_is_refused_and_stays_in_the_form(house: House, phone: str) -> None:
    page = desk_of(house.lead).post(house.address("move_phone"), form(house, phone, number="12345"))
    assert page.status_code == 422
    assert 'value="12345"' in page.content.decode()
    assert proven_persons(contact_key(phone), LATER) == (house.person_id,)


def test_a_factor_of_an_hour_ago_is_asked_again(house: House, phone: str) -> None:
    browser = desk_of(house.lead)
    session = browser.session
    session["stepped_up_at"] = (LATER - dt.timedelta(hours=1)).isoformat()
    session.save()
    assert browser.post(house.address("move_phone"), form(house, phone))["Location"] == "/staff/account/step-up"
    assert proven_persons(contact_key(phone), LATER) == (house.person_id,)


def test_the_page_does_not_exist_for_who_may_not_or_sees_nobody_there(house: House, phone: str) -> None:
    far = builders.a_lead(builders.a_facility("Trạm xa", area=builders.an_area("00070")))
    for actor in (house.nurse, builders.an_officer(Role.PROVINCE_OFFICER), far):
        assert desk_of(actor).post(house.address("move_phone"), form(house, phone)).status_code == 404
    assert proven_persons(contact_key(phone), LATER) == (house.person_id,)
