"""Each count of the passports' boards leads to the people behind it: as scoped as the board, each look on record."""

import datetime as dt
import re
from html import unescape
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.builders import NOW, a_facility, a_lead, a_person, an_area, an_officer
from tests.certificates.central_cast import a_ministry_officer, a_passport, a_ready_person, a_vaccinated_person
from tests.certificates.passport_cast import revoke_passport
from tests.web.authority.conftest import enter_as
from tiemchung.certificates.actions import refresh_passports
from tiemchung.certificates.models import Passport, PassportTask
from tiemchung.certificates.rules import PassportState
from tiemchung.core.actor import Role
from tiemchung.core.models import AuditLine
from tiemchung.doses.models import Dose
from tiemchung.people.models import Profile
from tiemchung.places import reads as places
from tiemchung.web.shared import passport_people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
FAR = "00070"  # a ward of Hà Nội


def main_of(browser: Client, address: str) -> str:
    page = unescape(browser.get(address).content.decode())
    return page[page.index("<main") : page.index("</main>")]


def lists_of(browser: Client, address: str) -> dict[str, str]:
    """Give the number behind every link of a board that leads to people."""
    links = re.findall(r'<a href="([^"]*/nguoi/[^"]*)">\s*([\d.]+)', main_of(browser, address))
    tiles = re.findall(r'number">([\d.]+)</span><a href="([^"]*/nguoi/[^"]*)"', main_of(browser, address))
    return dict(links) | {href: number for number, href in tiles}


def names_in(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", t) for t in re.findall(r'<span class="tc-list__title">(.*?)</span>', page)]


def named(person_id: UUID) -> str:
    return Profile.objects.get(id=person_id).full_name


@pytest.fixture
def town() -> dict[str, UUID]:
    """Give a facility with one person on each step, and one person far away."""
    here, far = a_facility("Trạm Y tế phường Bến Nghé"), a_facility("Trạm Y tế Hàng Bạc", area=an_area(FAR))
    return {
        "held": a_passport("Lê Minh Châu", facilities=[here]),
        "ready": a_ready_person("Phạm Gia Hân", facilities=[here]),
        "waiting": a_vaccinated_person("Trần Văn Hùng", facilities=[here]),
        "far": a_vaccinated_person("Đào Thị Hoa", facilities=[far]),
    }


@pytest.mark.parametrize("role", [Role.MINISTRY_OFFICER, Role.PROVINCE_OFFICER, Role.COMMUNE_OFFICER])
def test_every_count_of_a_board_is_the_length_of_its_list(town: dict[str, UUID], role: Role) -> None:
    makers = {Role.MINISTRY_OFFICER: a_ministry_officer, Role.PROVINCE_OFFICER: lambda: an_officer(role)}
    browser = enter_as(makers.get(role, lambda: an_officer(role, an_area()))())
    boards = [reverse("authority:passports"), reverse("authority:passports_of", args=[an_area().id])]
    seen = 0
    for board in boards:
        for address, number in lists_of(browser, board).items():
            assert len(names_in(main_of(browser, address))) == int(number), address
            seen += 1
    assert seen >= 8


def test_a_list_names_the_people_and_each_look_is_on_record(town: dict[str, UUID]) -> None:
    by = a_ministry_officer()
    browser = enter_as(by)
    assert names_in(main_of(browser, reverse("authority:passport_people", args=["HELD"]))) == ["Lê Minh Châu"]
    looks = AuditLine.objects.filter(action="passports.people", actor_id=by.id, facts__look=True)
    assert [line.subject_id for line in looks] == [town["held"]]
    page = main_of(browser, reverse("authority:passport_people", args=["TO_SIGN"]))
    assert names_in(page).count(named(town["far"])) == 2
    assert reverse("authority:person", args=[town["far"]]) in page


def test_a_province_sees_its_own_people_alone(town: dict[str, UUID]) -> None:
    browser = enter_as(an_officer(Role.PROVINCE_OFFICER))
    names = names_in(main_of(browser, reverse("authority:passport_people", args=["TO_SIGN"])))
    assert set(names) == {"Trần Văn Hùng"}
    for address in (
        reverse("authority:passport_people_of", args=[an_area(FAR).id, "TO_SIGN"]),
        reverse("authority:passport_people", args=["TO_SIGN"]) + f"?don-vi={an_area(FAR).id}",
        reverse("authority:passport_people", args=["NO_SUCH"]),
    ):
        assert browser.get(address).status_code == 404


def test_who_lives_elsewhere_has_no_name_here(town: dict[str, UUID]) -> None:
    Profile.objects.filter(id=town["held"]).update(area_id=an_area(FAR).id, facility_id=None)
    by = an_officer(Role.PROVINCE_OFFICER)
    page = main_of(enter_as(by), reverse("authority:passport_people", args=["HELD"]))
    assert names_in(page) == ["Người ở địa bàn khác"]
    assert "Lê Minh Châu" not in page
    assert str(town["held"]) not in page
    assert not AuditLine.objects.filter(action="passports.people", actor_id=by.id).exists()


def test_nobody_is_listed_before_it_is_said_why(town: dict[str, UUID]) -> None:
    browser = enter_as(a_ministry_officer())
    session = browser.session
    del session["purpose"]
    session.save()
    unit = Passport.objects.get(person_id=town["held"]).unit_id
    address = reverse("authority:passport_people_of", args=[an_area().id, "HELD"]) + f"?don-vi={unit}"
    assert browser.get(address)["Location"] == reverse("authority:purpose")
    assert browser.post(reverse("authority:purpose"), {"purpose": "CHECK"})["Location"] == address
    assert names_in(main_of(browser, address)) == ["Lê Minh Châu"]


def test_what_ends_and_what_was_revoked_has_its_own_list(town: dict[str, UUID]) -> None:
    Passport.objects.filter(person_id=town["held"]).update(state=PassportState.EXPIRING)
    revoke_passport(town["ready"], at=NOW)
    browser = enter_as(a_ministry_officer())
    held, ending, revoked = (
        names_in(main_of(browser, reverse("authority:passport_people", args=[count])))
        for count in ("HELD", "EXPIRING", "REVOKED")
    )
    assert (held, ending, revoked) == (["Lê Minh Châu"], ["Lê Minh Châu"], ["Phạm Gia Hân"])


def test_what_lies_at_no_facility_has_its_list_too() -> None:
    person = a_vaccinated_person("Trần Văn Hùng", facilities=[a_facility()])
    Dose.objects.filter(profile_id=person).update(facility_id=None)
    refresh_passports(person_ids=[person], at=NOW + dt.timedelta(minutes=1))
    browser = enter_as(an_officer(Role.COMMUNE_OFFICER, an_area()))
    found = {a: n for a, n in lists_of(browser, reverse("authority:passports")).items() if "don-vi=" in a}
    assert list(found.values()) == ["2"]
    page = main_of(browser, next(iter(found)))
    assert names_in(page) == ["Trần Văn Hùng"] * 2
    assert "Chưa rõ cơ sở" in page


def test_a_long_list_has_pages_that_together_name_everybody_once(
    town: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passport_people, "PAGE", 3)
    browser, address = enter_as(a_ministry_officer()), reverse("authority:passport_people", args=["TO_SIGN"])
    found: list[str] = []
    following: str | None = address
    while following:
        page = main_of(browser, following)
        found += names_in(page)
        further = re.search(r'href="([^"]+)" rel="next"', page)
        following = address + further[1] if further else None
    waiting = PassportTask.objects.filter(reason="TO_SIGN", done_at=None).values_list("person_id", flat=True)
    assert sorted(found) == sorted(named(person) for person in waiting)
    assert len(found) > 3


@pytest.mark.parametrize("after", ["x", "2026-01-01T00:00_" + "0" * 32, "_", "9" * 300])
def test_an_odd_place_in_the_address_is_the_beginning(town: dict[str, UUID], after: str) -> None:
    page = enter_as(a_ministry_officer()).get(reverse("authority:passport_people", args=["HELD"]), {"after": after})
    assert page.status_code == 200


def test_the_facility_names_its_own_people_wherever_they_live(town: dict[str, UUID]) -> None:
    unit_id = Passport.objects.get(person_id=town["held"]).unit_id
    assert unit_id is not None
    lead = a_lead(places.facility(unit_id))
    Profile.objects.filter(id=town["held"]).update(area_id=an_area(FAR).id, facility_id=None)
    browser = enter_as(lead)
    page = main_of(browser, reverse("facility:passports"))
    address = reverse("facility:passport_people", args=["HELD"])
    assert address in page
    listed = main_of(browser, address)
    assert names_in(listed) == ["Lê Minh Châu"]
    assert reverse("facility:person", args=[town["held"]]) not in listed
    assert AuditLine.objects.filter(action="passports.people", subject_id=town["held"], actor_id=lead.id).exists()
    assert browser.get(reverse("facility:passport_people", args=["TO_SIGN"])).status_code == 404


def test_a_facility_lists_no_others(town: dict[str, UUID]) -> None:
    assert a_person().person_id
    browser = enter_as(a_lead(a_facility("Trạm Y tế phường Đa Kao")))
    assert names_in(main_of(browser, reverse("facility:passport_people", args=["HELD"]))) == []
