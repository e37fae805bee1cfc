"""The photos of a case: shown beside the form while its desk holds it, served by one guarded address."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.cases.evidence.slip import Proposals
from tiemchung.cases.rules import shown_ref
from tiemchung.core.text import tone_key
from tiemchung.web.cases.frame import Opened, open_to_desks, opened
from tiemchung.web.cases.sides import product_name
from tiemchung.web.shared.formats import format_date
from tiemchung.web.shared.photos import photo_answer
from tiemchung.web.shared.words import say


@open_to_desks
@require_GET
def paper(request: HttpRequest, ref: str, case_id: UUID, page_id: UUID) -> HttpResponse:
    """Serve one page as a picture, to whom holds the case now; `case_id` is the case's own or a repeat's."""
    case = opened(request, ref)
    if not case.mine or case_id not in own_ids(case):
        raise Http404
    return photo_answer(case_id, page_id)


def own_ids(case: Opened) -> dict[UUID, str]:
    """Give the ids under which this case's papers lie, its own and its repeats', each with its number."""
    return {case.file.case_id: case.file.ref} | {repeat.case_id: repeat.ref for repeat in case.file.repeats}


def papers_of(case: Opened) -> list[dict[str, Any]]:
    """Give the pages of a case and its repeats, each with what the machine read on it."""
    told: list[dict[str, Any]] = []
    for case_id, ref in own_ids(case).items():
        for page in evidence_of(case_id):
            parts = {"ref": case.file.ref, "case_id": case_id, "page_id": page.id}
            told.append({
                "number": len(told) + 1,
                "src": reverse("cases:paper", kwargs=parts),
                "state": page.state,
                "own": case_id == case.file.case_id,
                "of": "" if ref == case.file.ref else say("cases.file.paper_of_repeat", ref=shown_ref(ref)),
                "read": read_words(page.proposals, case) if page.proposals else None,
            })  # fmt: skip
    return told


def read_words(found: Proposals, case: Opened) -> dict[str, Any]:
    """Give what was read in words: the name beside the told one, and each dose with the query that fills the form."""
    same = tone_key(found.name) == tone_key(case.file.claim.full_name)
    return {
        "name": found.name,
        "anothers": bool(found.name) and not same,
        "same": say("cases.file.read_name_same") if same else say("cases.file.read_name_other"),
        "doses": [dose for n in range(max(map(len, (found.given_on, found.product, found.lot)), default=0))
                  for dose in [_dose_read(found, n)]],
    }  # fmt: skip


def _dose_read(found: Proposals, n: int) -> dict[str, str]:
    day = found.given_on[n] if n < len(found.given_on) else None
    product = found.product[n] if n < len(found.product) else ""
    lot = found.lot[n] if n < len(found.lot) else ""
    words = [product_name(product), lot, format_date(day)]
    return {
        "facts": ", ".join(word for word in words if word),
        "product": product,
        "lot_number": lot,
        "given_on": day.isoformat() if day else "",
    }
