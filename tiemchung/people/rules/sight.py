"""Who may see whom, and who may search how: a table, and nothing outside it is allowed."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tiemchung.core.actor import CORRECTING_ROLES, Actor, Kind, Role


class Scope(StrEnum):
    """Which persons a caller may open."""

    NOBODY = "NOBODY"
    OWN = "OWN"
    PERMITTED = "PERMITTED"
    AREA = "AREA"
    EVERYBODY = "EVERYBODY"


@dataclass(frozen=True, slots=True)
class Sighted:
    """What decides who may see a person: areas and facilities of all its profiles, and a permit of the
    caller.
    """

    person_id: UUID
    area_ids: frozenset[UUID]
    facility_ids: frozenset[UUID]
    permitted: bool = False


SCOPES = {
    Role.VACCINATOR: Scope.AREA,
    Role.FACILITY_LEAD: Scope.AREA,
    Role.COMMUNE_OFFICER: Scope.AREA,
    Role.DISTRICT_OFFICER: Scope.AREA,
    Role.DATA_CORRECTOR: Scope.AREA,
    Role.PROVINCE_OFFICER: Scope.AREA,
    Role.MINISTRY_OFFICER: Scope.EVERYBODY,
    Role.HOTLINE_AGENT: Scope.PERMITTED,
    Role.ADMIN: Scope.NOBODY,
}
# Whoever stands before a citizen, or has one on the phone, finds them by what only they can say.
NATIONWIDE_BY_NUMBER = frozenset(
    {Role.VACCINATOR, Role.FACILITY_LEAD, Role.DATA_CORRECTOR, Role.HOTLINE_AGENT, Role.MINISTRY_OFFICER}
)
BY_NAME = frozenset(role for role, scope in SCOPES.items() if scope is Scope.AREA)
MAY_REGISTER = frozenset(
    {Role.VACCINATOR, Role.FACILITY_LEAD, Role.COMMUNE_OFFICER, Role.DATA_CORRECTOR, Role.HOTLINE_AGENT}
)
MAY_AMEND = frozenset({Role.VACCINATOR}) | CORRECTING_ROLES


def scope_of(by: Actor) -> Scope:
    """Give the scope of a caller; whoever the table does not name sees nobody."""
    if by.kind is Kind.SYSTEM:
        return Scope.EVERYBODY
    if by.kind is Kind.CITIZEN:
        return Scope.OWN
    if by.kind is Kind.STAFF and by.role is not None:
        return SCOPES.get(by.role, Scope.NOBODY)
    return Scope.NOBODY


def may_see(by: Actor, person: Sighted) -> bool:
    """Tell whether the caller may open this person."""
    scope = scope_of(by)
    if scope is Scope.EVERYBODY:
        return True
    if scope is Scope.OWN:
        return person.person_id in by.person_ids
    if scope is Scope.PERMITTED:
        return person.permitted
    if scope is Scope.AREA:
        at_home = by.facility_id is not None and by.facility_id in person.facility_ids
        return person.permitted or at_home or not by.area_ids.isdisjoint(person.area_ids)
    return False


def may_search_by_name(by: Actor) -> bool:
    """Tell whether the caller may search by name, and then only within its areas and its facility."""
    return by.kind is Kind.STAFF and by.role in BY_NAME


def may_search_by_number(by: Actor) -> bool:
    """Tell whether the caller may search by an exact number at all."""
    return by.kind is Kind.STAFF and scope_of(by) is not Scope.NOBODY


def searches_nationwide(by: Actor) -> bool:
    """Tell whether an exact number finds people outside the caller's areas."""
    return by.kind is Kind.STAFF and by.role in NATIONWIDE_BY_NUMBER


def may_register(by: Actor) -> bool:
    """Tell whether the caller may put somebody on record: staff at a desk, a citizen for the family, the
    system.
    """
    return by.kind in (Kind.SYSTEM, Kind.CITIZEN) or (by.kind is Kind.STAFF and by.role in MAY_REGISTER)


def may_amend(by: Actor, person: Sighted) -> bool:
    """Tell whether the caller may change what a profile says; a citizen proposes changes through a case."""
    allowed = by.kind is Kind.SYSTEM or (by.kind is Kind.STAFF and by.role in MAY_AMEND)
    return allowed and may_see(by, person)


def may_change_nationality(by: Actor) -> bool:
    """Tell whether the caller, who may amend, may change a nationality too: not alone at the table."""
    return by.kind is Kind.SYSTEM or (by.kind is Kind.STAFF and by.role in CORRECTING_ROLES)


def may_keep_contacts(by: Actor, person: Sighted) -> bool:
    """Tell whether the caller may add or end phones and guardians: whoever may amend, and citizens for
    their own.
    """
    return may_amend(by, person) or (by.kind is Kind.CITIZEN and may_see(by, person))
