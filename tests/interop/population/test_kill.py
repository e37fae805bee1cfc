"""A sender killed between question and answer loses nobody and asks nobody twice over."""

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
from tiemchung.interop.population.register import register_at
from tiemchung.people.actions import check_identities
from tiemchung.people.actions.asking import CLAIM
from tiemchung.people.models import IdentityCheck
from tiemchung.people.tasks import send_batch, send_batches

NOW = builders.NOW
SENDER = """
import datetime as dt, sys
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
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


@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_while_it_waits_is_taken_over_with_the_same_batch(standin: StandIn, settings: Any) -> None:
    some_people(standin, 7)
    before = standin.asked()["counts"]
    standin.turn(mode="slow", seconds=60)
    address = f"{standin.address}/v1/checks"
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER, connection.settings_dict["NAME"], NOW.isoformat()], stdout=subprocess.PIPE,
        text=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": "tiemchung.settings",
                        "TIEMCHUNG_POPULATION": address, "TIEMCHUNG_POPULATION_KEY": AGREED},
    )  # fmt: skip
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
    after = standin.asked()
    assert after["counts"]["batches"] - before["batches"] == 1
    assert after["counts"]["persons"] - before["persons"] == 7
    assert after["batches"][0]["times"] == 2
    states = list(IdentityCheck.objects.values_list("state", flat=True))
    assert (states.count("MATCHED"), states.count("MISMATCHED")) == (4, 3)
    assert AuditLine.objects.filter(action="people.identity_checked").count() == 7
