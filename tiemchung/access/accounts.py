"""A staff account as whoever runs the accounts sees it: how it signs in and where it is posted, no secret."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.access.auditing import StaffLine, staff_audited
from tiemchung.access.factors import Factors, factors_of
from tiemchung.access.models import Staff
from tiemchung.core.actor import Actor, Role

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
