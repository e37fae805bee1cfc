"""One cause, many wrong doses: what may be changed for which cause, by whom, and what then happens."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from tiemchung.core.verdict import YES, Verdict, refuse

MOST_DOSES = 5000  # a mass site gives 2,000 a day; what is larger is not one cause
MOST_DAYS = 31


class BulkCause(StrEnum):
    """Why many doses are wrong at once."""

    WRONG_PRODUCT = "WRONG_PRODUCT"
    WRONG_DAY = "WRONG_DAY"
    WRONG_LOT = "WRONG_LOT"
    WRONG_PLACE = "WRONG_PLACE"


# A cause must be told by one of its first facts; the others may be put right with it.
FIELDS: dict[BulkCause, tuple[str, ...]] = {
    BulkCause.WRONG_PRODUCT: ("product", "lot_number"),
    BulkCause.WRONG_DAY: ("given_on",),
    BulkCause.WRONG_LOT: ("lot_number",),
    BulkCause.WRONG_PLACE: ("facility_id", "place_name", "point_id"),
}

# What a vaccine passport states of a dose: its code is revoked, and its holder told, where one of these is corrected.
# A lot and a place stand in no code: it stays in force, and only the dose waits for its facility's signature.
IN_THE_CODE = frozenset({BulkCause.WRONG_PRODUCT, BulkCause.WRONG_DAY})


class BulkState(StrEnum):
    """Where a bulk correction stands."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    DONE = "DONE"
    WITHDRAWN = "WITHDRAWN"
    UNDOING = "UNDOING"
    UNDONE = "UNDONE"


class BulkStep(StrEnum):
    """What is done with a bulk correction."""

    PROPOSE = "PROPOSE"
    APPROVE = "APPROVE"
    WITHDRAW = "WITHDRAW"
    FINISH = "FINISH"
    UNDO = "UNDO"


class ItemState(StrEnum):
    """What became of one dose of it; CHANGED and KEPT are doses that an undo left as they are."""

    WAITING = "WAITING"
    DONE = "DONE"
    REFUSED = "REFUSED"
    SKIPPED = "SKIPPED"
    RESTORED = "RESTORED"
    CHANGED = "CHANGED"
    KEPT = "KEPT"


_S, _T = BulkState, BulkStep
# An undo may come while the correction still runs: what has not been corrected yet is skipped.
BULK_TRANSITIONS: dict[tuple[BulkState | None, BulkStep], BulkState] = {
    (None, _T.PROPOSE): _S.PROPOSED,
    (_S.PROPOSED, _T.APPROVE): _S.APPROVED,
    (_S.PROPOSED, _T.WITHDRAW): _S.WITHDRAWN,
    (_S.APPROVED, _T.FINISH): _S.DONE,
    (_S.APPROVED, _T.UNDO): _S.UNDOING,
    (_S.DONE, _T.UNDO): _S.UNDOING,
    (_S.UNDOING, _T.FINISH): _S.UNDONE,
}


@dataclass(frozen=True, slots=True)
class BulkCriteria:
    """What all the doses have in common: the facility, the days (both included), and facts where they are named."""

    facility_id: UUID
    since: dt.date
    until: dt.date
    product: str = ""
    lot_number: str = ""
    vaccinator_id: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """Give plain values."""
        vaccinator = str(self.vaccinator_id) if self.vaccinator_id else None
        return {
            "facility_id": str(self.facility_id),
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "product": self.product,
            "lot_number": self.lot_number,
            "vaccinator_id": vaccinator,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "BulkCriteria":
        """Give the criteria that `as_json` gave."""
        return cls(
            facility_id=UUID(values["facility_id"]),
            since=dt.date.fromisoformat(values["since"]),
            until=dt.date.fromisoformat(values["until"]),
            product=values["product"],
            lot_number=values["lot_number"],
            vaccinator_id=UUID(values["vaccinator_id"]) if values["vaccinator_id"] else None,
        )


def bulk_state_after(before: BulkState | None, step: BulkStep) -> BulkState | None:
    """Give the state after a step, or None where the table has no such step."""
    return BULK_TRANSITIONS.get((before, step))


def may_step_bulk(before: BulkState | None, step: BulkStep) -> Verdict:
    """Say whether the step may come next."""
    return YES if bulk_state_after(before, step) else refuse("BULK_STEP_NOT_POSSIBLE", step=str(step))


def is_one_cause(cause: BulkCause, criteria: BulkCriteria, changes: Mapping[str, Any]) -> Verdict:
    """Say whether these changes belong to the cause and the criteria name one mistake, not a whole history."""
    allowed = FIELDS[cause]
    verdict = YES
    if allowed[0] not in changes or not set(changes) <= set(allowed) or not changes[allowed[0]]:
        verdict += refuse("BULK_CHANGES_NOT_OF_CAUSE")
    if criteria.until < criteria.since or (criteria.until - criteria.since).days >= MOST_DAYS:
        verdict += refuse("BULK_DAYS", most=MOST_DAYS)
    if cause is BulkCause.WRONG_DAY and criteria.since != criteria.until:
        verdict += refuse("BULK_ONE_DAY")
    return verdict


def may_approve_bulk(proposed_by: UUID, by: UUID | None) -> Verdict:
    """Say whether this is a second person: nobody approves what they proposed."""
    return refuse("BULK_SECOND_PERSON") if by is None or by == proposed_by else YES
