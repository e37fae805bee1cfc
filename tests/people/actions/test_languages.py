"""Whoever chose a language is written to in it, at that phone; who never chose, by their nationality."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.actor import PUBLIC
from tiemchung.core.models import AuditLine
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import choose_language, move_contact
from tiemchung.people.models import ContactLanguage
from tiemchung.people.reads import chosen_language, language_of
from tiemchung.people.rules.languages import language_by

from ..conftest import AT, CITIZEN, NURSE, PHONE, Register

pytestmark = pytest.mark.django_db
NEW = "+84900000078"


def choose(language: str, contact: bytes) -> bool:
    return choose_language(by=CITIZEN, at=AT, contact_key=contact, language=language)


@given(st.text(max_size=3))
def test_who_never_chose_is_written_to_in_vietnamese_at_home_and_in_english_else(nationality: str) -> None:
    assert language_by(nationality) == ("vi" if nationality == "VN" else "en")


@pytest.mark.parametrize(("nationality", "chosen"), [("VN", "en"), ("GB", "vi"), ("GB", "en")])
def test_a_choice_comes_before_the_nationality(phone_key: bytes, nationality: str, chosen: str) -> None:
    assert language_of(PHONE, nationality) == language_by(nationality)
    assert choose(chosen, phone_key)
    assert language_of(PHONE, nationality) == chosen
    assert language_of(NEW, nationality) == language_by(nationality)


def test_the_last_choice_holds_and_the_same_one_again_writes_nothing(phone_key: bytes) -> None:
    assert [choose(one, phone_key) for one in ("en", "en", "vi", "vi")] == [True, False, True, False]
    assert chosen_language(phone_key) == "vi"
    assert ContactLanguage.objects.filter(phone_index=phone_key).count() == 1
    lines = AuditLine.objects.filter(action="people.choose_language")
    assert [line.facts for line in lines.order_by("id")] == [{"language": "en"}, {"language": "vi"}]


@pytest.mark.parametrize("language", ["", "fr", "VI", "Vi"])
def test_a_language_that_is_not_ours_is_refused(phone_key: bytes, language: str) -> None:
    with pytest.raises(ValueError, match="language"):
        choose(language, phone_key)
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactLanguage.objects.create(phone_index=phone_key, language=language, chosen_at=AT)
    assert chosen_language(phone_key) == ""


def test_staff_choose_for_nobody(phone_key: bytes) -> None:
    with pytest.raises(Refused, match="PEOPLE_NOT_ALLOWED"):
        choose_language(by=NURSE, at=AT, contact_key=phone_key, language="en")
    assert chosen_language(phone_key) == ""


def test_the_choice_moves_with_its_person_to_another_phone_and_overrules_none_made_there(
    register: Register, phone_key: bytes
) -> None:
    choose("en", phone_key)
    for number, before, after in ((NEW, "", "en"), ("+84900000079", "vi", "vi")):
        person = register(phones=[(PHONE, "FAMILY")]).person_id
        if before:
            choose(before, contact_key(number))
        move_contact(by=NURSE, at=AT, person_id=person, from_key=phone_key, to_phone=number, because="mất số cũ")
        assert chosen_language(contact_key(number)) == after


@pytest.mark.django_db(transaction=True)
def test_many_who_choose_at_once_leave_one_choice(phone_key: bytes) -> None:
    def go(number: int) -> None:
        try:
            choose_language(by=PUBLIC, at=AT, contact_key=phone_key, language=("vi", "en")[number % 2])
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(go, range(16)))
    assert ContactLanguage.objects.filter(phone_index=phone_key).count() == 1
    assert chosen_language(phone_key) in ("vi", "en")
