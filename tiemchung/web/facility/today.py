"""Today at my point: who was injected, who waits under watch and how long, who went without, and why."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tiemchung.core import clock
from tiemchung.core.audit import note_look
from tiemchung.core.verdict import Refused
from tiemchung.people import reads as people
from tiemchung.people.reads import Holder
from tiemchung.visits import actions as visit_actions
from tiemchung.visits import reads as visits
from tiemchung.visits.reads import VisitView
from tiemchung.visits.rules import CLOSED, Reaction, VisitState, minutes_left
from tiemchung.web.facility.desk import PURPOSE
from tiemchung.web.facility.fields import line
from tiemchung.web.facility.frame import actor_of, hides_strangers, open_to_desk, page, refused_words
from tiemchung.web.facility.history import label_of


@require_safe
@open_to_desk
def today(request: HttpRequest) -> HttpResponse:
    """Show the day's visits in three lists, those under watch first."""
    return _today_page(request)


@require_POST
@open_to_desk
@hides_strangers
def finish(request: HttpRequest, profile_id: UUID, visit_id: UUID) -> HttpResponse:
    """End the watch of one person with what was seen."""
    reaction, because = line(request.POST, "reaction", 10), line(request.POST, "because", 501)
    try:
        visit_actions.finish_observation(
            by=actor_of(request),
            at=clock.now(),
            profile_id=profile_id,
            visit_id=visit_id,
            reaction=Reaction(reaction) if reaction in set(Reaction) else Reaction.NONE,
            because=because,
        )
    except Refused as refused:
        field = f"because-{visit_id}"
        kept = {"visit_id": visit_id, "because": because, "reaction": reaction}
        return _today_page(request, status=422, errors={field: refused_words(refused.verdict)}, kept=kept)
    return redirect("facility:today")


def _today_page(
    request: HttpRequest, *, status: int = 200, errors: dict[str, str] | None = None, kept: dict[str, Any] | None = None
) -> HttpResponse:
    by, at = actor_of(request), clock.now()
    rows = visits.visits_at(by, visits.day_of(at))
    holders = people.holders_of(row.profile_id for row in rows)
    note_look(by=by, at=at, action="visits.today", subject_ids=holders, purpose=PURPOSE)
    lines = [_line(row, holders[row.profile_id], by.id, at) for row in rows if row.profile_id in holders]
    return page(
        request,
        "today",
        status,
        watched=sorted((x for x in lines if x["state"] == VisitState.INJECTED), key=lambda x: x["left"]),
        injected=[x for x in lines if x["state"] in {VisitState.INJECTED, VisitState.OBSERVED}],
        without=[x for x in lines if x["state"] in CLOSED | {VisitState.UNDONE}],
        full=len(rows) == visits.MOST_SHOWN,
        errors=errors or {},
        kept=kept or {},
    )


def _line(row: VisitView, holder: Holder, staff_id: UUID | None, at: Any) -> dict[str, Any]:
    return {
        "visit": row,
        "state": row.state,
        "who": holder,
        "product": label_of(row.product) if row.product else "",
        "left": minutes_left(row.observed_until, at) if row.observed_until else 0,
        "until": row.observed_until,
    }
