"""Before a person's facts are amended the page says which signatures of doses fall; an alarm leads to its person."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.certificates.central_cast import a_ministry_officer
from tests.certificates.passport_cast import sign_doses_of
from tests.web.authority.conftest import LATER, House, amendment, enter_as, shown
from tests.web.authority.test_links import filled
from tiemchung.certificates.actions.passports import PassportsMoved
from tiemchung.certificates.models import DoseSignature
from tiemchung.core.actor import Role
from tiemchung.core.alarms import raise_alarm
from tiemchung.doses import reads
from tiemchung.doses.signing import DoseToSign, sign_doses
from tiemchung.web.shared import passport_hears

TOLD = "1 mũi đã ký số của người này mất chữ ký"


@pytest.mark.parametrize(
    ("change", "falls"),
    [({"full_name": "Nguyễn Thị Ân"}, True), ({"birth_day": "6"}, True), ({"address_text": "12 Lê Lợi"}, False)],
)
def test_who_has_no_passport_yet_is_told_of_the_signatures_that_fall(
    house: House, as_lead: Client, change: dict[str, str], falls: bool
) -> None:
    page = reverse("authority:amend_person", args=[house.person_id])
    assert "mất chữ ký" not in shown(as_lead.post(page, filled(house, **change)))
    sign_doses_of(house.person_id, at=LATER)
    checked = shown(as_lead.post(page, filled(house, **change)))
    assert (TOLD in checked) is falls
    assert "đang có hộ chiếu" not in checked


def test_a_signature_has_fallen_before_the_page_after_the_deed_is_shown(house: House, as_lead: Client) -> None:
    sign_doses_of(house.person_id, at=LATER)
    form = amendment(house, lot_number="SUA123", step="do")
    assert as_lead.post(house.address("amend_dose"), form).status_code == 302
    (signature,) = DoseSignature.objects.filter(profile_id=house.person_id)
    assert (signature.voided_at is not None, signature.voided_because) == (True, "DOSE_CHANGED")


def sign(house: House) -> None:
    """Let the facility sign the house's dose, as a run does."""
    dose = house.dose
    item = DoseToSign(dose.profile_id, dose.id, dose.version)
    assert sign_doses(by=house.lead, at=LATER, run_id=uuid4(), items=[item]) == {dose.id}


ONE_FALLS = "Cơ sở đã ký số mũi này"


def test_whoever_amends_a_signed_dose_reads_before_that_it_has_to_be_signed_again(
    house: House, as_lead: Client
) -> None:
    page = house.address("amend_dose")
    assert ONE_FALLS not in shown(as_lead.get(page))
    assert ONE_FALLS not in shown(as_lead.post(page, amendment(house, lot_number="SUA123")))
    sign(house)
    assert ONE_FALLS in shown(as_lead.get(page))
    checked = shown(as_lead.post(page, amendment(house, lot_number="SUA123")))
    assert f"{ONE_FALLS}. Khi bạn lưu, chữ ký mất hiệu lực" in checked
    assert "cơ sở phải ký lại" in checked


def test_whoever_voids_a_signed_dose_reads_before_that_its_signature_falls(house: House, as_lead: Client) -> None:
    page = house.address("void_dose")
    assert ONE_FALLS not in shown(as_lead.get(page))
    sign(house)
    assert f"{ONE_FALLS}. Khi bạn hủy, chữ ký mất hiệu lực" in shown(as_lead.get(page))


def test_a_doses_history_says_with_which_correction_its_signature_fell(house: House, as_lead: Client) -> None:
    form = amendment(house, lot_number="SUA122", step="do", key="before-0000")
    assert as_lead.post(house.address("amend_dose"), form).status_code == 302
    assert "mất hiệu lực" not in shown(as_lead.get(house.address("dose")))
    dose = reads.dose([house.person_id], house.dose.id)
    assert sign_doses(by=house.lead, at=LATER, run_id=uuid4(), items=[DoseToSign(dose.profile_id, dose.id, 2)])
    form = amendment(house, lot_number="SUA123", step="do", version="2")
    assert as_lead.post(house.address("amend_dose"), form).status_code == 302
    told = shown(as_lead.get(house.address("dose")))
    assert told.count("Chữ ký số của cơ sở mất hiệu lực; cơ sở phải ký lại") == 1


def test_a_deed_stands_where_the_passport_cannot_follow_at_once(
    house: House, as_lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: Any) -> None:
        raise PassportsMoved

    monkeypatch.setattr(passport_hears, "refresh_passports", away)
    form = amendment(house, lot_number="SUA123", step="do")
    assert as_lead.post(house.address("amend_dose"), form).status_code == 302
    assert reads.dose([house.person_id], house.dose.id).facts.lot_number == "SUA123"


def test_a_signed_doses_history_shows_no_id_of_a_run(house: House, as_lead: Client) -> None:
    sign(house)
    dose = house.dose
    entries = reads.history_of([dose.profile_id])
    assert any(one.evidence.startswith("run:") for one in entries)
    page = shown(as_lead.get(house.address("dose")))
    assert "Ký xác nhận" in page
    assert "run:" not in page


@pytest.mark.parametrize(("role", "opens"), [(Role.MINISTRY_OFFICER, True), (Role.ADMIN, False)])
def test_an_alarm_about_a_person_leads_there_whoever_may_open_people(house: House, role: Role, opens: bool) -> None:
    who: Any = a_ministry_officer() if role is Role.MINISTRY_OFFICER else builders.a_staff_member(role)
    raise_alarm("POPULATION_REFUSED", at=LATER, subject_id=house.person_id)
    html = enter_as(who).get(reverse("authority:alarms")).content.decode()
    assert "Cơ sở dữ liệu dân cư không nhận một người" in html
    assert (f'href="{reverse("authority:person", args=[house.person_id])}"' in html) is opens
