"""The list that somebody came from: a page of this site or nothing, so that no link leads anybody away."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import messages
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.web.shared import staff_page as frame
from tiemchung.web.shared.way_back import LONGEST, leading_back, own_page, way_back

LIST = "/staff/danh-tinh?state=MISMATCHED&after=2026-11-22T10:00:00+00:00_01a204d7-26d2-7812-baa4-be909bdb6c3b"


@pytest.fixture(autouse=True)
def whole_site(settings: Any) -> None:
    settings.ROOT_URLCONF = "tiemchung.urls"


def asked(address: str) -> Any:
    return RequestFactory().get(address)


@pytest.mark.parametrize("page", [LIST, "/staff/ho-chieu/viec/TO_SIGN", "/authority/nguoi"])
def test_a_list_is_found_again_behind_any_page(page: str) -> None:
    for first in ("/staff/ban-tiem/vac-xin", "/staff/ban-tiem/vac-xin?x=1"):
        assert way_back(asked(leading_back(first, page))) == page


def test_a_way_through_two_pages_comes_back_to_the_list() -> None:
    person = leading_back("/staff/ban-tiem/nguoi/01a204d7-26d2-7812-baa4-be909bdb6c3b", LIST)
    assert way_back(asked(leading_back("/staff/ban-tiem/vac-xin", person))) == person
    assert parse_qs(urlsplit(person).query)["next"] == [LIST]


@pytest.mark.parametrize("elsewhere", [
    "", "https://example.vn/staff/danh-tinh", "//example.vn/staff/danh-tinh", "/\\example.vn", "\\\\example.vn",
    "javascript:alert(1)", "staff/danh-tinh", "/no/such/page", "/staff/danh-tinh?" + "a" * LONGEST, " //example.vn",
    "/\t/example.vn", "///example.vn",
])  # fmt: skip
def test_what_is_no_page_of_this_site_is_nowhere_to_go(elsewhere: str) -> None:
    assert own_page(elsewhere) is None
    assert leading_back("/staff/danh-tinh", None) == "/staff/danh-tinh"


@given(st.text(max_size=40), st.sampled_from(["", "/", "//", "/\\", "/staff/danh-tinh", "https://"]))
def test_nothing_typed_leads_off_the_site(text: str, begin: str) -> None:
    found = own_page(begin + text)
    assert found is None or (found.startswith("/") and not urlsplit(found).netloc and not urlsplit(found).scheme)


def test_a_page_cannot_put_its_own_facts_where_the_banner_is_read() -> None:
    request = asked("/staff/")
    request.actor = Actor(kind=Kind.STAFF, role=Role.ADMIN)
    with pytest.raises(ValueError, match="told_before"):
        frame.staff_page(request, "staff_inside.html", told_before=[{"title": "x"}])


def test_what_did_not_go_is_not_told_as_done(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(messages, "success", lambda request, words: told.append(("done", words)))
    monkeypatch.setattr(messages, "warning", lambda request, words: told.append(("not done", words)))
    frame.tell_words(asked("/staff/"), "Đã sửa")
    frame.tell_words(asked("/staff/"), "Đã đổi trước", went=False)
    assert told == [("done", "Đã sửa"), ("not done", "Đã đổi trước")]
