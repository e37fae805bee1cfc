"""A try of a code is answered by leading to its page: Back and reload never ask to send the form again."""

import pytest
from django.test import Client

from tests.builders import a_phone, country  # noqa: F401 - a fixture
from tests.web.portal import feedback_pages as pages
from tiemchung.core.models import OutboxMessage

pytestmark = pytest.mark.usefixtures("country", "plain_portal", "proofs_granted")
PAGE = "/phan-anh/ma"


@pytest.fixture
def phone() -> str:
    return a_phone()


@pytest.fixture
def client(db: None, phone: str) -> Client:
    """Give a browser whose report waits for its code."""
    client = Client()
    pages.fill_until_check(client, phone)
    assert pages.send(client)["Location"] == PAGE
    return client


@pytest.mark.parametrize("typed", ["12345", "\0", "wrong"])
def test_a_wrong_code_is_told_once_on_its_page(client: Client, phone: str, typed: str) -> None:
    code = pages.newest_code(phone)
    sent = ("1" if code[0] == "0" else "0") + code[1:] if typed == "wrong" else typed
    answer = client.post(PAGE, {"code": sent})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    body = client.get(PAGE).content.decode()
    assert "nhsuk-error-summary" in body
    assert f'value="{sent}"' not in body
    assert "nhsuk-error-summary" not in client.get(PAGE).content.decode()
    assert pages.confirm(client, code)["Location"] == "/phan-anh/da-gui"


def test_a_reloaded_page_sends_no_further_code(client: Client) -> None:
    before = OutboxMessage.objects.count()
    answer = client.post(PAGE, {"do": "again"})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    for _ in range(2):
        assert client.get(PAGE).status_code == 200
    assert OutboxMessage.objects.count() == before, "a code was on its way just now: the page says to wait"


def test_what_one_page_has_to_say_is_not_said_by_another(client: Client) -> None:
    client.post(PAGE, {"code": "12345"})
    session = client.session
    session["told_once"] = {**session["told_once"], "page": "/phan-anh/tien-do/ma"}
    session.save()
    assert "nhsuk-error-summary" not in client.get(PAGE).content.decode()
