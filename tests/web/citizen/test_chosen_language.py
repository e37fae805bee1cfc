"""Who chose English is told in English, by message too and a month later; nothing is asked anew."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from tests.builders import a_person
from tests.web.citizen.conftest import BORN, NAME, birth_fields, code_sent_to, enter_code, sign_in
from tests.web.portal.feedback_pages import texts_to
from tiemchung.certificates.telling import tell_holder
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC
from tiemchung.core.outbox import contact_key
from tiemchung.people.actions import choose_language
from tiemchung.people.reads import chosen_language, holder_of
from tiemchung.web.shared.language import COOKIE

DAY = dt.timedelta(days=1)
ENGLISH_CODE = "your code is"


def switch(client: Client, lang: str) -> None:
    assert client.post("/lang", {"lang": lang, "next": "/so/"}).status_code == 302


def told_of_the_end(person: UUID, phone: str, at: dt.datetime) -> str:
    """Let the worker tell the holder that a passport ends, and give what came."""
    assert tell_holder(holder_of(person), "ENDING", ends_at=at + 28 * DAY, at=at)
    return texts_to(phone)[-1]


def test_who_switches_while_signed_in_is_told_in_english_next_month(
    signed_in: Callable[[], Client], chau: UUID, phone: str
) -> None:
    assert told_of_the_end(chau, phone, clock.now()).startswith("Mã QR")
    client = signed_in()
    switch(client, "en")
    assert chosen_language(contact_key(phone)) == "en"
    later = clock.now() + 30 * DAY
    assert told_of_the_end(chau, phone, later).startswith("Your vaccine passport")
    switch(client, "vi")
    assert told_of_the_end(chau, phone, later + DAY).startswith("Mã QR")


def test_who_chose_before_signing_in_is_known_by_it_afterwards(client: Client, chau: UUID, phone: str) -> None:
    switch(client, "en")
    assert chosen_language(contact_key(phone)) == ""
    sign_in(client, phone)
    assert chosen_language(contact_key(phone)) == "en"


def test_a_new_device_speaks_as_its_reader_chose_on_another(client: Client, chau: UUID, phone: str) -> None:
    choose_language(by=PUBLIC, at=clock.now(), contact_key=contact_key(phone), language="en")
    answer = sign_in(client, phone)
    assert answer.cookies[COOKIE].value == "en"
    assert ENGLISH_CODE in texts_to(phone)[-1]
    assert client.get("/so/").headers["Content-Language"] == "en"


def test_who_chose_nothing_is_asked_nothing_and_nothing_is_kept(client: Client, chau: UUID, phone: str) -> None:
    answer = sign_in(client, phone)
    assert COOKIE not in answer.cookies
    assert chosen_language(contact_key(phone)) == ""
    assert ENGLISH_CODE not in texts_to(phone)[-1]


def test_a_shared_machine_chooses_for_nobody_and_learns_nothing(client: Client, chau: UUID, phone: str) -> None:
    switch(client, "en")
    client.post("/so/dang-nhap", {"phone": "0" + phone[3:], "shared": "1"})
    client.post("/so/ma-xac-thuc", {"code": code_sent_to(phone)})
    answer = client.post("/so/xac-nhan", {"how": "name", "full_name": NAME, **birth_fields(BORN)})
    assert answer.headers["Location"] == "/so/"
    assert chosen_language(contact_key(phone)) == ""


def test_a_code_alone_chooses_nothing_for_the_phone(client: Client, chau: UUID, phone: str) -> None:
    switch(client, "en")
    enter_code(client, phone)
    switch(client, "vi")
    assert chosen_language(contact_key(phone)) == ""


def test_after_the_sign_in_is_over_a_switch_changes_the_pages_alone(
    signed_in: Callable[[], Client], chau: UUID, phone: str
) -> None:
    client = signed_in()
    with time_machine.travel(clock.now() + dt.timedelta(hours=2), tick=False):
        switch(client, "en")
    assert client.cookies[COOKIE].value == "en"
    assert chosen_language(contact_key(phone)) == ""


@pytest.mark.parametrize("lang", ["", "fr", "EN"])
def test_a_language_that_is_not_ours_changes_nothing(
    signed_in: Callable[[], Client], chau: UUID, phone: str, lang: str
) -> None:
    switch(signed_in(), lang)
    assert chosen_language(contact_key(phone)) == ""


def test_a_foreigner_who_chose_vietnamese_is_told_in_vietnamese(country: None, phone: str) -> None:
    person = a_person("Anna Schmidt", BORN, nationality="DE", phones=[(phone, "OWN")], at=clock.now()).person_id
    assert told_of_the_end(person, phone, clock.now()).startswith("Your vaccine passport")
    choose_language(by=PUBLIC, at=clock.now(), contact_key=contact_key(phone), language="vi")
    assert told_of_the_end(person, phone, clock.now()).startswith("Mã QR")
