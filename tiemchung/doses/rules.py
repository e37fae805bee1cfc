"""What may happen to a dose, and what it then is. Pure: no database, no clock."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tiemchung.core.actor import CORRECTING_ROLES, FACILITY_ROLES, Actor, Kind, Role
from tiemchung.core.verdict import YES, Verdict, refuse


class EntryKind(StrEnum):
    """What a ledger entry says happened."""

    RECORDED = "RECORDED"
    DECLARED = "DECLARED"
    AMENDED = "AMENDED"
    VERIFIED = "VERIFIED"
    SIGNED = "SIGNED"
    VOIDED = "VOIDED"


class DoseState(StrEnum):
    """What a dose is after its latest entry."""

    DECLARED = "DECLARED"
    CONFIRMED = "CONFIRMED"
    SIGNED = "SIGNED"
    VOIDED = "VOIDED"


class DoseSource(StrEnum):
    """The door through which a dose came in."""

    DESK = "DESK"
    BACKLOG = "BACKLOG"
    SELF = "SELF"
    CASE = "CASE"
    PARTNER = "PARTNER"


COUNTED = frozenset({DoseState.CONFIRMED, DoseState.SIGNED})

# (state before, entry) -> state after; whatever is missing here cannot happen. An amended dose has to be
# signed again, and what was voided stays voided: the same injection is then recorded anew.
TRANSITIONS: dict[tuple[DoseState | None, EntryKind], DoseState] = {
    (None, EntryKind.RECORDED): DoseState.CONFIRMED,
    (None, EntryKind.DECLARED): DoseState.DECLARED,
    (DoseState.DECLARED, EntryKind.AMENDED): DoseState.DECLARED,
    (DoseState.DECLARED, EntryKind.VERIFIED): DoseState.CONFIRMED,
    (DoseState.DECLARED, EntryKind.VOIDED): DoseState.VOIDED,
    (DoseState.CONFIRMED, EntryKind.AMENDED): DoseState.CONFIRMED,
    (DoseState.CONFIRMED, EntryKind.SIGNED): DoseState.SIGNED,
    (DoseState.CONFIRMED, EntryKind.VOIDED): DoseState.VOIDED,
    (DoseState.SIGNED, EntryKind.AMENDED): DoseState.CONFIRMED,
    (DoseState.SIGNED, EntryKind.VOIDED): DoseState.VOIDED,
}


@dataclass(frozen=True, slots=True)
class DosePlace:
    """The facility of a dose, its areas of every date, and who gave it: what scope is decided by."""

    facility_id: UUID | None
    area_ids: frozenset[UUID]
    vaccinator_id: UUID | None = None


def state_after(before: DoseState | None, kind: EntryKind) -> DoseState | None:
    """Give the state after an entry, or None where the table has no such step."""
    return TRANSITIONS.get((before, kind))


def may_follow(before: DoseState | None, kind: EntryKind) -> Verdict:
    """Say whether the entry may come next; a voided dose is final."""
    if state_after(before, kind) is not None:
        return YES
    return refuse("DOSE_VOIDED") if before is DoseState.VOIDED else refuse("STEP_NOT_POSSIBLE", kind=str(kind))


def may_record(by: Actor, place: DosePlace, source: DoseSource) -> Verdict:
    """Say whether this actor may put a dose of that place on record.

    The desk records for its own facility alone; a provincial corrector records what a case or a backlog
    proves for facilities of the province (M11, M12).
    """
    if by.kind is Kind.SYSTEM:
        return YES
    if by.role in FACILITY_ROLES and by.facility_id is not None and by.facility_id == place.facility_id:
        return YES
    late = source in {DoseSource.BACKLOG, DoseSource.CASE}
    if late and by.role is Role.DATA_CORRECTOR and place.area_ids & by.area_ids:
        return YES
    return refuse("NOT_YOUR_PLACE")


def may_declare(by: Actor, person_id: UUID) -> Verdict:
    """Say whether a citizen may declare a dose for this person: only for those proven to be theirs (M22)."""
    mine = by.kind is Kind.CITIZEN and person_id in by.person_ids
    return YES if mine or by.kind is Kind.SYSTEM else refuse("NOT_YOUR_PERSON")


def may_correct(by: Actor, place: DosePlace, recorded_on: dt.date, today: dt.date) -> Verdict:
    """Say whether this actor may amend or void a dose.

    The lead of the facility that gave it and the province's corrector always may; the vaccinator until
    midnight of the day of recording, afterwards the lead decides (peers B7).
    """
    if by.kind is Kind.SYSTEM:
        return YES
    here = by.facility_id is not None and by.facility_id == place.facility_id
    if by.role in CORRECTING_ROLES and (here or (by.role is Role.DATA_CORRECTOR and place.area_ids & by.area_ids)):
        return YES
    if by.role is Role.VACCINATOR and here and by.id == place.vaccinator_id:
        return YES if recorded_on == today else refuse("UNDO_WINDOW_OVER")
    return refuse("NOT_YOUR_PLACE")


def reason_given(because: str) -> Verdict:
    """Ask for a reason of at least ten characters: an auditor reads it years later."""
    return YES if len(because.strip()) >= 10 else refuse("REASON_MISSING")


def same_facts(before: dict[str, object], changes: dict[str, object]) -> bool:
    """Tell whether the changes leave everything as it was."""
    return all(before.get(name) == value for name, value in changes.items())
