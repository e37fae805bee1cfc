"""Who a member of staff is, where they are posted, the actor that follows, and which desks have somebody."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from tiemchung.access.accounts import AccountFile as AccountFile
from tiemchung.access.accounts import OpeningView as OpeningView
from tiemchung.access.accounts import account_file as account_file
from tiemchung.access.accounts import canaries_kept as canaries_kept
from tiemchung.access.accounts import role_openings as role_openings
from tiemchung.access.auditing import StaffLine as StaffLine
from tiemchung.access.auditing import staff_audited as staff_audited
from tiemchung.access.auditing import staff_found as staff_found
from tiemchung.access.devices import known_device as known_device
from tiemchung.access.models import Posting, RoleOpening, SeenCount, Staff, auth_hash_of
from tiemchung.access.rules import SWITCHED_ROLES, seen_budget
from tiemchung.access.scope import desks_with_staff, scope_of_facility
from tiemchung.core.actor import FACILITY_ROLES, Actor, Kind, Role
from tiemchung.core.statements import ask
from tiemchung.core.text import name_sort
from tiemchung.places.reads import scope_of


@dataclass(frozen=True, slots=True)
class PostingView:
    """One posting as it is shown and chosen."""

    id: UUID
    staff_id: UUID
    staff_name: str
    role: Role
    facility_id: UUID | None
    point_id: UUID | None
    area_id: UUID | None


def postings_of(staff_id: UUID, on: dt.date) -> Sequence[PostingView]:
    """Give the postings that are in force on that day, the oldest first."""
    rows = Posting.objects.filter(staff_id=staff_id, staff__is_active=True, valid_from__lte=on)
    rows = rows.select_related("staff").order_by("valid_from", "id")
    return [_view(row) for row in rows if row.valid_to is None or on < row.valid_to]


@dataclass(frozen=True, slots=True)
class PostingInForce:
    """A posting with what the gate compares: the hash that changes with the password."""

    view: PostingView
    auth_hash: str


# Asked by every request of every member of staff: written by hand, since compiling it costs more than its answer.
_IN_FORCE = """
SELECT p.role, p.facility_id, p.point_id, p.area_id, s.full_name, s.password, s.sign_ins_from
FROM access_posting p JOIN access_staff s ON s.id = p.staff_id
WHERE p.id = %s AND p.staff_id = %s AND s.is_active AND p.valid_from <= %s AND (p.valid_to IS NULL OR p.valid_to > %s)
"""


def posting_in_force(posting_id: UUID, staff_id: UUID, on: dt.date) -> PostingInForce | None:
    """Give the posting if it is this member of staff's and in force on that day; one statement."""
    found = ask(_IN_FORCE, posting_id, staff_id, on, on)
    if not found:
        return None
    role, facility_id, point_id, area_id, full_name, password, sign_ins_from = found[0]
    view = PostingView(posting_id, staff_id, full_name, Role(role), facility_id, point_id, area_id)
    return PostingInForce(view, auth_hash_of(password, sign_ins_from))


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """One member of staff as their own account page names them."""

    id: UUID
    username: str
    full_name: str
    auth_hash: str


def staff_account(staff_id: UUID) -> StaffAccount | None:
    """Give the account of a member of staff who may sign in, or None."""
    row = Staff.objects.filter(id=staff_id, is_active=True).first()
    return StaffAccount(row.id, row.username, row.full_name, row.get_session_auth_hash()) if row else None


def account_of_sign_in_name(username: str) -> StaffAccount | None:
    """Give the account that signs in with this name, None where there is none that may."""
    row = Staff.objects.filter(username=username, is_active=True).first()
    return staff_account(row.id) if row else None


def staff_names(staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give the full names of these members of staff in one statement; unknown ids are left out."""
    return dict(Staff.objects.filter(id__in=set(staff_ids)).values_list("id", "full_name"))


class StaffPlace(NamedTuple):
    """A member of staff and a facility where they are or were posted."""

    facility_id: UUID
    staff_id: UUID
    full_name: str


def staff_at(facility_ids: Iterable[UUID]) -> tuple[StaffPlace, ...]:
    """Give who gives doses at these facilities or ever did, each once a facility, by name; one statement."""
    asked = Posting.objects.filter(facility_id__in=set(facility_ids), role__in=FACILITY_ROLES)
    found = {StaffPlace(*row) for row in asked.values_list("facility_id", "staff_id", "staff__full_name")}
    return tuple(sorted(found, key=lambda one: (name_sort(one.full_name), one.staff_id, one.facility_id)))


def facility_scope(facility_id: UUID) -> frozenset[UUID]:
    """Give every area, of any date, where the facility stands or stood."""
    return scope_of_facility(facility_id)


def actor_of(posting: PostingView, trace: str) -> Actor:
    """Give the actor of a posting, with every area, of any date, that lies in its scope."""
    areas: frozenset[UUID] = frozenset()
    if posting.area_id is not None:
        areas = scope_of((posting.area_id,))
    elif posting.facility_id is not None:
        areas = scope_of_facility(posting.facility_id)
    return Actor(
        kind=Kind.STAFF,
        id=posting.staff_id,
        name=posting.staff_name,
        role=posting.role,
        facility_id=posting.facility_id,
        point_id=posting.point_id,
        area_id=posting.area_id,
        area_ids=areas,
        trace=trace,
    )


def staffed_desks(facility_ids: Iterable[UUID], area_ids: Iterable[UUID], on: dt.date) -> frozenset[UUID]:
    """Give those of these facilities that have a lead posted, and those of these areas that have an officer.

    A facility that is closed or has a successor is none of them. Areas are those of that day; who is posted to one of
    a former day sits at the area that holds all of its land now, if there is one. At most two statements, none for a
    minute after another asked.
    """
    staffed = desks_with_staff(on)
    return (frozenset(facility_ids) & staffed.facilities) | (frozenset(area_ids) & staffed.areas)


def every_staffed_desk(on: dt.date) -> frozenset[UUID]:
    """Give every facility and area of that day that `staffed_desks` would give."""
    staffed = desks_with_staff(on)
    return staffed.facilities | staffed.areas


def role_is_open(role: Role, area_id: UUID, on: dt.date) -> bool:
    """Tell whether a role exists in an area on that day: always, or opened there or for an area above."""
    if role not in SWITCHED_ROLES:
        return True
    rows = RoleOpening.objects.filter(role=role, valid_from__lte=on).exclude(valid_to__lte=on)
    return area_id in scope_of(rows.values_list("area_id", flat=True))


class PostedArea(NamedTuple):
    """That somebody was posted to an area in a role, from the first of these days to before the last."""

    staff_id: UUID
    role: str
    area_id: UUID
    valid_from: dt.date
    valid_to: dt.date | None


def posted_areas(staff_ids: Iterable[UUID]) -> tuple[PostedArea, ...]:
    """Give the areas to which these members of staff are or were posted; one statement."""
    rows = Posting.objects.filter(staff_id__in=set(staff_ids), area__isnull=False).order_by("-valid_from", "id")
    return tuple(
        PostedArea(*row) for row in rows.values_list("staff_id", "role", "area_id", "valid_from", "valid_to")
    )


class SeenToday(NamedTuple):
    """How many different persons a member of staff has seen on a day, and how many they may."""

    seen: int
    budget: int


def seen_today(staff_id: UUID, day: dt.date, role: Role | None = None) -> SeenToday:
    """Give how much of a day's budget of persons seen is used up; `day` is a day of Vietnam.

    The budget is that of the role; without one, the smallest of the roles that they are posted with.
    """
    roles = [role] if role else [posting.role for posting in postings_of(staff_id, day)]
    row = SeenCount.objects.filter(actor_id=staff_id, day=day).first()
    return SeenToday(row.count if row else 0, min(map(seen_budget, roles), default=0))


def _view(row: Posting) -> PostingView:
    return PostingView(
        id=row.id,
        staff_id=row.staff_id,
        staff_name=row.staff.full_name,
        role=Role(row.role),
        facility_id=row.facility_id,
        point_id=row.point_id,
        area_id=row.area_id,
    )
