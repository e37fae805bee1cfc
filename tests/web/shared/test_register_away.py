"""Lists and boards of those who wait for the population register say since when it does not answer."""

import datetime as dt

import pytest
from django.urls import reverse

from tests.builders import NOW, a_facility, a_lead, a_person
from tests.certificates.central_cast import a_ministry_officer
from tests.web.authority.conftest import LATER, enter_as, plain_static_files, shown, soon_after
from tiemchung.people.actions import check_identities
from tiemchung.people.actions.asking import claim_batch, defer_batch, settle_batch
from tiemchung.people.ports import RegisterAway
from tiemchung.people.reads import register_silent_since
from tiemchung.people.reads.register import SILENCE
from tiemchung.web.shared.register_away import register_away

__all__ = ["plain_static_files", "soon_after"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
WORDS = "Cơ sở dữ liệu quốc gia về dân cư chưa trả lời lần hỏi lúc 10:00 20/11/2026"


def asked() -> None:
    """Ask the register about somebody at NOW, in vain."""
    check_identities(person_ids=[a_person().person_id], at=NOW)
    batch = claim_batch(at=NOW)
    assert batch is not None
    defer_batch(batch=batch, away=RegisterAway("register_503"), at=NOW)


def test_the_sentence_stands_where_people_wait_for_the_register_and_nowhere_before() -> None:
    lead, officer = enter_as(a_lead(a_facility())), enter_as(a_ministry_officer())
    pages = [
        (lead, reverse("facility:passports")),
        (lead, reverse("facility:passport_work", args=["IDENTITY_WAITING"])),
        (lead, reverse("facility:identities")),
        (officer, reverse("authority:passports")),
        (officer, reverse("authority:identity_board")),
    ]
    for browser, address in pages:
        assert "chưa trả lời" not in shown(browser.get(address))
    asked()
    for browser, address in pages:
        assert WORDS in shown(browser.get(address)), address
    assert WORDS not in shown(lead.get(reverse("facility:passport_work", args=["SERIES_INCOMPLETE"])))


def test_a_question_that_is_on_its_way_is_no_silence() -> None:
    asked()
    assert register_silent_since(NOW + SILENCE - dt.timedelta(seconds=1)) is None
    assert register_silent_since(NOW + SILENCE) == NOW


def test_the_silence_is_as_old_as_its_first_question_and_ends_with_the_answer() -> None:
    asked()
    batch = claim_batch(at=LATER)  # the same one again
    assert batch is not None
    assert register_silent_since(LATER) == NOW
    settle_batch(batch=batch, answers={one.request_id: True for one in batch.asked}, at=LATER)
    assert register_away(LATER + SILENCE) == ""
