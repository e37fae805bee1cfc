"""Who works in the demonstration week: accounts, postings, second factors, and the actors that follow from them."""

import datetime as dt
import secrets
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.access import actions
from tiemchung.access.factors import reset_totp
from tiemchung.access.reads import actor_of, postings_of
from tiemchung.access.rules import SWITCHED_ROLES
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.demo.places import Site
from tiemchung.demo.signins import SignIn, keep_sign_ins
from tiemchung.places import reads as places
from tiemchung.places.rules import Level

_FILE = Path(__file__).parent / "data" / "staff.toml"
_SINCE = dt.date(2020, 1, 1)
# The data corrector came to Ho Chi Minh City's centre first, and after it had proved itself to all provinces (R47).
_CORRECTORS_FIRST = ("79", dt.date(2021, 10, 1))
_CORRECTORS_THEN = dt.date(2021, 12, 1)
_PROVINCES_OF = dt.date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """One member of staff as the data file names them."""

    username: str
    full_name: str
    role: Role
    place: str = ""
    area: tuple[str, str, str] | None = None


@cache
def staff_plans() -> tuple[StaffPlan, ...]:
    """Give everybody who can sign in."""
    rows: list[dict[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))["staff"]
    return tuple(
        StaffPlan(row["username"], row["full_name"], Role(row["role"]), row.get("place", ""), _area(row.get("area")))
        for row in rows
    )


def _area(row: list[str] | None) -> tuple[str, str, str] | None:
    return (row[0], row[1], row[2]) if row else None


def plan_for(name: str, sites: dict[str, Site]) -> StaffPlan:
    """Give the plan of a username, or of `nurse:<facility>`: a vaccinator of the file, else one who cannot sign in."""
    by_name = {plan.username: plan for plan in staff_plans()}
    if not name.startswith("nurse:"):
        return by_name[name]
    key = name.removeprefix("nurse:")
    of_file = (plan for plan in staff_plans() if plan.place == key and plan.role is Role.VACCINATOR)
    unnamed = StaffPlan(f"nurse-{key.replace('_', '-')}", f"Điều dưỡng {sites[key].name}"[:120], Role.VACCINATOR, key)
    return next(of_file, unnamed)


def hire(plan: StaffPlan, *, at: dt.datetime, sites: dict[str, Site], password: str = "") -> Actor:
    """Hire and post somebody who is not there yet and give the actor; without a password nobody knows one."""
    if plan.role in SWITCHED_ROLES:
        open_roles(at=at)
    staff_id = actions.hire_staff(
        by=SYSTEM,
        at=at,
        username=plan.username,
        full_name=plan.full_name,
        password=password or secrets.token_urlsafe(24),
    )
    actions.post_staff(
        by=SYSTEM,
        at=at,
        staff_id=staff_id,
        role=plan.role,
        valid_from=_CORRECTORS_THEN if plan.role in SWITCHED_ROLES else _SINCE,
        facility_id=sites[plan.place].id if plan.place else None,
        area_id=_area_id(plan.area) if plan.area else None,
    )
    return actor_of(postings_of(staff_id, at.date())[0], trace="demo")


def open_roles(*, at: dt.datetime) -> None:
    """Open the role of data corrector in Ho Chi Minh City first and then everywhere, once."""
    code, first_day = _CORRECTORS_FIRST
    for province in places.children_of(None, _PROVINCES_OF):
        day = first_day if province.code == code else _CORRECTORS_THEN
        actions.open_role(by=SYSTEM, at=at, role=Role.DATA_CORRECTOR, area_id=province.id, valid_from=day)


def hire_everybody(*, at: dt.datetime, sites: dict[str, Site]) -> dict[str, Actor]:
    """Hire and post who is not there yet, and give the actors by username and by `nurse:<facility>`.

    Those of the data file get the password of the sign-ins' file, and a second factor.
    """
    known = keep_sign_ins([plan.username for plan in staff_plans()])
    actors = {}
    for plan in staff_plans():
        actor = hire(plan, at=at, sites=sites, password=known[plan.username].password)
        if actor.id is not None:
            _settle_sign_in(actor.id, known[plan.username], at)
        actors[plan.username] = actor
    for key in sites:
        plan = plan_for(f"nurse:{key}", sites)
        actors[f"nurse:{key}"] = actors.get(plan.username) or hire(plan, at=at, sites=sites)
    return actors


def _area_id(area: tuple[str, str, str]) -> UUID:
    level, code, day = area
    found = places.area_by_code(code, Level(level), dt.date.fromisoformat(day))
    if found is None:
        raise places.NoSuchPlace(code)
    return found.id


def _settle_sign_in(staff_id: UUID, sign_in: SignIn, at: dt.datetime) -> None:
    """Make password and second factor of the account those of the file, which its owner can read again.

    Both are set together, so the second factor, which is quick to compare, tells of the password too.
    """
    with transaction.atomic():
        if reset_totp(staff_id, sign_in.totp_secret, at):
            actions.give_password(by=SYSTEM, at=at, staff_id=staff_id, password=sign_in.password)
