"""Another form follows from a passport in force, once, and is known to the register like the passport itself."""

import datetime as dt
from copy import copy
from hashlib import sha256
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from tests.builders import NOW
from tests.certificates.passport_cast import (
    a_signed_person,
    await_step,
    issue_passport,
    lack,
    renew_passport,
    revoke_passport,
)
from tiemchung.certificates.actions.emitting import emit_certificate, list_emissions
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.formats import Outcome, Why, cose, hc1, read, trust, trust_list
from tiemchung.certificates.formats.trust import load_certificate
from tiemchung.certificates.models import (
    Authority,
    Certificate,
    CertificateByHash,
    Emission,
    LogHead,
    Revocation,
    SigningKey,
)
from tiemchung.certificates.reads.emissions import FALLEN, emitted_forms, health_card_keys
from tiemchung.certificates.reads.log import log_size
from tiemchung.certificates.reads.states import state_of_number
from tiemchung.certificates.rules import Lack, PassportState
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.ids import new_id
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.people.reads import NotFound
from tiemchung.web.shared.words import say

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)
ALL_ON = frozenset({"icvp", "ddcc", "shc", "vdsnc"})


@pytest.fixture(autouse=True)
def switched_on(settings: Any) -> None:
    settings.EMITTERS = ALL_ON
    settings.PUBLIC_ADDRESS = "https://tiemchung.example"


def believed() -> Any:
    """Give what a verifier holds of us: the signers, also as web keys."""
    ders = [bytes(key.certificate) for key in SigningKey.objects.filter(purpose="PASSPORT")]
    web = [trust.key_of_jwk(jwk, issuer="https://tiemchung.example") for jwk in health_card_keys(LATER)]
    return trust_list([*map(trust.key_of_certificate, ders), *web])


def refused(form: str, person_id: Any) -> str:
    with pytest.raises(Refused) as found:
        emit_certificate(by=SYSTEM, person_id=person_id, form=form, at=LATER)
    assert not Emission.objects.exists()
    return str(found.value)


@pytest.mark.parametrize("form", ["icvp", "ddcc", "shc"])
def test_a_passport_in_force_is_given_in_the_form_and_anybody_can_verify_it(form: str) -> None:
    person_id = a_signed_person()
    passport = issue_passport(person_id)
    made = emit_certificate(by=SYSTEM, person_id=person_id, form=form, at=LATER)
    reading = read(made.text, keys=believed(), now=LATER)
    assert (reading.outcome, reading.holder_name, reading.birth_date) == (
        Outcome.VALID, "Nguyễn Thị Minh Châu", "1984-11-23",
    )  # fmt: skip
    assert reading.doses[-1].number == 2
    assert made.expires_at == passport.expires_at
    assert AuditLine.objects.filter(action="emit_certificate", subject_id=person_id, object_id=passport.id).count() == 1


def test_it_is_signed_once_and_given_again() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    first = emit_certificate(by=SYSTEM, person_id=person_id, form="icvp", at=LATER)
    again = emit_certificate(by=SYSTEM, person_id=person_id, form="icvp", at=LATER + dt.timedelta(days=1))
    assert (first.new, again.new, again.text) == (True, False, first.text)
    assert Emission.objects.count() == 1


def test_each_signature_has_its_leaf_in_the_log_and_its_place_in_the_register() -> None:
    person_id = a_signed_person()
    passport = issue_passport(person_id)
    before = LogHead.objects.order_by("-size").first()
    for form in ("icvp", "ddcc", "shc"):
        emit_certificate(by=SYSTEM, person_id=person_id, form=form, at=LATER)
    head = LogHead.objects.order_by("-size").first()
    assert head is not None
    assert head.size - (before.size if before else 0) == 3
    for row in Emission.objects.all():
        assert CertificateByHash.objects.get(hash=row.hash).certificate_id == passport.id
        assert state_of_number(bytes(row.hash), LATER) == "VALID"
    yellow = Emission.objects.get(form="icvp")
    message = cose.parse(hc1.to_cose(yellow.text))
    assert (yellow.hash_type, bytes(yellow.hash)) == ("SIGNATURE", sha256(message.signature[:32]).digest()[:16])
    assert Emission.objects.get(form="ddcc").hash_type == "UCI"


def test_what_was_emitted_falls_with_its_passport() -> None:
    person_id = a_signed_person()
    passport = issue_passport(person_id)
    texts = [emit_certificate(by=SYSTEM, person_id=person_id, form=f, at=LATER).text for f in ("icvp", "ddcc", "shc")]
    revoke_certificates(certificates=[passport], because="REPLACED", at=LATER)
    listed = {bytes(row.hash) for row in Revocation.objects.all()}
    assert len(listed) == 3
    for text in texts:
        found = read(text, keys=believed(), now=LATER, revoked=lambda h: any(one in listed for one in h.listed()))
        assert found.why is Why.REVOKED
    list_emissions([passport], LATER)
    list_emissions([], LATER)
    assert Revocation.objects.count() == 3  # the core data set carries the passport's own number


def fetch(address: str, at: dt.datetime = LATER) -> Any:
    with time_machine.travel(at, tick=False):
        host = {"headers": {"host": "localhost"}, "SERVER_NAME": "localhost", "wsgi.url_scheme": "https"}
        return Client(**host).get(address)


def test_a_revoked_health_card_is_in_the_list_of_its_key_for_verifiers_of_that_form() -> None:
    fallen, standing = a_signed_person(), a_signed_person()
    passports = [issue_passport(person) for person in (fallen, standing)]
    made = [emit_certificate(by=SYSTEM, person_id=one, form="shc", at=LATER) for one in (fallen, standing)]
    (key,) = fetch("/.well-known/jwks.json").json()["keys"]
    address = f"/.well-known/crl/{key['kid']}.json"
    assert fetch(address).json() == {"kid": key["kid"], "method": "rid", "ctr": 1, "rids": []}
    assert key["crlVersion"] == 1
    revoke_certificates(certificates=passports[:1], because="ORDER", at=LATER)
    at = LATER + dt.timedelta(minutes=1)
    told = fetch(address, at)
    rids = [read(one.text, keys=believed(), now=LATER).content["vc"]["rid"] for one in made]
    assert told.json() == {"kid": key["kid"], "method": "rid", "ctr": 2, "rids": rids[:1]}
    (later,) = fetch("/.well-known/jwks.json", at).json()["keys"]
    assert (later["crlVersion"], len(rids[0]) <= 24) == (2, True)
    assert told.headers["Access-Control-Allow-Origin"] == "*"
    end = passports[0].expires_at + dt.timedelta(days=1)
    assert fetch(address, end).json()["rids"] == rids[:1]  # the counter never falls


def test_the_list_of_revoked_health_cards_reads_no_other_of_the_country() -> None:
    person = a_signed_person()
    passport = issue_passport(person)
    emit_certificate(by=SYSTEM, person_id=person, form="shc", at=LATER)
    revoke_certificates(certificates=[passport], because="ORDER", at=LATER)
    (fallen,) = Emission.objects.all()
    assert fallen.revoked_at == LATER
    standing = [copy(fallen) for _ in range(3000)]
    for one in standing:
        one.id, one.person_id, one.certificate_id, one.revoked_at = new_id(), new_id(), new_id(), None
    Emission.objects.bulk_create(standing)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")  # only a table's owner may take its statistics
        cursor.execute("ANALYZE certificates_emission")
        with allow_cross_shard("the plan"):
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS off) {FALLEN}", [fallen.kid])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    scans = [line for line in plan.splitlines() if "certificates_emission" in line]
    assert len(scans) == 1, plan
    assert "emission_fallen" in scans[0]
    assert "rows=1" in scans[0]


def test_only_a_key_that_signs_health_cards_has_a_list_of_them(settings: Any) -> None:
    issue_passport(a_signed_person())
    (key,) = fetch("/.well-known/jwks.json").json()["keys"]
    address = f"/.well-known/crl/{key['kid']}.json"
    assert fetch("/.well-known/crl/x.json").status_code == 404
    SigningKey.objects.filter(purpose="PASSPORT").update(compromised_since=NOW)
    assert fetch(address).status_code == 404
    SigningKey.objects.filter(purpose="PASSPORT").update(compromised_since=None)
    settings.EMITTERS = frozenset()
    assert fetch(address).status_code == 404
    assert "crlVersion" not in fetch("/.well-known/jwks.json").json()["keys"][0]


def test_nothing_is_emitted_while_the_form_is_off(settings: Any) -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    settings.EMITTERS = frozenset({"icvp"})
    assert refused("shc", person_id) == "EMITTER_OFF"
    assert refused("no-such-form", person_id) == "EMITTER_OFF"
    assert emitted_forms() == ("icvp",)
    assert health_card_keys(LATER) == ()


def test_nothing_is_emitted_without_a_passport_in_force() -> None:
    waiting, lacking, fallen = a_signed_person(), a_signed_person(), a_signed_person()
    await_step(waiting, PassportState.FACILITY_SIGNED)
    lack(lacking, Lack.IDENTITY_NOT_FOUND)
    issue_passport(fallen)
    revoke_passport(fallen, at=LATER)
    assert {refused("icvp", one) for one in (waiting, lacking, fallen, a_signed_person())} == {"NO_PASSPORT"}


def test_nothing_is_emitted_of_a_passport_that_is_no_longer_true() -> None:
    person_id = a_signed_person()
    passport = issue_passport(person_id)
    Certificate.objects.filter(person_id=person_id, id=passport.id).update(content=b"other")
    assert refused("icvp", person_id) == "PASSPORT_CHANGED"


def test_a_form_says_what_it_lacks() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    assert refused("vdsnc", person_id) == "EMIT_TRAVEL_DOCUMENT_MISSING"


def test_a_seal_binds_to_the_one_passport_book_and_its_authority_makes_it_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tiemchung.certificates.actions import emitting

    person_id = a_signed_person()
    issue_passport(person_id)
    books = [("CCCD", "001084001034"), ("PASSPORT", "C1234567")]
    monkeypatch.setattr(emitting, "numbers_of", lambda holders: {one: tuple(books) for one in holders})
    text = emit_certificate(by=SYSTEM, person_id=person_id, form="vdsnc", at=LATER).text
    above = [load_certificate(bytes(one.certificate)) for one in Authority.objects.all()]
    reading = read(text, keys=trust_list([], above), now=LATER)
    assert (reading.outcome, reading.content["data"]["msg"]["pid"]["i"]) == (Outcome.VALID, "C1234567")
    assert "001084001034" not in text


def test_a_seal_is_not_made_for_whom_two_passport_books_are_on_file(monkeypatch: pytest.MonkeyPatch) -> None:
    from tiemchung.certificates.actions import emitting

    person_id = a_signed_person()
    issue_passport(person_id)
    books = (("PASSPORT", "C1234567"), ("PASSPORT", "C7654321"))
    monkeypatch.setattr(emitting, "numbers_of", lambda holders: dict.fromkeys(holders, books))
    assert refused("vdsnc", person_id) == "EMIT_TRAVEL_DOCUMENT_MISSING"


def test_a_health_card_needs_an_address_that_wallets_may_ask(settings: Any) -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    settings.PUBLIC_ADDRESS = "http://localhost:8000"
    assert refused("shc", person_id) == "EMIT_ADDRESS_NOT_HTTPS"


def test_a_renewed_passport_has_forms_of_its_own() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    old = emit_certificate(by=SYSTEM, person_id=person_id, form="ddcc", at=LATER)
    renew_passport(person_id, at=LATER)
    new = emit_certificate(by=SYSTEM, person_id=person_id, form="ddcc", at=LATER)
    assert (new.new, new.text != old.text, Emission.objects.count()) == (True, True, 2)


def test_a_citizen_has_those_of_their_own_and_of_nobody_else() -> None:
    mine, other = a_signed_person(), a_signed_person()
    issue_passport(mine)
    issue_passport(other)
    citizen = Actor(kind=Kind.CITIZEN, person_ids=frozenset({mine}))
    assert emit_certificate(by=citizen, person_id=mine, form="icvp", at=LATER).new
    for who, whom in ((citizen, other), (PUBLIC, mine)):
        with pytest.raises(NotFound):
            emit_certificate(by=who, person_id=whom, form="icvp", at=LATER)


def test_a_key_store_that_fails_leaves_nothing_half_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    from tiemchung.certificates.actions import emitting
    from tiemchung.certificates.ports import KeyStoreGone

    class Gone:
        def sign(self, message: bytes) -> bytes:
            raise KeyStoreGone

    class Broken:
        def sign(self, message: bytes) -> bytes:
            return b"\x01" * 64

    person_id = a_signed_person()
    issue_passport(person_id)
    logged = log_size()
    monkeypatch.setattr(emitting, "signer_of", lambda kid, store: Gone())
    with pytest.raises(KeyStoreGone):
        emit_certificate(by=SYSTEM, person_id=person_id, form="icvp", at=LATER)
    monkeypatch.setattr(emitting, "signer_of", lambda kid, store: Broken())
    assert refused("icvp", person_id) == "EMISSION_UNREADABLE"
    assert log_size() == logged


def test_the_command_prints_the_text_or_says_why_not(settings: Any) -> None:
    person_id = a_signed_person()
    out = StringIO()
    with pytest.raises(CommandError, match="NO_PASSPORT"):
        call_command("emit", "icvp", str(person_id), stdout=out)
    with pytest.raises(CommandError, match="no such person"):
        call_command("emit", "icvp", str(uuid4()), stdout=out)
    issue_passport(person_id)
    call_command("emit", "icvp", str(person_id), stdout=out)
    assert out.getvalue().startswith("HC1:")
    settings.EMITTERS = frozenset({"ddcc"})
    out = StringIO()
    call_command("emit", stdout=out)
    *forms, why = out.getvalue().splitlines()
    assert [line.split() for line in forms] == [["ddcc", "on"], ["icvp", "off"], ["shc", "off"], ["vdsnc", "off"]]
    assert "TIEMCHUNG_EMIT" in why
    with pytest.raises(CommandError, match=r"icvp is off\..*TIEMCHUNG_EMIT"):
        call_command("emit", "icvp", str(person_id))


def test_each_refusal_has_its_words_in_both_languages() -> None:
    codes = ["EMITTER_OFF", "NO_PASSPORT", "PASSPORT_CHANGED", "EMISSION_UNREADABLE"]
    codes += [f"EMIT_{what}" for what in ("LOT_MISSING", "BIRTH_INCOMPLETE", "TRAVEL_DOCUMENT_MISSING",
                                         "VACCINE_WITHOUT_ICD11", "ADDRESS_NOT_HTTPS")]  # fmt: skip
    assert [(code, lang) for code in codes for lang in ("vi", "en") if not say(f"verdict.{code}.text", lang)] == []


def test_wallets_find_the_key_under_the_cards_own_address_while_the_form_is_on(client: Client, settings: Any) -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    card = emit_certificate(by=SYSTEM, person_id=person_id, form="shc", at=LATER).text
    with time_machine.travel(LATER, tick=False):
        told = client.get("/.well-known/jwks.json").json()["keys"]
        settings.EMITTERS = frozenset()
        off = client.get("/.well-known/jwks.json").json()["keys"]
    found = [trust.key_of_jwk(jwk, issuer=settings.PUBLIC_ADDRESS) for jwk in told]
    assert read(card, keys=trust_list(found), now=LATER).outcome is Outcome.VALID
    assert len({key["kid"] for key in told}) == len(told) == len(off)
    assert ["crlVersion" in key for key in (*told, *off)] == [True, False]
