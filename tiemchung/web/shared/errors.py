"""Answers for when something went wrong: what happened and what to do, in the reader's language, nothing else.

The urls name them: `handler404 = "tiemchung.web.shared.errors.not_found"` and so on. They ask no database.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"errors/{status}.html", status=status, using="jinja2")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400: what was sent cannot be read."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403: this caller may not see that."""
    return _page(request, 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form without a valid token; settings name it as CSRF_FAILURE_VIEW."""
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404: there is no such page, or not for this caller."""
    return _page(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500: the fault is ours, nothing that was sent is lost twice."""
    return _page(request, 500)


def unavailable(request: HttpRequest, retry_after_s: int = 30) -> HttpResponse:
    """Answer 503 with Retry-After: too busy or under repair."""
    response = _page(request, 503)
    response.headers["Retry-After"] = str(retry_after_s)
    return response
