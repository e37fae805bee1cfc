"""What a desk may decide on: each value names one action of a lower domain, with what it needs."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tiemchung.cases.kinds import SolutionKind
from tiemchung.doses.values import DoseFacts

REPORTERS = "REPORTER"


@dataclass(frozen=True, slots=True)
class Solution:
    """One correction. Which fields it needs depends on its kind:

    LINK keep_person, join_person - RECORD profile_id, facts - AMEND profile_id, dose_id, version, changes -
    VERIFY, VOID profile_id, dose_id, version - AMEND_PERSON profile_id, version, changes - ADD_NUMBER profile_id,
    system, number - ADD_PHONE profile_id, number, relation in `system` - MOVE_PHONE the same, and the contact_id of the
    phone that is theirs no more, the new one REPORTERS where it is the one that the case was reported from and nobody
    need read - NOTHING: the record is right already.
    """

    kind: SolutionKind
    profile_id: UUID | None = None
    dose_id: UUID | None = None
    version: int = 0
    keep_person: UUID | None = None
    join_person: UUID | None = None
    facts: DoseFacts | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    contact_id: UUID | None = None
    system: str = ""
    number: str = ""
    override: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one solution did, for the receipts: the entry that followers answer for."""

    solution: SolutionKind
    profile_id: UUID
    object_id: UUID | None
    entry_id: UUID | None
    at: dt.datetime
