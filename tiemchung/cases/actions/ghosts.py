"""Looking for doses that nobody was given: the nights' findings, their alarms, and what an authority makes of them."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from tiemchung.access.reads import facility_scope
from tiemchung.cases.actions.noticing import KIND, claim_about
from tiemchung.cases.actions.opening import open_case
from tiemchung.cases.kinds import Door
from tiemchung.cases.models import GhostDay, GhostFinding, OverrideWeek
from tiemchung.cases.reads.ghost_traces import FacilityDay, LookedAt, looked_at
from tiemchung.cases.rules.ghost_signals import Suspicion, suspicions
from tiemchung.cases.rules.ghosts import (
    NEW_FOR,
    NOWHERE,
    FindingState,
    after_look,
    findings_ring,
    may_clear,
    may_decide,
    overrides_ring,
    ready_at,
    week_of,
)
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import Actor
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.audit import write_line
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.verdict import Refused, refuse
from tiemchung.doses import reads as doses
from tiemchung.doses.reads import Entry
from tiemchung.doses.tracing import desk_doses
from tiemchung.people import reads as people
from tiemchung.visits.tracing import given_despite

# Some 20,000 doses of busy stations, read and judged within seconds.
DAYS_A_TURN = 400
_CHANGING = frozenset({"RECORDED", "AMENDED", "VOIDED"})
_WEEK = dt.timedelta(days=7)
# A day that changed again while it was looked at has a later time, and stays.
_TAKE_OUT = """
UPDATE cases_ghostday d SET ready_at = NULL
FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS done (facility_id, id, ready_at)
WHERE d.facility_id = done.facility_id AND d.id = done.id AND d.ready_at = done.ready_at
RETURNING d.facility_id, d.given_on
"""


def note_days(entries: Iterable[Entry], at: dt.datetime) -> None:
    """Note the facilities' days that these entries of the ledger change, to be looked at in the night after.

    The demonstration looks at once. Entries of more than a week ago are left alone: a ledger is followed from its
    beginning.
    """
    changing = [e for e in entries if e.kind in _CHANGING and at - e.recorded_at <= NEW_FOR]
    due = at if settings.DEMO else ready_at(at)
    rows = [
        GhostDay(facility_id=facility or NOWHERE, given_on=day, ready_at=due)
        for facility, day in doses.places_and_days_of(changing)
    ]
    rows.sort(key=lambda row: (row.facility_id, row.given_on))  # two followers lock them in one order
    GhostDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["facility_id", "given_on"], update_fields=["ready_at"]
    )


def look_at_days(at: dt.datetime) -> int:
    """Judge the doses of the days whose time has come, keep what is found and sound alarms; give how many days it were.

    Everything is read and judged before the transaction begins, so that no follower waits for it.
    """
    due = _due(at)
    if not due:
        return 0
    seen = looked_at((row.facility_id, row.given_on) for row in due)
    found = suspicions([one.trace for one in seen])
    with transaction.atomic():
        days = _taken_out(due)
        ours = [one for one in seen if (one.facility_id, one.dose.given_on) in days]
        new = _keep(days, ours, found, at)
        _ring(ours, new, at)
        _count_overrides({(facility, week_of(day)) for facility, day in days if facility != NOWHERE}, at)
    return len(due)


def _due(at: dt.datetime) -> list[GhostDay]:
    """Give the days whose time has come, a facility's together: what one person typed in an hour shows there alone."""
    with allow_cross_shard("the night reads its whole node"):
        rows = list(GhostDay.objects.filter(ready_at__lte=at).order_by("facility_id", "given_on")[:DAYS_A_TURN])
    cut_short = rows[-1].facility_id if len(rows) == DAYS_A_TURN else None
    whole = [row for row in rows if row.facility_id != cut_short]
    return whole or rows


def _taken_out(due: Sequence[GhostDay]) -> set[FacilityDay]:
    """Take the days off the list and give those that were still as they were read."""
    columns = [[getattr(row, name) for row in due] for name in ("facility_id", "id", "ready_at")]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OUT, columns)
        return {(facility_id, day) for facility_id, day in cursor.fetchall()}


def _keep(
    days: set[FacilityDay], seen: Sequence[LookedAt], found: Mapping[UUID, Suspicion], at: dt.datetime
) -> Counter[UUID]:
    """Bring the findings of these days up to date, and give how many are new by facility."""
    facilities = {facility for facility, _ in days}
    suspect = {(one.facility_id, one.dose.dose_id): one for one in seen if one.dose.dose_id in found}
    about = Q(given_on__in={day for _, day in days}) | Q(dose_id__in=[dose_id for _, dose_id in suspect])
    rows = GhostFinding.objects.select_for_update().filter(about, facility_id__in=facilities)
    known = {(row.facility_id, row.dose_id): row for row in rows.order_by("facility_id", "id")}
    changed = []
    for key, row in known.items():
        if key in suspect:
            changed += _fitted(row, suspect[key], found[key[1]])
        elif (row.facility_id, row.given_on) in days:
            changed += _acquitted(row)
    fresh = [_finding(one, found[key[1]], at) for key, one in suspect.items() if key not in known]
    GhostFinding.objects.bulk_create(fresh, ignore_conflicts=True)
    for row in changed:
        row.save(force_update=True)
    return Counter(row.facility_id for row in fresh)


def _fitted(row: GhostFinding, one: LookedAt, why: Suspicion) -> list[GhostFinding]:
    """Change a known finding to what is true now; what an authority decided on stays, as far as the rule says."""
    state = after_look(FindingState(row.state), was=row.score, score=why.score)
    if state is not FindingState.OPEN:
        return []
    now = (one.dose.given_on, one.dose.product, why.score, _signals(why), state)
    if now == (row.given_on, row.product, row.score, row.signals, row.state):
        return []
    row.given_on, row.product, row.score, row.signals, row.state = now
    return [row]


def _acquitted(row: GhostFinding) -> list[GhostFinding]:
    state = after_look(FindingState(row.state), was=row.score, score=0)
    if state == row.state:
        return []
    row.state = state
    return [row]


def _finding(one: LookedAt, why: Suspicion, at: dt.datetime) -> GhostFinding:
    return GhostFinding(
        facility_id=one.facility_id,
        given_on=one.dose.given_on,
        dose_id=one.dose.dose_id,
        profile_id=one.dose.profile_id,
        product=one.dose.product,
        source=one.dose.source,
        recorded_at=one.dose.recorded_at,
        recorded_by=one.dose.recorded_by,
        score=why.score,
        signals=_signals(why),
        found_at=at,
    )


def _signals(why: Suspicion) -> list[list[Any]]:
    return [[signal.code, dict(signal.facts)] for signal in why.signals]


def _ring(seen: Sequence[LookedAt], new: Counter[UUID], at: dt.datetime) -> None:
    doses_at = Counter(one.facility_id for one in seen)
    for facility, number in sorted(new.items()):
        if findings_ring(number, doses_at[facility]):
            raise_alarm("GHOST_DOSES", at=at, subject_id=facility, found=number, among=doses_at[facility])


def _count_overrides(weeks: set[tuple[UUID, dt.date]], at: dt.datetime) -> None:
    """Count the set-aside refusals of these facilities' weeks anew, and ring where a share is first too high."""
    together: dict[dt.date, list[UUID]] = defaultdict(list)
    for facility, week in sorted(weeks):
        together[week].append(facility)
    rows = []
    for week, facilities in together.items():
        given = desk_doses(facilities, week, week + _WEEK)
        despite = given_despite(facilities, week, week + _WEEK)
        rung = _rung_already(facilities, week)
        for facility, counted in given.items():
            overridden = len(counted.overridden | despite.get(facility, set()))
            row = OverrideWeek(
                facility_id=facility, week_on=week, doses=counted.doses, overridden=overridden, counted_at=at
            )
            row.alarmed_at = rung.get(facility)
            if row.alarmed_at is None and overrides_ring(overridden, counted.doses):
                row.alarmed_at = at
                raise_alarm("OVERRIDES_SHARE", at=at, subject_id=facility, overridden=overridden, among=counted.doses)
            rows.append(row)
    OverrideWeek.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["facility_id", "week_on"],
        update_fields=["doses", "overridden", "counted_at", "alarmed_at"],
    )


def _rung_already(facilities: Iterable[UUID], week: dt.date) -> dict[UUID, dt.datetime | None]:
    rows = OverrideWeek.objects.filter(facility_id__in=list(facilities), week_on=week)
    return {row.facility_id: row.alarmed_at for row in rows}


@transaction.atomic
def open_ghost_case(
    *, by: Actor, at: dt.datetime, facility_id: UUID, finding_id: UUID, because: str = "", language: str = "vi"
) -> OpenedCase:
    """Make a case of a finding, at the desk above the facility and never at the facility itself; twice is one case.

    Raises Refused with NO_SUCH_FINDING, NOT_YOUR_PLACE, FINDING_DECIDED or DOSE_VOIDED, or what `open_case` says.
    """
    finding = _locked(facility_id, finding_id)
    may_decide(by, FindingState(finding.state), in_scope=_in_scope(by, finding.facility_id)).or_raise()
    dose = doses.doses_named([(finding.profile_id, finding.dose_id)]).get(finding.dose_id)
    if dose is None or dose.state == "VOIDED":
        raise Refused(refuse("DOSE_VOIDED"))
    person_id = people.person_of(finding.profile_id)
    opened = open_case(
        by=by,
        at=at,
        key=f"ghost:{finding.id}",
        kind=KIND,
        door=Door.DESK,
        claim=claim_about(dose, people.holder_of(person_id), because),
        person_id=person_id,
        dose_id=dose.id,
        language=language,
        above_facility=True,
    )
    finding.case_ref = opened.ref
    _decide(finding, FindingState.CASED, by=by, at=at)
    write_line(
        by=by, at=at, action="cases.open_ghost_case", subject_id=person_id, object_id=finding.id, because=because
    )
    return opened


@transaction.atomic
def clear_finding(
    *, by: Actor, at: dt.datetime, facility_id: UUID, finding_id: UUID, because: str, seen: int | None = None
) -> None:
    """Dismiss a finding that an authority looked into and found true; it opens again only if more is found.

    `seen` is the score that the authority saw. Raises Refused with NO_SUCH_FINDING, NOT_YOUR_PLACE, FINDING_DECIDED,
    REASON_MISSING, TEXT_TOO_LONG or FINDING_GROWN.
    """
    finding = _locked(facility_id, finding_id)
    may_clear(
        by,
        FindingState(finding.state),
        because,
        in_scope=_in_scope(by, finding.facility_id),
        grown=seen is not None and finding.score > seen,
    ).or_raise()
    _decide(finding, FindingState.CLEARED, by=by, at=at, because=because.strip())
    write_line(
        by=by,
        at=at,
        action="cases.clear_finding",
        subject_id=people.person_of(finding.profile_id),
        object_id=finding.id,
        because=finding.because,
        facts={"score": finding.score},
    )


def _locked(facility_id: UUID, finding_id: UUID) -> GhostFinding:
    finding = GhostFinding.objects.select_for_update().filter(facility_id=facility_id, id=finding_id).first()
    if finding is None:
        raise Refused(refuse("NO_SUCH_FINDING"))
    return finding


def _decide(finding: GhostFinding, state: FindingState, *, by: Actor, at: dt.datetime, because: str = "") -> None:
    finding.state, finding.decided_by, finding.decided_at, finding.because = state, by.id, at, because
    finding.save(force_update=True)


def _in_scope(by: Actor, facility_id: UUID) -> bool:
    if by.everywhere:
        return True
    return facility_id != NOWHERE and not facility_scope(facility_id).isdisjoint(by.area_ids)


__all__ = ["clear_finding", "look_at_days", "note_days", "open_ghost_case"]
