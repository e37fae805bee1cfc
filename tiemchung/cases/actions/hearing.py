"""Letting partners hear: whoever shows a case in their app learns with the step itself that it stands otherwise."""

import datetime as dt

from tiemchung.cases.defects import is_apart
from tiemchung.cases.models import Case, CaseRepeat
from tiemchung.cases.rules import CaseState
from tiemchung.cases.telling import hearers, let_hear
from tiemchung.core.rows import rows


def let_partners_hear(case: Case, at: dt.datetime) -> None:
    """Let the partner of this case hear, and those of its repeats whose reporters see its steps.

    In the caller's transaction; two statements at most where the case has repeats, one where it has none.
    """
    let_hear(case, at)
    for repeat in _followers(case):
        let_hear(repeat, at)


def _followers(lead: Case) -> list[Case]:
    if not hearers:
        return []
    places = {
        (bytes(row.repeat_contact), row.repeat_id)
        for row in rows(CaseRepeat, "contact_key = %s AND lead_id = %s", bytes(lead.contact_key), lead.id)
    }
    if not places:
        return []
    found = Case.objects.filter(
        contact_key__in={key for key, _ in places}, id__in={number for _, number in places}, lead_id=lead.id,
        state=CaseState.JOINED, door__in=list(hearers),
    ).order_by("id")  # fmt: skip
    return [repeat for repeat in found if not is_apart(repeat, lead)]
