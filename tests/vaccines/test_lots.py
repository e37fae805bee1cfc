"""Lots are added once, recalled with a reason, restored, and found by what stands on the vial."""

import datetime as dt
import threading
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.vaccines.given import NOON, TODAY, day
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind, Role
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.vaccines import reads, rules
from tiemchung.vaccines.actions import add_lot, lift_recall, recall_lot
from tiemchung.vaccines.models import Lot, LotRecall
from tiemchung.vaccines.rules import LotFacts

pytestmark = pytest.mark.django_db

LEAD = Actor(kind=Kind.STAFF, id=UUID(int=7), role=Role.FACILITY_LEAD)
NURSE = Actor(kind=Kind.STAFF, id=UUID(int=8), role=Role.VACCINATOR)
PROVINCE = Actor(kind=Kind.STAFF, id=UUID(int=9), role=Role.PROVINCE_OFFICER)


def add(number: str = "FK-0108", *, product: str = "PFIZER", by: Actor = LEAD, **facts: object) -> LotFacts:
    given = {"expires_on": day("2027-06-30"), "at": NOON, "key": str(uuid4())} | facts
    return add_lot(product=product, number=number, by=by, **given)  # type: ignore[arg-type]


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.verdict.refusals]


def test_a_lot_is_found_by_its_id_and_by_its_number_however_it_is_typed() -> None:
    added = add("  fk-0108 ", made_by="Puurs")
    assert reads.lot(added.id) == added
    assert reads.find_lot("PFIZER", "FK 0108") == added
    assert reads.find_lot("PFIZER", "FK0109") is None
    assert reads.find_lot("MODERNA", "FK-0108") is None
    assert (added.number, added.made_by, added.recalled) == ("fk-0108", "Puurs", False)


def test_the_same_lot_added_again_is_the_same_lot() -> None:
    assert add("FK0108") == add("fk 0108")
    assert Lot.objects.count() == 1
    assert AuditLine.objects.filter(subject_id=Lot.objects.get().id, action="add_lot").count() == 1


def test_a_repeated_key_changes_nothing_and_a_reused_one_is_refused() -> None:
    first = add("FK0108", key="one")
    assert add("FK0108", key="one") == first
    with pytest.raises(Refused) as refused:
        add("FK0109", key="one")
    assert codes(refused) == ["KEY_REUSED"]


def test_one_number_with_two_expiries_is_refused() -> None:
    add("FK0108")
    with pytest.raises(Refused) as refused:
        add("FK-0108", expires_on=day("2028-01-01"))
    assert codes(refused) == ["LOT_EXISTS"]


def test_two_products_may_share_a_number() -> None:
    assert add("A1", product="PFIZER").id != add("A1", product="MODERNA").id


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"product": "NANOCOVAX"}, "UNKNOWN_PRODUCT"),
        ({"number": " -- "}, "LOT_NUMBER_INVALID"),
        ({"number": "A" * 41}, "LOT_NUMBER_INVALID"),
        ({"number": "ß" * 30}, "LOT_NUMBER_INVALID"),
        ({"made_by": "x" * 121}, "LOT_MAKER_TOO_LONG"),
        ({"expires_on": dt.date(202, 7, 1)}, "LOT_EXPIRY_IMPOSSIBLE"),
        ({"component": "I"}, "LOT_COMPONENT_INVALID"),
        ({"product": "SPUTNIK_V"}, "LOT_COMPONENT_INVALID"),
        ({"product": "SPUTNIK_V", "component": "III"}, "LOT_COMPONENT_INVALID"),
        ({"by": NURSE}, "NOT_YOUR_TASK"),
        ({"by": PUBLIC}, "NOT_YOUR_TASK"),
    ],
)
def test_what_cannot_be_true_and_who_may_not_is_refused(facts: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        add(**({"number": "FK0108"} | facts))  # type: ignore[arg-type]
    assert codes(refused) == [code]
    assert not Lot.objects.exists()


def test_a_number_with_a_nul_byte_is_cleaned_and_not_an_error() -> None:
    assert add("FK\x000108").number == "FK0108"


def test_a_recall_takes_the_lot_off_the_list_and_lifting_it_puts_it_back() -> None:
    lot = add()
    recalled = recall_lot(lot_id=lot.id, because="cold chain broken", by=PROVINCE, at=NOON, key="r")
    assert recalled.recalled_at == NOON
    assert reads.lots_of("PFIZER", TODAY) == ()
    assert rules.lot_state(recalled, TODAY) == "RECALLED"
    lifted = lift_recall(lot_id=lot.id, because="logger was wrong", by=PROVINCE, at=NOON, key="l")
    assert reads.lots_of("PFIZER", TODAY) == (lifted,) == (lot,)
    steps = [(step.kind, step.because, step.actor_id) for step in reads.recalls_of(lot.id)]
    assert steps == [
        ("RECALLED", "cold chain broken", PROVINCE.id),
        ("LIFTED", "logger was wrong", PROVINCE.id),
    ]
    assert set(AuditLine.objects.filter(subject_id=lot.id).values_list("action", flat=True)) == {
        "add_lot",
        "recall_lot",
        "lift_recall",
    }


def test_asking_for_a_recall_twice_with_one_key_is_one_step() -> None:
    lot = add()
    for _ in range(2):
        recall_lot(lot_id=lot.id, because="cold chain", by=SYSTEM, at=NOON, key="r")
    assert len(reads.recalls_of(lot.id)) == 1


@pytest.mark.parametrize(
    ("by", "because", "expected"),
    [(LEAD, "cold chain", ["NOT_YOUR_TASK"]), (PROVINCE, "  ", ["REASON_MISSING"])],
)
def test_a_recall_needs_the_province_and_a_reason(by: Actor, because: str, expected: list[str]) -> None:
    lot = add()
    with pytest.raises(Refused) as refused:
        recall_lot(lot_id=lot.id, because=because, by=by, at=NOON, key="r")
    assert codes(refused) == expected
    assert reads.lot(lot.id) == lot


def test_a_second_recall_and_a_lift_without_recall_are_refused() -> None:
    lot = add()
    with pytest.raises(Refused) as refused:
        lift_recall(lot_id=lot.id, because="no", by=PROVINCE, at=NOON, key="l")
    assert codes(refused) == ["LOT_NOT_RECALLED"]
    recall_lot(lot_id=lot.id, because="cold chain", by=PROVINCE, at=NOON, key="r")
    with pytest.raises(Refused) as refused:
        recall_lot(lot_id=lot.id, because="again", by=PROVINCE, at=NOON, key="r2")
    assert codes(refused) == ["LOT_RECALLED_ALREADY"]


def test_the_list_of_the_day_leaves_out_what_expired_and_starts_with_what_expires_first() -> None:
    last = add("C", expires_on=day("2028-01-01"))
    today = add("B", expires_on=TODAY)
    past = add("A", expires_on=TODAY - dt.timedelta(days=1))
    assert reads.lots_of("PFIZER", TODAY) == (today, last)
    assert reads.all_lots_of("PFIZER") == (last, today, past)
    assert rules.lot_state(past, TODAY) == "EXPIRED"


def test_one_lot_is_one_query_and_products_are_none(django_assert_num_queries: object) -> None:
    lot = add()
    with django_assert_num_queries(1):  # type: ignore[operator]
        reads.lot(lot.id)
    with django_assert_num_queries(1):  # type: ignore[operator]
        reads.find_lot("PFIZER", lot.number)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert len(reads.products(TODAY)) == 9
        assert reads.product("PFIZER") is not None
    assert [p.code for p in reads.products(day("2021-03-23"))] == ["ASTRAZENECA", "SPUTNIK_V"]


def test_the_database_refuses_a_recall_without_a_reason() -> None:
    lot = add()
    with pytest.raises(IntegrityError), transaction.atomic():
        Lot.objects.filter(pk=lot.id).update(recalled_at=NOON)
    assert not LotRecall.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_places_adding_one_lot_at_once_make_one_lot() -> None:
    start, found = threading.Barrier(4), []

    def place(number: int) -> None:
        start.wait()
        try:
            found.append(add("FK0108", key=f"place-{number % 2}").id)
        finally:
            connection.close()

    threads = [threading.Thread(target=place, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert AuditLine.objects.filter(subject_id=Lot.objects.get().id, action="add_lot").count() == 1
