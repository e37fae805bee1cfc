"""I13: Singapore's HealthHub, 2018. 27,000 stolen ids were tried, 72 fitted, and it was seen after six days."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from tests.builders import NOW, a_cccd, a_lot, a_person, a_phone
from tests.web.portal import feedback_pages as pages
from tests.web.portal.test_holder_lookup import bare
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.alarms import alarms
from tiemchung.core.verdict import YES
from tiemchung.doses.actions import record_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.web.portal import holder_lookup

pytestmark = pytest.mark.django_db
TRIED, GOOD, SOURCES = 27_000, 72, 500
NAME, BORN, LATEST = "Lê Thị Hạnh", dt.date(1984, 11, 23), dt.date(2026, 8, 20)


@pytest.fixture(autouse=True)
def solved(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The attacker solves every puzzle honestly, and nobody waits for a clock."""
    monkeypatch.setattr(holder_lookup, "judged", lambda *_, **__: YES)
    monkeypatch.setattr(holder_lookup, "ANSWER_AFTER_S", 0.0)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def one_hour() -> Iterator[None]:
    """Let everything happen within one hour of the clock."""
    with time_machine.travel(NOW, tick=False):
        yield


def somebody() -> tuple[str, str]:
    """Put somebody with a dose on record and give their number and phone."""
    number, phone, at = a_cccd("FEMALE", BORN), a_phone(), clock.now()
    person = a_person(NAME, BORN, identifiers=[("CCCD", number)], phones=[(phone, "OWN")], at=at).person_id
    facts = DoseFacts("PFIZER", LATEST, lot_number=a_lot("PFIZER", at=at).number)
    record_dose(by=SYSTEM, at=at, key=str(uuid4()), profile_id=person, facts=facts, source=DoseSource.BACKLOG)
    return number, phone


def facts(number: str) -> dict[str, str]:
    """Give the five facts as the stolen list has them."""
    return {
        "full_name": NAME, "sex": "FEMALE", "number": number, "birth_day": "23", "birth_month": "11",
        "birth_year": "1984", "latest_day": "20", "latest_month": "8", "latest_year": "2026",
    }  # fmt: skip


def network(n: int) -> str:
    """Give an address of one of the attacker's networks."""
    return f"10.{n % SOURCES // 250}.{n % SOURCES % 250}.7"


def test_a_list_is_seen_before_one_hundredth_of_it_was_tried_and_its_holders_still_get_in() -> None:
    good, phone = somebody()
    every = TRIED // GOOD
    answers, tried = set(), 0
    while not alarms() and tried < TRIED // 100:
        number = good if tried % every == 7 else a_cccd("FEMALE", BORN)
        answer = Client(REMOTE_ADDR=network(tried)).post("/tra-cuu", facts(number))
        answers.add((answer.status_code, answer["Location"]))
        tried += 1
    assert [alarm.code for alarm in alarms()] == ["LOOKUP_STUFFING"]
    assert tried < TRIED // 100
    assert answers == {(302, "/tra-cuu/ma")}  # known and unknown numbers alike

    holder, holders_phone = somebody()
    browser = Client(REMOTE_ADDR="198.51.100.9")
    browser.post("/tra-cuu", facts(holder))
    answer = browser.post("/tra-cuu/ma", {"code": pages.newest_code(holders_phone)})
    assert answer["Location"] == "/tra-cuu/chung-nhan"
    assert len(pages.texts_to(phone)) == 1


def test_people_who_ask_for_themselves_ring_nothing() -> None:
    number, _ = somebody()
    for n in range(230):
        known = number if n % 5 == 0 else a_cccd("FEMALE", BORN)  # four of five mistype: still no attack
        Client(REMOTE_ADDR=f"10.9.{n}.7").post("/tra-cuu", facts(known))
    assert [alarm.code for alarm in alarms() if alarm.code == "LOOKUP_STUFFING"] == []


def test_the_page_after_the_question_is_the_same_for_a_number_on_record_and_an_invented_one() -> None:
    seen = []
    for number in (somebody()[0], a_cccd("FEMALE", BORN)):
        browser = Client(REMOTE_ADDR=network(3))
        browser.post("/tra-cuu", facts(number))
        seen.append(bare(browser.get("/tra-cuu/ma")))
    assert seen[0] == seen[1]
