"""What a code's page says after a try: kept in the session for one reading, so that Back never asks to send again."""

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

_KEPT = "told_once"


@dataclass(frozen=True, slots=True)
class Told:
    """The errors by field, and whether another code is on its way. The code that was typed is never kept."""

    errors: dict[str, str] = field(default_factory=dict)
    sent_again: bool = False


def tell_on(request: HttpRequest, told: Told) -> HttpResponse:
    """Answer what was sent to a page by leading back to it; it says this once."""
    request.session[_KEPT] = {"page": request.path, "errors": told.errors, "sent_again": told.sent_again}
    return redirect(request.path)


def told_on(request: HttpRequest) -> Told:
    """Give what this page has to say, and forget it; nothing where it was meant for another or was said already."""
    if _KEPT not in request.session:
        return Told()
    kept = request.session.pop(_KEPT)
    return Told(kept["errors"], kept["sent_again"]) if kept["page"] == request.path else Told()
