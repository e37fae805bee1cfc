"""The page behind the message's link: a day and a button for whoever holds it, one answer for everybody else."""

import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.builders import NOW, a_dose, a_facility, a_lead, a_nurse, a_person, a_phone
from tests.following import unsettled_too
from tiemchung.cases import tasks
from tiemchung.cases.models import Case
from tiemchung.cases.notice_links import token_of
from tiemchung.cases.rules import shown_ref
from tiemchung.core.outbox import contact_key
from tiemchung.doses.values import DoseView

pytestmark = pytest.mark.usefixtures("country", "plain_portal", "db")
NAME, PLACE = "Nguyễn Thị Ánh Đào", "Trạm Y tế Hoa Ngâu"


class Notice:
    """Somebody who was told of a dose, and the link that came."""

    def __init__(self) -> None:
        facility = a_facility(PLACE)
        a_lead(facility)
        self.phone = a_phone()
        person = a_person(NAME, phones=[(self.phone, "OWN")])
        self.dose: DoseView = a_dose(person.profile_id, by=a_nurse(facility)).dose
        with unsettled_too():
            tasks.tell_of_new_doses(NOW)
        self.link = f"/k/{token_of(self.dose.id)}"

    def cases(self) -> list[Case]:
        """Give what was reported from the phone."""
        return list(Case.objects.filter(contact_key=contact_key(self.phone)))


@pytest.fixture
def notice() -> Any:
    """Give the notice, and let the clock stand at the builders' present."""
    with time_machine.travel(NOW, tick=False):
        yield Notice()


def text_of(answer: Any) -> str:
    """Give the page as a reader reads it."""
    page = answer.content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") :])).split())


def test_the_link_shows_the_day_and_one_button(notice: Notice) -> None:
    answer = Client().get(notice.link)
    text = text_of(answer)
    assert answer.status_code == 200
    assert "Một mũi tiêm ngày 20/11/2026" in text
    page = answer.content.decode()
    assert page[page.index("<main") :].count("<button") == 1
    assert "Không phải tôi" in text


def test_it_tells_a_stranger_no_name_place_vaccine_or_number(notice: Notice) -> None:
    for _ in range(2):  # before the tap and after
        page = Client().get(notice.link).content.decode()
        words = (NAME, "Đào", PLACE, "N.T.A.D", "Pfizer", notice.dose.facts.lot_number, notice.phone[-9:],
                 str(notice.dose.profile_id), str(notice.dose.id))  # fmt: skip
        assert [word for word in words if word in page] == []
        Client().post(notice.link)


def test_looking_changes_nothing_by_any_safe_method(notice: Notice) -> None:
    for _ in range(3):
        Client().get(notice.link)
        Client().head(notice.link)
    assert notice.cases() == []


def test_one_tap_opens_a_case_and_shows_its_number(notice: Notice) -> None:
    browser = Client()
    answer = browser.post(notice.link)
    assert (answer.status_code, answer["Location"]) == (302, notice.link)
    (case,) = notice.cases()
    text = text_of(browser.get(notice.link))
    assert shown_ref(case.ref) in text
    assert "10:00" in text
    assert "22/11/2026" in text


def test_a_second_tap_from_another_browser_is_the_same_case(notice: Notice) -> None:
    for _ in range(3):
        Client().post(notice.link)
    assert len(notice.cases()) == 1


def test_a_tap_without_our_own_form_does_nothing(notice: Notice) -> None:
    assert Client(enforce_csrf_checks=True).post(notice.link).status_code == 403
    assert notice.cases() == []


@pytest.mark.parametrize("token", ["x" * 24, "a", "A" * 24, "%00" * 8, "abc%20def"])
def test_links_that_are_none_are_one_page(notice: Notice, token: str) -> None:
    answer = Client().get(f"/k/{token}")
    assert answer.status_code == 404
    assert "Liên kết này không còn dùng được" in text_of(answer)
    assert Client().post(f"/k/{token}").status_code == 404


def test_guessing_runs_into_the_limit_and_the_right_link_still_opens(notice: Notice) -> None:
    answers = {Client().get(f"/k/{'q' * 20}{n:04}".replace("0", "a")).status_code for n in range(70)}
    assert answers == {404, 429}
    assert Client().get(notice.link).status_code == 200


def test_the_page_is_kept_by_nobody_and_found_by_no_search(notice: Notice) -> None:
    answer = Client().get(notice.link)
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]


def test_an_old_link_is_over(notice: Notice) -> None:
    with time_machine.travel(NOW.replace(month=12, day=21), tick=False):
        assert Client().get(notice.link).status_code == 404
        assert Client().post(notice.link).status_code == 404
    assert notice.cases() == []


def test_english_is_complete(notice: Notice) -> None:
    browser = Client()
    browser.cookies["lang"] = "en"
    assert "A dose on" in text_of(browser.get(notice.link))
    browser.post(notice.link)
    assert "We have your report" in text_of(browser.get(notice.link))
