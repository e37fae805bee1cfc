"""Whether a dose may be recorded or corrected: one judgement, behind the deed and behind a look ahead at it."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.doses import reads, rules
from tiemchung.doses.rules import DoseSource, EntryKind
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.vaccines import reads as vaccine_reads
from tiemchung.vaccines.rules import Birth, LotFacts, Mode, may_give

LotFinder = Callable[[str, str], LotFacts | None]
LotOf = Callable[[DoseFacts], LotFacts | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """The dose that is corrected, as it would be, beside the person's other doses, birth and home."""

    dose: DoseView
    facts: DoseFacts
    others: tuple[DoseView, ...]
    birth: Birth
    area_id: UUID | None
    died_on: dt.date | None = None


def lot_of(facts: DoseFacts) -> LotFacts | None:
    """Give the lot that a dose names, by id or by number."""
    if facts.lot_id is not None:
        return vaccine_reads.lot(facts.lot_id)
    return vaccine_reads.find_lot(facts.product, facts.lot_number) if facts.lot_number else None


def with_consequences(facts: DoseFacts, changes: Mapping[str, Any], find_lot: LotFinder) -> dict[str, Any]:
    """Give the changes with what follows from them and was not named itself."""
    after = facts.amended(changes)
    more: dict[str, Any] = {}
    if after.given_on != facts.given_on:
        more["given_at"] = None
    if after.facility_id != facts.facility_id:
        more["point_id"] = None
    if (after.product, after.lot_number) != (facts.product, facts.lot_number):
        lot = find_lot(after.product, after.lot_number) if after.lot_number else None
        more["lot_id"] = lot.id if lot else None
        more["component"] = (lot.component if lot else None) or ""
    return more | dict(changes)


def giving_verdict(
    at: dt.datetime,
    birth: Birth,
    doses: tuple[DoseView, ...],
    facts: DoseFacts,
    lot: LotFacts | None,
    source: DoseSource,
    *,
    counts: bool = True,
) -> Verdict:
    """Ask the vaccine rules about a dose beside the others; `counts` says that it will stand as given."""
    desk = source is DoseSource.DESK
    verdict = may_give(
        facts.product,
        lot=lot,
        history=reads.given(doses),
        birth_date=birth,
        on=facts.given_on,
        at=at,
        mode=Mode.DESK if desk else Mode.BACKLOG,
    )
    return verdict if desk or not counts else _no_twin(doses, facts) + verdict


def _no_twin(doses: tuple[DoseView, ...], facts: DoseFacts) -> Verdict:
    """Refuse what is on record already: in back-entry too, one injection is one counted dose."""
    here = (facts.product, facts.given_on)
    twins = [d for d in doses if d.counted and (d.facts.product, d.facts.given_on) == here]
    return refuse("SAME_DAY", other_on=facts.given_on, days=0) if twins else YES


def correcting_verdict(
    kind: EntryKind, by: Actor, at: dt.datetime, version: int, because: str, subject: Subject, lot: LotOf
) -> Verdict:
    """Say whether this correction may be made by this actor, who saw the dose in this version."""
    dose, facts, home = subject.dose, subject.facts, subject.area_id
    place = reads.place_of(by, dose.facts, home)
    may = rules.may_correct(by, place, local(dose.recorded_at).date(), local(at).date())
    if may:
        may += rules.may_move(by, place, reads.place_of(by, facts, home))
    may += rules.may_follow(dose.state, kind) + rules.reason_given(because)
    if version != dose.version:
        may += refuse("CHANGED_MEANWHILE")
    if kind is EntryKind.AMENDED and facts == dose.facts:
        may += refuse("NOTHING_CHANGED")
    if not may or kind is EntryKind.VOIDED:
        return may
    counts = rules.state_after(dose.state, kind) in rules.COUNTED
    given = giving_verdict(at, subject.birth, subject.others, facts, lot(facts), DoseSource.CASE, counts=counts)
    return may + hour_has_come(facts, at) + was_alive(facts, subject.died_on) + given


def was_alive(facts: DoseFacts, died_on: dt.date | None) -> Verdict:
    """Refuse a dose given after the person's death, whatever the door and the reason."""
    after = died_on is not None and facts.given_on > died_on
    return refuse("GIVEN_AFTER_DEATH", died_on=died_on) if after else YES


def hour_has_come(facts: DoseFacts, at: dt.datetime) -> Verdict:
    """Refuse a moment ahead of the clock; a day ahead is refused by the vaccine rules (FUTURE_DATE)."""
    ahead = facts.given_at is not None and facts.given_at > at and facts.given_on <= local(at).date()
    return refuse("GIVEN_IN_FUTURE") if ahead else YES
