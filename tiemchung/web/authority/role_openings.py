"""Roles that are switched on by data (R47: HCDC first, then all): where each is open, and opening and closing it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from tiemchung.access import actions
from tiemchung.access import reads as access
from tiemchung.access.reads import OpeningView
from tiemchung.access.rules import SWITCHED_ROLES
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.places import reads as places
from tiemchung.web.authority.accounts import open_to_seers
from tiemchung.web.shared.account import steps_up
from tiemchung.web.shared.formats import format_date
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import date_in, line_in, text_in
from tiemchung.web.shared.words import say


@open_to_seers
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Show where a role that is switched on exists, and since when."""
    today = clock.today()
    shown = [_line(one, today) for one in access.role_openings(actor_of(request))]
    return staff_page(request, "authority/roles.html", openings=shown)


@open_to_seers
@require_http_methods(["GET", "POST"])
@steps_up
def open_role(request: HttpRequest) -> HttpResponse:
    """Let a role exist in a province from a day on."""
    provinces = {str(area.id): area.full_name for area in places.children_of(None, clock.today())}
    role, area = line_in(request.POST, "role", 30), line_in(request.POST, "area", 40)
    typed, because = date_in(request.POST, "since"), text_in(request.POST, "because")
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = {
            **({} if role in set(SWITCHED_ROLES) else {"role": say("accounts.role.which")}),
            **({} if area in provinces else {"area": say("accounts.role.where")}),
            **({} if _whole(typed) else {"since-day": say("accounts.posting.day_wrong")}),
        }
    verdict = Verdict()
    if request.method == "POST" and not errors and typed.day is not None:
        try:
            actions.open_role(by=actor_of(request), at=clock.now(), role=Role(role), area_id=UUID(area),
                              valid_from=typed.day, because=because)  # fmt: skip
        except Refused as refused:
            verdict = refused.verdict
        else:
            tell(request, "accounts.role.opened", role=say(f"access.role.{role}"), area=provinces[area])
            return redirect("accounts:roles")
    items = sorted(provinces.items(), key=lambda pair: pair[1])
    return staff_page(
        request,
        "authority/open_role.html",
        422 if errors or verdict.refusals else 200,
        roles=[(str(one), say(f"access.role.{one}")) for one in sorted(SWITCHED_ROLES)],
        provinces=[("", say("accounts.role.choose")), *items],
        typed={"role": role, "area": area, "because": because},
        since=clock.today() if request.method == "GET" else typed.parts,
        errors=errors,
        verdict=verdict,
    )


@open_to_seers
@require_http_methods(["GET", "POST"])
@steps_up
def close_role(request: HttpRequest, opening_id: UUID) -> HttpResponse:
    """Let nobody new be posted with a role in an area from a day on."""
    opening = _open(request, opening_id)
    typed, because = date_in(request.POST, "on"), text_in(request.POST, "because")
    errors = {"on-day": say("accounts.posting.day_wrong")} if request.method == "POST" and not _whole(typed) else {}
    verdict = Verdict()
    if request.method == "POST" and not errors and typed.day is not None:
        try:
            actions.close_role(by=actor_of(request), at=clock.now(), role=opening.role, area_id=opening.area_id,
                               on=typed.day, because=because)  # fmt: skip
        except Refused as refused:
            verdict = refused.verdict
        else:
            named = _named(opening)
            tell(request, "accounts.role.closed", role=named["role"], area=named["area"])
            return redirect("accounts:roles")
    return staff_page(
        request,
        "authority/close_role.html",
        422 if errors or verdict.refusals else 200,
        opening=_named(opening),
        on=clock.today() if request.method == "GET" else typed.parts,
        because=because,
        errors=errors,
        verdict=verdict,
    )


def _whole(typed: Any) -> bool:
    return typed.day is not None and typed.precision == "DAY"


def _open(request: HttpRequest, opening_id: UUID) -> OpeningView:
    found = (one for one in access.role_openings(actor_of(request)) if one.id == opening_id and one.valid_to is None)
    opening = next(found, None)
    if opening is None:
        raise Http404
    return opening


def _named(opening: OpeningView) -> dict[str, str]:
    return {"role": say(f"access.role.{opening.role}"), "area": places.path_name(opening.area_id)}


def _line(opening: OpeningView, today: Any) -> dict[str, Any]:
    until = format_date(opening.valid_to) if opening.valid_to else ""
    over = opening.valid_to is not None and opening.valid_to <= today
    named = _named(opening)
    return {
        "id": opening.id,
        "title": f"{named['area']}: {named['role']}",
        "since": say("accounts.role.since", day=format_date(opening.valid_from)),
        "until": say("accounts.role.until", day=until) if until else "",
        "state": "over" if over else "coming" if opening.valid_from > today else "open",
        "closable": opening.valid_to is None,
    }
