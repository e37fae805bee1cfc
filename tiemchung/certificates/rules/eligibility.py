"""Why a person has no passport yet: the codes, and the action that each asks of a facility. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Lack(StrEnum):
    """One thing in the way of a passport (QĐ 5772, sections 3 and 4; vietnam.md 6.2, 6.5)."""

    NO_DOSE = "NO_DOSE"
    SERIES_INCOMPLETE = "SERIES_INCOMPLETE"
    PRODUCT_NOT_ACCEPTED = "PRODUCT_NOT_ACCEPTED"
    DOSE_UNVERIFIED = "DOSE_UNVERIFIED"
    PLACE_UNKNOWN = "PLACE_UNKNOWN"
    NAME_MISSING = "NAME_MISSING"
    BIRTH_INCOMPLETE = "BIRTH_INCOMPLETE"
    SEX_MISSING = "SEX_MISSING"
    NUMBER_MISSING = "NUMBER_MISSING"
    IDENTITY_WAITING = "IDENTITY_WAITING"
    IDENTITY_MISMATCHED = "IDENTITY_MISMATCHED"
    IDENTITY_NOT_FOUND = "IDENTITY_NOT_FOUND"
    IDENTITY_DUPLICATE = "IDENTITY_DUPLICATE"


# Work that is not a lack: the passport is on its way.
TO_SIGN = "TO_SIGN"
TO_ISSUE = "TO_ISSUE"


@dataclass(frozen=True, slots=True)
class Gap:
    """One lack of one person: the dose and the facility concerned, where there is one."""

    code: Lack
    dose_id: UUID | None = None
    facility_id: UUID | None = None
