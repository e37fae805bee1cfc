"""What a repeat's reporter may see of the case that it follows."""

from collections.abc import Mapping
from uuid import UUID

from tiemchung.cases.defects import is_apart
from tiemchung.cases.models import Case
from tiemchung.cases.rules import CaseState


def shown_with(case: Case, leads: Mapping[UUID, Case]) -> Case:
    """Give the case whose way is the reporter's too; their own, where they may know of no other."""
    lead = leads.get(case.lead_id) if case.lead_id is not None else None
    return case if lead is None or is_apart(case, lead) else lead


def state_shown(case: Case, lead: Case) -> CaseState:
    """Give where a case stands for its reporter: a repeat where its lead does, or as if it were alone."""
    if case.state != CaseState.JOINED:
        return CaseState(case.state)
    return CaseState.ROUTED if lead is case else CaseState(lead.state)
