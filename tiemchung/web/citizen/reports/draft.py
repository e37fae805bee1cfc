"""A report that is being written: one a sign-in, sealed in the session, gone with it."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.core.ids import new_id
from tiemchung.core.sealing import SealBroken, seal, unseal

KEY = "citizen_report"
_SEAL = "citizen.report"
DECLARED, WRONG, NEVER, PERSONAL = "DOSE_DECLARED", "DOSE_WRONG", "NEVER_GIVEN", "PERSONAL_DATA"


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What is known so far; `case_id` becomes the case's id, `dose` is as it should be, `dose_id` the recorded one."""

    case_id: UUID
    kind: str
    person_id: UUID
    dose_id: UUID | None = None
    dose: ClaimedDose | None = None
    wanted: Mapping[str, str] = field(default_factory=dict)
    placed: bool = True

    def changed(self, **changes: Any) -> "ReportDraft":
        """Give the same draft with the named answers changed."""
        return replace(self, **changes)


def begin(kind: str, person_id: UUID, **known: Any) -> ReportDraft:
    """Begin a report about this person."""
    return ReportDraft(new_id(), kind, person_id, **known)


def keep(session: SessionBase, draft: ReportDraft) -> None:
    """Keep the report in the session; one that was being written before is forgotten."""
    said = Claim(doses=(draft.dose,) if draft.dose else (), wanted=draft.wanted).as_json()
    values = {
        "case_id": str(draft.case_id),
        "kind": draft.kind,
        "person_id": str(draft.person_id),
        "dose_id": str(draft.dose_id) if draft.dose_id else None,
        "placed": draft.placed,
        "said": said,
    }
    session[KEY] = base64.b64encode(seal(_SEAL, json.dumps(values), session["citizen_contact"])).decode()


def draft_in(session: SessionBase) -> ReportDraft | None:
    """Give the report that is being written, or None."""
    kept = session.get(KEY)
    if not kept:
        return None
    try:
        values = json.loads(unseal(_SEAL, base64.b64decode(kept), session["citizen_contact"]))
    except SealBroken:
        return None
    said = Claim.from_json(values["said"])
    return ReportDraft(
        case_id=UUID(values["case_id"]),
        kind=values["kind"],
        person_id=UUID(values["person_id"]),
        dose_id=UUID(values["dose_id"]) if values["dose_id"] else None,
        dose=said.doses[0] if said.doses else None,
        wanted=said.wanted,
        placed=values["placed"],
    )


def forget(session: SessionBase) -> None:
    """Forget the report: it was sent, or given up."""
    session.pop(KEY, None)
