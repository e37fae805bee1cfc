"""The boards count what waits and what is issued by unit, from the country down, and nobody sees beyond their area."""

import datetime as dt
import random
import re
from html import unescape
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.builders import NOW, a_facility, a_lead, an_area, an_officer
from tests.certificates.central_cast import a_ministry_officer, a_passport, a_ready_person, a_vaccinated_person
from tests.web.authority.conftest import enter_as, shown
from tiemchung.certificates.actions import refresh_passports
from tiemchung.certificates.models import DoseSignature
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.doses.models import Dose
from tiemchung.places.rules import Level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
FAR = "00070"  # a ward of Hà Nội


def cells(browser: Client, address: str, name: str, *, aged: bool = False) -> list[str]:
    """Give the cells of the line of a unit, with `aged` since when the oldest of each waits."""
    text = unescape(browser.get(address).content.decode())
    rows = re.findall(r'<tr role="row">(.*?)</tr>', text, re.S)
    (row,) = [row for row in rows if name in re.sub(r"<[^>]+>", "", row).strip()[: len(name) + 5]]
    row = re.sub(r'<span class="nhsuk-u-visually-hidden">.*?</span>', "", row)
    if not aged:
        row = re.sub(r'<span class="tc-list__facts">.*?</span>', "", row)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.S)]


@pytest.fixture
def town() -> None:
    """Give a facility with one person on each step, and one person far away."""
    here = a_facility("Trạm Y tế phường Bến Nghé")
    a_passport(facilities=[here])
    a_ready_person(facilities=[here])
    a_vaccinated_person(facilities=[here])
    a_vaccinated_person(facilities=[a_facility("Trạm Y tế Hàng Bạc", area=an_area(FAR))])


@pytest.mark.usefixtures("town")
def test_the_ministry_sees_provinces_and_goes_down_to_a_facility() -> None:
    browser = enter_as(a_ministry_officer())
    city = an_area("79", level=Level.PROVINCE)
    assert cells(browser, reverse("authority:passports"), city.full_name)== ["0", "2", "2", "1", "1"]
    assert cells(browser, reverse("authority:passports"), "Cộng")== ["0", "4", "2", "1", "1"]
    ward = an_area()
    found = cells(browser, reverse("authority:passports_of", args=[ward.id]), "Trạm Y tế phường Bến Nghé")
    assert found== ["0", "2", "2", "1", "1"]


@pytest.mark.usefixtures("town")
def test_an_officer_sees_the_own_area_and_no_other() -> None:
    browser = enter_as(an_officer(Role.PROVINCE_OFFICER))
    assert cells(browser, reverse("authority:passports"), "Cộng")== ["0", "2", "2", "1", "1"]
    far = an_area(FAR)
    assert browser.get(reverse("authority:passports_of", args=[far.id])).status_code == 404
    assert browser.get(reverse("authority:passports_of", args=[an_area().id])).status_code == 200


def test_what_lies_at_no_facility_counts_in_its_area() -> None:
    person = a_vaccinated_person(facilities=[a_facility()])
    Dose.objects.filter(profile_id=person).update(facility_id=None)
    refresh_passports(person_ids=[person], at=NOW + dt.timedelta(minutes=1))
    browser = enter_as(an_officer(Role.COMMUNE_OFFICER, an_area()))
    assert cells(browser, reverse("authority:passports"), "Chưa rõ cơ sở")[0] == "2"


def test_each_of_the_three_steps_says_since_when_its_oldest_waits() -> None:
    """What waits for the centre has an age too: step 3 had none anywhere."""
    here, days = a_facility("Trạm Y tế phường Bến Nghé"), [NOW - dt.timedelta(days=n) for n in (30, 20, 10)]
    lacking = a_vaccinated_person(facilities=[here], at=days[0])
    Dose.objects.filter(profile_id=lacking).update(state="DECLARED")
    refresh_passports(person_ids=[lacking], at=days[0])
    a_vaccinated_person(facilities=[here], at=days[1])
    a_ready_person(facilities=[here], at=days[2])
    told = [f"lâu nhất từ {clock.local(day):%d/%m/%Y}" for day in days]
    browser = enter_as(a_ministry_officer())
    for address, name in (
        (reverse("authority:passports"), "Cộng"),
        (reverse("authority:passports_of", args=[an_area().id]), "Trạm Y tế phường Bến Nghé"),
    ):
        found = cells(browser, address, name, aged=True)
        assert [found[n].split("lâu nhất")[-1].strip() for n in (0, 1, 3)] == [one[9:] for one in told]
        assert (found[2], found[4]) == ("1", "0")
    assert told[2] in shown(browser.get(reverse("authority:central")))
    page = shown(enter_as(a_lead(here)).get(reverse("facility:passports")))
    assert all(one in page for one in told)


def test_without_anything_waiting_the_centre_names_no_age() -> None:
    assert "lâu nhất" not in shown(enter_as(a_ministry_officer()).get(reverse("authority:central")))


def test_what_nobody_can_mend_is_counted_apart_from_what_is_lacking() -> None:
    """A vaccine that is right as recorded stays so: counted as lacking, it never went down."""
    here = a_facility("Trạm Y tế phường Bến Nghé")
    a_vaccinated_person("Lê Văn Tám", facilities=[here], product="COVAXIN")
    lacking = a_vaccinated_person("Lê Văn Chín", facilities=[here])
    Dose.objects.filter(profile_id=lacking).update(state="DECLARED")
    refresh_passports(person_ids=[lacking], at=NOW)
    browser = enter_as(a_ministry_officer())
    assert cells(browser, reverse("authority:passports"), "Cộng")[0] == "2"
    text = shown(browser.get(reverse("authority:passports")))
    to_mend, _, rest = text.partition("Không ai phải làm gì thêm")
    assert "Vắc xin không được cấp hộ chiếu" not in to_mend
    assert "2 Vắc xin không được cấp hộ chiếu" in rest
    people = shown(browser.get(reverse("authority:passport_people", args=["LACKING"])))
    assert "Lê Văn Chín" in people
    assert "Lê Văn Tám" not in people
    assert "Lê Văn Tám" in shown(browser.get(reverse("authority:passport_people", args=["PRODUCT_NOT_ACCEPTED"])))


@pytest.mark.usefixtures("town")
def test_each_figure_carries_the_head_of_its_column_for_a_phone() -> None:
    """At 390 px two of then four columns were in sight."""
    page = unescape(enter_as(a_ministry_officer()).get(reverse("authority:passports")).content.decode())
    head = re.findall(r'<th scope="col"[^>]*tc-table__number">(.*?)</th>', page)
    people = ["Người đã đủ chữ ký cơ sở", "Người chờ Cục ký", "Người có hộ chiếu"]
    assert head == ["Việc còn thiếu", "Mũi chờ cơ sở ký", *people]
    labels = re.findall(r'<td[^>]*data-label="(.*?)"', page)
    assert len(labels) >= 8
    assert labels == head * (len(labels) // 5)


def signed_slowly(facility_id: UUID) -> int:
    """Count the people of a facility each of whose doses bears a signature in force, one by one."""
    people = Dose.objects.filter(facility_id=facility_id).values_list("profile_id", flat=True).distinct()
    signed = 0
    for person in people:
        doses = set(Dose.objects.filter(profile_id=person).values_list("id", flat=True))
        mine = DoseSignature.objects.filter(profile_id=person, voided_at=None).values_list("dose_id", flat=True)
        signed += doses == set(mine)
    return signed


def test_who_has_every_dose_signed_is_counted_by_unit_and_listed() -> None:
    chance, browser = random.Random(5), enter_as(a_ministry_officer())
    houses = [a_facility(f"Trạm Y tế {name}") for name in ("Một", "Hai")]
    for _ in range(9):
        chance.choice([a_passport, a_ready_person, a_vaccinated_person])(facilities=[chance.choice(houses)])
    fallen = DoseSignature.objects.filter(facility_id=houses[0].id, voided_at=None).first()
    assert fallen is not None
    fallen.voided_at = NOW
    fallen.save()
    refresh_passports(person_ids=[fallen.profile_id], at=NOW + dt.timedelta(minutes=1))
    with allow_cross_shard("an oracle counts everything"):
        expected = [signed_slowly(house.id) for house in houses]
    assert sum(expected) > 2
    ward = reverse("authority:passports_of", args=[an_area().id])
    assert [int(cells(browser, ward, house.name)[2]) for house in houses] == expected
    listed = shown(browser.get(reverse("authority:passport_people", args=["SIGNED"])))
    assert "Đã đủ chữ ký của cơ sở" in listed
    assert listed.count("Trạm Y tế Một") == expected[0]
    page = shown(enter_as(a_lead(houses[0])).get(reverse("facility:passports")))
    assert f"{expected[0]} Đã đủ chữ ký của cơ sở" in page
