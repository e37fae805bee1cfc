"""Where the corrections of a case have arrived: the answer to "why is it still wrong there"."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from tiemchung.cases.rules.travel import Stop, stops_of
from tiemchung.cases.values import EffectView
from tiemchung.core.receipts import receipts_of


@dataclass(frozen=True, slots=True)
class TravelStop:
    """One place that a correction has to reach; `at` is None while it is on its way."""

    solution: str
    profile_id: UUID
    stop: Stop
    at: dt.datetime | None

    @property
    def waiting(self) -> bool:
        """Tell whether it has not arrived yet."""
        return self.at is None


def travel_of(effects: Sequence[EffectView]) -> tuple[TravelStop, ...]:
    """Give every stop of these corrections in order, each with the time of its receipt; one statement.

    The effects are those of a case that the caller may see (`CaseFile.effects`, `Progress.effects`). A partner that
    is not connected is no stop.
    """
    entries = {e.entry_id for e in effects if e.entry_id is not None}
    found = receipts_of({e.profile_id for e in effects}, entries) if entries else ()
    arrived = {(receipt.entry_id, receipt.follower): receipt.at for receipt in reversed(found)}
    return tuple(
        TravelStop(effect.solution, effect.profile_id, stop, _arrived(effect, stop, arrived))
        for effect in effects
        for stop in stops_of(effect.solution)
        if stop is not Stop.PC_COVID or settings.PC_COVID
    )


def _arrived(effect: EffectView, stop: Stop, arrived: dict[tuple[UUID, str], dt.datetime]) -> dt.datetime | None:
    """Give when the stop was reached; what changed nothing there (an amendment to equal values) has no entry."""
    if stop is Stop.LEDGER or effect.entry_id is None:
        return effect.at
    return arrived.get((effect.entry_id, stop.lower()))
