"""Whether a dose under another record is the first of this person's: then the two may be one person."""

import datetime as dt
from collections.abc import Iterable

from tiemchung.vaccines.rules import Birth, DoseRole, GivenDose, course_of


def is_first_of(dose: GivenDose, own: Iterable[GivenDose], birth: Birth, on: dt.date) -> bool:
    """Tell whether a dose before `on` would be the first of the course that these own doses make.

    It must count by the rules of its day, before every own dose, and push none of them out of the course.
    """
    mine = list(own)
    if not dose.counted or dose.given_on >= on:
        return False
    before = course_of(mine, birth_date=birth, on=on, ahead=False)
    after = course_of([*mine, dose], birth_date=birth, on=on, ahead=False)
    if before.complete:
        return False
    role = next(row for row in after.doses if row.dose is dose)
    first = role.counted and role.role is DoseRole.PRIMARY and role.role_index == 1
    return first and sum(row.counted for row in after.doses) > sum(row.counted for row in before.doses)
