"""Doses by the thousand, as the few columns that a batch needs of them; as text where it only writes them down."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

_STATED = """
SELECT d.id, d.id::text, d.version, d.state = 'CONFIRMED' AND d.changed_at <= %s, d.facility_id::text,
    d.given_on::text, d.lot_number, d.product, d.vaccinator_id::text
FROM unnest(%s::uuid[], %s::uuid[]) AS asked (profile_id, id)
JOIN doses_dose d ON d.profile_id = asked.profile_id AND d.id = asked.id
"""
_MARKS = "SELECT id, profile_id, version, state FROM doses_dose WHERE profile_id = ANY(%s) AND state <> 'VOIDED'"
DoseMark = tuple[UUID, UUID, int, str]  # dose, profile, version, state


class StatedDose(NamedTuple):
    """What a facility states of one dose, as text: the day in ISO form, ids with hyphens.

    `as_shown` tells whether the dose stood confirmed, and as it is now, at the moment asked for.
    """

    id: UUID
    id_text: str
    version: int
    as_shown: bool
    facility: str | None
    given_on: str
    lot: str
    product: str
    vaccinator: str | None


def stated_doses(named: Iterable[tuple[UUID, UUID]], shown_at: dt.datetime) -> dict[UUID, StatedDose]:
    """Give what is stated of these doses (profile id, dose id), in one statement; unknown ones are left out."""
    asked = list(named)
    with connection.cursor() as cursor:
        cursor.execute(_STATED, [shown_at, [profile for profile, _ in asked], [dose for _, dose in asked]])
        return {row[0]: StatedDose._make(row) for row in cursor.fetchall()}


def marks_of(profile_ids: Sequence[UUID]) -> list[DoseMark]:
    """Give the marks of the doses under these profiles, voided ones left out: equal marks are equal doses.

    Every change of a dose's facts gives it a new version; a signature and its fall keep it, and they are its state.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [list(profile_ids)])
        return cursor.fetchall()
