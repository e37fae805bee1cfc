"""One page of evidence as others see it."""

import datetime as dt
import json
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.evidence.slip import Proposals
from tiemchung.cases.models import Evidence
from tiemchung.core.sealing import seal, unseal

_READING = "cases.reading"


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One page: may it be shown (`state` CLEAN), and what it seems to say.

    `proposals` is None until it has been read, and for good where it could not be read.
    """

    id: UUID
    case_id: UUID
    number: int
    state: str
    width: int
    height: int
    bytes: int
    added_at: dt.datetime
    added_by: str
    read_at: dt.datetime | None
    proposals: Proposals | None


def view_of(row: Evidence) -> EvidenceView:
    """Give the value of one row."""
    return EvidenceView(
        id=row.id,
        case_id=row.case_id,
        number=row.number,
        state=str(row.state),
        width=row.width,
        height=row.height,
        bytes=row.bytes,
        added_at=row.added_at,
        added_by=row.added_by,
        read_at=row.read_at,
        proposals=_proposals_of(row),
    )


def sealed_proposals(evidence_id: UUID, proposals: Proposals) -> bytes:
    """Seal what was read for its own row."""
    return seal(_READING, json.dumps(proposals.as_json()), str(evidence_id))


def _proposals_of(row: Evidence) -> Proposals | None:
    if row.sealed_reading is None:
        return None
    return Proposals.from_json(json.loads(unseal(_READING, row.sealed_reading, str(row.id))))
