"""Whoever has seen too many people today gets a page that says so, and no data (I10)."""

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from tests.builders import NOW
from tiemchung.access import seen
from tiemchung.access.actions import count_seen
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.verdict import Refused, refuse
from tiemchung.web.shared.budgets import BudgetMiddleware

AGENT = Actor(kind=Kind.STAFF, id=uuid4(), role=Role.HOTLINE_AGENT)


def look(request: HttpRequest) -> HttpResponse:
    """Show somebody."""
    count_seen(by=AGENT, at=NOW, person_ids=[uuid4()])
    return HttpResponse("Nguyễn Thị An")


def refusing(request: HttpRequest) -> HttpResponse:
    """Refuse for another reason."""
    raise Refused(refuse("NOT_YOUR_ROLE"))


urlpatterns = [path("look", look), path("no", refusing), path("", include("tiemchung.web.shared.urls"))]


@pytest.fixture
def browser(settings: Any, db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Serve two pages to an agent who may see three people."""
    settings.ROOT_URLCONF = __name__
    ours = f"{BudgetMiddleware.__module__}.BudgetMiddleware"
    settings.MIDDLEWARE = [*(one for one in settings.MIDDLEWARE if one != ours), ours]
    monkeypatch.setattr(seen, "seen_budget", lambda role: 3)
    return Client(raise_request_exception=False)


def test_i10_the_next_person_is_a_429_with_nobody_on_it(browser: Client) -> None:
    answers = [browser.get("/look") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    said = answers[-1].content.decode()
    assert "Nguyễn Thị An" not in said
    assert "Hôm nay bạn đã xem đủ 3 người" in said
    assert answers[-1].headers["Cache-Control"] == "no-store"


def test_other_refusals_go_their_own_way(browser: Client) -> None:
    assert browser.get("/no").status_code == 500
