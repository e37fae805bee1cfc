"""A sender killed at any point, also between an answer and its writing, loses nobody and asks nobody twice over."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.db import connection

from tests import builders
from tests.interop.population.conftest import AGREED, StandIn
from tiemchung.core.models import AuditLine
from tiemchung.interop.population import register as register_room
from tiemchung.interop.population.register import GuardedRegister, HttpRegister, register_at
from tiemchung.people import tasks
from tiemchung.people.actions import asking, check_identities
from tiemchung.people.actions.asking import CLAIM
from tiemchung.people.models import IdentityCheck, PersonChange
from tiemchung.people.tasks import send_batch, send_batches

NOW = builders.NOW
SENDER = """
import datetime as dt, os, signal, sys
from importlib import import_module
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
for point in sys.argv[3:]:
    room, _, name = point.rpartition(".")
    setattr(import_module(room), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from tiemchung.people.tasks import send_batches
print("asking", flush=True)
send_batches(dt.datetime.fromisoformat(sys.argv[2]))
print("answered", flush=True)
"""


def some_people(standin: StandIn, count: int) -> None:
    """Put people on record whom the register knows, every third of them otherwise."""
    people = []
    for n in range(count):
        born, number = dt.date(1990, 5, 17), builders.a_cccd()
        name = f"Nguyễn Thị {'Lan' if n % 3 else 'Liên'}"
        people.append(builders.a_person(name, born, sex="FEMALE", identifiers=[("CCCD", number)]).person_id)
        standin.put({"number": number, "full_name": "Nguyễn Thị Lan", "sex": "FEMALE", "birth_date": born.isoformat()})
    check_identities(person_ids=people, at=NOW)


def a_sender(address: str, *dies_at: str) -> subprocess.Popen[str]:
    """Start a sender in a process of its own, which kills itself when it comes to one of these functions."""
    return subprocess.Popen(
        [sys.executable, "-c", SENDER, connection.settings_dict["NAME"], NOW.isoformat(), *dies_at],
        stdout=subprocess.PIPE, text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tiemchung.settings", "TIEMCHUNG_POPULATION": address,
             "TIEMCHUNG_POPULATION_KEY": AGREED},
    )  # fmt: skip


def each_was_answered_once(standin: StandIn, before: dict[str, int]) -> None:
    """Check that each of the seven was asked about once, answered once, and that it is written down once."""
    after = standin.asked()["counts"]
    assert {name: after[name] - before[name] for name in ("batches", "persons")} == {"batches": 1, "persons": 7}
    states = list(IdentityCheck.objects.values_list("state", flat=True))
    assert (states.count("MATCHED"), states.count("MISMATCHED")) == (4, 3)
    assert not IdentityCheck.objects.filter(batch_id__isnull=False).exists()
    assert AuditLine.objects.filter(action="people.identity_checked").count() == 7
    assert PersonChange.objects.filter(kind="CHECKED").count() == 7


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it."""


def _die(*_: object, **__: object) -> None:
    raise Killed


# Before the claim is written, when it is committed, with the question made, with the answer here, and half written.
POINTS = [(asking, "new_id"), (asking, "_fields"), (asking, "facts_of"), (asking, "_built"), (asking, "_set_aside"),
          (HttpRegister, "ask"), (register_room, "read_answers"), (tasks, "settle_batch"), (asking, "_locked"),
          (asking, "_answered"), (asking, "mismatch_why"), (asking, "write_lines"), (asking, "_put_back")]  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("room", "name"), POINTS, ids=[name for _, name in POINTS])
def test_killed_at_any_point_and_run_again_each_is_answered_once(
    room: object, name: str, standin: StandIn, register: GuardedRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_people(standin, 7)
    before = standin.asked()["counts"]
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(room, name, _die)
        send_batch(register, NOW)
    assert not AuditLine.objects.filter(action="people.identity_checked").exists()
    assert set(IdentityCheck.objects.values_list("state", flat=True)) <= {"WAITING", "SENT"}
    assert send_batch(register, NOW + CLAIM) == 7
    assert send_batch(register, NOW + 2 * CLAIM) == 0
    each_was_answered_once(standin, before)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["tasks.settle_batch", "actions.asking.write_lines"])
def test_a_process_killed_between_the_answer_and_its_writing_is_taken_over(
    name: str, standin: StandIn, register: GuardedRegister
) -> None:
    some_people(standin, 7)
    before = standin.asked()["counts"]
    sender = a_sender(f"{standin.address}/v1/checks", f"tiemchung.people.{name}")
    said = sender.communicate(timeout=60)[0]
    assert (sender.returncode, "answered" in said) == (-signal.SIGKILL, False)
    assert standin.asked()["counts"]["persons"] - before["persons"] == 7
    assert set(IdentityCheck.objects.values_list("state", flat=True)) == {"SENT"}
    assert send_batch(register, NOW + CLAIM) == 7
    each_was_answered_once(standin, before)


@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_while_it_waits_is_taken_over_with_the_same_batch(standin: StandIn, settings: Any) -> None:
    some_people(standin, 7)
    before = standin.asked()["counts"]
    standin.turn(mode="slow", seconds=60)
    address = f"{standin.address}/v1/checks"
    sender = a_sender(address)
    until = time.monotonic() + 60
    while standin.asked()["counts"]["batches"] == before["batches"]:
        assert time.monotonic() < until
        assert sender.poll() is None
        time.sleep(0.05)
    os.kill(sender.pid, signal.SIGKILL)
    said = sender.communicate(timeout=20)[0]
    assert "answered" not in said
    assert set(IdentityCheck.objects.values_list("state", flat=True)) == {"SENT"}

    standin.turn(mode="ok")
    settings.POPULATION, settings.POPULATION_KEY = "", AGREED
    assert send_batches(NOW + CLAIM) == 0  # switched off, it asks nobody
    guarded = register_at(address)
    assert send_batch(guarded, NOW + dt.timedelta(seconds=1)) == 0  # the claim has not run out
    assert send_batch(guarded, NOW + CLAIM) == 7
    assert standin.asked()["batches"][0]["times"] == 2
    each_was_answered_once(standin, before)
