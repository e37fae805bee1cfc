"""A report is answered in its own language, and whoever chose one while reporting is written to in it from then on."""

import pytest
from django.test import Client

from tests.builders import a_phone, country  # noqa: F401 - a fixture
from tests.web.portal import feedback_pages as pages
from tiemchung.cases.models import Case
from tiemchung.core.outbox import contact_key
from tiemchung.people.reads import chosen_language

pytestmark = pytest.mark.usefixtures("country", "db", "plain_portal", "proofs_granted")


def report(client: Client, phone: str) -> Case:
    """Send a report and confirm it by its code."""
    pages.fill_until_check(client, phone)
    pages.send(client)
    pages.confirm(client, pages.newest_code(phone))
    return Case.objects.get(contact_key=contact_key(phone))


def test_a_report_made_in_english_is_answered_in_english_and_so_is_all_that_follows(client: Client) -> None:
    phone = a_phone()
    client.post("/lang", {"lang": "en", "next": "/"})
    assert report(client, phone).language == "en"
    assert "the code to send your report is" in pages.texts_to(phone)[0]
    assert chosen_language(contact_key(phone)) == "en"


def test_a_report_of_somebody_who_chose_nothing_says_nothing_of_them(client: Client) -> None:
    phone = a_phone()
    assert report(client, phone).language == "vi"
    assert chosen_language(contact_key(phone)) == ""


def test_a_report_that_was_not_confirmed_chooses_nothing(client: Client) -> None:
    phone = a_phone()
    client.post("/lang", {"lang": "en", "next": "/"})
    pages.fill_until_check(client, phone)
    pages.send(client)
    wrong = "000000" if pages.newest_code(phone) != "000000" else "111111"
    pages.confirm(client, wrong)
    assert chosen_language(contact_key(phone)) == ""
