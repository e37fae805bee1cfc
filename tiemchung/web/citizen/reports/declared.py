"""The card of a dose that is only declared: its facts and the photo of its paper, marked so that nobody mistakes it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.cases.reads import open_about, progress_of
from tiemchung.core import clock
from tiemchung.core.audit import note_look
from tiemchung.doses.rules import DoseState
from tiemchung.people.rules.births import birth_text
from tiemchung.web.citizen.card_facts import full_product_name, product_name
from tiemchung.web.citizen.reports.frame import book_page, contact_in, holder_in, reader, standing_dose
from tiemchung.web.shared.claim_places import units_named
from tiemchung.web.shared.gate import open_to_citizen


@require_safe
@open_to_citizen
def declared_page(request: HttpRequest, person_id: UUID, dose_id: UUID) -> HttpResponse:
    """Show a declared dose with its photos; a dose that a facility confirmed has its place on the card alone."""
    holder = holder_in(request, person_id)
    dose = standing_dose(holder, dose_id)
    if dose.state is not DoseState.DECLARED:
        raise Http404
    note_look(
        by=reader(request), at=clock.now(), action="citizen.view_declared", subject_ids=[holder.person_id],
        purpose="health book",
    )  # fmt: skip
    case = next((c for c in open_about(reader(request), holder.profile_ids) if c.dose_id == dose.id), None)
    own = progress_of(case.ref, contact_in(request)) if case else None
    facts = {
        "holder": holder,
        "birth": birth_text(holder.birth_date, holder.birth_precision),
        "dose": dose,
        "product": product_name(dose.facts.product),
        "full_name": full_product_name(dose.facts.product),
        "open": case,
        "desk": units_named([case.desk])[case.desk.unit_id] if case else "",
        "pages": evidence_of(own.case_id) if own else (),
    }
    return book_page(request, "declared", facts)
