"""A page of the book that brings itself up to date leaves its reader in peace."""

import json
import re
from threading import Event
from typing import Any, ClassVar

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from playwright.sync_api import Page, expect

from tests.journeys.browser import PATIENCE_MS
from tests.journeys.test_citizen_book import (  # noqa: F401 - two are fixtures
    Doors,
    dose,
    hot_card,
    keep_a_card,
    phone_of_390,
    script_runs,
    site,
)
from tiemchung import urls
from tiemchung.certificates.models import CardByToken
from tiemchung.web.shared.gate import open_to_public

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


class SlowDoors(Doors):
    """The same, where the signed content and the list of persons are told when the test lets them."""

    card, book = Event(), Event()

    @staticmethod
    @open_to_public
    def late_card(request: HttpRequest, token: str) -> HttpResponse:
        """Answer as the hot route does, once the reader has tapped."""
        SlowDoors.card.wait(PATIENCE_MS / 1000)
        return hot_card(request, token)

    @staticmethod
    @open_to_public
    def late_book(request: HttpRequest) -> HttpResponse:
        """Answer the tap, once the page behind it has had its turn."""
        SlowDoors.book.wait(PATIENCE_MS / 1000)
        return HttpResponse("<h1>Elsewhere</h1>")

    urlpatterns: ClassVar[list[Any]] = [
        path("c/<str:token>.json", late_card), path("so/", late_book), *urls.urlpatterns,
    ]


def test_a_tap_is_not_undone_by_the_page_that_brings_itself_up_to_date(
    phone_of_390: Page, site: str, settings: Any
) -> None:
    page, person = phone_of_390, keep_a_card(phone_of_390, site)
    settings.ROOT_URLCONF = SlowDoors
    page.goto(f"/so/the/{person}")
    script_runs(page)
    dose(person, 60)
    page.locator(".nhsuk-back-link").click(no_wait_after=True)
    with page.expect_response(f"**/so/the/{person}"):
        SlowDoors.card.set()
    page.wait_for_timeout(500)  # the page knows of the change now; a reload would come at once
    SlowDoors.book.set()
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()


def test_bytes_of_an_earlier_version_that_say_whole_seconds_are_of_the_page_of_that_second(
    phone_of_390: Page, site: str
) -> None:
    page, person = phone_of_390, keep_a_card(phone_of_390, site)
    row = CardByToken.objects.get(person_id=person)
    told = json.loads(bytes(row.payload))
    told["made_at"] = re.sub(r"\.\d+", "", told["made_at"])
    CardByToken.objects.filter(person_id=person).update(payload=json.dumps(told).encode())
    page.goto(f"/so/the/{person}")
    expect(page.locator("[data-book=freshness]")).to_contain_text("Đã kiểm tra lúc")
    assert page.evaluate("sessionStorage.getItem('tc-renewed')") is None
