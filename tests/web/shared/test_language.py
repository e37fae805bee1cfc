"""A page speaks the language that its reader chose, and choosing leads nowhere else."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from tiemchung.web.shared.language import COOKIE, speaking, spoken_language
from tiemchung.web.shared.middleware import LanguageMiddleware, PrivacyHeadersMiddleware
from tiemchung.web.shared.views import choose_language


@pytest.mark.parametrize(("cookie", "lang"), [(None, "vi"), ("en", "en"), ("vi", "vi"), ("de", "vi"), ("<b>", "vi")])
def test_the_cookie_decides_and_vietnamese_is_the_default(cookie, lang):
    heard = []

    def view(request):
        heard.extend([request.lang, spoken_language(), translation.get_language()])
        return HttpResponse()

    request = RequestFactory().get("/")
    if cookie:
        request.COOKIES[COOKIE] = cookie
    response = LanguageMiddleware(view)(request)
    assert heard == [lang, lang, lang]
    assert response.headers["Content-Language"] == lang


def test_the_language_of_one_answer_does_not_stay_for_the_next():
    with pytest.raises(RuntimeError), speaking("en"):
        raise RuntimeError
    assert spoken_language() == "vi"


def a_post(said: dict[str, str]) -> HttpRequest:
    """Give a post of somebody who is not signed in."""
    request = RequestFactory().post("/lang", said)
    request.session = {}
    return request


def test_choosing_a_language_sets_the_cookie_and_leads_back():
    response = choose_language(a_post({"lang": "en", "next": "/verify?a=1"}))
    assert (response.status_code, response.headers["Location"]) == (302, "/verify?a=1")
    assert response.cookies[COOKIE].value == "en"
    assert response.cookies[COOKIE]["samesite"] == "Lax"


ELSEWHERE = ["https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org", ""]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_choosing_a_language_never_leads_to_another_site(elsewhere):
    response = choose_language(a_post({"lang": "en", "next": elsewhere}))
    assert response.headers["Location"] == "/"


def test_an_unknown_language_changes_nothing():
    response = choose_language(a_post({"lang": "xx", "next": "/a"}))
    assert (response.headers["Location"], COOKIE in response.cookies) == ("/a", False)


def test_the_language_is_not_changed_by_a_link():
    assert choose_language(RequestFactory().get("/lang")).status_code == 405


def test_answers_stay_out_of_shared_caches_unless_the_view_said_otherwise():
    plain = PrivacyHeadersMiddleware(lambda _: HttpResponse())(RequestFactory().get("/"))
    public = HttpResponse(headers={"Cache-Control": "public"})
    said = PrivacyHeadersMiddleware(lambda _: public)(RequestFactory().get("/"))
    assert plain.headers["Cache-Control"] == "private, no-cache"
    assert said.headers["Cache-Control"] == "public"
    assert plain.headers["X-Frame-Options"] == "DENY"
    assert "microphone=()" in plain.headers["Permissions-Policy"]
