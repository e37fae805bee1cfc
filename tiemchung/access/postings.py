"""Hiring and posting staff, ending their postings, and roles that are switched on by data."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from tiemchung.access import rules
from tiemchung.access.models import Posting, RoleOpening, Staff
from tiemchung.access.reads import role_is_open
from tiemchung.access.scope import forget_desks
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.text import nfc
from tiemchung.core.verdict import Refused, refuse

_HIRING = frozenset({Role.ADMIN, Role.MINISTRY_OFFICER})


def hire_staff(*, by: Actor, at: dt.datetime, username: str, full_name: str, password: str) -> UUID:
    """Make an account for a member of staff, or give the one of that username."""
    _may_hire(by)
    with transaction.atomic():
        known = Staff.objects.filter(username=username).first()
        if known is not None:
            return known.id
        staff = Staff(username=username, full_name=nfc(full_name), hired_at=at)
        staff.set_password(password)
        staff.save(force_insert=True)
        write_line(by=by, at=at, action="hire_staff", subject_id=staff.id)
    return staff.id


def post_staff(
    *,
    by: Actor,
    at: dt.datetime,
    staff_id: UUID,
    role: Role,
    valid_from: dt.date,
    facility_id: UUID | None = None,
    point_id: UUID | None = None,
    area_id: UUID | None = None,
) -> UUID:
    """Post a member of staff to a place, once: the same posting asked for twice is one.

    Raises Refused with what `rules.may_post` says, ROLE_NOT_OPEN_THERE among it: that role has no day of opening
    at or before `valid_from` in this area or one above it.
    """
    _may_hire(by)
    open_there = area_id is None or role_is_open(role, area_id, valid_from)
    rules.may_post(role, facility=facility_id is not None, area=area_id is not None, open_there=open_there).or_raise()
    place = {"facility_id": facility_id, "point_id": point_id, "area_id": area_id}
    with transaction.atomic():
        posting, made = Posting.objects.get_or_create(
            staff_id=staff_id, role=role, valid_to=None, **place, defaults={"valid_from": valid_from}
        )
        if made:
            write_line(by=by, at=at, action="post_staff", subject_id=staff_id, object_id=posting.id)
    forget_desks()
    return posting.id


def end_posting(*, by: Actor, at: dt.datetime, posting_id: UUID, on: dt.date, because: str) -> None:
    """End a posting on a day: from that day on it opens nothing.

    Raises Refused with NOT_YOUR_ROLE (also for one's own posting), REASON_MISSING and what `may_end_posting` says.
    """
    _may_hire(by)
    rules.must_say_why(because).or_raise()
    with transaction.atomic():
        posting = Posting.objects.select_for_update().get(id=posting_id)
        if by.id is not None and by.id == posting.staff_id:
            raise Refused(refuse("NOT_YOUR_ROLE"))
        rules.may_end_posting(posting.valid_to, on, local(at).date()).or_raise()
        posting.valid_to = on
        posting.save(update_fields=["valid_to"])
        write_line(
            by=by,
            at=at,
            action="end_posting",
            subject_id=posting.staff_id,
            object_id=posting.id,
            because=because,
            facts={"on": on.isoformat()},
        )
    forget_desks()


def open_role(
    *, by: Actor, at: dt.datetime, role: Role, area_id: UUID, valid_from: dt.date, because: str = ""
) -> UUID:
    """Let a role exist in an area and all that lies under it from a day on; where it is open already, nothing changes.

    Staff say why. Raises Refused with NOT_YOUR_ROLE, REASON_MISSING, ROLE_OPEN_EVERYWHERE for a role that needs no
    opening, and ROLE_OPENED_THEN where it was opened on that very day and closed since.
    """
    _may_hire(by)
    rules.may_open_role(role).or_raise()
    if by.kind is Kind.STAFF:
        rules.must_say_why(because).or_raise()
    with transaction.atomic():
        known = RoleOpening.objects.filter(role=role, area_id=area_id, valid_to=None, valid_from__lte=valid_from)
        opening = known.first() or RoleOpening(role=role, area_id=area_id, valid_from=valid_from)
        if opening._state.adding:
            if RoleOpening.objects.filter(role=role, area_id=area_id, valid_from=valid_from).exists():
                raise Refused(refuse("ROLE_OPENED_THEN"))
            opening.save(force_insert=True)
            write_line(
                by=by, at=at, action="open_role", subject_id=opening.id, object_id=area_id, because=because,
                facts={"role": role, "from": valid_from.isoformat()},
            )  # fmt: skip
    return opening.id


def close_role(*, by: Actor, at: dt.datetime, role: Role, area_id: UUID, on: dt.date, because: str) -> None:
    """Let nobody new be posted with a role in this area from a day on; postings made before go on until they end.

    Raises Refused with NOT_YOUR_ROLE, REASON_MISSING, and ROLE_CLOSE_PAST for a day before today.
    """
    _may_hire(by)
    rules.must_say_why(because).or_raise()
    rules.may_close_role(on, local(at).date()).or_raise()
    with transaction.atomic():
        for opening in RoleOpening.objects.select_for_update().filter(role=role, area_id=area_id, valid_to=None):
            opening.valid_to = on
            opening.save(update_fields=["valid_to"])
            write_line(
                by=by, at=at, action="close_role", subject_id=opening.id, object_id=area_id, because=because,
                facts={"role": role, "on": on.isoformat()},
            )  # fmt: skip


def _may_hire(by: Actor) -> None:
    if by.kind is not Kind.SYSTEM and by.role not in _HIRING:
        raise Refused(refuse("NOT_YOUR_ROLE"))
