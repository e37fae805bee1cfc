"""Which members of staff an auditor may ask about: the ministry and the administrators all, a province its own."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from tiemchung.access.models import Posting, Staff
from tiemchung.core.actor import Actor, Role
from tiemchung.core.text import nfc
from tiemchung.places import reads as places

_LOOKED_THROUGH = 500  # matches of a name in the whole country, before those of other provinces are left out


@dataclass(frozen=True, slots=True)
class PostedAs:
    """One posting of any time: role, place and days."""

    id: UUID
    role: Role
    facility_id: UUID | None
    area_id: UUID | None
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One member of staff with all postings, newest first; who has left stays answerable."""

    id: UUID
    full_name: str
    username: str
    active: bool
    postings: tuple[PostedAs, ...]


def staff_found(by: Actor, text: str, *, limit: int = 20) -> tuple[StaffLine, ...]:
    """Give the staff whose name holds these words or whose username begins so, as far as this auditor may ask."""
    words = nfc(text)
    if len(words) < 2:
        return ()
    rows = Staff.objects.filter(Q(full_name__icontains=words) | Q(username__istartswith=words))
    ids = list(rows.order_by("full_name", "id").values_list("id", flat=True)[:_LOOKED_THROUGH])
    lines = _lines(ids)
    return _audited(by, [lines[one] for one in ids])[:limit]


def staff_audited(by: Actor, staff_id: UUID) -> StaffLine | None:
    """Give one member of staff whom this auditor may ask about, else None."""
    return next(iter(_audited(by, _lines([staff_id]).values())), None)


def _lines(ids: Iterable[UUID]) -> dict[UUID, StaffLine]:
    asked = list(ids)
    postings: dict[UUID, list[PostedAs]] = {}
    for row in Posting.objects.filter(staff_id__in=asked).order_by("-valid_from", "-id"):
        one = PostedAs(row.id, Role(row.role), row.facility_id, row.area_id, row.valid_from, row.valid_to)
        postings.setdefault(row.staff_id, []).append(one)
    return {
        row.id: StaffLine(row.id, row.full_name, row.username, row.is_active, tuple(postings.get(row.id, ())))
        for row in Staff.objects.filter(id__in=asked)
    }


def _audited(by: Actor, lines: Iterable[StaffLine]) -> tuple[StaffLine, ...]:
    if by.role in {Role.MINISTRY_OFFICER, Role.ADMIN}:
        return tuple(lines)
    if by.role is not Role.PROVINCE_OFFICER:
        return ()
    every = list(lines)
    facilities = {p.facility_id for line in every for p in line.postings if p.facility_id}
    stood = {key: {stay.area_id for stay in view.stays} for key, view in places.facilities_by_id(facilities).items()}

    def here(posted: PostedAs) -> bool:
        areas = stood.get(posted.facility_id, set()) if posted.facility_id else {posted.area_id}
        return not by.area_ids.isdisjoint(areas)

    return tuple(line for line in every if any(here(posted) for posted in line.postings))
