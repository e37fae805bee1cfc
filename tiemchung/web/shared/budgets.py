"""The answer to whoever has used up a budget, whichever page they asked for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tiemchung.core.verdict import Refused

_CODES = frozenset({"SEEN_TOO_MANY", "TOO_MANY_TRIES"})


class BudgetMiddleware:
    """Answer 429 where a page was refused for a budget; a view that shows refusals itself is left alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the page does."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Give the page that says why, with nobody's data on it; any other exception goes on."""
        if not isinstance(exception, Refused) or _CODES.isdisjoint(r.code for r in exception.verdict.refusals):
            return None
        codes = {reason.code for reason in exception.verdict.refusals}
        facts = {"verdict": exception.verdict, "seen": "SEEN_TOO_MANY" in codes}
        answer = render(request, "errors/429.html", facts, status=429, using="jinja2")
        answer.headers["Cache-Control"] = "no-store"
        return answer
