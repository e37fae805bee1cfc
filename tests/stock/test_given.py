"""What a shelf says was given is a plain count of the ledger, after any history."""

import datetime as dt
import random
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from tests.builders import NOW, a_facility, a_lot, a_nurse, a_person, a_stock
from tests.following import unsettled_too
from tests.oracles.stock import given_from
from tests.stock.conftest import DAY, TODAY
from tests.visits.conftest import ALL_NO
from tiemchung.core.actor import SYSTEM
from tiemchung.core.verdict import Refused
from tiemchung.doses import actions as doses
from tiemchung.doses.reads import Entry, dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.stock import actions, tasks
from tiemchung.stock.models import LotDay, Shelf
from tiemchung.stock.reads.shelves import count_of
from tiemchung.visits.actions import inject, undo_injection

BECAUSE = "sai so với sổ giấy"


def follow_all() -> None:
    """Do what the worker does."""
    with unsettled_too():
        while tasks.follow_ledger(NOW):
            pass


class History:
    """Doses to which everything happens at random, through the real actions, at two facilities with two lots each."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.facilities = [a_facility(), a_facility()]
        self.nurses = [a_nurse(facility) for facility in self.facilities]
        self.lots = [a_lot(), a_lot()]
        for facility in self.facilities:
            a_stock(facility, *self.lots, doses=500, on_day=TODAY - 31 * DAY)
        self.people = [a_person().profile_id for _ in range(10)]
        self.known: list[tuple[UUID, UUID]] = []
        self.visits: list[tuple[int, UUID, UUID]] = []
        self.count = 0

    def happen(self) -> None:
        """Let one thing happen; what the rules refuse does not."""
        self.count += 1
        acts = [self._record, self._record, self._inject, self._declare, self._amend, self._void, self._verify,
                self._undo, self._count]  # fmt: skip
        with suppress(Refused), transaction.atomic():
            self.chance.choice(acts)()

    def _facts(self) -> DoseFacts:
        lot = self.chance.choice([*self.lots, None])
        return DoseFacts(
            product="PFIZER", lot_number=lot.number if lot else "L1", lot_id=lot.id if lot else None,
            given_on=TODAY - self.chance.choice([0, 1, 30, 31, 32, 60]) * DAY,
            facility_id=self.chance.choice([*(facility.id for facility in self.facilities), None]),
        )  # fmt: skip

    def _record(self) -> None:
        person = self.chance.choice(self.people)
        given = doses.record_dose(
            by=SYSTEM, at=NOW, key=f"r{self.count}", profile_id=person, facts=self._facts(),
            source=DoseSource.BACKLOG, because=BECAUSE,
        )  # fmt: skip
        self.known.append((person, given.dose.id))

    def _inject(self) -> None:
        place, person = self.chance.randrange(2), self.chance.choice(self.people)
        done = inject(
            by=self.nurses[place], at=NOW, key=f"i{self.count}", profile_id=person, screening=ALL_NO, product="PFIZER",
            lot_id=self.chance.choice(self.lots).id, because=BECAUSE,
        )  # fmt: skip
        self.known.append((person, done.recorded.dose.id))
        self.visits.append((place, person, done.visit.id))

    def _undo(self) -> None:
        if self.visits:
            place, person, visit_id = self.chance.choice(self.visits)
            undo_injection(
                by=self.nurses[place], at=NOW + dt.timedelta(minutes=1), key=f"u{self.count}", profile_id=person,
                visit_id=visit_id, because=BECAUSE,
            )  # fmt: skip

    def _declare(self) -> None:
        person = self.chance.choice(self.people)
        given = doses.declare_dose(by=SYSTEM, at=NOW, key=f"d{self.count}", profile_id=person, facts=self._facts())
        self.known.append((person, given.dose.id))

    def _change(self, act: Any, **more: Any) -> None:
        if self.known:
            person, dose_id = self.chance.choice(self.known)
            now = dose([person], dose_id)
            assert now is not None
            act(by=SYSTEM, at=NOW, key=f"c{self.count}", profile_id=person, dose_id=dose_id, version=now.version,
                because=BECAUSE, **more)  # fmt: skip

    def _amend(self) -> None:
        facts = self._facts()
        some = [{"given_on": facts.given_on}, {"facility_id": facts.facility_id},
                {"lot_id": facts.lot_id, "lot_number": facts.lot_number}]  # fmt: skip
        self._change(doses.amend_dose, changes=self.chance.choice(some))

    def _void(self) -> None:
        self._change(doses.void_dose)

    def _verify(self) -> None:
        self._change(doses.verify_dose)

    def _count(self) -> None:
        if self.chance.random() < 0.1:
            facility, lot = self.chance.choice(self.facilities), self.chance.choice(self.lots)
            actions.count_shelf(by=SYSTEM, at=NOW, key=f"k{self.count}", facility_id=facility.id, lot_id=lot.id,
                                counted=300, because=BECAUSE)  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("country")
@pytest.mark.parametrize("seed", range(4))
def test_after_any_history_a_shelf_says_what_a_count_of_the_ledger_gives(seed: int) -> None:
    history = History(seed)
    for _ in range(8):
        for _ in range(history.chance.randrange(1, 20)):
            history.happen()
        follow_all()
        shelves = {(row.facility_id, row.lot_id): row for row in Shelf.objects.all()}
        opened = {(str(f), str(lot)): row.counted_on or row.first_on for (f, lot), row in shelves.items()}
        plain = given_from(Entry.objects.order_by("id").values("dose_id", "kind", "facts"), opened)
        told = {(str(f), str(lot)): count_of(f, lot).given for f, lot in shelves}  # type: ignore[union-attr]
        assert told == plain
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert kinds >= {"RECORDED", "AMENDED", "VOIDED"}


@pytest.mark.django_db
@pytest.mark.usefixtures("country")
def test_counting_a_day_again_changes_nothing() -> None:
    history = History(1)
    for _ in range(12):
        history.happen()
    follow_all()
    before = list(LotDay.objects.order_by("id").values())
    days = {(row["facility_id"], row["given_on"]) for row in before}
    assert before != []
    assert actions.count_lots_given(days=days, at=NOW + dt.timedelta(hours=1)) == 0
    assert list(LotDay.objects.order_by("id").values()) == before


@pytest.mark.django_db
@pytest.mark.usefixtures("country")
def test_a_dose_without_a_listed_lot_or_place_touches_no_shelf() -> None:
    facts = DoseFacts(product="PFIZER", given_on=TODAY - DAY, lot_number="L1")
    doses.record_dose(by=SYSTEM, at=NOW, key="r", profile_id=a_person().profile_id, facts=facts,
                      source=DoseSource.BACKLOG, because=BECAUSE)  # fmt: skip
    follow_all()
    assert not LotDay.objects.exists()
