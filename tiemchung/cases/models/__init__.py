"""Tables of cases; private to the domain."""

from tiemchung.cases.models.bulk import BulkChange, BulkItem
from tiemchung.cases.models.calls import Call, CallBack
from tiemchung.cases.models.case import (
    Case,
    CaseByPerson,
    CaseByRef,
    CaseDefect,
    CaseEffect,
    CaseRepeat,
    CaseStep,
)
from tiemchung.cases.models.drafts import CaseDraft, Evidence
from tiemchung.cases.models.ghosts import DoseNotice, GhostDay, GhostFinding, OverrideWeek
from tiemchung.cases.models.inbox import CaseInbox
from tiemchung.cases.models.letters import CaseLetter, LetterPrint

__all__ = [
    "BulkChange",
    "BulkItem",
    "Call",
    "CallBack",
    "Case",
    "CaseByPerson",
    "CaseByRef",
    "CaseDefect",
    "CaseDraft",
    "CaseEffect",
    "CaseInbox",
    "CaseLetter",
    "CaseRepeat",
    "CaseStep",
    "DoseNotice",
    "Evidence",
    "GhostDay",
    "GhostFinding",
    "LetterPrint",
    "OverrideWeek",
]
