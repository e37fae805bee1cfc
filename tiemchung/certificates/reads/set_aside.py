"""Whom the centre's trial refused, by its reason, and what was decided about them: for the ministry alone."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection

from tiemchung.certificates.models import IssueRetry, Passport
from tiemchung.certificates.rules import Lack, may_sign_centrally
from tiemchung.core.actor import Actor
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.keyed import keyed_statements

# The mark stands word for word in the condition of the index `passport_set_aside`, which holds these few alone.
COUNTS: LiteralString = """
SELECT coalesce(one->>'why', ''), count(*) FROM certificates_passport, jsonb_array_elements(reasons) AS one
WHERE reasons @> '[{"code": "NOT_ISSUABLE"}]' AND one->>'code' = 'NOT_ISSUABLE' GROUP BY 1 ORDER BY 2 DESC, 1
"""
PERSONS: LiteralString = """
SELECT person_id FROM certificates_passport
WHERE reasons @> '[{"code": "NOT_ISSUABLE"}]' AND person_id > %s AND EXISTS (
    SELECT FROM jsonb_array_elements(reasons) AS one
    WHERE one->>'code' = 'NOT_ISSUABLE' AND coalesce(one->>'why', '') = %s)
ORDER BY person_id LIMIT %s
"""
EVERYWHERE = "the few whom the trial refused, of every node; passport_set_aside answers"


@dataclass(frozen=True, slots=True)
class SetAside:
    """How many were refused for one reason; `why` is the trial's code, empty where the mark names none."""

    why: str
    number: int


@dataclass(frozen=True, slots=True)
class RetryView:
    """One decision that everybody of a reason is tried again, and how many that were so far."""

    id: UUID
    why: str
    because: str
    asked_name: str
    asked_at: dt.datetime
    reached: int
    done_at: dt.datetime | None


def set_aside(by: Actor) -> tuple[SetAside, ...]:
    """Give how many persons the centre's trial refused, by its reason; nothing for who may not decide about them."""
    if not may_sign_centrally(by).allowed:
        return ()
    with keyed_statements(), allow_cross_shard(EVERYWHERE), connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return tuple(SetAside(*row) for row in cursor.fetchall())


def retries(by: Actor, limit: int = 20) -> tuple[RetryView, ...]:
    """Give the decisions to try again, the newest first; nothing for who may not decide."""
    if not may_sign_centrally(by).allowed:
        return ()
    names = RetryView.__slots__
    return tuple(
        RetryView(**{name: getattr(row, name) for name in names})
        for row in IssueRetry.objects.order_by("-asked_at", "-id")[:limit]
    )


def why_set_aside(by: Actor, person_id: UUID) -> str | None:
    """Give the code under which the centre's trial refused this person, None where it did not or for another reader."""
    if not may_sign_centrally(by).allowed:
        return None
    reasons = Passport.objects.filter(person_id=person_id).values_list("reasons", flat=True).first()
    return mark_in(reasons or ())


def mark_in(reasons: Iterable[Mapping[str, Any]]) -> str | None:
    """Give the code of the trial in the reasons that a passport's row keeps, None where it did not refuse."""
    return next((one.get("why") or "" for one in reasons if one["code"] == Lack.NOT_ISSUABLE), None)


def persons_set_aside(why: str, after: UUID | None, limit: int) -> list[UUID]:
    """Give the next persons whom the trial refused for this reason, in the order of their ids."""
    with keyed_statements(), allow_cross_shard(EVERYWHERE), connection.cursor() as cursor:
        cursor.execute(PERSONS, [after or UUID(int=0), why, limit])
        return [row[0] for row in cursor.fetchall()]
