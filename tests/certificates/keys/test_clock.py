"""A server whose clock is forty days off: named, nothing made below a root that has not begun, and made up for."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from tests import builders
from tests.certificates.central_cast import a_ministry_officer, a_ready_person, certificate_of
from tests.certificates.keys.test_tasks import told
from tests.conftest import NOW
from tiemchung.certificates import actions
from tiemchung.certificates.actions.central_signing import TRY_AGAIN, start_central_run, work_central_runs
from tiemchung.certificates.keys import file_store, x509s
from tiemchung.certificates.keys.authorities import authority_here, new_authority
from tiemchung.certificates.keys.roots import pinned_roots
from tiemchung.certificates.models import Authority, Certificate, CertificateByHash, SigningKey, SignRun
from tiemchung.certificates.ports import ClockBehind
from tiemchung.certificates.rules import AuthorityKind, CertificateKind, KeyPurpose, RunState
from tiemchung.certificates.tasks import clock as tasks
from tiemchung.certificates.tasks.keys import look_after_central_keys
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM

pytestmark = pytest.mark.django_db
OFF = dt.timedelta(days=40)
DAY = dt.timedelta(days=1)


def test_no_second_root_is_made_by_a_clock_that_went_back(own_home: None) -> None:
    right = clock.now() + OFF
    first = {purpose: actions.central_key(purpose, by=SYSTEM, at=right).id for purpose in KeyPurpose}
    for purpose in KeyPurpose:
        with pytest.raises(ClockBehind):
            actions.central_key(purpose, by=SYSTEM, at=right - OFF)
    assert Authority.objects.count() == len(pinned_roots(AuthorityKind.CSCA)) == 1
    assert {purpose: actions.central_key(purpose, by=SYSTEM, at=right).id for purpose in KeyPurpose} == first


def test_no_second_key_is_made_below_an_old_root_by_a_clock_that_went_back(own_home: None) -> None:
    right = clock.now() + OFF
    authority_here(AuthorityKind.CSCA, by=SYSTEM, at=right - 2 * OFF)
    key = actions.central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=right)
    with pytest.raises(ClockBehind):
        actions.central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=right - OFF)
    assert list(SigningKey.objects.values_list("id", flat=True)) == [key.id]


@pytest.mark.usefixtures("country")
def test_no_facility_gets_a_key_below_a_root_that_has_not_begun(own_home: None) -> None:
    place, right = builders.a_facility(), clock.now() + OFF
    authority_here(AuthorityKind.FACILITY, by=SYSTEM, at=right)
    with pytest.raises(ClockBehind):
        actions.make_facility_key(facility_id=place.id, at=right - OFF)
    assert actions.make_facility_key(facility_id=place.id, at=right).valid_from <= right


def test_a_new_database_beside_a_root_that_has_not_begun_makes_no_other(own_home: None) -> None:
    store = file_store()
    new_authority(store, store.folder, AuthorityKind.CSCA, x509s.Subject("Root"), 1500 * DAY, clock.now() + OFF)
    with pytest.raises(ClockBehind):
        authority_here(AuthorityKind.CSCA, by=SYSTEM, at=clock.now())
    assert len(pinned_roots(AuthorityKind.CSCA)) == 1


def test_a_past_that_is_played_on_a_right_clock_has_keys_of_its_own(own_home: None) -> None:
    actions.central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=NOW)
    long_ago = NOW - 400 * DAY
    assert actions.central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=long_ago).valid_from <= long_ago


def test_whoever_asks_for_keys_by_hand_reads_what_is_wrong(own_home: None, capsys: Any) -> None:
    with time_machine.travel(clock.now() + OFF):
        call_command("signing_key")
    with pytest.raises(CommandError, match="CLOCK_BEHIND"):
        call_command("signing_key")


def test_the_alarm_of_the_keys_says_the_clock(own_home: None) -> None:
    right = clock.now() + OFF
    look_after_central_keys(right)
    look_after_central_keys(right - OFF)
    assert told() == [("KEY_STORE", {"why": "CLOCK_BEHIND", "purpose": p}) for p in sorted(KeyPurpose)]


@pytest.mark.usefixtures("country")
def test_a_run_waits_with_its_reason_and_drains_when_the_clock_is_right(tmp_path: Path, own_home: None) -> None:
    right = clock.now() + OFF
    with time_machine.travel(right, tick=False):
        people, officer = [a_ready_person() for _ in range(3)], a_ministry_officer()
        run_id = start_central_run(by=officer, at=right)
    work_central_runs(right - OFF)
    run, mine = SignRun.objects.get(id=run_id), Certificate.objects.filter(kind=CertificateKind.PASSPORT)
    assert (run.state, run.why, run.done) == (RunState.PAUSED, "CLOCK_BEHIND", 0)
    assert not mine.exists()
    assert not CertificateByHash.objects.exists()
    with time_machine.travel(right + TRY_AGAIN, tick=False):
        while work_central_runs(right + TRY_AGAIN):
            pass
    assert all(certificate_of(person).issued_at == right + TRY_AGAIN for person in people)
    assert SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).count() == 1


def test_a_clock_unlike_the_databases_is_an_alarm_once_a_day() -> None:
    tasks.look_at_the_clock(clock.now())
    assert told() == []
    for off in (OFF, -OFF):
        with time_machine.travel(clock.now() + off):
            for _ in range(3):
                tasks.look_at_the_clock(clock.now())
    assert told() == [("CLOCK_OFF", {"why": "CLOCK_DATABASE"})] * 2


@pytest.mark.usefixtures("country")
def test_a_clock_before_the_logs_newest_entry_is_an_alarm_once_a_day() -> None:
    a_ready_person()
    right = clock.now()
    start_central_run(by=a_ministry_officer(), at=right)
    while work_central_runs(right):
        pass
    for at in (right, right - tasks.MOST_OFF, right - OFF, right - OFF):
        tasks.look_at_the_clock(at)
    assert told() == [("CLOCK_OFF", {"why": "CLOCK_LOG"})]
