"""The page behind the link of a message about a new dose: one button says that this dose was never given.

Opening the link changes nothing, since phones and mail filters open links by themselves; and it tells a stranger no
more than that there was a dose on a day. A link that is none, unknown or over gets one answer.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_http_methods

from tiemchung.access.actions import take_status
from tiemchung.cases.actions.noticing import disown_dose
from tiemchung.cases.reads.notices import NoticeView, notice_of
from tiemchung.cases.rules import shown_ref
from tiemchung.cases.rules.notices import LINK_PATH
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.web.portal.feedback.frame import private_page, reason_words
from tiemchung.web.shared.gate import network_address, open_to_public
from tiemchung.web.shared.language import spoken_language


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """Say what the link is about; the button opens a report, once."""
    found = notice_of(token, clock.now())
    if found is None:
        return _over(request)
    if request.method != "POST" or found.progress is not None:
        return _page(request, found)
    try:
        disown_dose(token=token, at=clock.now(), network=network_address(request), language=spoken_language())
    except Refused as refused:
        if "LINK_OVER" in str(refused):
            return _over(request)
        return _page(request, found, reason_words(refused.verdict.refusals[0]), status=422)
    return redirect("portal:not_me", token=token)


def _over(request: HttpRequest) -> HttpResponse:
    """Answer a link that opens nothing; who tries many is answered slower by the limit, and with the same words."""
    try:
        take_status(at=clock.now(), network=network_address(request))
    except Refused:
        return _kept_apart(private_page(request, "portal/not_me.html", {"found": None, "errors": {}}, status=429))
    return _kept_apart(private_page(request, "portal/not_me.html", {"found": None, "errors": {}}, status=404))


def _page(request: HttpRequest, found: NoticeView, error: str = "", status: int = 200) -> HttpResponse:
    facts: dict[str, Any] = {"found": found, "errors": {"": error} if error else {}}
    if found.progress is not None:
        # Which desk answers would tell where the dose was given; by number and phone the reporter sees that too.
        facts |= {"ref": shown_ref(found.progress.ref), "due_at": clock.local(found.progress.due_at)}
    return _kept_apart(private_page(request, "portal/not_me.html", facts, status=status))


def _kept_apart(response: HttpResponse) -> HttpResponse:
    """Keep the link's page out of search engines, wherever somebody may have posted it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


urlpatterns = [path(f"{LINK_PATH}<str:token>", not_me, name="not_me")]
