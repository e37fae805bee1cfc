"""One's own account: passkeys, recovery codes, password, and the end of every sign-in."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tiemchung.access import actions, factors
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.web.shared.gate import network_address, open_to_staff
from tiemchung.web.shared.second_factor import factor_asked, factor_wrong
from tiemchung.web.shared.sign_in import LONGEST, words_of
from tiemchung.web.shared.sign_in_enrol import keep_fresh_codes
from tiemchung.web.shared.staff_page import actor_of, staff_page
from tiemchung.web.shared.typed import secret_in

View = Callable[..., HttpResponse]
FRESH = dt.timedelta(minutes=15)


def steps_up(view: View) -> View:
    """Ask for a second factor again unless one was proven in the last fifteen minutes; then come back to the page."""

    @wraps(view)
    def stepped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        since = request.session.get("stepped_up_at")
        if since is None or clock.now() - dt.datetime.fromisoformat(since) > FRESH:
            if request.method == "GET":
                request.session["step_up_for"] = request.path
            return redirect("staff:step_up")
        return view(request, *args, **kwargs)

    return stepped


@open_to_staff()
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Show how one signs in, and what can be changed about it."""
    return _account(request)


@open_to_staff()
@require_http_methods(["GET", "POST"])
def step_up(request: HttpRequest) -> HttpResponse:
    """Prove the second factor anew; the session gets a new id."""
    errors = factor_wrong(request) if request.method == "POST" else {}
    if request.method == "POST" and not errors:
        mark_stepped_up(request)
        return redirect(request.session.pop("step_up_for", "staff:account"))
    facts = {"errors": errors, "factor": factor_asked(request)}
    return staff_page(request, "staff_step_up.html", 422 if errors else 200, **facts)


@open_to_staff()
@require_POST
@steps_up
def renew_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once."""
    codes = actions.renew_recovery_codes(by=actor_of(request), at=clock.now(), staff_id=_me(request))
    keep_fresh_codes(request, codes)
    return redirect("staff:recovery_codes")


@open_to_staff()
@require_POST
@steps_up
def new_password(request: HttpRequest) -> HttpResponse:
    """Change the password; every sign-in ends and this one begins anew at the door."""
    try:
        actions.change_password(
            by=actor_of(request),
            at=clock.now(),
            staff_id=_me(request),
            old=secret_in(request.POST, "old"),
            new=secret_in(request.POST, "new"),
            network=network_address(request),
        )
    except Refused as refused:
        field = "new" if "PASSWORD_WEAK" in str(refused) else "old"
        return _account(request, 422, {field: words_of(refused)})
    request.session.flush()
    return redirect("staff:sign_in")


@open_to_staff()
@require_POST
def everywhere(request: HttpRequest) -> HttpResponse:
    """End every sign-in, on every device."""
    actions.end_sign_ins(by=actor_of(request), at=clock.now(), staff_id=_me(request))
    request.session.flush()
    return redirect("staff:sign_in")


def mark_stepped_up(request: HttpRequest) -> None:
    """Note that the second factor was just proven, under a new session id that ends when the old one would have."""
    ends = request.session.get_expiry_date()
    request.session.cycle_key()
    request.session.set_expiry(min(ends, clock.now() + LONGEST))
    request.session["stepped_up_at"] = clock.now().isoformat()


def _me(request: HttpRequest) -> Any:
    return actor_of(request).id


def _account(request: HttpRequest, status: int = 200, errors: dict[str, str] | None = None) -> HttpResponse:
    known = factors.factors_of(_me(request))
    return staff_page(request, "staff_account.html", status, known=known, errors=errors or {})
