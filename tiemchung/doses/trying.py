"""A look ahead: what corrections of many doses would change and what the rules say to each; nothing is written."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Verdict, refuse
from tiemchung.doses import reads
from tiemchung.doses.judging import Subject, correcting_verdict, with_consequences
from tiemchung.doses.rules import DoseState, EntryKind
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.people import reads as people
from tiemchung.people.reads import Holder
from tiemchung.vaccines import reads as vaccines
from tiemchung.vaccines.rules import LotFacts


@dataclass(frozen=True, slots=True)
class AskedChange:
    """One dose as it was seen."""

    profile_id: UUID
    dose_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class TriedChange:
    """What would become of it: the dose now, its facts afterwards, and the verdict; whose it is."""

    asked: AskedChange
    holder: Holder | None
    dose: DoseView | None
    after: DoseFacts | None
    verdict: Verdict


def try_amendments(
    *, by: Actor, at: dt.datetime, asked: Sequence[AskedChange], changes: Mapping[str, Any], because: str
) -> tuple[TriedChange, ...]:
    """Give what `amend_dose` would say to the same changes of all these doses, in a fixed number of statements.

    One statement more for each lot that is new among them. Unscoped: the verdicts say what the actor may do, the
    caller has decided whether it may look.
    """
    now = people.current_persons({a.profile_id for a in asked})
    holders = people.holders_of(set(now.values()))
    whose = {profile_id: h for h in holders.values() for profile_id in h.profile_ids}
    held = reads.doses_of(list(whose), voided=True)
    lots = _Lots()
    return tuple(_try(by, at, one, whose, held, changes, because, lots) for one in asked)


def _try(
    by: Actor,
    at: dt.datetime,
    asked: AskedChange,
    whose: Mapping[UUID, Holder],
    held: Sequence[DoseView],
    changes: Mapping[str, Any],
    because: str,
    lots: "_Lots",
) -> TriedChange:
    holder = whose.get(asked.profile_id)
    dose = next((d for d in held if d.id == asked.dose_id), None)
    if holder is None or dose is None:
        return TriedChange(asked, holder, dose, None, refuse("NO_SUCH_DOSE"))
    after = dose.facts.amended(with_consequences(dose.facts, changes, lots.find))
    own = set(holder.profile_ids)
    others = tuple(d for d in held if d.id != dose.id and d.profile_id in own and d.state is not DoseState.VOIDED)
    birth = reads.birth_of(holder.birth_date, holder.birth_precision)
    subject = Subject(dose, after, others, birth, None)
    verdict = correcting_verdict(EntryKind.AMENDED, by, at, asked.version, because, subject, lots.of)
    return TriedChange(asked, holder, dose, after, verdict)


class _Lots:
    """Lots asked once each."""

    def __init__(self) -> None:
        self._by_number: dict[tuple[str, str], LotFacts | None] = {}
        self._by_id: dict[UUID, LotFacts | None] = {}

    def find(self, product: str, number: str) -> LotFacts | None:
        if (product, number) not in self._by_number:
            self._by_number[product, number] = vaccines.find_lot(product, number)
        return self._by_number[product, number]

    def of(self, facts: DoseFacts) -> LotFacts | None:
        if facts.lot_id is None:
            return self.find(facts.product, facts.lot_number) if facts.lot_number else None
        if facts.lot_id not in self._by_id:
            self._by_id[facts.lot_id] = vaccines.lot(facts.lot_id)
        return self._by_id[facts.lot_id]
