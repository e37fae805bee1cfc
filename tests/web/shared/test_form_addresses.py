"""Nobody is left before an empty page at an address that only takes forms."""

import pytest
from django.test import Client

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "above"), [("/tra-cuu/ho-chieu/nhan", "/tra-cuu/ho-chieu"), ("/lang", "/")]
)
def test_a_browser_is_led_to_the_page_above(client: Client, address: str, above: str) -> None:
    answer = client.get(address, headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (302, above)
    assert client.get(above, headers=BROWSER, follow=True).status_code == 200


def test_a_program_is_told_what_it_did_wrong(client: Client) -> None:
    answer = client.get("/tra-cuu/ho-chieu/nhan")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_who_is_not_signed_in_is_led_to_the_door_as_everywhere(client: Client) -> None:
    answer = client.get("/staff/ban-tiem/tim", headers=BROWSER, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/staff/sign-in")
