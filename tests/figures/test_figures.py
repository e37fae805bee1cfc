"""Figures are what a count from scratch gives, after any history, and only the touched days are counted anew."""

import datetime as dt
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.builders import country  # noqa: F401 - a fixture
from tests.conftest import NOW
from tests.doses.conftest import days_ago, somebody
from tests.following import unsettled_too
from tests.oracles.figures import figures_from
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind, Role
from tiemchung.core.receipts import receipts_of
from tiemchung.core.verdict import Refused
from tiemchung.doses import actions as doses
from tiemchung.doses.reads import Entry, dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.figures import actions, reads, tasks
from tiemchung.figures.models import FacilityDay
from tiemchung.figures.rules import NOWHERE, changed_counts

EVER = (dt.date(2020, 1, 1), dt.date(2030, 1, 1))
HERE, THERE = uuid4(), uuid4()
BECAUSE = "sai so với sổ giấy"


def record(person: UUID, key: str, facility: UUID | None = HERE, days: int = 40, **more: Any) -> doses.RecordedDose:
    """Put a past dose on record."""
    facts = DoseFacts(product="PFIZER", given_on=days_ago(days), lot_number="L1", facility_id=facility)
    return doses.record_dose(
        by=SYSTEM, at=NOW, key=key, profile_id=person, facts=facts.amended(more),
        source=DoseSource.BACKLOG, because=BECAUSE,
    )


def amend(given: doses.RecordedDose, key: str, **changes: Any) -> doses.RecordedDose:
    """Correct a dose."""
    row = given.dose
    return doses.amend_dose(
        by=SYSTEM, at=NOW, key=key, profile_id=row.profile_id, dose_id=row.id, version=row.version,
        changes=changes, because=BECAUSE,
    )


def follow_all() -> None:
    """Do what the worker does."""
    with unsettled_too():
        while tasks.follow_ledger(NOW):
            pass


def told() -> dict[tuple[str, str, str], int]:
    """Give all figures that are not zero."""
    rows = FacilityDay.objects.filter(doses__gt=0)
    return {(str(r.facility_id), str(r.given_on), r.product): r.doses for r in rows}


def from_scratch() -> dict[tuple[str, str, str], int]:
    """Give what the oracle counts."""
    return figures_from(Entry.objects.order_by("id").values("dose_id", "kind", "facts"))


@pytest.mark.django_db
def test_a_dose_counts_where_and_when_it_was_given() -> None:
    record(somebody(), "one")
    follow_all()
    assert told() == {(str(HERE), str(days_ago(40)), "PFIZER"): 1}


@pytest.mark.django_db
def test_a_dose_amended_to_another_place_and_day_changes_both_days() -> None:
    given = record(somebody(), "one")
    record(somebody("other"), "two")
    follow_all()
    amend(given, "a", facility_id=THERE, given_on=days_ago(39))
    follow_all()
    assert told() == {
        (str(HERE), str(days_ago(40)), "PFIZER"): 1,
        (str(THERE), str(days_ago(39)), "PFIZER"): 1,
    }


@pytest.mark.django_db
def test_no_other_day_is_counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    given = record(somebody(), "one")
    record(somebody("other"), "two", days=41)
    follow_all()
    asked: list[Any] = []
    counted_on = actions.counted_on
    monkeypatch.setattr(actions, "counted_on", lambda days: asked.append(set(days)) or counted_on(days))
    amend(given, "a", given_on=days_ago(38))
    follow_all()
    assert asked == [{(HERE, days_ago(40)), (HERE, days_ago(38))}]


@pytest.mark.django_db
def test_a_declared_dose_counts_from_its_verification_on_the_day_it_was_given() -> None:
    person = somebody()
    facts = DoseFacts(product="PFIZER", given_on=days_ago(60), lot_number="L1")
    declared = doses.declare_dose(by=SYSTEM, at=NOW, key="d", profile_id=person, facts=facts).dose
    follow_all()
    assert told() == {}
    doses.verify_dose(
        by=SYSTEM, at=NOW, key="v", profile_id=person, dose_id=declared.id, version=1, because=BECAUSE
    )
    follow_all()
    assert told() == {(str(NOWHERE), str(days_ago(60)), "PFIZER"): 1}


@pytest.mark.django_db
def test_each_correction_has_a_receipt() -> None:
    person = somebody()
    given = record(person, "one")
    amend(given, "a", lot_number="L2")
    follow_all()
    entries = list(Entry.objects.values_list("id", flat=True))
    assert sorted(r.entry_id for r in receipts_of([person], entries) if r.follower == "figures") == sorted(entries)


@pytest.mark.django_db
def test_following_again_from_the_start_changes_nothing() -> None:
    record(somebody(), "one")
    follow_all()
    before = list(FacilityDay.objects.values())
    assert actions.recount_days(days=[(HERE, days_ago(40))], at=NOW + dt.timedelta(hours=1)) == 0
    assert list(FacilityDay.objects.values()) == before


class History:
    """Doses to which everything happens at random, through the real actions."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.people = [somebody(f"{seed}-{n}") for n in range(12)]
        self.known: list[tuple[UUID, UUID]] = []
        self.count = 0

    def happen(self) -> None:
        """Let one thing happen; what the rules refuse does not."""
        self.count += 1
        acts = [self._record, self._record, self._declare, self._amend, self._void, self._verify]
        with suppress(Refused), transaction.atomic():
            self.chance.choice(acts)()

    def _facts(self) -> DoseFacts:
        return DoseFacts(
            product=self.chance.choice(["PFIZER", "ASTRAZENECA", "MODERNA"]), lot_number="L1",
            given_on=days_ago(self.chance.choice([30, 31, 60, 61, 90])),
            facility_id=self.chance.choice([HERE, THERE, None]),
        )  # fmt: skip

    def _record(self) -> None:
        person = self.chance.choice(self.people)
        given = doses.record_dose(
            by=SYSTEM, at=NOW, key=f"r{self.count}", profile_id=person, facts=self._facts(),
            source=DoseSource.BACKLOG, because=BECAUSE,
        )  # fmt: skip
        self.known.append((person, given.dose.id))

    def _declare(self) -> None:
        person = self.chance.choice(self.people)
        given = doses.declare_dose(
            by=SYSTEM, at=NOW, key=f"d{self.count}", profile_id=person, facts=self._facts()
        )
        self.known.append((person, given.dose.id))

    def _change(self, act: Callable[..., Any], **more: Any) -> None:
        if self.known:
            person, dose_id = self.chance.choice(self.known)
            now = dose([person], dose_id)
            assert now is not None
            act(
                by=SYSTEM, at=NOW, key=f"c{self.count}", profile_id=person, dose_id=dose_id, version=now.version,
                because=BECAUSE, **more,
            )  # fmt: skip

    def _amend(self) -> None:
        facts = self._facts()
        changes = {"product": facts.product, "given_on": facts.given_on, "facility_id": facts.facility_id}
        name = self.chance.choice(list(changes))
        self._change(doses.amend_dose, changes={name: changes[name]})

    def _void(self) -> None:
        self._change(doses.void_dose)

    def _verify(self) -> None:
        self._change(doses.verify_dose)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_after_any_history_the_figures_are_a_count_from_scratch(seed: int) -> None:
    history = History(seed)
    for _ in range(8):
        for _ in range(history.chance.randrange(1, 20)):
            history.happen()
        follow_all()
        assert told() == from_scratch()
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert kinds == {"RECORDED", "DECLARED", "AMENDED", "VOIDED", "VERIFIED"}


@pytest.mark.django_db(transaction=True)
def test_two_followers_at_once_count_each_entry_once() -> None:
    for n in range(20):
        record(somebody(f"p{n}"), f"k{n}", days=30 + n % 3)
    read: list[int] = []
    gate, deadline = threading.Barrier(4), time.monotonic() + 600

    def run() -> None:
        try:
            gate.wait(60)
            # An open transaction elsewhere on the server holds entries back for a while.
            while sum(read) < 20 and time.monotonic() < deadline:
                read.append(tasks.follow_ledger(NOW))
                time.sleep(0.01)
            read.append(tasks.follow_ledger(NOW))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(read) == 20
    assert told() == from_scratch()


@pytest.mark.django_db
def test_each_sees_the_figures_of_their_own_places_only() -> None:
    here = builders.a_facility()
    far = builders.a_facility(area=builders.an_area("00070"))
    for n, facility in enumerate((here, far)):
        record(somebody(f"s{n}"), f"s{n}", facility.id)
    follow_all()
    city = builders.an_officer(Role.PROVINCE_OFFICER)
    everywhere = Actor(kind=Kind.STAFF, role=Role.MINISTRY_OFFICER)
    seen = lambda by: {row.facility_id for row in reads.counts_under(by, *EVER)}  # noqa: E731
    assert seen(builders.a_lead(here)) == {here.id}
    assert seen(everywhere) == {here.id, far.id}
    assert seen(PUBLIC) == seen(Actor(kind=Kind.CITIZEN)) == set()
    day = days_ago(40), days_ago(39)
    assert {row.facility_id for row in reads.counts_under(city, *day)} == {here.id}
    assert [(t.given_on, t.product, t.doses) for t in reads.totals(*EVER)] == [(days_ago(40), "PFIZER", 2)]


PRODUCTS = st.sampled_from("ABC")


@given(st.dictionaries(PRODUCTS, st.integers(1, 9)), st.dictionaries(PRODUCTS, st.integers(0, 9)))
def test_a_recount_leaves_exactly_what_was_counted(counted: dict[str, int], known: dict[str, int]) -> None:
    after = known | changed_counts(counted, known)
    assert {product: doses for product, doses in after.items() if doses} == counted
    assert changed_counts(counted, after) == {}
