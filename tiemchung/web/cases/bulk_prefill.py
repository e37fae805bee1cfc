"""A bulk correction that begins with one case: what its dose has in common with others, and what is wrong with it.

The address names the case alone; the facts are read again, by whoever may see the case.
"""

import datetime as dt
from typing import Any

from tiemchung.cases import reads
from tiemchung.cases.kinds import KINDS, SolutionKind
from tiemchung.cases.rules.bulk import FIELDS, BulkCause
from tiemchung.cases.solutions import Solution
from tiemchung.core.audit import note_look
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.web.cases.frame import Opened
from tiemchung.web.shared.staff_page import BULK_ROLES

_NEW = {"product": "new_product", "lot_number": "new_lot", "facility_id": "new_facility", "place_name": "new_place"}


def may_begin_bulk(case: Opened) -> bool:
    """Tell whether the reader may look for more doses with the fault of this case: it is theirs and tells of doses."""
    kind = KINDS.get(case.file.kind)
    return case.mine and case.by.role in BULK_ROLES and kind is not None and SolutionKind.AMEND in kind.solutions


def prefilled(case: Opened) -> dict[str, Any]:
    """Give the form's fields from the case: the recorded dose that it would amend, else what was told."""
    typed: dict[str, Any] = {"case_ref": case.file.ref}
    if not may_begin_bulk(case):
        return typed
    offered = reads.suggestions(case.by, case.at, case.file)
    seen = reads.seen_in(offered)
    if seen:
        note_look(by=case.by, at=case.at, action="cases.suggest", subject_ids=seen, purpose=case.purpose)
    recorded = {dose.id: dose for one in offered for dose in one.doses}
    for solution in (s for one in offered for s in one.solutions if s.kind is SolutionKind.AMEND):
        dose = recorded.get(solution.dose_id) if solution.dose_id else None
        if dose is not None:
            return typed | _common(dose.facts) | _wrong(solution, dose)
    told = case.file.claim.doses[:1]
    return typed | {name: value for one in told for name, value in (("facility", one.facility_id),) if value}


def _common(facts: DoseFacts) -> dict[str, Any]:
    return {
        "facility": facts.facility_id,
        "since": _parts(facts.given_on),
        "product": facts.product,
        "lot_number": facts.lot_number,
    }


def _wrong(solution: Solution, dose: DoseView) -> dict[str, Any]:
    """Give the cause and the right facts, where all that the case would amend is of one cause."""
    changes = {name: value for name, value in solution.changes.items() if getattr(dose.facts, name, None) != value}
    cause = next((c for c in BulkCause if FIELDS[c][0] in changes and set(changes) <= set(FIELDS[c])), None)
    if cause is None:
        return {}
    right = {_NEW[name]: value for name, value in changes.items() if name in _NEW}
    if "given_on" in changes:
        right["new_day"] = _parts(changes["given_on"])
    return {"cause": cause, **right}


def _parts(day: dt.date) -> dict[str, str]:
    return {part: str(getattr(day, part)) for part in ("day", "month", "year")}
