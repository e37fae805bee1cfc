"""A partner with the agreed key gets the document of a code that it was shown; nobody else gets anything."""

import datetime as dt
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from PIL import Image

from tests.builders import NOW
from tests.certificates.passport_cast import a_signed_person, issue_passport, renew_passport, revoke_passport
from tests.qr_codes import qr_codes
from tiemchung.certificates.models import Certificate
from tiemchung.certificates.reads.documents import fhir_document, qr_png
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind
from tiemchung.core.models import AuditLine
from tiemchung.interop.fhir.door import request_key
from tiemchung.interop.signature import sign_request
from tiemchung.people.reads import NotFound

pytestmark = pytest.mark.django_db
ADDRESS = "/interop/fhir/Bundle/$generateHealthCertificate"
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def agreed(settings: Any) -> Any:
    settings.FHIR_KEY = "a key that both know"
    with time_machine.travel(LATER, tick=False):
        yield


def hash_of(number: str) -> str:
    return urlsafe_b64encode(sha256(number.encode()).digest()[:16]).decode().rstrip("=")


def ask(target: str, *, key: bytes | None = None, signed: str | None = None, at: dt.datetime = LATER) -> Any:
    body = f"GET {signed or target}".encode()
    header = sign_request(key if key is not None else request_key(), body, unix_s=int(at.timestamp()))
    return Client().get(target, headers={"X-Tiemchung-Signature": header})


def target_of(passport: Certificate) -> str:
    return f"{ADDRESS}?id={hash_of(passport.uvci)}"


def test_the_document_of_a_shown_code_comes_and_the_look_is_noted() -> None:
    person_id = a_signed_person()
    passport = issue_passport(person_id)
    answer = ask(target_of(passport))
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200, "application/fhir+json", "no-store",
    )  # fmt: skip
    document = answer.json()
    named = {entry["resource"]["resourceType"]: entry["resource"] for entry in document["entry"]}
    assert named["Patient"]["name"][0]["text"] == "Nguyễn Thị Minh Châu"
    assert named["Immunization"]["protocolApplied"][0]["doseNumberPositiveInt"] == 2
    assert document["identifier"]["value"] == passport.uvci
    line = AuditLine.objects.get(action="fhir.health_certificate")
    assert (line.subject_id, line.facts) == (person_id, {"look": True})


def test_a_renewed_code_has_its_document_to_its_own_end() -> None:
    person_id = a_signed_person()
    old = issue_passport(person_id, expires_at=LATER + dt.timedelta(days=1))
    renew_passport(person_id, at=LATER)
    assert ask(target_of(old)).json()["identifier"]["value"] == old.uvci
    over = LATER + dt.timedelta(days=2)
    with time_machine.travel(over, tick=False):
        assert ask(target_of(old), at=over).status_code == 404


def test_unknown_revoked_and_untrue_are_one_answer() -> None:
    fallen, changed = a_signed_person(), a_signed_person()
    revoked, untrue = issue_passport(fallen), issue_passport(changed)
    revoke_passport(fallen, at=LATER)
    Certificate.objects.filter(person_id=changed, id=untrue.id).update(content=b"other")
    answers = [ask(target) for target in (target_of(revoked), target_of(untrue), f"{ADDRESS}?id={hash_of('none')}")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["issue"][0]["code"] == "not-found"
    assert not AuditLine.objects.filter(action="fhir.health_certificate").exists()


@pytest.mark.parametrize("asked", ["", "x", "A" * 21 + "B", "../../etc/passwd", "%00" * 22, "Å" * 22])
def test_a_hash_that_is_none_is_bad_input(asked: str) -> None:
    from urllib.parse import quote

    answer = ask(f"{ADDRESS}?id={quote(asked)}")
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")


def test_nobody_else_gets_anything(settings: Any) -> None:
    passport = issue_passport(a_signed_person())
    target = target_of(passport)
    refused = [
        Client().get(target),
        ask(target, key=b"another key"),
        ask(target, signed=f"{ADDRESS}?id={hash_of('other')}"),
        ask(target, at=LATER - dt.timedelta(minutes=6)),
        Client().get(target, headers={"X-Tiemchung-Signature": "t=1,n=0,v1=0"}),
        Client().post(target, "{}", content_type="application/json"),
    ]
    settings.FHIR_KEY = ""
    refused.append(ask(target))
    assert [(answer.status_code, answer.content) for answer in refused] == [(403, b"")] * len(refused)


def test_it_reads_only() -> None:
    header = sign_request(request_key(), f"POST {ADDRESS}".encode(), unix_s=int(LATER.timestamp()))
    answer = Client().post(ADDRESS, "{}", content_type="application/json", headers={"X-Tiemchung-Signature": header})
    assert answer.status_code == 405


def test_what_the_server_can_do_is_told() -> None:
    told = ask("/interop/fhir/metadata").json()
    assert (told["resourceType"], told["fhirVersion"]) == ("CapabilityStatement", "4.0.1")


def test_a_holder_has_the_document_of_their_own_and_of_nobody_else() -> None:
    mine, other = a_signed_person(), a_signed_person()
    passport = issue_passport(mine)
    issue_passport(other)
    citizen = Actor(kind=Kind.CITIZEN, person_ids=frozenset({mine}))
    assert fhir_document(citizen, mine, LATER)["identifier"]["value"] == passport.uvci
    for who, whom in ((citizen, other), (PUBLIC, mine), (SYSTEM, UUID(int=7))):
        with pytest.raises(NotFound):
            fhir_document(who, whom, LATER)


def test_without_a_passport_there_is_no_document() -> None:
    with pytest.raises(NotFound):
        fhir_document(SYSTEM, a_signed_person(), LATER)


def test_the_picture_shows_the_code() -> None:
    from io import BytesIO

    (found,) = qr_codes(Image.open(BytesIO(qr_png("HC1:SOME TEXT"))))
    assert found.text == "HC1:SOME TEXT"
