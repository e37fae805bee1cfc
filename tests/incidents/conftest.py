"""One person of whom everything is on record, with a report under way, and the pages as a browser meets them."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine

from tests.builders import NOW, a_cccd, a_facility, a_lead, a_lot, a_person, a_phone, country  # noqa: F401 - a fixture
from tests.cases.conftest import office  # noqa: F401 - a fixture
from tiemchung.cases.actions import open_case
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.values import OpenedCase
from tiemchung.certificates.actions import refresh_card
from tiemchung.certificates.reads import card_of_person
from tiemchung.core.actor import PUBLIC, SYSTEM
from tiemchung.core.install import CHECKOUT
from tiemchung.core.verdict import YES
from tiemchung.doses.actions import record_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.web.portal import holder_lookup
from tiemchung.web.portal.feedback import progress, sending

NAME, BORN, PLACE = "Nguyễn Thị Minh Châu", dt.date(1984, 11, 23), "Trạm Y tế Hoa Ngâu"
TOLD = "Tôi tiêm ở bàn số hai."


@dataclass(frozen=True)
class Known:
    """Minh Châu: what somebody may have learnt of her, and what nobody may learn from it."""

    person_id: UUID
    phone: str
    number: str
    card: str
    case: OpenedCase
    tokens: tuple[str, ...]

    def inputs(self) -> dict[str, str]:
        """Give what a stranger may hold of her, each alone."""
        return {
            "phone": "0" + self.phone[3:],
            "phone abroad": self.phone,
            "number": self.number,
            "certificate": self.card,
            "report": self.case.ref,
        }

    def told_in(self, text: str, typed: str) -> list[str]:
        """Give what a text tells of her beyond what was typed."""
        own = typed + " 0" + typed[3:]  # pages repeat what was typed, a phone as it is written here
        return [token for token in self.tokens if token not in own and token in text]


@pytest.fixture(autouse=True)
def plain_pages(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Name static files as they are, take every proof of work as right, wait for no clock; the present is NOW."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    for module in (sending, progress, holder_lookup):
        monkeypatch.setattr(module, "judged", lambda request, **_: YES)
    monkeypatch.setattr(holder_lookup, "ANSWER_AFTER_S", 0.0)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def known(country: None, db: None) -> Known:
    """Put Minh Châu on record with two doses, a signed card and a report about a third."""
    phone, number, facility = a_phone(), a_cccd("FEMALE", BORN), a_facility(PLACE)
    a_lead(facility)
    person: UUID = a_person(NAME, BORN, identifiers=[("CCCD", number)], phones=[(phone, "OWN")]).person_id
    lots = [a_lot("PFIZER"), a_lot("PFIZER")]
    for lot, day in zip(lots, (dt.date(2026, 7, 10), dt.date(2026, 8, 20)), strict=True):
        facts = DoseFacts("PFIZER", day, lot_number=lot.number, facility_id=facility.id, place_name=PLACE)
        record_dose(by=SYSTEM, at=NOW, key=str(uuid4()), profile_id=person, facts=facts, source=DoseSource.BACKLOG)
    refresh_card(person_id=person, at=NOW)
    card = card_of_person(SYSTEM, person, NOW)
    assert card is not None
    told = ClaimedDose(1, "PFIZER", "FK9911", dt.date(2026, 6, 1), facility_id=facility.id)
    claim = Claim(NAME, BORN, numbers=(("CCCD", number),), doses=(told,), text=TOLD)
    case = open_case(by=PUBLIC, at=NOW, key="i", kind="NEVER_GIVEN", door="PORTAL", claim=claim, phone=phone)
    tokens = (NAME, "Minh Châu", number, number[-6:], phone, "0" + phone[3:], "23/11/1984", "1984-11-23", card.hc1,
              card.number, PLACE, TOLD, "FK9911", *(lot.number for lot in lots), str(person))  # fmt: skip
    return Known(person, phone, number, card.number, case, tokens)


@cache
def fields_of_all_pages() -> tuple[str, ...]:
    """Give the name of every field that any of our pages has."""
    pages = (CHECKOUT / "tiemchung" / "web").rglob("*.html")
    named = {name for page in pages for name in re.findall(r'name="([a-z_]+)"', page.read_text("utf-8"))}
    return tuple(sorted(named | {"phone", "number", "ref", "q", "text", "code", "id", "token"}))
