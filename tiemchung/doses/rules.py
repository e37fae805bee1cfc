"""What may happen to a dose, and what it then is. Pure: no database, no clock."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tiemchung.core.actor import FACILITY_ROLES, Actor, Kind, Role
from tiemchung.core.verdict import YES, Verdict, refuse


class EntryKind(StrEnum):
    """What a ledger entry says happened."""

    RECORDED = "RECORDED"
    DECLARED = "DECLARED"
    AMENDED = "AMENDED"
    VERIFIED = "VERIFIED"
    SIGNED = "SIGNED"
    UNSIGNED = "UNSIGNED"
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

# Who puts right what a case proves, within the areas of the posting (9458/BYT-CNTT, step 2: the provincial department
# and CDC, the district centre, the commune's station).
AREA_CORRECTORS = frozenset({Role.DATA_CORRECTOR, Role.DISTRICT_OFFICER, Role.COMMUNE_OFFICER})

# They change no fact: the dose stays in its version.
OF_SIGNING = frozenset({EntryKind.SIGNED, EntryKind.UNSIGNED})

_CORRECTIONS = frozenset({EntryKind.AMENDED, EntryKind.VOIDED, EntryKind.VERIFIED})

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
    # The signature speaks of the person as well: it falls when one of the four fields changes (vietnam.md 6.6).
    (DoseState.SIGNED, EntryKind.UNSIGNED): DoseState.CONFIRMED,
}


@dataclass(frozen=True, slots=True)
class DosePlace:
    """The facility of a dose, its areas of every date, and who gave it: what scope is decided by.

    A dose whose place is in no list has the area of its person.
    """

    facility_id: UUID | None
    area_ids: frozenset[UUID]
    vaccinator_id: UUID | None = None


def state_after(before: DoseState | None, kind: EntryKind) -> DoseState | None:
    """Give the state after an entry, or None where the table has no such step."""
    return TRANSITIONS.get((before, kind))


def corrects(kind: EntryKind, source: DoseSource) -> bool:
    """Tell whether an entry corrects what was known, or adds what was missing; a dose of the day at the desk does not.

    The parts of the house that follow a correction leave a receipt for it (peers G5).
    """
    late = source in {DoseSource.CASE, DoseSource.BACKLOG}
    return kind in _CORRECTIONS or (kind is EntryKind.RECORDED and late)


def may_follow(before: DoseState | None, kind: EntryKind) -> Verdict:
    """Say whether the entry may come next; a voided dose is final."""
    if state_after(before, kind) is not None:
        return YES
    return refuse("DOSE_VOIDED") if before is DoseState.VOIDED else refuse("STEP_NOT_POSSIBLE", kind=str(kind))


def may_record(by: Actor, place: DosePlace, source: DoseSource) -> Verdict:
    """Say whether this actor may put a dose of that place on record.

    The desk records for its own facility alone; a provincial corrector enters a backlog for facilities of the
    province (M11, M12), and the officers of an area what a case proves there (R44).
    """
    if by.kind is Kind.SYSTEM:
        return YES
    if by.role in FACILITY_ROLES and by.facility_id is not None and by.facility_id == place.facility_id:
        return YES
    if source is DoseSource.CASE and corrects_area(by, place):
        return YES
    if source is DoseSource.BACKLOG and by.role is Role.DATA_CORRECTOR and corrects_area(by, place):
        return YES
    return refuse("NOT_YOUR_PLACE")


def corrects_area(by: Actor, place: DosePlace) -> bool:
    """Tell whether this actor is an officer who corrects in an area of the place."""
    return by.is_staff and by.role in AREA_CORRECTORS and not place.area_ids.isdisjoint(by.area_ids)


def may_declare(by: Actor, person_id: UUID) -> Verdict:
    """Say whether a citizen may declare a dose for this person: only for those proven to be theirs (M22)."""
    mine = by.kind is Kind.CITIZEN and person_id in by.person_ids
    return YES if mine or by.kind is Kind.SYSTEM else refuse("NOT_YOUR_PERSON")


def may_correct(by: Actor, place: DosePlace, recorded_on: dt.date, today: dt.date) -> Verdict:
    """Say whether this actor may amend or void a dose.

    The lead of the facility that gave it and the officers who correct in its area always may; the vaccinator until
    midnight of the day of recording, afterwards the lead decides (peers B7).
    """
    if by.kind is Kind.SYSTEM:
        return YES
    here = by.facility_id is not None and by.facility_id == place.facility_id
    if corrects_area(by, place) or (by.role is Role.FACILITY_LEAD and here):
        return YES
    if by.role is Role.VACCINATOR and here and by.id == place.vaccinator_id:
        return YES if recorded_on == today else refuse("UNDO_WINDOW_OVER")
    return refuse("NOT_YOUR_PLACE")


def may_move(by: Actor, old: DosePlace, new: DosePlace) -> Verdict:
    """Say whether whoever may correct a dose at its old place may write another place into it.

    An officer who corrects in the old place's area may: nobody else can put right what lies there. Whoever holds only
    the old facility must not put a dose on another's record, nor whoever holds only the new one take it away.
    """
    if by.kind is Kind.SYSTEM or old.facility_id == new.facility_id or corrects_area(by, old):
        return YES
    lead = by.role is Role.FACILITY_LEAD and by.facility_id is not None
    return YES if corrects_area(by, new) or (lead and by.facility_id == new.facility_id) else refuse("NOT_YOUR_PLACE")


def reason_given(because: str) -> Verdict:
    """Ask for a reason of at least ten characters: an auditor reads it years later."""
    return YES if len(because.strip()) >= 10 else refuse("REASON_MISSING")
