"""One line for each action and for each look at a person, in the same transaction."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from tiemchung.core.actor import Actor
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.models import AuditLine
from tiemchung.core.rows import put, put_rows
from tiemchung.core.verdict import Verdict

_gathered: ContextVar[list[AuditLine] | None] = ContextVar("looks of this page", default=None)
_STAFF = "what one member of staff saw lies with whom they saw; the actor's index answers"


def _who(by: Actor, at: dt.datetime, action: str, subject_id: UUID) -> dict[str, Any]:
    return {
        "subject_id": subject_id,
        "at": at,
        "action": action,
        "actor_kind": by.kind,
        "actor_id": by.id,
        "actor_role": by.role or "",
        "facility_id": by.facility_id,
        "trace": by.trace,
    }


def write_line(
    *,
    by: Actor,
    at: dt.datetime,
    action: str,
    subject_id: UUID,
    object_id: UUID | None = None,
    because: str = "",
    verdict: Verdict | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write the line of one action; what was set aside or warned of is kept by code."""
    told = dict(facts or {})
    if verdict is not None and verdict.reasons:
        told["reasons"] = [f"{r.severity}:{r.code}" for r in verdict.reasons]
    put(AuditLine, **_who(by, at, action, subject_id), object_id=object_id, because=because, facts=told)


LOOK = {"look": True}  # the fact that tells a look at a person from a deed about one


def write_lines(
    *, by: Actor, at: dt.datetime, action: str, about: Iterable[tuple[UUID, UUID | None, Mapping[str, Any]]]
) -> None:
    """Write the lines of one action upon many, in one statement; `about` are (subject, object, facts)."""
    lines = []
    for subject_id, object_id, facts in about:
        lines.append(AuditLine(**_who(by, at, action, subject_id), object_id=object_id, facts=dict(facts)))
    AuditLine.objects.bulk_create(lines)


def note_look(*, by: Actor, at: dt.datetime, action: str, subject_ids: Iterable[UUID], purpose: str) -> None:
    """Write that the actor saw these persons; the citizen may ask who did."""
    lines = []
    for subject_id in dict.fromkeys(subject_ids):
        lines.append(AuditLine(**_who(by, at, action, subject_id), because=purpose, facts=dict(LOOK)))
    gathered = _gathered.get()
    if gathered is None:
        put_rows(lines)
    else:
        gathered += lines


@contextmanager
def looks_together() -> Iterator[None]:
    """The looks of one page are written in one statement at its end, also when it ends by an exception.

    Stand it around all that a page reads, before it is answered: what was seen has then left its lines. Inside
    another it joins that one.
    """
    if _gathered.get() is not None:
        yield
        return
    lines: list[AuditLine] = []
    token = _gathered.set(lines)
    try:
        yield
    finally:
        _gathered.reset(token)
        put_rows(lines)


@dataclass(frozen=True, slots=True)
class AuditView:
    """One line as an investigator reads it; names are looked up by whoever shows it."""

    id: UUID
    subject_id: UUID
    at: dt.datetime
    action: str
    actor_kind: str
    actor_id: UUID | None
    actor_role: str
    facility_id: UUID | None
    trace: str
    object_id: UUID | None
    because: str
    facts: Mapping[str, Any]

    @property
    def place(self) -> "After":
        """Give where the line stands among others, for the page that follows it."""
        return self.at, self.id


def looks_at(
    subject_ids: Iterable[UUID], *, actions: Iterable[str] = (), looks_only: bool = False, limit: int = 500
) -> tuple[AuditView, ...]:
    """Give who looked at or changed these subjects, newest first; the caller decides who may ask.

    `actions` keeps only lines of these, `looks_only` only looks; without them all count.
    """
    rows = AuditLine.objects.filter(subject_id__in=list(subject_ids)).order_by("-at", "-id")
    rows = rows.filter(action__in=list(actions)) if actions else rows
    rows = rows.filter(facts__look=True) if looks_only else rows
    return tuple(_view(row) for row in rows[:limit])


type After = tuple[dt.datetime, UUID]


def seen_by(
    actor_id: UUID, since: dt.datetime, until: dt.datetime, *, after: After | None = None, limit: int = 5000
) -> tuple[AuditView, ...]:
    """Give what one actor looked at or did from `since` to before `until`, oldest first, a page at a time.

    `after` is the `place` of the last line of the page before.
    """
    with allow_cross_shard(_STAFF):
        rows = AuditLine.objects.filter(actor_id=actor_id, at__gte=since, at__lt=until).order_by("at", "id")
        if after is not None:
            rows = rows.filter(Q(at__gt=after[0]) | Q(at=after[0], id__gt=after[1]), at__gte=after[0])
        return tuple(_view(row) for row in rows[:limit])


@dataclass(frozen=True, slots=True)
class SeenCount:
    """How many lines one actor left in a time, and how many different subjects of those asked they name."""

    lines: int
    subjects: int


def count_seen_by(actor_id: UUID, since: dt.datetime, until: dt.datetime) -> SeenCount:
    """Give how much one actor looked at or did from `since` to before `until`."""
    with allow_cross_shard(_STAFF):
        rows = AuditLine.objects.filter(actor_id=actor_id, at__gte=since, at__lt=until)
        found = rows.aggregate(lines=Count("id"), subjects=Count("subject_id", distinct=True))
    return SeenCount(found["lines"], found["subjects"])


def subjects_seen_by(
    actor_id: UUID,
    since: dt.datetime,
    until: dt.datetime,
    *,
    no_persons: Iterable[str] = (),
    no_person_rooms: Iterable[str] = (),
) -> set[UUID]:
    """Give the different subjects that one actor looked at or did something about from `since` to before `until`.

    Those of the actions `no_persons`, and of actions that begin with one of `no_person_rooms`, are left out. A subject
    may still be a case, a key or a call: the line does not say, whoever knows people does.
    """
    about_nobody = Q(action__in=list(no_persons))
    for room in no_person_rooms:
        about_nobody |= Q(action__startswith=room)
    with allow_cross_shard(_STAFF):
        rows = AuditLine.objects.filter(~about_nobody, actor_id=actor_id, at__gte=since, at__lt=until)
        return set(rows.values_list("subject_id", flat=True).distinct())


def _view(row: AuditLine) -> AuditView:
    return AuditView(**{name: getattr(row, name) for name in AuditView.__slots__})
