"""Where the reports stand that citizens made through a partner's app: what the app may show beside their doses."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.kinds import Door
from tiemchung.cases.models import Case, CaseByPerson
from tiemchung.cases.reads.following import shown_with, state_shown
from tiemchung.cases.rules import CaseState

MOST = 10  # reports of one person, the newest


@dataclass(frozen=True, slots=True)
class PartnerCase:
    """One report as its partner is told of it: no text of anybody, the dose it points at by our id."""

    ref: str
    kind: str
    state: CaseState
    recorded_at: dt.datetime
    due_at: dt.datetime
    refusal: str
    dose_id: UUID | None


def partner_cases(profile_ids: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, tuple[PartnerCase, ...]]:
    """Give the newest reports through the partner for each of these persons, by person; three statements at most.

    `profile_ids` are the profiles of each person.
    """
    whose = {profile_id: person_id for person_id, ids in profile_ids.items() for profile_id in ids}
    places = list(CaseByPerson.objects.filter(person_id__in=whose)) if whose else []
    person_of = {place.case_id: whose[place.person_id] for place in places}
    keys = [place.contact_key for place in places]
    found = Case.objects.filter(contact_key__in=keys, id__in=person_of, door=Door.PARTNER) if places else ()
    cases = sorted(found, key=lambda case: (case.recorded_at, case.id), reverse=True)
    leads = _leads([case for case in cases if case.lead_id is not None])
    told: dict[UUID, list[PartnerCase]] = {person_id: [] for person_id in profile_ids}
    for case in cases:
        if len(told[person_of[case.id]]) < MOST:
            told[person_of[case.id]].append(_told(case, shown_with(case, leads)))
    return {person_id: tuple(lines) for person_id, lines in told.items()}


def _leads(repeats: Sequence[Case]) -> dict[UUID, Case]:
    if not repeats:
        return {}
    rows = Case.objects.filter(contact_key__in=[r.lead_contact for r in repeats], id__in=[r.lead_id for r in repeats])
    return {row.id: row for row in rows}


def _told(case: Case, lead: Case) -> PartnerCase:
    return PartnerCase(
        ref=case.ref,
        kind=case.kind,
        state=state_shown(case, lead),
        recorded_at=case.recorded_at,
        due_at=lead.due_at,
        refusal=case.refusal,
        dose_id=case.dose_id,
    )
