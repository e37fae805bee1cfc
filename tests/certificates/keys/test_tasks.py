"""The clock renews keys by itself, and calls people once where it cannot."""

import datetime as dt
from typing import Any

import pytest

from tests import builders
from tests.certificates.keys.test_central import ADMIN, Elsewhere
from tests.conftest import NOW
from tiemchung.certificates import actions, reads
from tiemchung.certificates.models import SigningKey
from tiemchung.certificates.ports import KeyStoreSlow
from tiemchung.certificates.rules import SPARED, AuthorityKind, KeyPurpose
from tiemchung.certificates.tasks import keys as tasks
from tiemchung.core.alarms import alarms

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def told() -> list[tuple[str, dict[str, Any]]]:
    """Give the alarms that nobody has seen."""
    return sorted(((a.code, dict(a.facts)) for a in alarms(unseen=True)), key=str)


def test_every_purpose_has_a_key_and_its_successor_in_time() -> None:
    tasks.look_after_central_keys(NOW)
    assert SigningKey.objects.count() == len(KeyPurpose) + len(SPARED)
    tasks.look_after_central_keys(NOW + DAY)
    assert SigningKey.objects.count() == len(KeyPurpose) + len(SPARED)
    tasks.look_after_central_keys(NOW + 365 * DAY)
    assert SigningKey.objects.count() == 2 * (len(KeyPurpose) + len(SPARED))
    assert told() == []


def test_a_store_that_does_not_answer_is_an_alarm_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks.look_after_central_keys(NOW)

    class Slow:
        def holds(self, _point: bytes) -> bool:
            raise KeyStoreSlow

    monkeypatch.setattr(tasks, "store_named", lambda _name: Slow())
    for _ in range(3):
        tasks.look_after_central_keys(NOW)
    assert told() == [
        ("KEY_STORE", {"why": "KEY_STORE_SLOW", "purpose": p}) for p in sorted(KeyPurpose)
    ]


def test_a_key_that_its_store_has_lost_is_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks.look_after_central_keys(NOW)

    class Empty:
        def holds(self, _point: bytes) -> bool:
            return False

    monkeypatch.setattr(tasks, "store_named", lambda _name: Empty())
    tasks.look_after_central_keys(NOW)
    assert {facts["why"] for _, facts in told()} == {"KEY_MISSING"}


def test_a_successor_that_must_come_from_elsewhere_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    above = Elsewhere(AuthorityKind.CSCA)
    actions.take_authority(AuthorityKind.CSCA, above.certificate, by=ADMIN, at=NOW)
    for purpose in KeyPurpose:
        request = actions.request_central_key(purpose, by=ADMIN, at=NOW)
        actions.take_central_certificate(purpose, above.answer(request), by=ADMIN, at=NOW)
    tasks.look_after_central_keys(NOW + DAY)
    assert told() == []
    late = NOW + 330 * DAY
    tasks.look_after_central_keys(late)
    assert [code for code, _ in told()] == ["KEY_SUCCESSOR_DUE"] * 3
    assert actions.central_key(KeyPurpose.PASSPORT, by=ADMIN, at=late).valid_to > late


@pytest.mark.usefixtures("country")
def test_a_facilitys_key_is_renewed_a_month_before_its_end_and_those_without_one_are_left_alone() -> None:
    place, bare = builders.a_facility(), builders.a_facility()
    key = actions.make_facility_key(facility_id=place.id, at=NOW)
    assert tasks.renew_facility_keys(key.valid_to - 40 * DAY) == 0
    late = key.valid_to - 20 * DAY
    assert tasks.renew_facility_keys(late) == 1
    assert tasks.renew_facility_keys(late) == 0
    found = reads.facility_key_of(place.id, late)
    assert found is not None
    assert found.id != key.id
    assert reads.facility_key_of(bare.id, late) is None
    assert bare.id in {p.id for p in reads.facilities_without_key(NOW)}
    assert place.id not in {p.id for p in reads.facilities_without_key(NOW)}


@pytest.mark.usefixtures("country")
def test_facilities_keys_that_end_under_a_root_elsewhere_are_an_alarm() -> None:
    place, above = builders.a_facility(), Elsewhere(AuthorityKind.FACILITY)
    actions.take_authority(AuthorityKind.FACILITY, above.certificate, by=ADMIN, at=NOW)
    request = actions.request_facility_key(facility_id=place.id, by=ADMIN, at=NOW)
    key = actions.take_facility_certificate(
        facility_id=place.id, certificate=above.answer(request), by=ADMIN, at=NOW
    )
    assert tasks.renew_facility_keys(key.valid_to - 10 * DAY) == 0
    assert told() == [("FACILITY_KEYS_END", {"why": "NO_CENTRAL_KEY", "n": 1})]
