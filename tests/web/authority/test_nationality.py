"""Nationality on the page that corrects a profile: who sees it, what it asks for, and what it leads to."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.authority.conftest import LATER, House, enter_as, hidden, shown
from tiemchung.core.alarms import alarms
from tiemchung.people.actions import amend_profile, check_identities
from tiemchung.people.models import Profile, ProfileVersion

pytestmark = pytest.mark.django_db
PAPER = "bản sao hộ chiếu, hồ sơ 12"


def sent(page: Any, house: House, **more: str) -> dict[str, str]:
    """Give the form as it stands, with other values."""
    kept = Profile.objects.get(id=house.person_id)
    born = {"birth_day": f"{kept.birth_date.day}", "birth_month": f"{kept.birth_date.month}"}
    return {
        **hidden(page), **born, "birth_year": f"{kept.birth_date.year}", "full_name": kept.full_name, "sex": kept.sex,
        "address_text": kept.address_text, "because": "Xem hộ chiếu", "step": "check", **more,
    }  # fmt: skip


def test_a_lead_makes_a_citizen_a_foreigner_with_a_paper_and_it_is_told(house: House, as_lead: Client) -> None:
    address = house.address("amend_person", profile_id=house.person_id)
    page = as_lead.get(address)
    refused = as_lead.post(address, sent(page, house, nationality="KR"))
    assert refused.status_code == 422
    assert "ghi giấy tờ chứng minh quốc tịch" in shown(refused)
    whole = sent(page, house, nationality="KR", paper=PAPER)
    checked = as_lead.post(address, whole)
    assert "Hàn Quốc" in shown(checked)
    assert {"nationality": "KR", "paper": PAPER}.items() <= hidden(checked).items()
    assert as_lead.post(address, {**hidden(checked), "step": "do"}).status_code == 302
    assert Profile.objects.get(id=house.person_id).nationality == "KR"
    assert PAPER in ProfileVersion.objects.get(profile_id=house.person_id, number=2).because
    assert [one.subject_id for one in alarms(code="NATIONALITY_CHANGED")] == [house.person_id]


def test_a_vaccinator_is_not_offered_it_and_may_not(house: House) -> None:
    as_nurse = enter_as(house.nurse)
    address = house.address("amend_person", profile_id=house.person_id)
    page = as_nurse.get(address)
    assert 'name="nationality"' not in page.content.decode()
    forged = as_nurse.post(address, sent(page, house, nationality="KR", paper=PAPER))
    assert forged.status_code == 422
    assert "trưởng cơ sở" in shown(forged)
    assert Profile.objects.get(id=house.person_id).nationality == "VN"


def test_the_province_is_offered_to_confirm_a_foreigner_and_the_facility_is_not(
    house: House, as_lead: Client, as_corrector: Client
) -> None:
    because = {"because": "Xem hộ chiếu", "paper": PAPER}
    amend_profile(by=house.lead, at=LATER, profile_id=house.person_id, nationality="KR", **because)
    check_identities(person_ids=[house.person_id], at=LATER)
    address = reverse("facility:identity", args=[house.person_id])
    confirm = reverse("facility:identity_confirm", args=[house.person_id])
    for browser, offered in ((as_lead, False), (as_corrector, True)):
        page = browser.get(address)
        assert "có hoặc từng có căn cước" in shown(page)
        assert (confirm in page.content.decode()) is offered
    minute = {"officer": "Thượng úy Lê Văn Tâm", "minute_ref": "XNC-12"}
    refused = as_lead.post(confirm, minute)
    assert (refused.status_code, "do cán bộ tỉnh xác nhận" in refused.content.decode()) == (422, True)
    assert as_corrector.post(confirm, minute).status_code == 302
