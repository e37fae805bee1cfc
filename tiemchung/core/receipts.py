"""Receipts of what followed a correction, so that a case can say where it has arrived."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.core.models import Receipt


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """One follower's word that it has done its part for one entry."""

    entry_id: UUID
    follower: str
    at: dt.datetime
    facts: Mapping[str, Any]


def note_receipts(follower: str, entries: Iterable[tuple[UUID, UUID]], at: dt.datetime, **facts: Any) -> None:
    """Write that `follower` handled these (profile id, entry id), in its own transaction; twice changes nothing."""
    rows = [Receipt(profile_id=p, entry_id=e, follower=follower, at=at, facts=facts) for p, e in entries]
    Receipt.objects.bulk_create(rows, ignore_conflicts=True)


def receipts_of(profile_ids: Iterable[UUID], entry_ids: Iterable[UUID]) -> tuple[ReceiptView, ...]:
    """Give the receipts of these entries, oldest first."""
    rows = Receipt.objects.filter(profile_id__in=list(profile_ids), entry_id__in=list(entry_ids)).order_by("at", "id")
    return tuple(ReceiptView(row.entry_id, row.follower, row.at, row.facts) for row in rows)
