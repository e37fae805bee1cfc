"""The page of suspicious doses: reasons in words, the facility's filter, and the case that goes above."""

import datetime as dt
import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.urls import reverse

from tests import builders
from tests.following import unsettled_too
from tests.web.authority.conftest import LATER, House, enter_as, shown
from tiemchung.cases import tasks
from tiemchung.cases.models import CaseInbox, GhostFinding, OverrideWeek
from tiemchung.cases.rules import shown_ref
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.alarms import raise_alarm
from tiemchung.people.actions import amend_profile

PAGE = "authority:ghosts"
REASON = "Đối chiếu sổ tiêm của trạm trang 14, có chữ ký"


@dataclass
class Haunted:
    """The house with a suspicious dose, and the officer of its ward."""

    house: House
    officer: Actor
    finding: GhostFinding

    def act(self) -> str:
        """Give the address of the button."""
        return reverse("authority:ghost_case", args=[self.finding.facility_id, self.finding.id])

    def clear(self) -> str:
        """Give the address of the page that asks for the reason."""
        return reverse("authority:ghost_clear", args=[self.finding.facility_id, self.finding.id])

    def now(self) -> GhostFinding:
        """Give the finding as it is now."""
        return GhostFinding.objects.get(facility_id=self.finding.facility_id, id=self.finding.id)


@pytest.fixture
def haunted(house: House) -> Haunted:
    """Give the haunted house."""
    person, today = builders.a_person("Phạm Thị Lụa"), LATER.date()
    builders.a_dose(person.profile_id, given_on=today - dt.timedelta(days=2), by=house.nurse)
    amend_profile(by=SYSTEM, at=LATER, profile_id=person.profile_id, because="Giấy chứng tử",
                  died_on=today - dt.timedelta(days=12))  # fmt: skip
    with unsettled_too():
        tasks.follow_for_ghosts(LATER)
    tasks.look_at_days(LATER + dt.timedelta(days=1))
    return Haunted(
        house, builders.an_officer(Role.COMMUNE_OFFICER, area=builders.an_area()), GhostFinding.objects.get()
    )


def test_each_dose_has_its_reasons_and_names_nobody(haunted: Haunted) -> None:
    text = shown(enter_as(haunted.officer).get(reverse(PAGE)))
    assert "Người tiêm đã mất trước đó 10 ngày" in text
    assert "Trạm Y tế Sài Gòn" in text
    assert "Lụa" not in text


def test_the_button_makes_a_case_above_the_facility_once(haunted: Haunted) -> None:
    browser = enter_as(haunted.officer)
    assert browser.post(haunted.act()).status_code == 302
    (row,) = CaseInbox.objects.all()
    assert row.unit_id != haunted.house.facility.id
    assert shown_ref(row.ref) in shown(browser.get(reverse(PAGE)))
    assert "Không có mũi tiêm nghi ngờ" in shown(browser.get(reverse(PAGE)))
    cased = shown(browser.get(reverse(PAGE) + "?show=decided"))
    assert (shown_ref(row.ref) in cased, "Trạm Y tế Sài Gòn" in cased) == (True, True)
    again = browser.post(haunted.act())
    assert again.status_code == 422
    assert "đã có người xử lý" in shown(again)


def test_whoever_looked_into_it_takes_it_off_the_list_for_a_reason(haunted: Haunted) -> None:
    browser = enter_as(haunted.officer)
    assert haunted.clear() in browser.get(reverse(PAGE)).content.decode()
    asked = browser.get(haunted.clear()).content.decode()
    assert "Người tiêm đã mất trước đó 10 ngày" in asked
    assert "Lụa" not in asked
    assert haunted.now().state == "OPEN"
    seen = re.search(r'name="seen" value="(\d+)"', asked)
    assert seen is not None
    done = browser.post(haunted.clear(), {"because": REASON, "seen": seen[1]}, follow=True)
    assert "Đã chuyển mũi tiêm sang mục đã xử lý" in shown(done)
    assert "Không có mũi tiêm nghi ngờ" in shown(done)
    decided = shown(browser.get(reverse(PAGE) + "?show=decided"))
    assert re.search(rf"{haunted.officer.name}, [0-9:/ ]+ {REASON}", decided)
    assert "điểm Có thật" in decided
    assert browser.get(haunted.clear()).status_code == 302
    again = browser.post(haunted.clear(), {"because": REASON, "seen": seen[1]})
    assert (again.status_code, "đã có người xử lý" in shown(again)) == (422, True)


@pytest.mark.parametrize(
    ("because", "told"), [("", "ít nhất 10 ký tự"), ("x" * 501, "dài quá 500 ký tự")], ids=["none", "long"]
)
def test_a_reason_that_is_none_is_asked_for_again_at_its_field(haunted: Haunted, because: str, told: str) -> None:
    answer = enter_as(haunted.officer).post(haunted.clear(), {"because": because, "seen": "99"})
    assert answer.status_code == 422
    assert 'id="because-error"' in answer.content.decode()
    assert told in shown(answer)
    assert because in answer.content.decode()
    assert haunted.now().state == "OPEN"


def test_what_was_found_since_the_page_was_opened_is_read_first(haunted: Haunted) -> None:
    answer = enter_as(haunted.officer).post(haunted.clear(), {"because": REASON, "seen": "1"})
    assert (answer.status_code, "Có thêm dấu hiệu" in shown(answer)) == (422, True)
    assert haunted.now().state == "OPEN"


def test_a_dose_that_came_back_shows_why_it_was_once_found_true(haunted: Haunted) -> None:
    assert GhostFinding.objects.filter(facility_id=haunted.finding.facility_id).update(because=REASON) == 1
    assert f"nay có thêm dấu hiệu: {REASON}" in shown(enter_as(haunted.officer).get(reverse(PAGE)))


def test_looking_makes_no_case(haunted: Haunted) -> None:
    assert enter_as(haunted.officer).get(haunted.act()).status_code == 405
    assert not CaseInbox.objects.exists()


def test_another_province_sees_and_opens_nothing(haunted: Haunted) -> None:
    far = builders.an_officer(Role.PROVINCE_OFFICER, area=builders.an_area("01", level=builders.Level.PROVINCE))
    browser = enter_as(far)
    assert "Sài Gòn" not in shown(browser.get(reverse(PAGE)))
    assert "Sài Gòn" not in shown(browser.get(f"{reverse(PAGE)}?facility={haunted.finding.facility_id}"))
    assert browser.post(haunted.act()).status_code == 404
    assert browser.get(haunted.clear()).status_code == 404
    assert browser.post(haunted.clear(), {"because": REASON, "seen": "99"}).status_code == 404
    assert haunted.now().state == "OPEN"


def test_the_facilitys_own_people_have_no_such_page(haunted: Haunted) -> None:
    for who in (haunted.house.lead, haunted.house.nurse):
        assert enter_as(who).get(reverse(PAGE)).status_code == 404
        assert enter_as(who).post(haunted.clear(), {"because": REASON, "seen": "99"}).status_code == 404


@pytest.mark.parametrize(
    "query", ["facility=x", "facility=&show=x", "after=1&score=2", "score=²&after=" + str(UUID(int=3))]
)
def test_odd_questions_are_answered_with_the_list(haunted: Haunted, query: str) -> None:
    answer = enter_as(haunted.officer).get(f"{reverse(PAGE)}?{query}")
    assert answer.status_code == 200
    assert "Trạm Y tế Sài Gòn" in shown(answer)


def test_the_filter_names_facilities_with_their_counts(haunted: Haunted) -> None:
    browser = enter_as(builders.a_staff_member(Role.MINISTRY_OFFICER))
    assert "Trạm Y tế Sài Gòn (1)" in shown(browser.get(reverse(PAGE)))
    assert "Phạm" not in browser.get(f"{reverse(PAGE)}?facility={haunted.finding.facility_id}").content.decode()
    other = shown(browser.get(f"{reverse(PAGE)}?facility={UUID(int=5)}"))
    assert "Không có mũi tiêm nghi ngờ" in other


def test_loud_weeks_stand_above_with_their_share(haunted: Haunted) -> None:
    weeks = OverrideWeek.objects.filter(facility_id=haunted.house.facility.id)
    assert weeks.update(doses=81, overridden=7, alarmed_at=LATER) == 1
    text = shown(enter_as(haunted.officer).get(reverse(PAGE)))
    assert "Trạm Y tế Sài Gòn 16/11/2026 81 7 8,6 %" in text


def test_the_way_there_stands_in_the_bar_and_the_alarm_names_the_place(haunted: Haunted) -> None:
    home = enter_as(haunted.officer).get(reverse("staff:home")).content.decode()
    assert len(re.findall(re.escape(f'href="{reverse(PAGE)}"'), home)) == 2
    raise_alarm("GHOST_DOSES", at=LATER, subject_id=haunted.house.facility.id, found=3, among=40)
    alarms = shown(enter_as(builders.a_staff_member(Role.ADMIN)).get(reverse("authority:alarms")))
    assert "Trạm Y tế Sài Gòn, trong 40 mũi, 3 mũi nghi ngờ" in alarms
