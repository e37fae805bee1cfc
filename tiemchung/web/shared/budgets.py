"""The answer to staff whose day's budget of persons seen is used up, whichever page they asked for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tiemchung.core.verdict import Refused

_CODE = "SEEN_TOO_MANY"


class BudgetMiddleware:
    """Answer 429 where a page was refused for the budget; a view that shows refusals itself is left alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the page does."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Give the page that says why, with nobody's data on it; any other exception goes on."""
        if not isinstance(exception, Refused) or _CODE not in [r.code for r in exception.verdict.refusals]:
            return None
        answer = render(request, "errors/429.html", {"verdict": exception.verdict}, status=429, using="jinja2")
        answer.headers["Cache-Control"] = "no-store"
        return answer
