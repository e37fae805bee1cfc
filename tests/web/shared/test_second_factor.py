"""The second factor given anew counts for one deed: a code in its form, or a passkey shown on that very page."""

import datetime as dt
from typing import Any

import pytest
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from django.test import Client

from tests.certificates.central_cast import a_ministry_officer, a_ready_person
from tests.web.authority.conftest import LATER, enter_as, plain_static_files, soon_after
from tiemchung.access import factors
from tiemchung.certificates.models import SignRun
from tiemchung.core.actor import Actor
from tiemchung.core.models import AuditLine
from tiemchung.web.shared import second_factor

__all__ = ["plain_static_files", "soon_after"]
pytestmark = pytest.mark.usefixtures("country", "db")
SIGN, PROVE = "/authority/ho-chieu/ky", "/staff/account/step-up/passkey"


class Shown:
    """Stands in for a passkey whose signature the library has verified."""

    def record_usage(self) -> None: ...


@pytest.fixture
def officer() -> Actor:
    return a_ministry_officer()


@pytest.fixture
def centre(officer: Actor) -> Client:
    a_ready_person()
    return enter_as(officer)


@pytest.fixture
def good_passkey(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any answer be that of a right passkey; what is right the library's own tests decide."""
    monkeypatch.setattr(webauthn, "complete_authentication", lambda staff, answer: Shown())


@pytest.fixture
def bad_passkey(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(staff: Any, answer: Any) -> Any:
        raise ValidationError("incorrect")

    monkeypatch.setattr(webauthn, "complete_authentication", wrong)


def show_passkey(browser: Client, page: str = SIGN) -> Any:
    return browser.post(f"{PROVE}?for={page}", "{}", content_type="application/json")


def runs() -> int:
    return SignRun.objects.count()


@pytest.mark.usefixtures("good_passkey")
def test_a_passkey_shown_on_the_page_stands_for_the_code_once(centre: Client) -> None:
    assert show_passkey(centre).json() == {"proven": True}
    assert centre.post(SIGN).status_code == 302
    assert runs() == 1
    SignRun.objects.update(state="DONE")
    assert centre.post(SIGN).status_code == 422
    assert runs() == 1


@pytest.mark.usefixtures("good_passkey")
@pytest.mark.parametrize("page", ["/staff/account/step-up", "", "/authority/ho-chieu"])
def test_one_shown_elsewhere_is_none(centre: Client, page: str) -> None:
    show_passkey(centre, page)
    assert centre.post(SIGN).status_code == 422
    assert runs() == 0


@pytest.mark.usefixtures("good_passkey")
def test_it_does_not_last(centre: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    show_passkey(centre)
    monkeypatch.setattr(second_factor, "FRESH", -dt.timedelta(seconds=1))
    assert centre.post(SIGN).status_code == 422
    assert runs() == 0


@pytest.mark.usefixtures("good_passkey")
def test_a_wrong_code_is_not_passed_over_for_it(centre: Client) -> None:
    show_passkey(centre)
    assert centre.post(SIGN, {"code": "000000"}).status_code == 422
    assert runs() == 0


@pytest.mark.usefixtures("bad_passkey")
def test_a_wrong_passkey_proves_nothing_leaves_a_line_and_is_counted(centre: Client, officer: Actor) -> None:
    assert show_passkey(centre).status_code == 422
    assert centre.post(SIGN).status_code == 422
    assert AuditLine.objects.filter(action="miss_factor", subject_id=officer.id).count() == 1
    said = [show_passkey(centre).json()["problem"] for _ in range(5)]
    assert said[0] != said[-1]
    assert AuditLine.objects.filter(action="miss_factor", subject_id=officer.id).count() == 5


@pytest.mark.usefixtures("good_passkey")
def test_right_ones_use_no_limit_up(centre: Client) -> None:
    assert {show_passkey(centre).status_code for _ in range(7)} == {200}


def test_who_has_no_passkey_is_offered_none(centre: Client) -> None:
    assert "data-tc-passkey" not in centre.get(SIGN).content.decode()


def test_who_has_one_is_asked_with_a_challenge_for_this_page(centre: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    one = factors.PasskeyView(1, "Khóa", LATER, None)
    monkeypatch.setattr(factors, "factors_of", lambda _: factors.Factors(totp=True, recovery_left=0, passkeys=(one,)))
    page = centre.get(SIGN).content.decode()
    assert 'data-at="/staff/account/step-up/passkey?for=%2Fauthority%2Fho-chieu%2Fky"' in page
    assert "challenge" in centre.get(PROVE).content.decode()


@pytest.mark.usefixtures("good_passkey")
def test_it_steps_up_too(centre: Client) -> None:
    page = "/staff/account/step-up"
    show_passkey(centre, page)
    assert centre.post(page)["Location"] == "/staff/account"


def test_a_stranger_is_given_no_challenge() -> None:
    assert Client().get(PROVE).status_code in (302, 401, 403)
