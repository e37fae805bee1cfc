"""Renewal with a moved clock: told four weeks ahead and by day, made by itself, the old code valid to its own end."""

import datetime as dt
from typing import Any

import pytest

from tests.builders import NOW
from tests.certificates.central_cast import a_passport, certificate_of
from tiemchung.certificates.actions.central_signing import work_central_runs
from tiemchung.certificates.actions.renewing import note_endings, tell_endings
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.log import hash_of_number
from tiemchung.certificates.models import Certificate, Passport, SignRun
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.rules import NOTICE, CertificateState, PassportState
from tiemchung.certificates.tasks import central as tasks
from tiemchung.core.actor import PUBLIC
from tiemchung.core.clock import local
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.people.actions import choose_language
from tiemchung.people.models import IdentityCheck, Profile
from tiemchung.people.reads import reach_of
from tiemchung.people.rules.kinds import IdentityState

pytestmark = pytest.mark.django_db


def renew(at: dt.datetime) -> None:
    note_endings(at=at)
    while work_central_runs(at):
        pass
    tell_endings(at=at)


def a_turn(at: dt.datetime) -> None:
    """Do what the worker's loops do about passports near their end."""
    tasks.take_up_endings(at)
    while work_central_runs(at):
        pass
    tasks.tell_endings(at)


def messages() -> list[str]:
    rows = OutboxMessage.objects.filter(kind__startswith="passport_")
    return [unseal("outbox.text", row.sealed_text, str(row.id)) for row in rows]


def test_nothing_happens_before_the_notice() -> None:
    person = a_passport()
    first = certificate_of(person)
    renew(first.expires_at - NOTICE - dt.timedelta(seconds=1))
    assert messages() == []
    assert certificate_of(person).id == first.id


def test_the_holder_is_told_once_and_a_new_certificate_stands_beside_the_old_one() -> None:
    person = a_passport()
    first = certificate_of(person)
    then = first.expires_at - NOTICE
    renew(then)
    second = certificate_of(person)
    assert second.uvci != first.uvci
    assert second.replaces_id == first.id
    assert (second.issued_at, bytes(second.content)) == (then, bytes(first.content))
    assert certificate_of(person, CertificateState.RENEWED).id == first.id
    assert Passport.objects.get(person_id=person).state == PassportState.ISSUED
    renew(then + dt.timedelta(days=1))
    assert len(messages()) == 1
    assert "hết hạn ngày" in messages()[0]


def test_at_midnight_it_is_renewed_and_told_in_the_morning(settings: Any) -> None:
    settings.DEMO = False
    person = a_passport()
    first = certificate_of(person)
    midnight = first.expires_at - NOTICE
    for minutes in (0, 1, 6 * 60 + 59):
        a_turn(midnight + dt.timedelta(minutes=minutes))
    assert certificate_of(person).replaces_id == first.id
    assert messages() == []
    for minutes in (1, 2):
        a_turn(midnight + dt.timedelta(hours=7, minutes=minutes))
    assert [said.startswith("Mã QR hộ chiếu vắc xin của bạn hết hạn ngày") for said in messages()] == [True]


def test_the_demonstration_has_no_night(settings: Any) -> None:
    settings.DEMO = True
    a_turn(certificate_of(a_passport()).expires_at - NOTICE)
    assert len(messages()) == 1


def test_a_turn_tells_few_of_many_so_that_a_code_of_that_moment_does_not_wait(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = False
    monkeypatch.setattr(tasks, "TOLD_A_TURN", 2)
    morning = max(certificate_of(a_passport()).expires_at for _ in range(5)) - NOTICE + dt.timedelta(hours=8)
    tasks.take_up_endings(morning)
    told = []
    for second in range(4):
        assert tasks.tell_endings(morning + dt.timedelta(seconds=second)) == 0  # the loop waits for its second
        told.append(len(messages()))
    assert told == [2, 4, 5, 5]


def test_who_was_told_once_is_told_no_more_though_nothing_could_be_renewed_yet(settings: Any) -> None:
    settings.DEMO = False
    end = certificate_of(a_passport()).expires_at
    for days in range(28, 0, -1):
        tasks.take_up_endings(end - dt.timedelta(days=days))
        tasks.tell_endings(end - dt.timedelta(days=days) + dt.timedelta(hours=9))
    assert len(messages()) == 1


def test_what_was_revoked_in_the_night_is_not_told_to_end() -> None:
    person = a_passport()
    midnight = certificate_of(person).expires_at - NOTICE
    note_endings(at=midnight)
    revoke_certificates(certificates=[certificate_of(person)], because="FACILITY_KEY", at=midnight)
    assert tell_endings(at=midnight + dt.timedelta(hours=8)) == 0


def test_an_intent_that_was_taken_up_a_year_ago_is_renewed_as_well() -> None:
    person = a_passport()
    first = certificate_of(person)
    Certificate.objects.filter(person_id=person).update(taken_at=first.issued_at)
    renew(first.expires_at - NOTICE)
    assert certificate_of(person).replaces_id == first.id
    assert len(messages()) == 1


def test_what_ended_while_nobody_looked_is_renewed_all_the_same_and_told_in_its_own_words() -> None:
    person = a_passport()
    first = certificate_of(person)
    renew(first.expires_at + dt.timedelta(days=3, hours=9))
    second = certificate_of(person)
    assert (second.replaces_id, second.state) == (first.id, CertificateState.ISSUED)
    assert second.expires_at > first.expires_at + dt.timedelta(days=300)
    (said,) = messages()
    assert f"đã hết hạn ngày {local(first.expires_at):%d/%m/%Y}" in said


def test_of_what_ended_long_ago_nobody_hears_and_a_new_code_is_there() -> None:
    person = a_passport()
    first = certificate_of(person)
    renew(first.expires_at + dt.timedelta(days=200))
    assert certificate_of(person).replaces_id == first.id
    assert messages() == []


def test_no_officer_is_asked_for_a_renewal_and_its_run_says_so() -> None:
    person = a_passport()
    then = certificate_of(person).expires_at - NOTICE
    renew(then)
    run = SignRun.objects.latest("allowed_at")
    assert (run.allowed_by, run.allowed_name, run.state, run.done) == (None, "system", "DONE", 1)


def test_the_old_code_is_valid_to_its_own_end_and_then_expired() -> None:
    person = a_passport()
    first = certificate_of(person)
    renew(first.expires_at - NOTICE)
    old = hash_of_number(first.uvci)
    assert state_of_number(old, first.expires_at - dt.timedelta(seconds=1)) is NumberState.VALID
    assert state_of_number(old, first.expires_at + dt.timedelta(seconds=1)) is NumberState.EXPIRED


def test_who_lacks_something_is_told_that_and_gets_no_new_code() -> None:
    person = a_passport()
    first = certificate_of(person)
    IdentityCheck.objects.filter(person_id=person).update(state=IdentityState.WAITING)
    renew(first.expires_at - NOTICE)
    assert "chưa cấp mới được" in messages()[0]
    assert certificate_of(person).id == first.id
    assert Certificate.objects.filter(person_id=person, kind="PASSPORT").count() == 1


def test_a_year_of_renewals_leaves_one_certificate_in_force() -> None:
    person, at = a_passport(), NOW
    for _ in range(3):
        at = certificate_of(person).expires_at - NOTICE
        renew(at)
    states = sorted(Certificate.objects.filter(person_id=person, kind="PASSPORT").values_list("state", flat=True))
    assert states == ["ISSUED", "RENEWED", "RENEWED", "RENEWED"]


def test_a_foreigner_is_told_in_english() -> None:
    person = a_passport()
    then = certificate_of(person).expires_at - NOTICE
    note_endings(at=then)
    Profile.objects.filter(id=person).update(nationality="KR")
    tell_endings(at=then)
    (said,) = messages()
    assert said.startswith("Your vaccine passport QR code ends on")
    assert "hết hạn" not in said


def test_who_chose_english_is_told_in_english() -> None:
    person = a_passport()
    phone = reach_of(person)
    assert phone is not None
    choose_language(by=PUBLIC, at=NOW, contact_key=contact_key(phone), language="en")
    renew(certificate_of(person).expires_at - NOTICE)
    assert [text.split(" QR")[0] for text in messages()] == ["Your vaccine passport"]
