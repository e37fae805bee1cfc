"""A repeat whose lead ended without an answer for it becomes the case that is answered."""

import datetime as dt
from collections.abc import Sequence

from tiemchung.cases.actions.joining import follow_lead, keep_defects
from tiemchung.cases.actions.opening import put_inbox
from tiemchung.cases.actions.steps import take_step
from tiemchung.cases.defects import is_apart
from tiemchung.cases.models import Case, CaseInbox
from tiemchung.cases.reads.desks import areas_of_ladder, ladder_of_desk
from tiemchung.cases.rules import Desk, DeskLevel, Route, RouteReason, Step
from tiemchung.core.actor import SYSTEM
from tiemchung.core.clock import local

type Alarms = tuple[int, dt.datetime | None]


def promote(repeats: Sequence[Case], lead: Case, alarms: Alarms, at: dt.datetime) -> None:
    """Make one of the repeats of an ended lead the case that is answered, and let the others follow it.

    Whose reporter might know of the lead goes first, to the lead's desk and with its clock as far as it had run; whose
    reporter might not goes where its own words lead, by its own due time.
    """
    if not repeats:
        return
    heir = next((repeat for repeat in repeats if not is_apart(repeat, lead)), repeats[0])
    near = not is_apart(heir, lead)
    heir.lead_contact, heir.lead_id = None, None
    if near:
        heir.unit_id, heir.unit_level, heir.route_why = lead.unit_id, lead.unit_level, lead.route_why
        heir.due_at = lead.due_at
    take_step(heir, Step.RECEIVE, by=SYSTEM, at=at, code=heir.route_why)
    heir.save(force_update=True)
    _list(heir, alarms if near else None, at)
    keep_defects(heir)
    for other in repeats:
        if other is not heir:
            follow_lead(other, heir)


def _list(heir: Case, alarms: Alarms | None, at: dt.datetime) -> None:
    desk = Desk(heir.unit_id, DeskLevel(heir.unit_level))
    ladder = ladder_of_desk(desk, local(at).date())
    put_inbox(heir, Route(desk, RouteReason(heir.route_why), ladder[1:]), areas_of_ladder(ladder))
    if alarms is not None:
        CaseInbox.objects.filter(unit_id=desk.unit_id, case_id=heir.id, open=True, watch=False).update(
            rung=alarms[0], next_alarm_at=alarms[1]
        )
