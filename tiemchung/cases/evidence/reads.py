"""The questions about evidence. The caller has asked already whether the actor may see the case or the draft."""

from uuid import UUID

from tiemchung.cases.evidence.reading import reader
from tiemchung.cases.evidence.store import evidence_store
from tiemchung.cases.evidence.views import EvidenceView, view_of
from tiemchung.cases.models import Evidence


def evidence_of(case_id: UUID) -> tuple[EvidenceView, ...]:
    """Give the pages of a case or draft in the order in which they came; one query."""
    return tuple(view_of(row) for row in Evidence.objects.filter(case_id=case_id).order_by("number"))


def open_page(case_id: UUID, evidence_id: UUID) -> bytes:
    """Give the JPEG of one page of this case; raise KeyError for a page of another case, and for one not CLEAN."""
    found = Evidence.objects.filter(case_id=case_id, id=evidence_id, state=Evidence.State.CLEAN).exists()
    if not found:
        raise KeyError(evidence_id)
    return evidence_store().get(evidence_id)


def papers_are_read() -> bool:
    """Tell whether this machine can read papers; where it cannot, nothing is proposed and the page says so."""
    return reader() is not None
