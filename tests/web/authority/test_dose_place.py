"""A dose that lies at no facility is on the list of its holder's area with a deed, and who corrects there places it."""

import datetime as dt
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.builders import NOW, a_facility, an_area, an_officer
from tests.certificates.central_cast import a_ministry_officer, a_vaccinated_person
from tests.web.authority.conftest import LATER, enter_as, hidden, shown
from tests.web.authority.test_passport_people import FAR
from tiemchung.certificates.actions import refresh_passports
from tiemchung.certificates.models import PassportTask
from tiemchung.certificates.reads import TaskView
from tiemchung.certificates.rules import TO_ISSUE, TO_SIGN, Lack
from tiemchung.core.actor import Actor, Role
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.people.models import IdentityCheck
from tiemchung.places.rules import Level
from tiemchung.web.authority.passport_deeds import deed_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
HERE, WHY = "Trạm Y tế phường Bến Nghé", "Theo giấy xác nhận số 12"
OFFICERS = {
    Role.COMMUNE_OFFICER: lambda: an_officer(Role.COMMUNE_OFFICER, an_area()),
    Role.DISTRICT_OFFICER: lambda: an_officer(Role.DISTRICT_OFFICER),
    Role.DATA_CORRECTOR: lambda: an_officer(Role.DATA_CORRECTOR),
}


@pytest.fixture
def hung() -> UUID:
    """Give somebody whose two doses nobody knows the place of."""
    a_facility(HERE)
    person = a_vaccinated_person("Trần Văn Hùng", facilities=[a_facility()])
    Dose.objects.filter(profile_id=person).update(facility_id=None, point_id=None, place_name="")
    refresh_passports(person_ids=[person], at=NOW + dt.timedelta(minutes=1))
    return person


def list_of(browser: Client, reason: str) -> Any:
    return browser.get(reverse("authority:passport_people", args=[reason]))


def dose_of(person: UUID) -> Dose:
    found = Dose.objects.filter(profile_id=person).order_by("given_on").first()
    assert found is not None
    return found


@pytest.mark.parametrize("role", list(OFFICERS))
def test_from_the_areas_list_the_officer_places_the_dose_and_its_facility_is_to_sign(hung: UUID, role: Role) -> None:
    browser = enter_as(OFFICERS[role]())
    listed = list_of(browser, Lack.PLACE_UNKNOWN)
    first = reverse("authority:place_dose", args=[hung, dose_of(hung).id])
    assert first in listed.content.decode()
    for dose in Dose.objects.filter(profile_id=hung):
        page = reverse("authority:place_dose", args=[hung, dose.id])
        offered = browser.post(page, hidden(browser.get(page)) | {"q": "Bến Nghé", "step": "find"})
        choice = re.search(r'name="facility"[^>]*value="([0-9a-f-]{36})"', offered.content.decode())
        assert choice is not None
        form = hidden(offered) | {"q": "Bến Nghé", "facility": choice[1], "because": WHY, "evidence": "giấy số 12"}
        done = browser.post(page, form | {"step": "do"}, follow=True)
        assert f"Đã ghi mũi tiêm vào {HERE}" in shown(done)
        dose.refresh_from_db()
        assert (str(dose.facility_id), dose.place_name) == (choice[1], HERE)
    entry = LedgerEntry.objects.filter(profile_id=hung, kind="AMENDED").first()
    assert entry is not None
    assert entry.because == WHY
    refresh_passports(person_ids=[hung], at=LATER)
    assert "Trần Văn Hùng" not in shown(list_of(browser, Lack.PLACE_UNKNOWN))
    waiting = PassportTask.objects.filter(person_id=hung, done_at=None)
    assert {str(task.unit_id) for task in waiting} == {choice[1]}


def test_a_facility_must_be_chosen_and_a_reason_given(hung: UUID) -> None:
    browser, dose = enter_as(OFFICERS[Role.COMMUNE_OFFICER]()), dose_of(hung)
    page = reverse("authority:place_dose", args=[hung, dose.id])
    nothing = browser.post(page, {"q": "Bến Nghé", "because": WHY, "step": "do"})
    assert (nothing.status_code, "Chọn cơ sở tiêm" in shown(nothing)) == (422, True)
    other = browser.post(page, {"q": "Bến Nghé", "facility": str(hung), "because": WHY, "step": "do"})
    assert other.status_code == 422
    place = a_facility("Trạm Y tế Đa Kao")
    short = browser.post(page, {"q": "Đa Kao", "facility": str(place.id), "because": "", "step": "do"})
    assert short.status_code == 422
    assert dose_of(hung).facility_id is None


def test_a_dose_that_has_a_facility_is_not_placed_again(hung: UUID) -> None:
    place, dose = a_facility("Trạm Y tế Đa Kao"), dose_of(hung)
    Dose.objects.filter(profile_id=hung).update(facility_id=place.id)
    page = reverse("authority:place_dose", args=[hung, dose.id])
    there = reverse("authority:dose", args=[hung, dose.id])
    assert enter_as(OFFICERS[Role.COMMUNE_OFFICER]()).get(page)["Location"] == there


def test_officers_of_another_province_place_nothing(hung: UUID) -> None:
    dose = dose_of(hung)
    page = reverse("authority:place_dose", args=[hung, dose.id])
    stranger = enter_as(an_officer(Role.DATA_CORRECTOR, an_area("01", level=Level.PROVINCE)))
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, {"step": "do", "because": WHY, "facility": str(a_facility().id)}).status_code == 404
    assert enter_as(a_ministry_officer()).get(page).status_code == 404
    assert enter_as(an_officer(Role.COMMUNE_OFFICER, an_area(FAR))).get(page).status_code == 404


def test_the_doses_page_offers_what_its_reader_may_open_and_nothing_else(hung: UUID) -> None:
    page = reverse("authority:dose", args=[hung, dose_of(hung).id])
    for role, make in OFFICERS.items():
        browser = enter_as(make())
        links = re.findall(r'href="(/authority/nguoi/[^"]+/mui/[^"]+)"', browser.get(page).content.decode())
        assert reverse("authority:place_dose", args=[hung, dose_of(hung).id]) in links
        assert {browser.get(link).status_code for link in links} == {200}, role


def a_task(reason: str, *, dose: bool) -> TaskView:
    ids = [UUID(int=n) for n in range(1, 6)]
    return TaskView(ids[0], ids[1], ids[2], ids[3] if dose else None, ids[4] if dose else None, reason, NOW)


DOSE_LACKS = (Lack.DOSE_UNVERIFIED, Lack.PLACE_UNKNOWN, Lack.PRODUCT_NOT_ACCEPTED)
DONE_ELSEWHERE = {Lack.IDENTITY_WAITING, Lack.NO_DOSE}


TO_DO = [lack for lack in Lack if lack not in DONE_ELSEWHERE]
# A dose whose place is unknown lies at no facility.
CASES = [(lack, False) for lack in TO_DO] + [(lack, True) for lack in TO_DO if lack is not Lack.PLACE_UNKNOWN]


@pytest.mark.parametrize(("reason", "at_facility"), CASES)
def test_every_lack_has_a_deed_for_the_corrector(reason: Lack, at_facility: bool) -> None:
    by = OFFICERS[Role.DATA_CORRECTOR]()
    deed = deed_of(by, a_task(reason, dose=reason in DOSE_LACKS), at_facility=at_facility)
    assert deed is not None
    words, page = deed
    assert not words.startswith(("passports.", "dose_place."))
    assert page.startswith(("/authority/", "/staff/"))


def test_what_no_facility_has_is_for_the_commune_too() -> None:
    by = OFFICERS[Role.COMMUNE_OFFICER]()
    for reason in TO_DO:
        assert deed_of(by, a_task(reason, dose=reason in DOSE_LACKS), at_facility=False) is not None, reason


def test_who_only_follows_has_no_deed_and_what_runs_by_itself_neither() -> None:
    followers: list[Actor] = [an_officer(Role.PROVINCE_OFFICER), a_ministry_officer()]
    for by in followers:
        for reason in set(Lack) - {Lack.NOT_ISSUABLE}:  # the ministry alone tries the centre's signature again
            assert deed_of(by, a_task(reason, dose=reason in DOSE_LACKS), at_facility=False) is None
    for reason in (Lack.IDENTITY_WAITING, TO_SIGN, TO_ISSUE):
        assert deed_of(OFFICERS[Role.DATA_CORRECTOR](), a_task(reason, dose=False), at_facility=True) is None


def test_each_deed_on_the_areas_list_opens(hung: UUID) -> None:
    """A button that leads to a closed door is worse than none."""
    wrong = a_vaccinated_person("Đỗ Quốc Khánh", facilities=[a_facility()])
    IdentityCheck.objects.filter(person_id=wrong).update(state="MISMATCHED")
    refresh_passports(person_ids=[wrong], at=NOW + dt.timedelta(minutes=1))
    for role, make in OFFICERS.items():
        browser = enter_as(make())
        page = list_of(browser, "LACKING").content.decode()
        deeds = re.findall(r'<div><a href="([^"]+)">[^<]+<span class="nhsuk-u-visually-hidden">', page)
        assert deeds
        assert {browser.get(link).status_code for link in deeds} == {200}, role
