"""I15: Australia, August 2021: a certificate that looked right was taken for one, and was forged in ten minutes.

Nothing of ours is shown by its looks: whoever changes a stored code, by as little as one bit, makes it disappear from
every page, paper, letter and partner, and somebody hears of it once.
"""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from cbor2 import dumps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW
from tests.certificates.central_cast import a_passport, certificate_of
from tiemchung.certificates import showing
from tiemchung.certificates.actions import emit_certificate, mail_passport, refresh_card
from tiemchung.certificates.formats import base45, cose, deflate, hc1
from tiemchung.certificates.models import Certificate, SigningKey
from tiemchung.certificates.reads import card_of_person, fhir_document, passport_of, passports_in_force
from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.certificates.showing import Untrue, own_key, signed_by_us
from tiemchung.core.actor import SYSTEM, Actor, Kind
from tiemchung.core.alarms import alarms
from tiemchung.core.outbox import Permanent
from tiemchung.core.verdict import Refused
from tiemchung.interop.messages.letters import write_letter
from tiemchung.interop.pc_covid.content import news_of
from tiemchung.people.reads import NotFound
from tiemchung.web.citizen.card_facts import card_page
from tiemchung.web.shared.passport_page import CHECKING, passport_page

pytestmark = pytest.mark.usefixtures("country", "db")
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@pytest.fixture
def person() -> UUID:
    """Give somebody with a card and a passport in force."""
    found = a_passport()
    refresh_card(person_id=found, at=NOW)
    return found


def me(person: UUID) -> Actor:
    return Actor(kind=Kind.CITIZEN, person_ids=frozenset({person}))


def stored(person: UUID, kind: CertificateKind) -> Certificate:
    return Certificate.objects.get(person_id=person, kind=kind, state=CertificateState.ISSUED)


def store(person: UUID, text: str) -> None:
    """Do what somebody at the database does: put another text in the place of every code of this person."""
    Certificate.objects.filter(person_id=person).update(hc1=text)


def store_form(person: UUID, text: str) -> None:
    """Do the same with a code of another form; the application itself may not, so the owner of the tables does."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("UPDATE certificates_emission SET text = %s WHERE person_id = %s", [text, person])
        cursor.execute("SET LOCAL ROLE tiemchung_app")


def as_hitler(certificate: Certificate) -> str:
    """Give the text of a certificate with another name and its old signature."""
    code = hc1.unpack(certificate.hc1)
    body = {**code.health, "nam": {"fn": "HITLER", "fnt": "HITLER", "gn": "ADOLF", "gnt": "ADOLF"}}
    return hc1.signed_text(dumps({**code.claims, -260: {1: body}}), bytes(certificate.kid), code.message.signature)


def text_of(message: bytes) -> str:
    return hc1.PREFIX + base45.encode(deflate.deflated(message))


def each_bit_flipped(message: bytes) -> Iterator[bytes]:
    for place in range(len(message)):
        for bit in range(8):
            yield message[:place] + bytes([message[place] ^ 1 << bit]) + message[place + 1 :]


def test_each_single_bit_of_a_signed_message_makes_it_invalid(person: UUID) -> None:
    row = certificate_of(person)
    key, message = own_key(SigningKey.objects.get(kid=row.kid)), hc1.to_cose(row.hc1)
    assert signed_by_us(row, key).signed_bytes
    assert len(message) > 250
    for forged in each_bit_flipped(message):
        row.hc1 = text_of(forged)
        with pytest.raises(Untrue):
            signed_by_us(row, key)


def test_each_letter_of_a_stored_code_that_says_something_else_takes_the_code_away(person: UUID) -> None:
    row = certificate_of(person)
    text, signed = row.hc1, cose.parse(hc1.to_cose(row.hc1))
    for place, letter in enumerate(text):
        forged = text[:place] + LETTERS[(LETTERS.index(letter) + 1) % 45] + text[place + 1 :]
        store(person, forged)
        if person in passports_in_force([person], NOW):
            # The same signed message packed in another way is still the one that we signed.
            assert cose.parse(hc1.to_cose(forged)) == signed
    store(person, text)
    assert passports_in_force([person], NOW)[person].hc1 == text


def test_a_forged_passport_shows_no_code_no_field_and_no_green_anywhere(person: UUID) -> None:
    store(person, as_hitler(certificate_of(person)))
    view = passport_of(me(person), person, NOW)
    assert (view.withheld, view.hc1, view.number, view.fields, view.in_force(NOW)) == (True, "", "", None, False)
    for lang in ("vi", "en"):
        page = passport_page(view, NOW, lang)
        assert (page.standing, page.qr, page.fields, page.ends) == (CHECKING, None, (), "")
    with pytest.raises(Refused):
        mail_passport(by=me(person), at=NOW, person_id=person, address="chau@vi-du.vn", lang="vi")
    with pytest.raises(NotFound):
        fhir_document(me(person), person, NOW)
    assert news_of({person: 1}, NOW)[person].body["passport"] is None


def test_a_forged_card_shows_no_code_and_no_colour(person: UUID) -> None:
    store(person, as_hitler(stored(person, CertificateKind.CARD)))
    card = card_of_person(me(person), person, NOW)
    assert card is not None
    assert (card.withheld, card.hc1, card.number) == (True, "", "")
    page = card_page(me(person), person, NOW)
    assert (page.signing, page.sign, page.qr) == ("CHECKING", "wait", None)


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": NOW + dt.timedelta(days=4000)},
        {"uvci": "URN:UVCI:01:VN:ANOTHER"},
        {"kid": b"unknown!"},
        {"hc1": ""},
    ],
)
def test_a_code_that_its_row_contradicts_is_not_shown(person: UUID, change: dict[str, object]) -> None:
    Certificate.objects.filter(person_id=person, kind=CertificateKind.PASSPORT).update(**change)
    assert passport_of(SYSTEM, person, NOW).withheld
    assert passports_in_force([person], NOW) == {}


def test_anothers_genuine_code_does_not_pass_for_ones_own(person: UUID) -> None:
    store(person, certificate_of(a_passport()).hc1)
    assert passport_of(SYSTEM, person, NOW).withheld


def test_the_key_of_cards_makes_no_passport(person: UUID) -> None:
    card = stored(person, CertificateKind.CARD)
    row = Certificate.objects.filter(person_id=person, kind=CertificateKind.PASSPORT)
    row.update(hc1=card.hc1, kid=card.kid, uvci=card.uvci, issued_at=card.issued_at, expires_at=card.expires_at)
    assert passport_of(SYSTEM, person, NOW).withheld
    assert [one.facts["why"] for one in alarms(unseen=True)] == ["KEY_PURPOSE"]


def test_who_looks_again_and_again_raises_one_alarm_a_day(person: UUID) -> None:
    certificate = certificate_of(person)
    Certificate.objects.filter(id=certificate.id, person_id=person).update(hc1=as_hitler(certificate))
    for hours in (0, 0, 1, 30):
        passport_of(SYSTEM, person, NOW + dt.timedelta(hours=hours))
        passports_in_force([person], NOW + dt.timedelta(hours=hours))
    told = alarms(unseen=True)
    assert [(one.code, one.subject_id, one.facts["why"]) for one in told] == [
        ("CERTIFICATE_WRONG", person, "BAD_SIGNATURE")
    ] * 2
    assert {one.facts["certificate"] for one in told} == {str(certificate.id)}


@pytest.mark.parametrize("form", ["ddcc", "icvp", "shc"])
def test_a_forged_code_of_another_form_is_not_given_again(person: UUID, form: str, settings: Any) -> None:
    settings.EMITTERS, settings.PUBLIC_ADDRESS = (form,), "https://tiemchung.example"
    made = emit_certificate(by=me(person), person_id=person, form=form, at=NOW)
    assert emit_certificate(by=me(person), person_id=person, form=form, at=NOW).text == made.text
    other = emit_certificate(by=SYSTEM, person_id=a_passport(), form=form, at=NOW).text
    for forged in (made.text[:-20] + made.text[-19:], made.text[:9], "", other):
        store_form(person, forged)
        with pytest.raises(Refused) as refused:
            emit_certificate(by=me(person), person_id=person, form=form, at=NOW)
        assert [one.code for one in refused.value.verdict.refusals] == ["EMISSION_UNREADABLE"]
    assert [(one.code, one.subject_id) for one in alarms(unseen=True)] == [("CERTIFICATE_WRONG", person)]


def test_verifying_costs_no_statement(person: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    def statements() -> list[int]:
        counted = []
        for look in (passport_of, card_of_person):
            look(SYSTEM, person, NOW)  # the key of a first look is asked for once in a process's life
            with CaptureQueriesContext(connection) as taken:
                look(SYSTEM, person, NOW)
            counted.append(len(taken))
        return counted

    verified = statements()
    monkeypatch.setattr(showing, "signed_by_us", lambda row, key: None)
    assert verified == statements()


def test_a_letter_that_was_asked_for_before_the_forgery_is_not_sent(person: UUID) -> None:
    store(person, as_hitler(certificate_of(person)))
    with pytest.raises(Permanent):
        write_letter(json.dumps({"person_id": str(person), "lang": "vi"}))


def test_without_the_look_at_the_signature_the_forgery_would_be_shown(
    person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(person, as_hitler(certificate_of(person)))
    monkeypatch.setattr(showing, "signed_by_us", lambda row, key: None)
    view = passport_of(me(person), person, NOW)
    assert view.fields is not None
    assert view.fields.full_name == "HITLER ADOLF"
    assert passport_page(view, NOW, "vi").qr is not None
