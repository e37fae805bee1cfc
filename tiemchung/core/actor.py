"""Who is asking, and for which part of the country."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """The four sorts of caller."""

    STAFF = "staff"
    CITIZEN = "citizen"
    SYSTEM = "system"
    PUBLIC = "public"


class Role(StrEnum):
    """What a member of staff does at the place they are posted to."""

    VACCINATOR = "vaccinator"
    FACILITY_LEAD = "facility_lead"
    COMMUNE_OFFICER = "commune_officer"
    DISTRICT_OFFICER = "district_officer"
    DATA_CORRECTOR = "data_corrector"
    PROVINCE_OFFICER = "province_officer"
    MINISTRY_OFFICER = "ministry_officer"
    HOTLINE_AGENT = "hotline_agent"
    ADMIN = "admin"


FACILITY_ROLES = frozenset({Role.VACCINATOR, Role.FACILITY_LEAD})
CORRECTING_ROLES = frozenset(
    {Role.FACILITY_LEAD, Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR}
)


@dataclass(frozen=True, slots=True)
class Actor:
    """One caller with the scope that was decided at the gate; an empty scope sees nothing.

    `area_id` is the area of the posting and `area_ids` are all areas, of any date, whose people and places a member of
    staff may see; `person_ids` the persons
    that a citizen has proven to be theirs. `trace` names the sign-in, so that an audit line leads back to it.
    """

    kind: Kind
    id: UUID | None = None
    name: str = ""
    role: Role | None = None
    facility_id: UUID | None = None
    point_id: UUID | None = None
    area_id: UUID | None = None
    area_ids: frozenset[UUID] = field(default_factory=frozenset)
    person_ids: frozenset[UUID] = field(default_factory=frozenset)
    trace: str = ""

    @property
    def is_staff(self) -> bool:
        """Tell whether a posted member of staff is asking."""
        return self.kind is Kind.STAFF and self.role is not None

    @property
    def everywhere(self) -> bool:
        """Tell whether the scope is the whole country: the ministry, and the system itself."""
        return self.kind is Kind.SYSTEM or self.role is Role.MINISTRY_OFFICER


SYSTEM = Actor(kind=Kind.SYSTEM, name="system")
PUBLIC = Actor(kind=Kind.PUBLIC, name="public")
