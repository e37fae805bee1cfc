"""Many cards at once say what each would say alone, for the same few statements; corrections leave receipts."""

import datetime as dt
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tests.doses.conftest import days_ago, somebody
from tests.following import unsettled_too
from tiemchung.certificates import tasks
from tiemchung.certificates.actions import refresh_card, refresh_cards
from tiemchung.certificates.models import Card, CardByToken, Certificate, Revocation
from tiemchung.core.actor import SYSTEM
from tiemchung.core.audit import looks_at
from tiemchung.core.receipts import receipts_of
from tiemchung.core.verdict import Refused
from tiemchung.doses import actions as doses
from tiemchung.doses.reads import Entry
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.people.actions import amend_profile, link_profiles, undo_link
from tiemchung.people.models import PersonLink
from tiemchung.people.reads import Change, NotFound

PRODUCTS = ("PFIZER", "ASTRAZENECA", "JANSSEN", "MODERNA")


def put_dose(person: UUID, key: str, product: str = "PFIZER", days: int = 40, **more: Any) -> doses.RecordedDose:
    """Put a past dose on record."""
    facts = DoseFacts(product=product, given_on=days_ago(days), lot_number="L1", place_name="Trạm Y tế")
    source = more.pop("source", DoseSource.BACKLOG)
    return doses.record_dose(
        by=SYSTEM, at=NOW, key=key, profile_id=person, facts=facts, source=source, because="hồ sơ giấy", **more
    )


class Town:
    """People to whom things happen at random, through the real actions."""

    def __init__(self, seed: int, people: int = 8) -> None:
        self.chance = random.Random(seed)
        self.people = [somebody(f"{seed}-{n}") for n in range(people)]
        self.doses: list[doses.RecordedDose] = []
        self.links: list[UUID] = []
        self.count = 0

    def happen(self, times: int) -> None:
        for _ in range(times):
            self.count += 1
            acts = [self._dose] * 3 + [self._void, self._rename, self._join, self._part]
            with transaction.atomic():
                self.chance.choice(acts)()

    def _dose(self) -> None:
        person, product = self.chance.choice(self.people), self.chance.choice(PRODUCTS)
        with suppress(Refused):  # the rules do not allow every history
            self.doses.append(put_dose(person, f"d{self.count}", product, self.chance.randrange(30, 400)))

    def _void(self) -> None:
        if self.doses:
            dose = self.doses.pop(self.chance.randrange(len(self.doses))).dose
            doses.void_dose(
                by=SYSTEM, at=NOW, key=f"v{self.count}", profile_id=dose.profile_id, dose_id=dose.id,
                version=dose.version, because="ghi nhầm người khác",
            )

    def _rename(self) -> None:
        name = f"Nguyễn Thị {self.chance.choice(['Bình', 'Cúc', 'Dung', 'Giang'])}"
        person = self.chance.choice(self.people)
        amend_profile(by=SYSTEM, at=NOW, profile_id=person, because="giấy khai sinh", full_name=name)

    def _join(self) -> None:
        keep, join = self.chance.sample(self.people, 2)
        with suppress(Refused):  # joined already
            linked = link_profiles(
                by=SYSTEM, at=NOW, key=f"l{self.count}", keep_person=keep, join_person=join, because="một người"
            )
            self.links.append(linked.link_id)

    def _part(self) -> None:
        if self.links:
            link_id = self.links.pop()
            link = PersonLink.objects.get(id=link_id)
            undo_link(by=SYSTEM, at=NOW, profile_id=link.profile_id, link_id=link_id, because="hai người khác nhau")


def picture(people: list[UUID]) -> dict[str, Any]:
    """Give everything that a refresh leaves behind, but what is drawn at random."""
    cards = {}
    for row in CardByToken.objects.filter(person_id__in=people):
        body = json.loads(bytes(row.payload))
        if body["certificate"]:
            body["certificate"] = {k: v for k, v in body["certificate"].items() if k not in {"number", "hc1"}}
        cards[row.person_id] = body
    certificates = Certificate.objects.filter(person_id__in=people)
    told = [(c.person_id, c.state, c.revoked_because, bytes(c.content), c.dose_id, c.issued_at) for c in certificates]
    colours = dict(Card.objects.filter(person_id__in=people).values_list("person_id", "colour"))
    return {"cards": cards, "certificates": sorted(told), "colours": colours, "revoked": Revocation.objects.count()}


@contextmanager
def undone() -> Iterator[None]:
    """Take back everything that happens inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_many_at_once_are_what_each_is_alone(seed: int) -> None:
    town = Town(seed)
    for turn in range(6):
        at = NOW + dt.timedelta(minutes=turn)
        town.happen(7)
        some = town.chance.sample(town.people, town.chance.randrange(1, len(town.people) + 1))
        with undone():
            for person in some:
                refresh_card(person_id=person, at=at)
            alone = picture(town.people)
        refresh_cards(person_ids=some, at=at)
        assert picture(town.people) == alone


@pytest.mark.django_db
def test_many_cards_cost_the_statements_of_one(desk_people: list[UUID]) -> None:
    refresh_cards(person_ids=desk_people[:1], at=NOW)  # makes the signing key
    costs = []
    for some in (desk_people[1:3], desk_people[3:]):
        with CaptureQueriesContext(connection) as statements:
            refresh_cards(person_ids=some, at=NOW)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 21


@pytest.fixture
def desk_people(db: None) -> list[UUID]:
    """Give thirty people with a dose each."""
    people = [somebody(f"many-{n}") for n in range(30)]
    for n, person in enumerate(people):
        put_dose(person, f"one-{n}")
    return people


@pytest.mark.django_db
def test_an_unknown_person_in_a_batch_changes_nobody() -> None:
    known = somebody()
    with pytest.raises(NotFound):
        refresh_cards(person_ids=[known, uuid4()], at=NOW)
    assert not Card.objects.filter(person_id=known).exists()


def follow_all() -> None:
    """Do what the worker does."""
    with unsettled_too():
        while tasks.follow_ledger(NOW) + tasks.follow_people(NOW):
            pass


def receipts(person: UUID) -> list[tuple[str, dict[str, Any]]]:
    """Give (follower, facts) of all receipts about a person's ledger entries, in the order of the entries."""
    ids = list(Entry.objects.filter(profile_id=person).order_by("id").values_list("id", flat=True))
    found = sorted(receipts_of([person], ids), key=lambda r: (ids.index(r.entry_id), r.follower))
    return [(r.follower, dict(r.facts)) for r in found]


@pytest.mark.django_db
def test_a_dose_of_the_desk_leaves_no_receipt() -> None:
    person = somebody()
    facts = DoseFacts(product="PFIZER", given_on=days_ago(0), lot_number="L1")
    doses.record_dose(by=SYSTEM, at=NOW, key="now", profile_id=person, facts=facts, because="lô chưa nhập")
    follow_all()
    assert Certificate.objects.filter(person_id=person).count() == 1
    assert receipts(person) == []


@pytest.mark.django_db
def test_each_correction_has_a_receipt_for_card_and_certificate() -> None:
    person = somebody()
    dose = put_dose(person, "late", source=DoseSource.CASE).dose
    follow_all()
    assert receipts(person) == [("card", {}), ("certificate", {"issued": True, "revoked": False})]
    doses.void_dose(
        by=SYSTEM, at=NOW, key="v", profile_id=person, dose_id=dose.id, version=1, because="ghi nhầm người khác"
    )
    follow_all()
    assert receipts(person)[2:] == [("card", {}), ("certificate", {"issued": False, "revoked": True})]


@pytest.mark.django_db
def test_a_changed_name_has_its_receipts_too() -> None:
    person = somebody()
    put_dose(person, "late")
    follow_all()
    amend_profile(by=SYSTEM, at=NOW, profile_id=person, because="giấy khai sinh", full_name="Nguyễn Thị Bình")
    follow_all()
    (change,) = Change.objects.filter(profile_id=person)
    told = {r.follower: dict(r.facts) for r in receipts_of([person], [change.id])}
    assert told == {"card": {}, "certificate": {"issued": True, "revoked": True}}


@pytest.mark.django_db
def test_each_whose_certificate_changed_has_an_audit_line(desk_people: list[UUID]) -> None:
    refresh_cards(person_ids=desk_people, at=NOW)
    refresh_cards(person_ids=desk_people, at=NOW)
    lines = [line for person in desk_people for line in looks_at([person], actions=["refresh_certificate"])]
    assert [line.subject_id for line in lines] == desk_people
    assert all(line.facts == {"issued": True, "revoked": False} and line.object_id for line in lines)


@pytest.mark.django_db(transaction=True)
def test_batches_that_overlap_wait_for_each_other_and_leave_one_certificate_each() -> None:
    people = [somebody(f"both-{n}") for n in range(12)]
    for n, person in enumerate(people):
        put_dose(person, f"one-{n}")
    refresh_cards(person_ids=[somebody("first")], at=NOW)
    failures: list[Exception] = []
    gate = threading.Barrier(4)

    def run(order: list[UUID]) -> None:
        try:
            gate.wait(120)
            refresh_cards(person_ids=order, at=NOW)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    orders = [people, people[::-1], people[6:] + people[:6], people[3:9]]
    threads = [threading.Thread(target=run, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Certificate.objects.count() == len(people)
