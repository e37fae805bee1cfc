"""The staff's way in and out, and what the gate lets through afterwards (M19)."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from tests import builders
from tests.builders import NOW, country  # noqa: F401 - a fixture
from tiemchung.access import actions as access
from tiemchung.access import factors
from tiemchung.access.reads import postings_of
from tiemchung.core.actor import SYSTEM, Role

WORD = "một mật khẩu rất dài"


@pytest.fixture
def clock():
    """Stand at the tests' present; `clock.shift(seconds)` goes on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def nurse(country: None, db: None, clock):
    """Hire Dũng at a station; he has never signed in."""
    return builders.a_nurse(builders.a_facility("Trạm Y tế Sài Gòn"), username="dung", password=WORD)


def give_password(browser: Client, word: str = WORD, username: str = "dung") -> Any:
    """Type name and password."""
    return browser.post("/staff/sign-in", {"username": username, "password": word})


def secret_on(page: Any) -> str:
    """Give the secret that the enrolment page shows."""
    return re.search(r'<p class="tc-code">([A-Z2-7 ]+)</p>', page.content.decode())[1].replace(" ", "")


def enrol(browser: Client, clock: Any) -> str:
    """Set the app up at the first sign-in, put the codes away, and give the app's secret."""
    give_password(browser)
    secret = secret_on(browser.get("/staff/sign-in/enrol"))
    done = browser.post("/staff/sign-in/enrol", {"code": factors.code_at(secret, builders_now())})
    assert done["Location"] == "/staff/sign-in/recovery-codes"
    return secret


def builders_now() -> dt.datetime:
    """Give the moment at which the clock of the tests stands."""
    return dt.datetime.now(dt.UTC)


def sign_in(browser: Client, clock: Any) -> str:
    """Sign in whole, as for the first time, and give the app's secret."""
    secret = enrol(browser, clock)
    browser.post("/staff/sign-in/recovery-codes")
    browser.get("/staff/sign-in/posting")
    return secret


def test_a_first_sign_in_enrols_shows_codes_once_and_leads_home(nurse, clock) -> None:
    browser = Client()
    assert give_password(browser)["Location"] == "/staff/sign-in/enrol"
    page = browser.get("/staff/sign-in/enrol")
    assert "data:image/svg+xml" in page.content.decode()
    browser.post("/staff/sign-in/enrol", {"code": factors.code_at(secret_on(page), builders_now())})
    codes = re.findall(r"<li>(\d{4} \d{4})</li>", browser.get("/staff/sign-in/recovery-codes").content.decode())
    assert len(codes) == 10
    assert browser.post("/staff/sign-in/recovery-codes")["Location"] == "/staff/sign-in/posting"
    assert browser.get("/staff/sign-in/recovery-codes").status_code == 302
    assert browser.get("/staff/sign-in/posting")["Location"] == "/staff/"
    home = browser.get("/staff/").content.decode()
    assert "Nguyễn Văn Dũng" in home
    assert "Trạm Y tế Sài Gòn" in home


def test_a_second_sign_in_asks_for_a_new_code(nurse, clock) -> None:
    secret = sign_in(Client(), clock)
    clock.shift(120)
    browser = Client()
    assert give_password(browser)["Location"] == "/staff/sign-in/code"
    assert browser.get("/staff/").status_code == 302
    wrong = browser.post("/staff/sign-in/code", {"code": "000000"})
    assert wrong.status_code == 422
    right = browser.post("/staff/sign-in/code", {"code": factors.code_at(secret, builders_now())})
    assert right["Location"] == "/staff/sign-in/posting"


def test_a_password_alone_opens_nothing(nurse, clock) -> None:
    browser = Client()
    give_password(browser)
    for path in ("/staff/", "/staff/account", "/authority/nguoi"):
        assert browser.get(path)["Location"] == "/staff/sign-in"
    for path in ("/staff/sign-in/posting", "/staff/sign-in/recovery-codes"):
        assert browser.get(path)["Location"] == "/staff/sign-in"


def test_wrong_passwords_and_unknown_names_show_one_page(nurse, clock) -> None:
    one = give_password(Client(), "sai").content.decode()
    other = give_password(Client(), WORD, "khongco").content.decode()
    assert re.sub(r'value="[^"]*"', "", one) == re.sub(r'value="[^"]*"', "", other)


def test_the_second_step_waits_ten_minutes_only(nurse, clock) -> None:
    browser = Client()
    give_password(browser)
    clock.shift(601)
    assert browser.get("/staff/sign-in/enrol")["Location"] == "/staff/sign-in"


def test_the_session_has_a_new_id_after_each_step(nurse, clock) -> None:
    browser, name, seen = Client(), django_settings.SESSION_COOKIE_NAME, []
    browser.get("/authority/nguoi")
    seen.append(browser.cookies[name].value)
    enrol(browser, clock)
    seen.append(browser.cookies[name].value)
    browser.post("/staff/sign-in/recovery-codes")
    browser.get("/staff/sign-in/posting")
    seen.append(browser.cookies[name].value)
    assert len(set(seen)) == 3
    stale = Client()
    stale.cookies[name] = seen[1]
    assert stale.get("/staff/").status_code == 302


def test_after_signing_in_one_stands_where_one_was_going(nurse, clock) -> None:
    browser = Client()
    browser.get("/authority/nguoi")
    enrol(browser, clock)
    browser.post("/staff/sign-in/recovery-codes")
    assert browser.get("/staff/sign-in/posting")["Location"] == "/authority/nguoi"


def test_thirty_idle_minutes_end_a_sign_in_and_twelve_hours_any(nurse, clock) -> None:
    browser = Client()
    secret = sign_in(browser, clock)
    for _ in range(23):
        clock.shift(29 * 60)
        assert browser.get("/staff/").status_code == 200
    for _ in range(2):
        clock.shift(29 * 60)
        answer = browser.get("/staff/")
    assert answer.status_code == 302
    again = Client()
    give_password(again)
    again.post("/staff/sign-in/code", {"code": factors.code_at(secret, builders_now())})
    again.get("/staff/sign-in/posting")
    clock.shift(31 * 60)
    assert again.get("/staff/").status_code == 302


def test_signing_out_kills_the_session_itself(nurse, clock) -> None:
    browser = Client()
    sign_in(browser, clock)
    kept = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    browser.post("/staff/sign-out")
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = kept
    assert thief.get("/staff/").status_code == 302


def test_signing_out_everywhere_ends_other_devices_too(nurse, clock) -> None:
    desk, phone = Client(), Client()
    secret = sign_in(desk, clock)
    clock.shift(120)
    give_password(phone)
    phone.post("/staff/sign-in/code", {"code": factors.code_at(secret, builders_now())})
    phone.get("/staff/sign-in/posting")
    assert phone.get("/staff/").status_code == 200
    desk.post("/staff/account/everywhere")
    assert (phone.get("/staff/").status_code, desk.get("/staff/").status_code) == (302, 302)


def test_a_posting_that_ended_ends_the_sign_in_with_it(nurse, clock) -> None:
    browser = Client()
    sign_in(browser, clock)
    posting = postings_of(nurse.id, NOW.date())[0]
    access.end_posting(by=SYSTEM, at=NOW, posting_id=posting.id, on=NOW.date(), because="Chuyển công tác")
    assert browser.get("/staff/").status_code == 302


def test_who_works_at_two_places_chooses_one_and_only_an_own_one(nurse, clock) -> None:
    other = builders.a_facility("Bệnh viện Quận 1")
    access.post_staff(
        by=SYSTEM, at=NOW, staff_id=nurse.id, role=Role.FACILITY_LEAD, valid_from=NOW.date(), facility_id=other.id
    )
    browser = Client()
    enrol(browser, clock)
    page = browser.get("/staff/sign-in/posting").content.decode()
    assert "Bệnh viện Quận 1" in page
    strange = builders.a_nurse()
    theirs = postings_of(strange.id, NOW.date())[0].id
    assert browser.post("/staff/sign-in/posting", {"posting": str(theirs)}).status_code == 422
    mine = postings_of(nurse.id, NOW.date())[-1].id
    browser.post("/staff/sign-in/posting", {"posting": str(mine)})
    assert "Bệnh viện Quận 1" in browser.get("/staff/").content.decode()


def test_who_is_posted_nowhere_is_told_so(country: None, db: None, clock) -> None:
    access.hire_staff(by=SYSTEM, at=NOW, username="moi", full_name="Hồ Mới", password=WORD)
    browser = Client()
    give_password(browser, username="moi")
    secret = secret_on(browser.get("/staff/sign-in/enrol"))
    browser.post("/staff/sign-in/enrol", {"code": factors.code_at(secret, builders_now())})
    assert "chưa được phân công" in browser.get("/staff/sign-in/posting").content.decode()
    assert browser.get("/staff/").status_code == 302


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_sign_in_leads_out_of_the_house(nurse, clock, wanted: str) -> None:
    browser = Client()
    browser.get("/staff/")
    session = browser.session
    session["next"] = wanted
    session.save()
    enrol(browser, clock)
    browser.post("/staff/sign-in/recovery-codes")
    assert browser.get("/staff/sign-in/posting")["Location"] == "/staff/"


def test_new_recovery_codes_and_passkeys_ask_for_a_fresh_second_factor(nurse, clock) -> None:
    browser = Client()
    secret = sign_in(browser, clock)
    clock.shift(16 * 60)
    assert browser.post("/staff/account/recovery-codes")["Location"] == "/staff/account/step-up"
    assert browser.get("/staff/account/passkeys")["Location"] == "/staff/account/step-up"
    before = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    browser.post("/staff/account/step-up", {"code": factors.code_at(secret, builders_now())})
    assert browser.cookies[django_settings.SESSION_COOKIE_NAME].value != before
    assert browser.post("/staff/account/recovery-codes")["Location"] == "/staff/sign-in/recovery-codes"


def test_a_form_without_its_token_is_refused(nurse, clock) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert give_password(browser).status_code == 403


def test_unreadable_passkey_answers_are_wrong_answers(nurse, clock) -> None:
    browser = Client()
    sign_in(browser, clock)
    assert "challenge" in browser.get("/staff/account/passkeys").content.decode()
    for body in ("", "{", "[]", '{"id": 5}', "null", '{"name": "\\u0000"}', '{"rawId": "x", "response": []}'):
        answer = browser.post("/staff/account/passkeys", body, content_type="application/json")
        assert answer.status_code == 422
