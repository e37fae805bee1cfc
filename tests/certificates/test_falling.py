"""Whoever's passport was revoked is told once, in words that say what to do, and never at night or of years ago."""

import datetime as dt
from typing import Any

import pytest

from tests.builders import NOW
from tests.certificates.central_cast import a_passport, certificate_of
from tests.certificates.passport_cast import issue_passport, renew_passport
from tests.following import unsettled_too
from tiemchung.certificates.actions.falling import tell_fallen
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.models import Certificate
from tiemchung.certificates.rules import CertificateState
from tiemchung.certificates.rules.falling import WAIT
from tiemchung.certificates.tasks.passports import tell_of_fallen
from tiemchung.core.models import OutboxMessage
from tiemchung.core.sealing import unseal

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NIGHT = dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)  # eleven in the evening in Vietnam


def messages() -> list[str]:
    rows = OutboxMessage.objects.filter(kind__regex="^passport_(fallen|new_code)").order_by("id")
    return [unseal("outbox.text", row.sealed_text, str(row.id)) for row in rows]


def fallen(at: dt.datetime = NOW) -> Any:
    person = a_passport()
    revoke_certificates(certificates=[certificate_of(person)], because="FACILITY_KEY", at=at)
    return person


def test_the_holder_of_a_revoked_passport_is_told_once() -> None:
    person = fallen()
    assert tell_fallen(person_ids=[person, person], at=NOW) == 1
    assert tell_fallen(person_ids=[person], at=NOW + DAY) == 0
    assert len(messages()) == 1
    assert "đã bị thu hồi ngày" in messages()[0]


def test_the_worker_tells_by_day_and_waits_at_night(settings: Any) -> None:
    settings.DEMO = False
    fallen(NIGHT)
    with unsettled_too():
        assert tell_of_fallen(NIGHT) == 0
        assert messages() == []
        for _ in range(3):
            tell_of_fallen(NIGHT + dt.timedelta(hours=9))
    assert len(messages()) == 1


def test_of_a_revocation_of_last_month_nobody_hears(settings: Any) -> None:
    person = fallen(NOW)
    assert tell_fallen(person_ids=[person], at=NOW + 30 * DAY) == 0
    assert messages() == []
    assert Certificate.objects.get(person_id=person, kind="PASSPORT", state=CertificateState.REVOKED).fall_told_at


def test_who_has_a_passport_in_force_hears_nothing() -> None:
    assert tell_fallen(person_ids=[a_passport()], at=NOW) == 0
    assert messages() == []


def test_a_correction_that_replaces_a_passport_is_told_by_the_worker() -> None:
    person = a_passport()
    revoke_certificates(certificates=[certificate_of(person)], because="REPLACED", at=NOW)
    with unsettled_too():
        for _ in range(3):
            tell_of_fallen(NOW + WAIT)
    assert len(messages()) == 1


def test_a_new_code_within_the_minute_is_told_in_the_same_message() -> None:
    person = fallen()
    with unsettled_too():
        tell_of_fallen(NOW + WAIT / 2)
        assert messages() == []
        issue_passport(person, at=NOW + WAIT / 2)
        for minute in range(1, 5):
            tell_of_fallen(NOW + minute * WAIT)
    (said,) = messages()
    assert "Mã mới đã có" in said


def test_a_new_code_that_comes_later_is_told_once_in_a_second_message() -> None:
    person = fallen()
    with unsettled_too():
        tell_of_fallen(NOW + WAIT)
        issue_passport(person, at=NOW + 11 * DAY)
        for minute in range(1, 5):
            tell_of_fallen(NOW + 11 * DAY + minute * WAIT)
        renew_passport(person, at=NOW + 300 * DAY)
        for minute in range(1, 5):
            tell_of_fallen(NOW + 300 * DAY + minute * WAIT)
    first, second = messages()
    assert "đã bị thu hồi ngày" in first
    assert second.startswith("Mã QR hộ chiếu vắc xin mới của bạn đã có")


def test_a_renewal_after_one_message_for_both_is_no_news() -> None:
    person = fallen()
    issue_passport(person, at=NOW)
    with unsettled_too():
        tell_of_fallen(NOW + WAIT)
        renew_passport(person, at=NOW + 300 * DAY)
        for minute in range(1, 5):
            tell_of_fallen(NOW + 300 * DAY + minute * WAIT)
    assert len(messages()) == 1
