"""Staff accounts: find one, see how it signs in and where it is posted; reset, shut out, end a posting.

The ministry sees; an administrator does, with a second factor of the last minutes and a reason.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from tiemchung.access import actions
from tiemchung.access import reads as access
from tiemchung.access.reads import AccountFile
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.audit import write_line
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.web.authority.auditor import posts_told
from tiemchung.web.shared.account import steps_up
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import ACCOUNT_ROLES, actor_of, staff_page, tell
from tiemchung.web.shared.typed import date_in, line_in, text_in
from tiemchung.web.shared.words import say

open_to_seers = open_to_staff(*ACCOUNT_ROLES)
open_to_admins = open_to_staff(Role.ADMIN)


@open_to_seers
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find a member of staff by name or username; what is typed stands in no address."""
    text = line_in(request.POST, "text", 100)
    errors = {"text": say("audit.find.short")} if request.method == "POST" and len(text) < 2 else {}
    found = access.staff_found(actor_of(request), text) if text and not errors else ()
    return staff_page(
        request,
        "authority/accounts.html",
        422 if errors else 200,
        text=text,
        found=[{"line": line, "posts": posts_told(line)} for line in found],
        asked=bool(text) and not errors,
        errors=errors,
    )


@open_to_seers
@require_GET
def account(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Show one account: postings, second factors without their secrets, and what may be done about it."""
    by, today, file = actor_of(request), clock.today(), _file(request, staff_id)
    write_line(by=by, at=clock.now(), action="open_account", subject_id=staff_id)
    ends = [post.valid_to is None or post.valid_to > today for post in file.line.postings]
    return staff_page(
        request,
        "authority/account.html",
        file=file,
        postings=list(zip(file.line.postings, posts_told(file.line), ends, strict=True)),
        acts=by.role is Role.ADMIN and by.id != staff_id,
    )


@open_to_admins
@require_http_methods(["GET", "POST"])
@steps_up
def reset_factors(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Forget the second factors that somebody lost, once it is clear who asks; every sign-in ends."""
    return _decide(request, _file(request, staff_id), "reset", lambda because: actions.reset_factors(
        by=actor_of(request), at=clock.now(), staff_id=staff_id, because=because))  # fmt: skip


@open_to_admins
@require_http_methods(["GET", "POST"])
@steps_up
def end_sign_ins(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """End every sign-in of somebody, on every device."""
    return _decide(request, _file(request, staff_id), "sign_ins", lambda because: actions.end_sign_ins(
        by=actor_of(request), at=clock.now(), staff_id=staff_id, because=because))  # fmt: skip


@open_to_admins
@require_http_methods(["GET", "POST"])
@steps_up
def end_posting(request: HttpRequest, staff_id: UUID, posting_id: UUID) -> HttpResponse:
    """End a posting on a day, today or later."""
    file, today = _file(request, staff_id), clock.today()
    told = dict(zip([post.id for post in file.line.postings], posts_told(file.line), strict=True))
    if posting_id not in told:
        raise Http404
    typed = date_in(request.POST, "on")
    on = typed.day if typed.precision == "DAY" else None
    errors = {"on-day": say("accounts.posting.day_wrong")} if request.method == "POST" and on is None else {}
    shown = {"posting": told[posting_id], "on": today if request.method == "GET" else typed.parts}

    def act(because: str) -> None:
        actions.end_posting(
            by=actor_of(request), at=clock.now(), posting_id=posting_id, on=on or today, because=because
        )

    return _decide(request, file, "posting", act, errors, **shown)


def _decide(
    request: HttpRequest,
    file: AccountFile,
    deed: str,
    act: Callable[[str], None],
    errors: dict[str, str] | None = None,
    **shown: Any,
) -> HttpResponse:
    """Ask for the reason, and do it once it is given and nothing refuses."""
    because, verdict, told = text_in(request.POST, "because"), Verdict(), errors or {}
    if request.method == "POST" and not told:
        try:
            act(because)
        except Refused as refused:
            verdict = refused.verdict
        else:
            tell(request, f"accounts.{deed}.done", name=file.line.full_name)
            return redirect("accounts:account", staff_id=file.line.id)
    status = 422 if verdict.refusals or told else 200
    facts = {"file": file, "deed": deed, "because": because, "verdict": verdict, "errors": told, **shown}
    return staff_page(request, "authority/account_deed.html", status, **facts)


def _file(request: HttpRequest, staff_id: UUID) -> AccountFile:
    found = access.account_file(actor_of(request), staff_id)
    if found is None:
        raise Http404
    return found
