"""At the desk somebody without a phone says whether the name on the passport is right; staff see that they did."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from tests.builders import a_facility, a_nurse, an_area
from tests.certificates.passport_cast import a_signed_person, issue_passport
from tests.web.facility.conftest import Station, signed_in
from tests.web.facility.test_passport_paper import NUMBER, somebody_found
from tiemchung.certificates.reads import passport_name, passport_of
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import AuditLine
from tiemchung.people.actions import amend_profile
from tiemchung.places.rules import Level


@pytest.fixture(autouse=True)
def whole_site(plain_site: None, settings: Any) -> None:
    """Serve every audience: this page stands in the frame of them all."""
    settings.ROOT_URLCONF = "tiemchung.urls"


def address(person_id: UUID) -> str:
    return reverse("facility:passport_name", args=[person_id])


def confirmed(person_id: UUID) -> bool:
    return passport_of(SYSTEM, person_id, clock.now()).name.confirmed


def test_the_desk_shows_both_forms_and_takes_the_holders_word(station: Station) -> None:
    person_id, browser = somebody_found(station), signed_in(station.nurse)
    issue_passport(person_id)
    assert address(person_id) in browser.get(reverse("facility:person", args=[person_id])).content.decode()
    page = browser.get(address(person_id)).content.decode()
    mark = re.search(r'name="mark" value="([0-9a-f]{64})"', page)
    assert mark is not None
    assert passport_of(SYSTEM, person_id, clock.now()).name.latin in page
    after = browser.post(address(person_id), {"mark": mark[1]}, follow=True).content.decode()
    assert "Đã ghi nhận: họ tên đúng" in after
    assert "Người dân đã xác nhận họ tên này." in after
    assert confirmed(person_id)
    line = AuditLine.objects.get(subject_id=person_id, action="confirm_passport_name")
    assert line.actor_id == station.nurse.id
    looks = AuditLine.objects.filter(subject_id=person_id, because="facility: confirm passport name")
    assert {look.actor_id for look in looks} == {station.nurse.id}


def test_a_name_mended_meanwhile_is_not_confirmed_unseen(station: Station) -> None:
    person_id, browser = somebody_found(station), signed_in(station.nurse)
    issue_passport(person_id)
    mark = passport_of(SYSTEM, person_id, clock.now()).name.mark.hex()
    amend_profile(by=SYSTEM, at=clock.now(), profile_id=person_id, full_name="Trần Văn Bình", because="sai")
    assert "Họ tên vừa thay đổi" in browser.post(address(person_id), {"mark": mark}, follow=True).content.decode()
    assert not confirmed(person_id)


def test_before_the_first_review_the_page_says_that_there_is_nothing_to_confirm(station: Station) -> None:
    person_id = somebody_found(station)
    page = signed_in(station.nurse).get(address(person_id)).content.decode()
    assert "chưa được rà soát lần nào" in page
    assert 'name="mark"' not in page
    assert passport_name(person_id, "Ai") is None


def test_who_was_not_found_by_this_nurse_confirms_nothing(station: Station) -> None:
    person_id, elsewhere = a_signed_person(number=NUMBER), a_nurse(a_facility(area=an_area("01", level=Level.PROVINCE)))
    issue_passport(person_id)
    mark = passport_of(SYSTEM, person_id, clock.now()).name.mark.hex()
    browser = signed_in(elsewhere)
    assert browser.get(address(person_id)).status_code == 404
    assert browser.post(address(person_id), {"mark": mark}).status_code == 404
    assert not confirmed(person_id)
