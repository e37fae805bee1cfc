"""While the key store is away no card shows or holds what is no longer true; the new codes come when it is back."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import NOW
from tests.doses.conftest import Desk, desk, make_desk, somebody  # noqa: F401 - fixtures
from tests.following import unsettled_too
from tiemchung.certificates import reads, refreshing, tasks
from tiemchung.certificates.actions import waiting_cards
from tiemchung.certificates.actions.waiting_cards import AGAIN, ALARM, BATCH, LONG, sign_waiting_cards
from tiemchung.certificates.formats.dcc import NotIssuable
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import Card, CardByToken, Certificate, SigningKey
from tiemchung.certificates.ports import KeyMissing, KeyStoreError, KeyStoreGone, KeyStoreSlow, WrongPin
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.tasks.cards import look_for_long_waits, renew_ending_cards, sign_waiting
from tiemchung.core.actor import SYSTEM
from tiemchung.core.alarms import alarms
from tiemchung.core.models import ParkedEntry
from tiemchung.core.receipts import receipts_of
from tiemchung.doses.actions import amend_dose, void_dose
from tiemchung.doses.models import LedgerEntry
from tiemchung.people.actions import amend_profile, link_profiles

LATER = NOW + dt.timedelta(minutes=1)
STORES = [KeyStoreGone, KeyStoreSlow, KeyMissing, WrongPin]
pytestmark = pytest.mark.django_db


class Store:
    """What signs cards, as a test says."""

    def __init__(self, patch: pytest.MonkeyPatch, error: Exception, *, key_too: bool) -> None:
        self.asked = 0

        def away(*_: Any, **__: Any) -> SigningKey:
            self.asked += 1
            raise error

        patch.setattr("tiemchung.certificates.refreshing.signed_certificate", away)
        if key_too:
            patch.setattr("tiemchung.certificates.refreshing.ensure_signing_key", away)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> "Callable[..., Store]":
    def lost(error: Exception | None = None, *, key_too: bool = True) -> Store:
        return Store(monkeypatch, error or KeyStoreGone(), key_too=key_too)

    return lost


@pytest.fixture
def back(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return monkeypatch.undo


def follow(at: dt.datetime = NOW) -> None:
    with unsettled_too():
        tasks.follow_ledger(at)
        tasks.follow_people(at)


def carded(desk: Desk, key: str = "first", **more: Any) -> tuple[Any, Certificate]:
    """Give a dose and the card in force that states it."""
    dose = desk.record(key, **more).dose
    follow()
    return dose, Certificate.objects.get(person_id=desk.profile_id, state="ISSUED")


def void(desk: Desk, dose: Any, at: dt.datetime = NOW) -> None:
    void_dose(
        by=desk.lead, at=at, key=f"void-{dose.id}", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
        because="ghi nhầm người khác",
    )  # fmt: skip


def state(certificate: Certificate) -> NumberState:
    return state_of_number(hash_of_number(certificate.uvci), LATER)


def card(desk: Desk) -> reads.CardView:
    found = reads.card_of_person(SYSTEM, desk.profile_id, LATER)
    assert found is not None
    return found


def waits(desk: Desk) -> bool:
    return card(desk).waits_since is not None


def on_the_phone(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(CardByToken.objects.get(person_id=desk.profile_id).payload))
    return found


@pytest.mark.parametrize("error", STORES)
@pytest.mark.parametrize("key_too", [True, False])
def test_an_amended_doses_old_code_falls_at_once_and_the_new_one_comes_when_the_store_is_back(
    desk: Desk, store: Callable[..., Store], back: Callable[[], None], error: type[KeyStoreError], key_too: bool
) -> None:
    dose, old = carded(desk)
    store(error(), key_too=key_too)
    amend_dose(
        by=desk.lead, at=NOW, key="amend", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
        because="ghi nhầm ngày", changes={"given_on": NOW.date() - dt.timedelta(days=1)},
    )  # fmt: skip
    follow()
    assert state(old) is not NumberState.VALID
    assert (card(desk).hc1, waits(desk), on_the_phone(desk)["certificate"]) == ("", True, None)
    assert not ParkedEntry.objects.exists()
    assert sign_waiting(LATER) == 0
    back()
    assert sign_waiting(LATER) == 1
    assert (waits(desk), on_the_phone(desk)["certificate"]["number"]) == (False, card(desk).number)
    assert state_of_number(hash_of_number(card(desk).number), LATER) is NumberState.VALID
    assert sign_waiting(LATER) == 0


def test_a_voided_dose_needs_no_store_and_leaves_nothing_waiting(desk: Desk, store: Callable[..., Store]) -> None:
    dose, old = carded(desk)
    lost = store()
    void(desk, dose)
    follow()
    assert state(old) is NumberState.REVOKED
    assert (card(desk).hc1, waits(desk), lost.asked) == ("", False, 0)


def test_a_code_that_is_still_true_stays_while_its_successor_waits(
    desk: Desk, store: Callable[..., Store], back: Callable[[], None]
) -> None:
    facts = replace(desk.facts, given_on=NOW.date() - dt.timedelta(days=60))
    _, old = carded(replace(desk, facts=facts), because="hồ sơ giấy")
    store()
    desk.record("second")
    follow()
    assert state(old) is NumberState.VALID
    assert (card(desk).number, waits(desk)) == (old.uvci, True)
    assert len(on_the_phone(desk)["doses"]) == 2
    back()
    assert sign_waiting(LATER) == 1
    assert card(desk).number != old.uvci
    assert (state(old), waits(desk)) == (NumberState.VALID, False)


def test_a_correction_tells_of_its_certificate_when_it_is_made(
    desk: Desk, store: Callable[..., Store], back: Callable[[], None]
) -> None:
    dose, _ = carded(desk)
    store()
    amend_dose(
        by=desk.lead, at=NOW, key="amend", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
        because="ghi nhầm ngày", changes={"given_on": NOW.date() - dt.timedelta(days=1)},
    )  # fmt: skip
    follow()
    entries = LedgerEntry.objects.filter(profile_id=dose.profile_id, dose_id=dose.id).values_list("id", flat=True)

    def told() -> dict[str, dt.datetime]:
        return {one.follower: one.at for one in receipts_of([dose.profile_id], entries)}

    assert told() == {"card": NOW}
    back()
    sign_waiting(LATER)
    assert told() == {"card": NOW, "certificate": LATER}
    assert [dict(r.facts) for r in receipts_of([dose.profile_id], entries) if r.follower == "certificate"] == [
        {"issued": True, "revoked": True}
    ]
    assert Card.objects.get(person_id=desk.profile_id).waiting == []


def test_a_later_entry_signs_what_waited_and_tells_of_it_too(
    desk: Desk, store: Callable[..., Store], back: Callable[[], None]
) -> None:
    carded(desk)
    store()
    amend_profile(by=SYSTEM, at=NOW, profile_id=desk.profile_id, because="giấy khai sinh", full_name="Nguyễn Thị Ánh")
    follow()
    assert waits(desk)
    back()
    amend_profile(by=SYSTEM, at=NOW, profile_id=desk.profile_id, because="giấy khai sinh", full_name="Nguyễn Thị Ảnh")
    follow(LATER)
    assert not waits(desk)
    kept = Card.objects.get(person_id=desk.profile_id)
    assert (kept.waits_since, kept.waiting, sign_waiting(LATER)) == (None, [], 0)


def test_a_joined_persons_waiting_card_waits_no_longer_than_the_kept_ones(
    desk: Desk, store: Callable[..., Store], back: Callable[[], None]
) -> None:
    other = replace(desk, profile_id=somebody("somebody else"))
    store()
    desk.record("first")
    other.record("second", at=NOW)
    follow()
    assert Card.objects.exclude(waits_since=None).count() == 2
    link_profiles(
        by=SYSTEM, at=NOW, key="join", keep_person=desk.profile_id, join_person=other.profile_id, because="một người"
    )
    follow()
    back()
    while sign_waiting(LATER):
        pass
    assert not Card.objects.exclude(waits_since=None).exists()


def test_the_longest_wait_comes_first(desk: Desk, store: Callable[..., Store], back: Callable[[], None]) -> None:
    other = replace(desk, profile_id=somebody("somebody else"))
    store()
    other.record("first")
    follow(NOW)
    desk.record("second")
    follow(LATER)
    back()
    assert sign_waiting_cards(at=LATER, limit=1) == 1
    assert (waits(other), waits(desk)) == (False, True)


def test_a_dead_store_is_asked_once_for_a_whole_batch(desk: Desk, store: Callable[..., Store]) -> None:
    crowd = [replace(desk, profile_id=somebody(f"n {n}")) for n in range(5)]
    lost = store(key_too=False)
    for n, one in enumerate(crowd):
        one.record(f"dose {n}")
    follow()
    assert (lost.asked, Card.objects.exclude(waits_since=None).count()) == (1, 5)
    assert BATCH > 5


def test_one_whose_facts_make_no_certificate_loses_the_old_one_and_keeps_nobody_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, old = carded(desk)
    good, signed = replace(desk, profile_id=somebody("somebody else")), refreshing.signed_certificate

    def unless_bad(key: SigningKey, person_id: Any, *rest: Any) -> Certificate:
        if person_id == desk.profile_id:
            raise NotIssuable("NAME")
        return signed(key, person_id, *rest)

    monkeypatch.setattr(refreshing, "signed_certificate", unless_bad)
    amend_profile(by=SYSTEM, at=NOW, profile_id=desk.profile_id, because="giấy khai sinh", full_name="Nguyễn Thị Ánh")
    good.record("good")
    follow()
    assert state(old) is not NumberState.VALID
    assert (waits(good), waits(desk)) == (False, True)
    assert sign_waiting(LATER) == 0
    assert Card.objects.get(person_id=desk.profile_id).tried_at == LATER
    assert sign_waiting_cards(at=LATER) == 0
    monkeypatch.undo()
    assert sign_waiting(LATER + AGAIN - dt.timedelta(seconds=1)) == 0
    assert sign_waiting(LATER + AGAIN) == 1


def test_an_error_with_one_card_keeps_no_other_waiting(
    desk: Desk, store: Callable[..., Store], back: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = replace(desk, profile_id=somebody("somebody else"))
    store()
    desk.record("first")
    good.record("second")
    follow()
    back()
    real = waiting_cards.refresh_cards

    def fails_for_one(*, person_ids: list[Any], at: dt.datetime) -> Any:
        if desk.profile_id in person_ids:
            raise ValueError
        return real(person_ids=person_ids, at=at)

    monkeypatch.setattr(waiting_cards, "refresh_cards", fails_for_one)
    assert sign_waiting(LATER) == 1
    assert (waits(good), waits(desk)) == (False, True)


def test_long_waits_are_told_of_once_a_day(desk: Desk, store: Callable[..., Store]) -> None:
    store()
    desk.record()
    follow()
    look_for_long_waits(NOW + LONG - dt.timedelta(seconds=1))
    assert not alarms(code=ALARM)
    for _ in range(2):
        look_for_long_waits(NOW + LONG)
    assert [dict(one.facts) for one in alarms(code=ALARM)] == [{"n": 1}]


def test_a_renewal_waits_with_the_others_and_its_code_stays(
    desk: Desk, store: Callable[..., Store], back: Callable[[], None]
) -> None:
    _, old = carded(desk)
    then = old.expires_at - dt.timedelta(days=10)
    store()
    assert renew_ending_cards(then) == 0
    assert (card(desk).number, waits(desk)) == (old.uvci, True)
    back()
    assert sign_waiting(then) == 1
    assert card(desk).number != old.uvci
