"""A staff account as whoever runs the accounts sees it: how it signs in and where it is posted, no secret."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.access.auditing import StaffLine, staff_audited
from tiemchung.access.factors import Factors, factors_of
from tiemchung.access.models import Canary, RoleOpening, Staff
from tiemchung.core.actor import Actor, Role
from tiemchung.core.distribution import allow_cross_shard

_SEE_ACCOUNTS = frozenset({Role.ADMIN, Role.MINISTRY_OFFICER})


@dataclass(frozen=True, slots=True)
class AccountFile:
    """One account: who and where (`line`), the second factors, and when it was made, last used and shut out."""

    line: StaffLine
    factors: Factors
    hired_at: dt.datetime | None
    last_sign_in_at: dt.datetime | None
    sign_ins_from: dt.datetime | None


def account_file(by: Actor, staff_id: UUID) -> AccountFile | None:
    """Give the account of a member of staff, for administrators and the ministry; None for others and for nobody."""
    line = staff_audited(by, staff_id) if by.role in _SEE_ACCOUNTS else None
    if line is None:
        return None
    row = Staff.objects.get(id=staff_id)
    return AccountFile(line, factors_of(staff_id), row.hired_at, row.last_login, row.sign_ins_from)


@dataclass(frozen=True, slots=True)
class OpeningView:
    """Where and from when to when a role exists that is switched on by data; `valid_to` is the first day without it."""

    id: UUID
    role: Role
    area_id: UUID
    valid_from: dt.date
    valid_to: dt.date | None


def role_openings(by: Actor) -> tuple[OpeningView, ...]:
    """Give every opening, those without an end first and then the newest, to administrators and the ministry."""
    if by.role not in _SEE_ACCOUNTS:
        return ()
    rows = RoleOpening.objects.order_by("-valid_from", "id")
    views = (OpeningView(row.id, Role(row.role), row.area_id, row.valid_from, row.valid_to) for row in rows)
    return tuple(sorted(views, key=lambda view: view.valid_to is not None))


def canaries_kept(by: Actor) -> int:
    """Give how many canaries there are, and never who, to administrators and the ministry; 0 to all others."""
    if by.role not in _SEE_ACCOUNTS:
        return 0
    with allow_cross_shard("the few canaries are counted"):
        return Canary.objects.count()
