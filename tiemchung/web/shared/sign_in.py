"""The staff's way in: password, second factor, the place they work at today; and the way out."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from tiemchung.access import actions, factors, reads
from tiemchung.core import clock
from tiemchung.core.text import nfc
from tiemchung.core.verdict import Refused
from tiemchung.places import reads as places
from tiemchung.web.shared.gate import network_address, open_to_public
from tiemchung.web.shared.typed import secret_in, uuid_in
from tiemchung.web.shared.words import say, say_reason

BETWEEN = dt.timedelta(minutes=10)  # from the password to the second factor
LONGEST = dt.timedelta(hours=12)
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def page(request: HttpRequest, name: str, /, status: int = 200, **facts: Any) -> HttpResponse:
    """Answer with a page of the way in; nothing on it may be kept."""
    frame = {"errors": {}, "home": "/"}
    response = render(request, f"staff_sign_in_{name}.html", {**frame, **facts}, status=status, using="jinja2")
    response.headers["Cache-Control"] = "no-store"
    return response


def words_of(refused: Refused) -> str:
    """Say why an action refused."""
    return " ".join(say_reason(reason) for reason in refused.verdict.refusals)


@open_to_public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; the right ones open nothing but the next question."""
    if request.method == "GET":
        return page(request, "password")
    username = nfc(secret_in(request.POST, "username", 150)).strip()
    password = secret_in(request.POST, "password")
    if not username or not password:
        empty = "username" if not username else "password"
        return page(request, "password", 422, username=username, errors={empty: say(f"staff.sign_in.{empty}_empty")})
    at = clock.now()
    try:
        staff_id = actions.prove_password(at=at, username=username, password=password, network=network_address(request))
    except Refused as refused:
        return page(request, "password", 422, username=username, errors={"username": words_of(refused)})
    wanted = request.session.get("next", "")
    request.session.flush()
    rotate_token(request)
    request.session["sign_in"] = {"staff": str(staff_id), "at": at.isoformat(), "next": wanted}
    return redirect("staff:sign_in_code" if factors.factors_of(staff_id).totp else "staff:sign_in_enrol")


@open_to_public
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the app, or a recovery code, or let the passkey be shown."""
    staff_id = half_way(request)
    if staff_id is None:
        return redirect("staff:sign_in")
    known = factors.factors_of(staff_id)
    if not known.totp:
        return redirect("staff:sign_in_enrol")
    if request.method == "GET":
        return page(request, "code", passkeys=bool(known.passkeys))
    try:
        typed = secret_in(request.POST, "code", 40)
        how = actions.prove_factor(at=clock.now(), staff_id=staff_id, code=typed)
    except Refused as refused:
        return page(request, "code", 422, passkeys=bool(known.passkeys), errors={"code": words_of(refused)})
    return enter(request, staff_id, how)


@open_to_public
@require_http_methods(["GET", "POST"])
def choose_posting(request: HttpRequest) -> HttpResponse:
    """Let somebody who works at several places say where they work now; the session gets a new id."""
    account = proven_account(request)
    if account is None:
        return redirect("staff:sign_in")
    postings = {str(p.id): p for p in reads.postings_of(account.id, clock.today())}
    chosen = str(uuid_in(request.POST, "posting")) if request.method == "POST" else ""
    if len(postings) == 1:
        chosen = next(iter(postings))
    if chosen in postings:
        request.session.cycle_key()
        request.session["posting_id"] = chosen
        return redirect(_inside(request, request.session.pop("after", "")) or "staff:home")
    errors = {"posting": say("staff.posting.choose")} if request.method == "POST" and postings else {}
    items = [(key, posting_words(p)) for key, p in postings.items()]
    return page(request, "posting", 422 if errors else 200, postings=items, errors=errors, name=account.full_name)


@open_to_public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this sign-in: the session is gone on the server too."""
    request.session.flush()
    return redirect("staff:sign_in")


def half_way(request: HttpRequest) -> UUID | None:
    """Give the member of staff who proved the password here in the last ten minutes, or None."""
    waiting = request.session.get("sign_in")
    if not waiting or clock.now() - dt.datetime.fromisoformat(waiting["at"]) > BETWEEN:
        return None
    account = reads.staff_account(UUID(waiting["staff"]))
    return account.id if account else None


def proven_account(request: HttpRequest) -> reads.StaffAccount | None:
    """Give the account of who proved both factors in this session, posted or not yet, or None."""
    session = request.session
    if not session.get("second_factor") or not session.get("_auth_user_id"):
        return None
    account = reads.staff_account(UUID(session["_auth_user_id"]))
    return account if account and account.auth_hash == session.get("_auth_user_hash") else None


def enter(request: HttpRequest, staff_id: UUID, how: str, to: str = "staff:sign_in_posting") -> HttpResponse:
    """Begin the session of a member of staff under a new id, for twelve hours at most, and ask for the posting."""
    at = clock.now()
    wanted = request.session.get("sign_in", {}).get("next", "")
    signed = actions.sign_in_staff(at=at, staff_id=staff_id, how=how)
    session = request.session
    session.flush()
    rotate_token(request)
    session["_auth_user_id"], session["_auth_user_backend"] = str(signed.staff_id), _BACKEND
    session["_auth_user_hash"] = signed.auth_hash
    session["second_factor"], session["trace"] = how, signed.trace
    session["seen_at"] = session["stepped_up_at"] = at.isoformat()
    session["after"] = wanted
    session.set_expiry(at + LONGEST)
    return redirect(to)


def posting_words(posting: reads.PostingView) -> str:
    """Say a posting: role, and the facility or area."""
    role = say(f"access.role.{posting.role}")
    if posting.facility_id is not None:
        return f"{role}, {places.facility(posting.facility_id).name}"
    return f"{role}, {places.path_name(posting.area_id)}" if posting.area_id else role


def _inside(request: HttpRequest, wanted: str) -> str:
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""
