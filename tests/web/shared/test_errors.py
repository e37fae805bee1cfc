"""A page about a fault says what happened and what to do, in both languages, and nothing about the inside."""

import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import NoReverseMatch

from tiemchung.web.shared import errors, words
from tiemchung.web.shared.language import COOKIE
from tiemchung.web.shared.middleware import LanguageMiddleware

VIEWS = {
    400: errors.bad_request,
    403: errors.forbidden,
    404: errors.not_found,
    500: errors.broken,
    503: errors.unavailable,
}


@pytest.fixture(autouse=True)
def own_urls(settings):
    settings.ROOT_URLCONF = "tests.web.shared.kit_urls"


def answer(view, lang: str) -> HttpResponse:
    request = RequestFactory().get("/somewhere")
    request.COOKIES[COOKIE] = lang
    return LanguageMiddleware(view)(request)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("status", VIEWS)
def test_each_fault_has_its_page_in_the_readers_language(status, lang):
    response = answer(VIEWS[status], lang)
    page = response.content.decode()
    assert response.status_code == status
    assert f'<html lang="{lang}">' in page
    for part in ("title", "text", "next"):
        assert words.say(f"problem.{status}.{part}", lang) in page


def test_a_busy_answer_says_when_to_come_back():
    assert answer(errors.unavailable, "vi").headers["Retry-After"] == "30"


def test_the_fault_itself_is_not_shown():
    request = RequestFactory().get("/")
    page = errors.not_found(request, NoReverseMatch("secret of the inside")).content.decode()
    assert "secret" not in page
    assert not re.search(r"Traceback|Exception|NoReverse", page)


def test_a_form_that_was_open_too_long_says_to_reload_it():
    request = RequestFactory().post("/")
    response = errors.csrf_failed(request, reason="CSRF cookie not set")
    assert response.status_code == 403
    assert words.say("problem.403.next", "vi") in response.content.decode()
