"""What the link of a notice shows, and which doses were disowned by it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tiemchung.cases.models import DoseNotice
from tiemchung.cases.notice_links import open_notice_phone, token_hash, token_of
from tiemchung.cases.reads.files import progress_of
from tiemchung.cases.values import Progress
from tiemchung.core.outbox import contact_key

_DISOWNED = """
SELECT n.dose_id FROM cases_dosenotice n WHERE n.token_hash = ANY(%s) AND n.disowned_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """What whoever holds the link may know: the day, and once they disowned the dose, where their report stands."""

    given_on: dt.date
    progress: Progress | None


def notice_of(token: str, at: dt.datetime) -> NoticeView | None:
    """Give what a link shows; None alike for a token that is none, unknown or over."""
    row = DoseNotice.objects.filter(token_hash=token_hash(token)).first()
    if row is None or row.expires_at <= at:
        return None
    phone = open_notice_phone(row.id, row.sealed_phone)
    return NoticeView(row.given_on, progress_of(row.case_ref, contact_key(phone)) if row.case_ref else None)


def disowned_among(dose_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Give those of these doses that the reader of their notice disowned; one statement."""
    hashes = [token_hash(token_of(dose_id)) for dose_id in dose_ids]
    with connection.cursor() as cursor:
        cursor.execute(_DISOWNED, [hashes])
        return frozenset(row[0] for row in cursor.fetchall())
