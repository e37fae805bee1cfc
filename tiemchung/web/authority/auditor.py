"""Whom did this member of staff see, and why: the auditor's page. Each of its own looks leaves a line."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tiemchung.access import reads as access
from tiemchung.access.reads import StaffLine
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role
from tiemchung.core.audit import After, AuditView, count_seen_by, note_look, seen_by, subjects_seen_by, write_line
from tiemchung.people.reads import persons_among, sights_of
from tiemchung.places import reads as places
from tiemchung.web.authority.trail import OF_NOBODY, ROOMS_OF_NOBODY, names_a_citizen, told
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import AUDIT_ROLES, actor_of, staff_page
from tiemchung.web.shared.typed import TypedDate, date_in, line_in
from tiemchung.web.shared.words import say

PAGE = 50
LONGEST = dt.timedelta(days=366)
FIRST = dt.timedelta(days=6)
PURPOSE = "AUDIT"
open_to_auditors = open_to_staff(*AUDIT_ROLES)


@open_to_auditors
@require_http_methods(["GET", "HEAD", "POST"])
def find_staff(request: HttpRequest) -> HttpResponse:
    """Find a member of staff by name; the name travels in no address."""
    text = line_in(request.POST, "text", 100)
    found = access.staff_found(actor_of(request), text) if text else ()
    errors = {"text": say("audit.find.short")} if request.method == "POST" and len(text) < 2 else {}
    lines = [{"line": line, "posts": posts_told(line)} for line in found]
    return staff_page(
        request, "authority/auditor.html", text=text, found=lines, asked=bool(text) and not errors, errors=errors
    )


def posts_told(line: StaffLine) -> list[str]:
    """Say each posting: role, place, from and to."""
    houses = places.facilities_by_id({post.facility_id for post in line.postings if post.facility_id})
    told_posts = []
    for post in line.postings:
        where = houses[post.facility_id].name if post.facility_id in houses else ""
        where = where or (places.path_name(post.area_id) if post.area_id else "")
        key = "audit.posted.closed" if post.valid_to else "audit.posted.open"
        days = say(key, day=post.valid_from, to=post.valid_to)
        told_posts.append(", ".join(part for part in (say(f"access.role.{post.role}"), where, days) if part))
    return told_posts


@dataclass(frozen=True, slots=True)
class Span:
    """Which days are asked, both included, as typed and as moments."""

    typed: tuple[dict[str, str], dict[str, str]]
    first: dt.date
    last: dt.date
    errors: dict[str, str]

    @property
    def since(self) -> dt.datetime:
        """Give the first moment."""
        return dt.datetime.combine(self.first, dt.time(), clock.VIETNAM)

    @property
    def until(self) -> dt.datetime:
        """Give the moment after the last."""
        return dt.datetime.combine(self.last, dt.time(), clock.VIETNAM) + dt.timedelta(days=1)


def read_span(data: QueryDict, today: dt.date) -> Span:
    """Read from and to; without them the last seven days. An impossible or too long time is an error."""
    first, last = date_in(data, "from"), date_in(data, "to")
    errors: dict[str, str] = {}
    start, end = first.day or today - FIRST, last.day or today
    for name, typed in (("from", first), ("to", last)):
        if not typed.empty and (typed.day is None or typed.precision != "DAY"):
            errors[f"{name}-day"] = say("audit.span.wrong")
    if not errors and end < start:
        errors["to-day"] = say("audit.span.order")
    elif not errors and end - start > LONGEST:
        errors["to-day"] = say("audit.span.long", days=LONGEST.days)
    return Span((_parts(first, start), _parts(last, end)), start, end, errors)


def _parts(typed: TypedDate, day: dt.date) -> dict[str, str]:
    return typed.parts if not typed.empty else {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


@open_to_auditors
@require_GET
def looks_of(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Show what this member of staff looked at and did in a time, with each purpose and the count of persons."""
    by = actor_of(request)
    line = access.staff_audited(by, staff_id)
    if line is None:
        raise Http404
    span = read_span(request.GET, clock.today())
    shown: dict[str, Any] = {"line": line, "posts": posts_told(line), "span": span, "errors": span.errors}
    if span.errors:
        return staff_page(request, "authority/looks_of.html", rows=[], lines=None, older=None, **shown)
    rows = seen_by(staff_id, span.since, span.until, after=_after(request.GET), limit=PAGE + 1)
    page, nobody = rows[:PAGE], say("authority.trail.nobody")
    people = _persons(by, page)
    write_line(
        by=by, at=clock.now(), action="authority.audit_staff", subject_id=staff_id,
        facts={"from": span.first.isoformat(), "to": span.last.isoformat(), "lines": len(page)},
    )  # fmt: skip
    return staff_page(
        request,
        "authority/looks_of.html",
        rows=[{**one, "person": people.get(one["person_id"], nobody)} for one in told(page)],
        lines=count_seen_by(staff_id, span.since, span.until).lines,
        persons=_persons_seen(staff_id, span),
        older=_address(staff_id, span, page[-1]) if len(rows) > PAGE else None,
        masked=by.role is Role.ADMIN,
        **shown,
    )


def _persons_seen(staff_id: UUID, span: Span) -> int:
    """Give how many different persons the lines of this time name; a joined one is counted once.

    Lines about a case whose person nobody knows, a key or a call have that thing for a subject.
    """
    subjects = subjects_seen_by(
        staff_id, span.since, span.until, no_persons=OF_NOBODY, no_person_rooms=ROOMS_OF_NOBODY
    )
    return len(set(persons_among(subjects).values()))


def _persons(by: Actor, lines: Sequence[AuditView]) -> dict[UUID, str]:
    """Name whom the lines are about as far as this auditor may see them; everybody else has a mark of its own.

    A subject that is no person at all is left out.
    """
    subjects = set(persons_among({line.subject_id for line in lines if names_a_citizen(line.action)}))
    names = {subject: say("audit.masked", mark=str(subject)[-6:]) for subject in subjects}
    if by.role is Role.ADMIN:
        return names
    at = clock.now()
    known = {old: sight for old, sight in sights_of(by, at, subjects).items() if sight.seen}
    seen = sorted({sight.person_id for sight in known.values()})
    note_look(by=by, at=at, action="authority.audit_staff", subject_ids=seen, purpose=PURPOSE)
    return names | {old: sight.full_name for old, sight in known.items()}


def _after(data: QueryDict) -> After | None:
    moment, _, number = data.get("after", "")[:120].partition("_")
    try:
        at = dt.datetime.fromisoformat(moment)
        return (at, UUID(number)) if at.tzinfo is not None else None
    except ValueError:
        return None


def _address(staff_id: UUID, span: Span, last: AuditView) -> str:
    asked = {
        **{f"from_{part}": value for part, value in span.typed[0].items()},
        **{f"to_{part}": value for part, value in span.typed[1].items()},
        "after": f"{last.at.isoformat()}_{last.id}",
    }
    return f"{reverse('authority:looks_of', kwargs={'staff_id': staff_id})}?{urlencode(asked)}"
