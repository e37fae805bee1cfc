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
    dose = house.dose
    item = DoseToSign(dose.profile_id, dose.id, dose.version)
    assert sign_doses(by=house.lead, at=LATER, run_id=uuid4(), items=[item]) == {dose.id}
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
