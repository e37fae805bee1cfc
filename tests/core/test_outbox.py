"""A message leaves with what it tells of, is sent once, and outlives a bad gateway."""

import datetime as dt
import uuid

import pytest
from django.db import transaction

from tests.conftest import NOW
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import (
    MAX_TRIES,
    Handed,
    Permanent,
    Temporary,
    claim_due,
    contact_key,
    note_receipt,
    put_message,
    send_due,
    states_to,
)

PHONE, TEXT = "+84900000001", "Mã của bạn là 123456"
pytestmark = pytest.mark.django_db


class Gateway:
    """A port that answers as told and remembers what it took."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.problem, self.took = problem, []

    def send(self, *, message_id: uuid.UUID, to: str, text: str) -> Handed:
        if self.problem:
            raise self.problem
        self.took.append((message_id, to, text))
        return Handed(f"ref-{message_id}")


def put(**facts) -> OutboxMessage:  # type: ignore[no-untyped-def]
    key = put_message(**({"to": PHONE, "text": TEXT, "kind": "code", "at": NOW} | facts))
    return OutboxMessage.objects.get(id=key)


def again(message: OutboxMessage) -> OutboxMessage:
    return OutboxMessage.objects.get(id=message.id)


def test_neither_phone_nor_text_lies_readable_in_the_table() -> None:
    message = put()
    stored = bytes(message.sealed_to) + bytes(message.sealed_text) + bytes(message.contact_key)
    assert b"900000001" not in stored
    assert b"123456" not in stored


def test_a_message_of_a_transaction_that_failed_is_never_sent() -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        put()
        raise Undone
    assert send_due(Gateway(), at=NOW) == 0


def test_the_gateway_gets_it_once_and_its_receipt_settles_it() -> None:
    message, gateway = put(), Gateway()
    assert [send_due(gateway, at=NOW), send_due(gateway, at=NOW)] == [1, 0]
    assert gateway.took == [(message.id, PHONE, TEXT)]
    assert note_receipt(provider_ref=f"ref-{message.id}", delivered=True, at=NOW)
    assert not note_receipt(provider_ref=f"ref-{message.id}", delivered=False, at=NOW)
    assert again(message).state == "DELIVERED"


def test_a_code_that_outlived_its_use_is_dropped_and_not_sent() -> None:
    message, gateway = put(expires_at=NOW + dt.timedelta(minutes=5)), Gateway()
    assert send_due(gateway, at=NOW + dt.timedelta(minutes=5)) == 0
    assert (gateway.took, again(message).state) == ([], "EXPIRED")


def test_a_busy_gateway_gets_it_later_when_it_asked_for() -> None:
    message = put()
    send_due(Gateway(Temporary("busy", retry_after_s=90)), at=NOW)
    assert again(message).next_try_at == NOW + dt.timedelta(seconds=90)
    assert send_due(Gateway(), at=NOW + dt.timedelta(seconds=89)) == 0
    assert send_due(Gateway(), at=NOW + dt.timedelta(seconds=90)) == 1


def test_a_number_that_the_gateway_never_takes_is_given_up_at_once() -> None:
    message = put()
    send_due(Gateway(Permanent("unknown number")), at=NOW)
    assert (again(message).state, again(message).problem) == ("FAILED", "unknown number")


def test_a_gateway_that_stays_down_is_given_up_in_the_end() -> None:
    message, at = put(), NOW
    for _ in range(MAX_TRIES):
        send_due(Gateway(Temporary("down")), at=at)
        at += dt.timedelta(minutes=10)
    assert again(message).state == "FAILED"


def test_a_gateway_known_to_be_down_and_not_asked_costs_no_try() -> None:
    message, at = put(), NOW
    for _ in range(MAX_TRIES + 3):
        send_due(Gateway(Temporary("circuit_open")), at=at)
        at += dt.timedelta(minutes=10)
    assert (again(message).state, again(message).tries) == ("WAITING", 0)
    assert send_due(Gateway(), at=at) == 1


def test_a_sender_that_died_with_a_claim_leaves_the_message_to_the_next() -> None:
    message = put()
    assert [m.id for m in claim_due(at=NOW)] == [message.id]
    assert claim_due(at=NOW + dt.timedelta(seconds=59)) == []
    assert [m.id for m in claim_due(at=NOW + dt.timedelta(seconds=60))] == [message.id]


def test_one_phone_has_one_key() -> None:
    assert contact_key(PHONE) == contact_key(PHONE) != contact_key("+84900000002")


def test_how_messages_to_a_phone_fared_is_told_the_newest_first_and_of_that_phone_alone() -> None:
    for days, state in ((9, "DELIVERED"), (3, "FAILED"), (1, "EXPIRED"), (0, "WAITING")):
        message = put(at=NOW - dt.timedelta(days=days))
        OutboxMessage.objects.filter(contact_key=message.contact_key, id=message.id).update(state=state)
    put(to="+84900000002")
    assert states_to(contact_key(PHONE), since=NOW - dt.timedelta(days=5)) == ("WAITING", "EXPIRED", "FAILED")
    assert states_to(contact_key(PHONE), since=NOW - dt.timedelta(days=5), limit=1) == ("WAITING",)
