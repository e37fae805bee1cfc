"""Calls of the response centre, the call-backs that come due, and the figures on its wall."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Min, Q

from tiemchung.cases.models import Call, CallBack, Case
from tiemchung.cases.reads.files import cases_of_person, find_case, progress
from tiemchung.cases.rules.calls import CALL_LIFE, CENTRE, CallOutcome, Proof, is_claimant, opens_record
from tiemchung.cases.sealed import open_claim, open_phone, open_text
from tiemchung.cases.values import Progress
from tiemchung.core.actor import Actor
from tiemchung.core.clock import VIETNAM, local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.outbox import contact_key
from tiemchung.people import reads as people

ACTIVE = dt.timedelta(minutes=15)  # an agent whose last call ended longer ago is not counted as at work
NOBODY = UUID(int=0)
_AGENT = "an agent's calls lie with their callers; the agent's index answers"


@dataclass(frozen=True, slots=True)
class CallView:
    """One call of an agent: what was proved in it, and what came of it; `phone` is E.164, empty where hidden."""

    call_id: UUID
    contact_key: bytes
    agent_id: UUID
    began_at: dt.datetime
    ended_at: dt.datetime | None
    phone: str
    person_id: UUID | None
    proved: Proof
    case_ref: str
    outcome: str

    @property
    def opens_record(self) -> bool:
        """Tell whether the caller has proved enough to be told of the record."""
        return self.person_id is not None and opens_record(self.proved)


@dataclass(frozen=True, slots=True)
class CallBackView:
    """One promised call-back; `phone` (E.164) is there for the agent who holds it, and empty for all others."""

    call_back_id: UUID
    due_at: dt.datetime
    case_ref: str
    tries: int
    claimed_by: UUID | None
    claimed_until: dt.datetime | None
    done_at: dt.datetime | None
    outcome: str
    phone: str
    note: str


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands on the centre's wall: counts, and since when the longest promise has been waiting."""

    calls_open: int
    agents: int
    calls_today: int
    opened_today: int
    waiting: int
    late: int
    oldest_due: dt.datetime | None


def call_view(row: Call) -> CallView:
    """Give the value of a row."""
    return CallView(
        call_id=row.id,
        contact_key=bytes(row.contact_key),
        agent_id=row.agent_id,
        began_at=row.began_at,
        ended_at=row.ended_at,
        phone=open_phone(row.id, row.sealed_phone),
        person_id=row.person_id,
        proved=Proof(row.proved),
        case_ref=row.case_ref,
        outcome=row.outcome,
    )


def call_of(by: Actor, at: dt.datetime, contact: bytes, call_id: UUID) -> CallView | None:
    """Give an open call of this agent; None for one that is over, has lapsed, or is another's."""
    row = Call.objects.filter(contact_key=contact, id=call_id, ended_at__isnull=True).first()
    mine = row is not None and row.agent_id == by.id and row.began_at > at - CALL_LIFE
    return call_view(row) if row is not None and mine else None


def open_call_of(by: Actor, at: dt.datetime) -> CallView | None:
    """Give the call that this agent has open, found by the agent alone: after a new sign-in, on another screen."""
    with allow_cross_shard(_AGENT):
        rows = Call.objects.filter(agent_id=by.id or NOBODY, ended_at__isnull=True, began_at__gt=at - CALL_LIFE)
        row = rows.order_by("-began_at").first()
    return call_view(row) if row is not None else None


def calls_today(by: Actor, at: dt.datetime, *, limit: int = 20) -> tuple[CallView, ...]:
    """Give this agent's ended calls of the day, newest first."""
    with allow_cross_shard(_AGENT):
        rows = Call.objects.filter(agent_id=by.id or NOBODY, began_at__gte=midnight(at), ended_at__isnull=False)
        return tuple(call_view(row) for row in rows.order_by("-began_at")[:limit])


def midnight(at: dt.datetime) -> dt.datetime:
    """Give the moment at which this day of Vietnam began."""
    return dt.datetime.combine(local(at).date(), dt.time(), VIETNAM)


def cases_of_call(by: Actor, call: CallView) -> tuple[Progress, ...]:
    """Give the reports of which this caller may be told, newest first.

    Whoever proved a person hears of that person's; a right code adds those sent from the phone on file; and the one
    report that this call was about, or opened.
    """
    found: dict[UUID, Progress] = {}
    if call.opens_record and call.person_id is not None:
        told = cases_of_person(by, people.profile_ids_of(call.person_id))
        found |= {one.case_id: one for one in (*told, *_of_phone(call))}
    one = find_case(call.case_ref) if call.case_ref else None
    if one is not None and one.id not in found:
        found[one.id] = progress(one)
    return tuple(sorted(found.values(), key=lambda p: p.recorded_at, reverse=True))


def _of_phone(call: CallView) -> tuple[Progress, ...]:
    """Give what the proved person reported under the phone that a code has proved, also before anybody was named."""
    phone = people.reach_of(call.person_id) if call.proved is Proof.CODE and call.person_id else None
    if not phone or call.person_id is None:
        return ()
    who = people.holder_of(call.person_id)
    rows = Case.objects.filter(contact_key=contact_key(phone)).order_by("-recorded_at")[:20]
    return tuple(progress(row) for row in rows if _claims(row, who.full_name, who.birth_date, who.birth_precision))


def _claims(row: Case, full_name: str, birth_date: dt.date | None, precision: str) -> bool:
    return is_claimant(open_claim(row.id, row.sealed_claim), full_name, birth_date, precision)


def claimed_by_caller(
    refs: Iterable[str], full_name: str, birth_date: dt.date | None, precision: str
) -> Sequence[tuple[str, UUID]]:
    """Give number and subject (person, else case) of those reports whose person the caller named rightly."""
    found = [case for case in map(find_case, refs) if case is not None]
    right = [case for case in found if _claims(case, full_name, birth_date, precision)]
    return [(case.ref, case.person_id or case.id) for case in sorted(right, key=lambda c: c.recorded_at, reverse=True)]


def call_backs_waiting(by: Actor, at: dt.datetime, *, limit: int = 50) -> tuple[CallBackView, ...]:
    """Give the promises that the centre has not kept yet, due first; phones are shown to who holds them."""
    rows = CallBack.objects.filter(unit_id=CENTRE, done_at__isnull=True).order_by("due_at", "id")[:limit]
    return tuple(call_back_view(row, by, at) for row in rows)


def call_back_of(by: Actor, at: dt.datetime, call_back_id: UUID) -> CallBackView | None:
    """Give one promise, kept or not, or None."""
    row = CallBack.objects.filter(unit_id=CENTRE, id=call_back_id).first()
    return call_back_view(row, by, at) if row is not None else None


def call_back_view(row: CallBack, by: Actor, at: dt.datetime) -> CallBackView:
    """Give the value of a row; number and note only to the agent who holds it now."""
    held = row.claimed_by == by.id and row.claimed_until is not None and row.claimed_until > at and not row.done_at
    return CallBackView(
        call_back_id=row.id,
        due_at=row.due_at,
        case_ref=row.case_ref,
        tries=row.tries,
        claimed_by=row.claimed_by,
        claimed_until=row.claimed_until,
        done_at=row.done_at,
        outcome=row.outcome,
        phone=open_phone(row.id, row.sealed_phone) if held else "",
        note=open_text(row.id, row.sealed_note) if held else "",
    )


def wall_of(at: dt.datetime) -> Wall:
    """Give the centre's figures; nobody can be told from them."""
    with allow_cross_shard("the figures of the whole centre; no row leaves its shard"):
        today = Call.objects.filter(began_at__gte=min(midnight(at), at - CALL_LIFE))
        is_open = Q(ended_at__isnull=True, began_at__gt=at - CALL_LIFE)
        counts = today.aggregate(
            open=Count("id", filter=is_open),
            agents=Count("agent_id", distinct=True, filter=is_open | Q(ended_at__gt=at - ACTIVE)),
            calls=Count("id", filter=Q(began_at__gte=midnight(at))),
            opened=Count("id", filter=Q(began_at__gte=midnight(at), outcome=CallOutcome.CASE_OPENED)),
        )
    waiting = CallBack.objects.filter(unit_id=CENTRE, done_at__isnull=True)
    back = waiting.aggregate(all=Count("id"), late=Count("id", filter=Q(due_at__lte=at)), oldest=Min("due_at"))
    return Wall(
        calls_open=counts["open"],
        agents=counts["agents"],
        calls_today=counts["calls"],
        opened_today=counts["opened"],
        waiting=back["all"],
        late=back["late"],
        oldest_due=back["oldest"],
    )
