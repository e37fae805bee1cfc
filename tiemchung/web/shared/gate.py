"""The gate: every view says whom it is open to, and gets an actor whose scope is already decided.

A view without a gate does not answer: tests/house walks every route and fails on one that has none.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from tiemchung.access import reads as access
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC, Actor, Kind, Role
from tiemchung.people import reads as people

View = Callable[..., HttpResponse]
STAFF_IDLE = dt.timedelta(minutes=30)
CITIZEN_IDLE = dt.timedelta(minutes=30)
_TOUCH = dt.timedelta(minutes=1)
_LONG_AGO = "1970-01-01T00:00:00+00:00"  # of a sign-in that did not keep its moment


def open_to_public(view: View) -> View:
    """Open a view to everybody; its actor is PUBLIC."""

    @wraps(view)
    def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.actor = PUBLIC  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    gated.gate = "public"  # type: ignore[attr-defined]
    return gated


def open_to_staff(*roles: Role) -> Callable[[View], View]:
    """Open a view to signed-in, posted staff of these roles; to all posted staff when none is named.

    Without a sign-in the answer leads there; for another role the page does not exist.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = staff_actor(request)
            if actor is None:
                return _to_sign_in(request, "/staff/sign-in")
            if roles and actor.role not in roles:
                raise Http404
            request.actor = actor  # type: ignore[attr-defined]
            return _private(view(request, *args, **kwargs))

        gated.gate = "staff:" + ",".join(roles)  # type: ignore[attr-defined]
        return gated

    return wrap


def open_to_citizen(view: View) -> View:
    """Open a view to a citizen who signed in by phone, code and one matched fact."""

    @wraps(view)
    def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = citizen_actor(request)
        if actor is None:
            return _to_sign_in(request, "/so/dang-nhap")
        request.actor = actor  # type: ignore[attr-defined]
        return _private(view(request, *args, **kwargs))

    gated.gate = "citizen"  # type: ignore[attr-defined]
    return gated


def staff_actor(request: HttpRequest) -> Actor | None:
    """Give the actor of a staff session with second factor and posting, or None.

    Two statements: the session, and the posting with its staff row, so a dismissed nurse is out at once.
    """
    session = request.session
    staff_id, posting_id = session.get("_auth_user_id"), session.get("posting_id")
    if not staff_id or not posting_id or not session.get("second_factor") or _idle(request, STAFF_IDLE):
        return None
    posting = access.posting_in_force(UUID(posting_id), UUID(staff_id), clock.today())
    if posting is None or not constant_time_compare(session.get("_auth_user_hash", ""), posting.auth_hash):
        return None
    return access.actor_of(posting.view, session.get("trace", ""))


def citizen_actor(request: HttpRequest) -> Actor | None:
    """Give the actor of a citizen session, with the persons proven to be theirs, or None.

    None too once the phone's holder has signed out of every device: the statement that proves persons says so. A page
    that is served without sessions knows nobody.
    """
    session = getattr(request, "session", None) or {}
    contact = session.get("citizen_contact")
    if not contact or _idle(request, CITIZEN_IDLE):
        return None
    signed_in_at = dt.datetime.fromisoformat(session.get("signed_in_at", _LONG_AGO))
    persons = people.proven_persons(bytes.fromhex(contact), clock.now(), signed_in_at=signed_in_at)
    if not persons:
        return None
    return Actor(kind=Kind.CITIZEN, person_ids=frozenset(persons), trace=session.get("trace", ""))


def sign_in_citizen(request: HttpRequest, contact_key: bytes, trace: str) -> None:
    """Start a citizen's session under a new session id, after code and fact are proven."""
    request.session.flush()
    request.session["citizen_contact"] = contact_key.hex()
    request.session["trace"] = trace
    request.session["signed_in_at"] = request.session["seen_at"] = clock.now().isoformat()


def network_address(request: HttpRequest) -> str:
    """Give the address that limits count: the last hop that our own proxy wrote, else the peer's."""
    if settings.TRUSTED_PROXY:
        return request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _idle(request: HttpRequest, limit: dt.timedelta) -> bool:
    now, seen = clock.now(), request.session.get("seen_at")
    if seen is not None and now - dt.datetime.fromisoformat(seen) > limit:
        request.session.flush()
        return True
    if seen is None or now - dt.datetime.fromisoformat(seen) > _TOUCH:
        request.session["seen_at"] = now.isoformat()
    return False


def _to_sign_in(request: HttpRequest, where: str) -> HttpResponse:
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=401)
    response = redirect(where)
    if request.method == "GET":
        request.session["next"] = request.path
    return response


def _private(response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Cache-Control", "no-store")
    return response
