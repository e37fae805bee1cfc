"""What speaks for a dose that nobody was given: each signal has a code, a weight and the facts that its words name.

A score is the plain sum of weights, so whoever is accused can be shown every part of it. The limits come from what
hands, nights and papers allow, not from any set of data (India 2021-22; threats I6).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

from tiemchung.core.zone import VIETNAM

# Any weight from which a dose is listed: two heavy reasons, or one that leaves no honest way.
SUSPECT_FROM = 5
WEIGHTS: Mapping[str, int] = {
    "AFTER_DEATH": 6,
    "FACILITY_CLOSED": 6,
    "DISOWNED": 5,
    "RACING": 5,
    "CLOCKWORK": 4,
    "UNSEEN": 4,
    "LATE_UNPROVEN": 3,
    "LOT_NOT_CHOSEN": 3,
    "LOT_NOT_HELD": 3,
    "POINT_NOT_STANDING": 3,
    "RUN_OF_NUMBERS": 3,
    "SAME_BIRTH": 3,
    "DISOWNED_BESIDE": 2,
    "HURRIED": 2,
    "IDLE_DAY": 2,
    "INVENTED": 2,
    "LATE_BATCH": 2,
    "NIGHT": 2,
    "NOBODY_SEEN": 2,
    "OFF_DUTY": 2,
    "PLACE_UNLISTED": 2,
    "RULES_BROKEN": 2,
    "SHARED_PHONE": 2,
    "LATE_MONTHS": 1,
    "LOT_UNKNOWN": 1,
    "NOT_WATCHED": 1,
    "OVERRIDDEN": 1,
}
NIGHT_FROM, NIGHT_UNTIL = 22, 5  # hours in Vietnam
# A quick vaccinator needs two minutes a person, and four who share one sign-in half a minute.
RACING_MORE_THAN, RACING_IN = 20, dt.timedelta(minutes=10)
HURRIED_MORE_THAN, HURRIED_IN = 60, dt.timedelta(hours=1)
# Hands never keep one rhythm to the second; a script does.
RHYTHM_GAPS, RHYTHM_GIVES, RHYTHM_WITHIN = 8, 1.0, (2.0, 300.0)
LATE_AFTER, MONTHS_AFTER = dt.timedelta(days=3), dt.timedelta(days=30)
BATCH_FROM, BATCH_IN = 10, dt.timedelta(hours=1)
RUN_FROM = 4  # twins have neighbouring numbers, and a family may have three
SAME_BIRTH_FROM = 5
PHONE_FROM = 9  # a household has eight at most (people.rules.proofs)
INVENTED_IN = dt.timedelta(minutes=10)
BESIDE_FROM = 2
# Who records so says that a vial of the facility's own was opened.
_WITH_A_VIAL = frozenset({"DESK", "BACKLOG"})


@dataclass(frozen=True, slots=True)
class Trace:
    """All that is on record around one dose. None says that it is not known or does not apply.

    `visit_seen` and `visit_watched` tell of its own visit, `visits_there` whether anybody was checked in at the
    facility that day; `lot_chosen` and `on_duty` compare with the lots and vaccinators of the day there, `lot_held`
    with every lot that the facility had taken in by that day, if it kept any stock then. `born_on` is known to
    the day; `tail` are the last three digits of the person's number, `phone_crowd` how many people call the person's
    own phone theirs.
    """

    dose_id: UUID
    given_on: dt.date
    recorded_at: dt.datetime
    source: str
    recorder: UUID | None = None
    evidenced: bool = False
    overridden: bool = False
    rules_broken: bool = False
    lot_known: bool = True
    facility_open: bool | None = True
    point_standing: bool | None = None
    visit_seen: bool = False
    visit_watched: bool = False
    visits_there: bool = False
    lot_chosen: bool | None = None
    lot_held: bool | None = None
    on_duty: bool | None = None
    died_on: dt.date | None = None
    born_on: dt.date | None = None
    registered_at: dt.datetime | None = None
    tail: str = ""
    phone_crowd: int = 0
    reachable: bool = True
    disowned: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason, with the facts that its words name."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why one dose is listed; the heaviest reason first."""

    score: int
    signals: tuple[Signal, ...]


def suspicions(
    traces: Sequence[Trace], *, weights: Mapping[str, int] = WEIGHTS, least: int = SUSPECT_FROM
) -> dict[UUID, Suspicion]:
    """Give the doses whose reasons weigh enough; `traces` are whole days of facilities, looked at together."""
    told: dict[UUID, list[Signal]] = defaultdict(list)
    for trace in traces:
        told[trace.dose_id] += _own(trace)
    for dose_id, signal in _together(traces):
        told[dose_id].append(signal)
    found = {}
    for dose_id, signals in told.items():
        score = sum(weights.get(signal.code, 0) for signal in signals)
        if score >= least:
            ranked = sorted(signals, key=lambda signal: (-weights.get(signal.code, 0), signal.code))
            found[dose_id] = Suspicion(score, tuple(ranked))
    return found


def _own(trace: Trace) -> Iterator[Signal]:
    if trace.died_on is not None and trace.given_on > trace.died_on:
        yield Signal("AFTER_DEATH", {"days": (trace.given_on - trace.died_on).days})
    if trace.disowned:
        yield Signal("DISOWNED")
    yield from _place(trace)
    yield from _person(trace)
    if trace.source == "DESK":
        yield from _at_the_desk(trace)
    if trace.source == "BACKLOG":
        yield from _entered_late(trace)
    if trace.source in _WITH_A_VIAL and trace.lot_held is False:
        yield Signal("LOT_NOT_HELD")


def _place(trace: Trace) -> Iterator[Signal]:
    if trace.facility_open is None:
        yield Signal("PLACE_UNLISTED")
    elif not trace.facility_open:
        yield Signal("FACILITY_CLOSED")
    if trace.point_standing is False:
        yield Signal("POINT_NOT_STANDING")


def _person(trace: Trace) -> Iterator[Signal]:
    if trace.phone_crowd >= PHONE_FROM:
        yield Signal("SHARED_PHONE", {"people": trace.phone_crowd})
    if trace.registered_at is None or trace.reachable:
        return
    if dt.timedelta(0) <= trace.recorded_at - trace.registered_at <= INVENTED_IN:
        yield Signal("INVENTED")


def _at_the_desk(trace: Trace) -> Iterator[Signal]:
    if not trace.visit_seen:
        yield Signal("UNSEEN" if trace.visits_there else "NOBODY_SEEN")
    elif not trace.visit_watched:
        yield Signal("NOT_WATCHED")
    hour = trace.recorded_at.astimezone(VIETNAM).hour
    if hour >= NIGHT_FROM or hour < NIGHT_UNTIL:
        yield Signal("NIGHT", {"hour": hour})
    if trace.lot_chosen is False:
        yield Signal("LOT_NOT_CHOSEN")
    if trace.on_duty is False:
        yield Signal("OFF_DUTY")
    if trace.overridden:
        yield Signal("OVERRIDDEN")


def _entered_late(trace: Trace) -> Iterator[Signal]:
    waited = trace.recorded_at.astimezone(VIETNAM).date() - trace.given_on
    if not trace.evidenced:
        if waited > LATE_AFTER:
            yield Signal("LATE_UNPROVEN", {"days": waited.days})
        if not trace.visits_there:
            yield Signal("IDLE_DAY")
    if waited > MONTHS_AFTER:
        yield Signal("LATE_MONTHS", {"days": waited.days})
    if not trace.lot_known:
        yield Signal("LOT_UNKNOWN")
    if trace.rules_broken:
        yield Signal("RULES_BROKEN")


def _together(traces: Sequence[Trace]) -> Iterator[tuple[UUID, Signal]]:
    """Give what only shows among the doses that one person recorded."""
    by_recorder: dict[UUID, list[Trace]] = defaultdict(list)
    for trace in sorted(traces, key=lambda t: (t.recorded_at, t.dose_id)):
        if trace.recorder is not None:
            by_recorder[trace.recorder].append(trace)
    for theirs in by_recorder.values():
        desk = [trace for trace in theirs if trace.source == "DESK"]
        unproven = [trace for trace in theirs if trace.source == "BACKLOG" and not trace.evidenced]
        yield from _crowded(desk, "RACING", RACING_MORE_THAN + 1, RACING_IN)
        yield from _crowded(desk, "HURRIED", HURRIED_MORE_THAN + 1, HURRIED_IN)
        yield from _crowded(unproven, "LATE_BATCH", BATCH_FROM, BATCH_IN)
        yield from _rhythmic(desk)
        yield from _numbered(theirs)
        yield from _born_alike(theirs)
        yield from _beside(theirs)


def _crowded(ordered: Sequence[Trace], code: str, least: int, span: dt.timedelta) -> Iterator[tuple[UUID, Signal]]:
    """Give the doses that lie in some span of time with at least so many; each with its fullest span."""
    fullest: dict[UUID, int] = {}
    first = 0
    for last, trace in enumerate(ordered):
        while trace.recorded_at - ordered[first].recorded_at > span:
            first += 1
        size = last - first + 1
        if size >= least:
            for one in ordered[first : last + 1]:
                fullest[one.dose_id] = max(size, fullest.get(one.dose_id, 0))
    minutes = int(span.total_seconds() // 60)
    for dose_id, size in fullest.items():
        yield dose_id, Signal(code, {"number": size, "minutes": minutes})


def _rhythmic(ordered: Sequence[Trace]) -> Iterator[tuple[UUID, Signal]]:
    gaps = [(b.recorded_at - a.recorded_at).total_seconds() for a, b in pairwise(ordered)]
    least, most = RHYTHM_WITHIN
    for first, last in _runs(gaps, lambda a, b: abs(a - b) <= RHYTHM_GIVES):
        if last - first >= RHYTHM_GAPS and least <= gaps[first] <= most:
            for one in ordered[first : last + 1]:
                yield one.dose_id, Signal("CLOCKWORK", {"seconds": round(gaps[first])})


def _numbered(ordered: Sequence[Trace]) -> Iterator[tuple[UUID, Signal]]:
    for first, last in _runs(ordered, _follows):
        if last - first >= RUN_FROM:
            for one in ordered[first:last]:
                yield one.dose_id, Signal("RUN_OF_NUMBERS", {"number": last - first})


def _follows(one: Trace, other: Trace) -> bool:
    if not (one.tail.isdigit() and other.tail.isdigit()):
        return False
    return (int(other.tail) - int(one.tail)) % 10 ** len(one.tail) == 1


def _runs[T](items: Sequence[T], belongs: Any) -> Iterator[tuple[int, int]]:
    """Give the longest stretches, as (first, past the last), in which each belongs to the one before."""
    first = 0
    for place in range(1, len(items) + 1):
        if place == len(items) or not belongs(items[place - 1], items[place]):
            yield first, place
            first = place


def _born_alike(traces: Iterable[Trace]) -> Iterator[tuple[UUID, Signal]]:
    # Whose birthday nobody knows is written down as the first of January.
    born: dict[tuple[dt.date, dt.date], list[Trace]] = defaultdict(list)
    for trace in traces:
        if trace.born_on is not None and (trace.born_on.month, trace.born_on.day) != (1, 1):
            born[trace.given_on, trace.born_on].append(trace)
    for alike in born.values():
        if len(alike) >= SAME_BIRTH_FROM:
            for one in alike:
                yield one.dose_id, Signal("SAME_BIRTH", {"people": len(alike)})


def _beside(traces: Iterable[Trace]) -> Iterator[tuple[UUID, Signal]]:
    days: dict[dt.date, list[Trace]] = defaultdict(list)
    for trace in traces:
        days[trace.given_on].append(trace)
    for day in days.values():
        number = sum(trace.disowned for trace in day)
        if number >= BESIDE_FROM:
            for one in day:
                if not one.disowned:
                    yield one.dose_id, Signal("DISOWNED_BESIDE", {"number": number})
