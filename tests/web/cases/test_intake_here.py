"""From a person's page beside a dose: their report begins with who and which dose filled in, once a paper was seen."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, enter_as, shown
from tiemchung.cases import reads
from tiemchung.cases.models import Case
from tiemchung.cases.rules import Claim
from tiemchung.cases.sealed import open_claim
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.audit import looks_at
from tiemchung.core.ids import new_id
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.people import actions as people
from tiemchung.places.rules import Level

KEY = "0199a0e0-0000-4000-8000-000000000009"


def at_dose(office: Office) -> str:
    """Give where a report about An's dose is begun."""
    return address("intake_dose", person_id=office.person_id, dose_id=office.dose.id)


def sent(**more: Any) -> dict[str, Any]:
    """Give the form that the dose was never given, the identity card seen."""
    return {"kind": "NEVER_GIVEN", "paper": "ID_CARD", "spoken": "vi", "key": KEY} | more


def told() -> Claim:
    """Give what the one case tells."""
    case = Case.objects.get()
    return open_claim(case.id, case.sealed_claim)


def persons_page(office: Office, browser: Client) -> str:
    """Open An's page as the people's list leads to it."""
    browser.post(reverse("authority:people"), {"text": "", "purpose": "COMPLAINT"})
    return browser.get(reverse("authority:person", kwargs={"person_id": office.person_id})).content.decode()


def test_the_persons_page_leads_there_from_each_dose(office: Office, as_lead: Client) -> None:
    page = persons_page(office, as_lead)
    assert f'href="{at_dose(office)}"' in page
    assert f'href="{address("intake_person", person_id=office.person_id)}"' in page


def test_who_takes_no_reports_is_not_led_there(office: Office) -> None:
    assert "Nhận phản ánh" not in persons_page(office, enter_as(office.nurse))


def test_beside_a_dose_only_what_is_about_a_dose_is_asked(office: Office, as_lead: Client) -> None:
    page = as_lead.get(at_dose(office)).content.decode()
    assert [kind for kind in ("NEVER_GIVEN", "DOSE_WRONG", "DOSE1_MISSING") if f'value="{kind}"' in page] == [
        "NEVER_GIVEN", "DOSE_WRONG",
    ]  # fmt: skip
    assert "Nguyễn Thị An" in page
    whole = as_lead.get(address("intake_person", person_id=office.person_id)).content.decode()
    assert 'value="PERSONAL_DATA"' in whole
    assert 'value="NEVER_GIVEN"' not in whole


def test_a_dose_that_was_never_given_is_reported_with_two_clicks(office: Office, as_lead: Client) -> None:
    form = shown(as_lead.get(at_dose(office), {"kind": "NEVER_GIVEN"}))
    assert "Nguyễn Thị An, sinh 05/03/1985" in form
    answer = as_lead.post(at_dose(office), sent())
    case = Case.objects.get()
    assert answer.status_code == 200
    assert (case.kind, case.person_id, case.dose_id, case.unit_id) == (
        "NEVER_GIVEN", office.person_id, office.dose.id, office.facility.id,
    )  # fmt: skip
    assert [dose.dose_id for dose in told().doses] == [office.dose.id]
    page = shown(as_lead.get(address("file", ref=case.ref)))
    assert "Nhận tại quầy, đã xem căn cước công dân" in page


def test_facts_that_are_left_open_stand_as_on_record(office: Office, as_lead: Client) -> None:
    answer = as_lead.post(at_dose(office), sent(kind="DOSE_WRONG", lot_1="FA1034"))
    assert answer.status_code == 200
    (dose,) = told().doses
    facts = office.dose.facts
    assert (dose.lot_number, dose.product, dose.given_on, dose.facility_id, dose.dose_id) == (
        "FA1034", facts.product, facts.given_on, facts.facility_id, office.dose.id,
    )  # fmt: skip


@pytest.mark.parametrize("paper", ["", "LIBRARY_CARD"])
def test_without_a_paper_nothing_is_taken_and_the_field_says_so(office: Office, as_lead: Client, paper: str) -> None:
    answer = as_lead.post(at_dose(office), sent(paper=paper))
    assert answer.status_code == 422
    assert 'href="#paper"' in answer.content.decode()
    assert not Case.objects.exists()


def test_personal_data_are_taken_for_a_person_without_asking_who(office: Office, as_lead: Client) -> None:
    where = address("intake_person", person_id=office.person_id)
    form = as_lead.get(where, {"kind": "PERSONAL_DATA"}).content.decode()
    assert 'name="full_name"' not in form
    as_lead.post(where, sent(kind="PERSONAL_DATA", wanted_full_name="Nguyễn Thị Ân", full_name="Ai Khác"))
    assert (told().full_name, told().wanted["full_name"]) == ("Nguyễn Thị An", "Nguyễn Thị Ân")


def test_the_phone_on_record_is_told(office: Office, as_lead: Client) -> None:
    phone = builders.a_phone()
    people.add_phone(by=SYSTEM, at=LATER, profile_id=office.person_id, phone=phone, relation="OWN")
    as_lead.post(at_dose(office), sent())
    assert OutboxMessage.objects.filter(contact_key=contact_key(phone), kind="case_at_desk").count() == 1


def test_each_opening_leaves_a_look_that_the_citizen_sees(office: Office, as_lead: Client) -> None:
    as_lead.get(at_dose(office))
    (look,) = looks_at([office.person_id], actions=("people.open_person",))
    assert look.because == "COMPLAINT"


def test_whom_or_what_the_desk_may_not_see_does_not_exist(office: Office, as_lead: Client) -> None:
    far = enter_as(builders.an_officer(Role.DATA_CORRECTOR, builders.an_area("01", level=Level.PROVINCE)))
    other = builders.a_dose(builders.a_person().person_id).dose
    for browser, where in (
        (far, at_dose(office)),
        (far, address("intake_person", person_id=office.person_id)),
        (as_lead, address("intake_dose", person_id=office.person_id, dose_id=other.id)),
        (as_lead, address("intake_dose", person_id=office.person_id, dose_id=new_id())),
        (as_lead, address("intake_person", person_id=new_id())),
    ):
        assert browser.get(where, {"kind": "NEVER_GIVEN"}).status_code == 404
        assert browser.post(where, sent()).status_code == 404
    assert not Case.objects.exists()


def test_no_field_of_the_form_points_at_another_dose_or_person(office: Office, as_lead: Client) -> None:
    other = builders.a_dose(builders.a_person().person_id).dose
    as_lead.post(at_dose(office), sent(dose_id=str(other.id), person_id=str(other.profile_id)))
    case = Case.objects.get()
    assert (case.person_id, case.dose_id) == (office.person_id, office.dose.id)
    assert [dose.dose_id for dose in told().doses] == [office.dose.id]
    assert reads.desk_file(office.lead, LATER, case.ref) is not None
