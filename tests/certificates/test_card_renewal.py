"""Cards renew by themselves before their end, with a moved clock: the earlier code holds to its own end."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.conftest import NOW
from tests.doses.conftest import Desk, desk, make_desk, somebody  # noqa: F401 - fixtures
from tiemchung.certificates import actions, reads
from tiemchung.certificates.actions import card_renewing
from tiemchung.certificates.actions.card_renewing import AGAIN, ALARM, renew_cards
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import Certificate, SigningKey
from tiemchung.certificates.ports import KeyStoreGone
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.rules import NOTICE, CertificateState
from tiemchung.certificates.tasks.cards import renew_ending_cards
from tiemchung.core.actor import SYSTEM
from tiemchung.core.alarms import alarms
from tiemchung.core.models import AuditLine, OutboxMessage

LITTLE = dt.timedelta(minutes=1)


def a_card(desk: Desk, key: str = "first") -> Certificate:
    """Give the desk's person a dose and a certified card."""
    desk.record(key)
    actions.refresh_card(person_id=desk.profile_id, at=NOW)
    return Certificate.objects.get(person_id=desk.profile_id)


def states(desk: Desk) -> list[str]:
    mine = Certificate.objects.filter(person_id=desk.profile_id)
    return list(mine.order_by("issued_at").values_list("state", flat=True))


def test_nothing_is_renewed_before_the_notice(desk: Desk) -> None:
    first = a_card(desk)
    assert renew_cards(at=first.expires_at - NOTICE - LITTLE) == 0
    assert states(desk) == [CertificateState.ISSUED]


def test_within_the_notice_a_new_code_stands_beside_the_earlier_one(desk: Desk) -> None:
    first = a_card(desk)
    then = first.expires_at - NOTICE
    assert renew_ending_cards(then) == 1
    assert states(desk) == [CertificateState.RENEWED, CertificateState.ISSUED]
    card = reads.card_of_person(SYSTEM, desk.profile_id, then)
    assert card is not None
    assert card.number != first.uvci
    assert card.expires_at is not None
    assert card.expires_at > first.expires_at
    for at, said in ((then, NumberState.VALID), (first.expires_at + LITTLE, NumberState.EXPIRED)):
        assert state_of_number(hash_of_number(first.uvci), at) is said
        assert state_of_number(hash_of_number(card.number), at) is NumberState.VALID


def test_it_happens_once_and_nobody_is_told(desk: Desk) -> None:
    first = a_card(desk)
    then = first.expires_at - NOTICE
    assert [renew_cards(at=then + n * LITTLE) for n in range(3)] == [1, 0, 0]
    assert not OutboxMessage.objects.exists()
    assert AuditLine.objects.filter(subject_id=desk.profile_id, action="refresh_certificate").count() == 2


def test_what_ended_while_nobody_looked_is_renewed_too(desk: Desk) -> None:
    first = a_card(desk)
    assert renew_cards(at=first.expires_at + dt.timedelta(days=40)) == 1
    assert states(desk) == [CertificateState.RENEWED, CertificateState.ISSUED]


def test_a_key_that_ends_as_soon_gives_no_new_code(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = a_card(desk)
    then, key = first.expires_at - NOTICE, SigningKey.objects.get(kid=first.kid)
    key.valid_to = first.expires_at
    key.save()
    monkeypatch.setattr("tiemchung.certificates.refreshing.ensure_signing_key", lambda **_: key)
    assert renew_cards(at=then) == 1
    assert states(desk) == [CertificateState.ISSUED]


def test_while_the_key_store_is_away_the_old_code_stays_and_it_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = a_card(desk)
    then = first.expires_at - NOTICE

    def away(**_: Any) -> SigningKey:
        raise KeyStoreGone

    with monkeypatch.context() as patch:
        patch.setattr("tiemchung.certificates.refreshing.ensure_signing_key", away)
        assert renew_ending_cards(then) == 0
    assert states(desk) == [CertificateState.ISSUED]
    assert renew_ending_cards(then + AGAIN - LITTLE) == 0
    assert renew_ending_cards(then + AGAIN) == 1
    assert states(desk) == [CertificateState.RENEWED, CertificateState.ISSUED]


def test_one_that_cannot_be_renewed_keeps_nobody_waiting_and_is_told_of_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = desk, replace(desk, profile_id=somebody("somebody else"))
    then = max(a_card(good).expires_at, a_card(bad, "second").expires_at) - NOTICE
    real = card_renewing.refresh_cards

    def fails_for_one(*, person_ids: list[UUID], at: dt.datetime) -> Any:
        if bad.profile_id in person_ids:
            raise ValueError
        return real(person_ids=person_ids, at=at)

    monkeypatch.setattr(card_renewing, "refresh_cards", fails_for_one)
    assert renew_cards(at=then) == 2
    assert states(good) == [CertificateState.RENEWED, CertificateState.ISSUED]
    assert states(bad) == [CertificateState.ISSUED]
    assert [renew_cards(at=then + AGAIN * n) for n in (1, 2)] == [1, 1]
    assert [dict(one.facts) for one in alarms(unseen=True) if one.code == ALARM] == [{"n": 1}]
