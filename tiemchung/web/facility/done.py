"""After the deed: what was put on record, what comes next, the way back, and the field for the next person."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.doses import reads as doses
from tiemchung.people import reads as people
from tiemchung.visits import actions as visit_actions
from tiemchung.visits import reads as visits
from tiemchung.visits.reads import VisitView
from tiemchung.visits.rules import VisitState
from tiemchung.web.facility.fields import key_in, line, new_key
from tiemchung.web.facility.frame import actor_of, hides_strangers, open_to_desk, page, refused_words
from tiemchung.web.facility.history import label_of
from tiemchung.web.shared.scanning import allow_wasm


@require_safe
@open_to_desk
@allow_wasm
@hides_strangers
def done(request: HttpRequest, profile_id: UUID, visit_id: UUID) -> HttpResponse:
    """Say what is on record now, and wait for the next person."""
    visit = _visit(request, profile_id, visit_id)
    holder = people.holder_of(profile_id)
    today = clock.today()
    record = doses.record_of(
        holder.profile_ids, birth=doses.birth_of(holder.birth_date, holder.birth_precision), on=today
    )
    number = next((n for n, dose in record.numbered() if dose.id == visit.dose_id), None)
    choice = visits.day_choice(actor_of(request), today)
    return page(
        request,
        "done",
        visit=visit,
        who=holder,
        card=record.card,
        number=number,
        product=label_of(visit.product) if visit.product else "",
        given=visit.state in {VisitState.INJECTED, VisitState.OBSERVED},
        may_undo=visit.state in {VisitState.INJECTED, VisitState.OBSERVED} and visits.day_of(visit.came_at) == today,
        choice=choice,
        label=label_of(choice.product) if choice else "",
        text="",
    )


@open_to_desk
@hides_strangers
def undo(request: HttpRequest, profile_id: UUID, visit_id: UUID) -> HttpResponse:
    """Ask for the reason, then void the dose; both entries stay in the history."""
    visit = _visit(request, profile_id, visit_id)
    because, errors = line(request.POST, "because", visit_actions.LONGEST_REASON + 1), {}
    if request.method == "POST":
        try:
            visit_actions.undo_injection(
                by=actor_of(request),
                at=clock.now(),
                key=key_in(request.POST),
                profile_id=profile_id,
                visit_id=visit_id,
                because=because,
            )
            return redirect("facility:done", profile_id=profile_id, visit_id=visit_id)
        except Refused as refused:
            errors["because"] = refused_words(refused.verdict)
    holder = people.holder_of(profile_id)
    key = key_in(request.POST) if request.method == "POST" else new_key()
    facts = {"visit": visit, "who": holder, "because": because, "errors": errors, "key": key}
    return page(request, "undo", 422 if errors else 200, product=label_of(visit.product), **facts)


def _visit(request: HttpRequest, profile_id: UUID, visit_id: UUID) -> VisitView:
    visit = visits.visit(actor_of(request), profile_id, visit_id)
    if visit is None:
        raise Http404
    return visit
