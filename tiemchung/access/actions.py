"""Hiring, posting and dismissing staff."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from tiemchung.access.codes import CodeSent, send_code, use_code
from tiemchung.access.limits import Exhausted, minutes_of, take_all
from tiemchung.access.models import Posting, Staff
from tiemchung.access.rules import FACT_LIMITS, may_post
from tiemchung.access.sign_ins import (
    SignedIn,
    change_password,
    end_sign_ins,
    enrol_totp,
    prove_factor,
    prove_password,
    renew_recovery_codes,
    sign_in_staff,
    take_factor_try,
)
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.audit import write_line
from tiemchung.core.outbox import contact_key
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
    """Post a member of staff to a place, once: the same posting asked for twice is one."""
    _may_hire(by)
    may_post(role, facility=facility_id is not None, area=area_id is not None).or_raise()
    place = {"facility_id": facility_id, "point_id": point_id, "area_id": area_id}
    with transaction.atomic():
        posting, made = Posting.objects.get_or_create(
            staff_id=staff_id, role=role, valid_to=None, **place, defaults={"valid_from": valid_from}
        )
        if made:
            write_line(by=by, at=at, action="post_staff", subject_id=staff_id, object_id=posting.id)
    return posting.id


def end_posting(*, by: Actor, at: dt.datetime, posting_id: UUID, on: dt.date, because: str) -> None:
    """End a posting on a day; from then on it opens nothing."""
    _may_hire(by)
    with transaction.atomic():
        posting = Posting.objects.select_for_update().get(id=posting_id)
        posting.valid_to = on
        posting.save(update_fields=["valid_to"])
        write_line(
            by=by,
            at=at,
            action="end_posting",
            subject_id=posting.staff_id,
            object_id=posting.id,
            because=because,
        )


def take_fact_try(*, at: dt.datetime, phone: str) -> None:
    """Count one try at matching a fact for this phone; raise Refused with TOO_MANY_TRIES past the limits."""
    try:
        take_all(FACT_LIMITS, contact_key(phone).hex(), at)
    except Exhausted as full:
        raise Refused(refuse("TOO_MANY_TRIES", minutes=minutes_of(full))) from full


def _may_hire(by: Actor) -> None:
    if by.kind is not Kind.SYSTEM and by.role not in _HIRING:
        raise Refused(refuse("NOT_YOUR_ROLE"))


__all__ = [
    "CodeSent",
    "SignedIn",
    "change_password",
    "end_posting",
    "end_sign_ins",
    "enrol_totp",
    "hire_staff",
    "post_staff",
    "prove_factor",
    "prove_password",
    "renew_recovery_codes",
    "send_code",
    "sign_in_staff",
    "take_fact_try",
    "take_factor_try",
    "use_code",
]
