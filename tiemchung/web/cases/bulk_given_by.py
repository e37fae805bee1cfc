"""Who gave the doses, as one of the things that all doses of a bulk correction have in common."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.access.reads import StaffPlace, staff_at, staff_names
from tiemchung.cases.reads.bulk import corrects_at
from tiemchung.core.actor import Actor


def vaccinators_at(by: Actor, facility_ids: Iterable[UUID], today: dt.date) -> tuple[StaffPlace, ...]:
    """Give who gives doses at those of these facilities where this actor corrects doses; names of others stay there."""
    return staff_at([one for one in facility_ids if corrects_at(by, one, today).allowed])


def vaccinator_items(found: Iterable[StaffPlace], places: dict[UUID, str], every: str) -> list[tuple[str, str]]:
    """Give the options: everybody first, then each by name, with the facility where there are several."""
    people = list(found)
    several = len({one.facility_id for one in people}) > 1
    return [("", every)] + [
        (str(one.staff_id), f"{one.full_name} ({places.get(one.facility_id, '')})" if several else one.full_name)
        for one in people
    ]


def vaccinator_name(staff_id: UUID | None) -> str:
    """Give the name of who gave the doses, empty where nobody is named."""
    return staff_names([staff_id]).get(staff_id, "") if staff_id else ""
