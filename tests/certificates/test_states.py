"""A number's state is one of five words, and says nothing about anybody."""

import base64
import datetime as dt
import json
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from tests.conftest import NOW
from tiemchung.certificates.log import append_leaves
from tiemchung.certificates.models import Certificate, CertificateByHash, SigningKey
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.rules import CertificateState
from tiemchung.core.distribution import allow_cross_shard

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=365)
NUMBER = "URN:UVCI:01:VN:0123456789ABCDEF"
HASH = sha256(NUMBER.encode()).digest()[:16]


def certificate(
    state: CertificateState, because: str = "", ends: dt.datetime = NOW + YEAR, issued: dt.datetime = NOW
) -> None:
    row = Certificate.objects.create(
        person_id=uuid4(), uvci=NUMBER, kid=b"kidkidki", content=b"", dose_id=uuid4(), state=state, issued_at=issued,
        expires_at=ends, revoked_because=because, log_position=0,
    )  # fmt: skip
    CertificateByHash.objects.create(hash=HASH, person_id=row.person_id, certificate_id=row.id)


@pytest.mark.parametrize(
    ("state", "because", "ends", "told"),
    [
        (CertificateState.ISSUED, "", NOW + YEAR, NumberState.VALID),
        (CertificateState.RENEWED, "", NOW + YEAR, NumberState.VALID),
        (CertificateState.RENEWED, "", NOW - YEAR, NumberState.EXPIRED),
        (CertificateState.ISSUED, "", NOW - YEAR, NumberState.EXPIRED),
        (CertificateState.REVOKED, "REPLACED", NOW + YEAR, NumberState.REPLACED),
        (CertificateState.REVOKED, "JOINED", NOW + YEAR, NumberState.REPLACED),
        (CertificateState.REVOKED, "NO_COUNTED_DOSE", NOW + YEAR, NumberState.REVOKED),
        (CertificateState.REVOKED, "ORDER", NOW - YEAR, NumberState.REVOKED),
        (CertificateState.INTENT, "", NOW + YEAR, NumberState.UNKNOWN),
        (CertificateState.DROPPED, "", NOW + YEAR, NumberState.UNKNOWN),
    ],
)
def test_a_state_follows_from_the_certificate(
    state: CertificateState, because: str, ends: dt.datetime, told: NumberState
) -> None:
    certificate(state, because, ends)
    assert state_of_number(HASH, NOW) is told


def test_a_number_that_was_never_issued_is_unknown() -> None:
    assert state_of_number(HASH, NOW) is NumberState.UNKNOWN


def test_what_never_came_into_the_log_is_unknown_though_a_row_of_the_register_says_otherwise() -> None:
    certificate(CertificateState.ISSUED)
    with allow_cross_shard("the one row of this test"):
        Certificate.objects.update(log_position=None)
    assert state_of_number(HASH, NOW) is NumberState.UNKNOWN


def test_a_leaf_has_to_be_in_the_log_where_the_register_says() -> None:
    certificate(CertificateState.ISSUED)
    mine, others = HASH + bytes(32), HASH + bytes(31) + b"1"
    assert state_of_number(mine, NOW) is NumberState.UNKNOWN
    append_leaves([mine], NOW)
    assert [state_of_number(asked, NOW) for asked in (mine, HASH, others)] == ["VALID", "VALID", "UNKNOWN"]


def test_what_a_given_up_key_signed_is_revoked_whatever_its_day() -> None:
    SigningKey.objects.create(
        kid=b"kidkidki", certificate=b"", valid_from=NOW - YEAR, valid_to=NOW + YEAR,
        compromised_since=NOW - dt.timedelta(days=1),
    )  # fmt: skip
    certificate(CertificateState.ISSUED, issued=NOW - dt.timedelta(days=2))
    assert state_of_number(HASH, NOW) is NumberState.REVOKED


def client() -> Client:
    return Client(headers={"host": "localhost"}, SERVER_NAME="localhost", **{"wsgi.url_scheme": "https"})


def ask(told: Any) -> Any:
    with time_machine.travel(NOW, tick=False):
        return client().post("/trust/state", json.dumps(told), content_type="application/json")


def test_the_address_gives_the_state_and_is_never_kept() -> None:
    certificate(CertificateState.REVOKED, "REPLACED")
    web_safe = base64.urlsafe_b64encode(HASH).decode().rstrip("=")
    with time_machine.travel(NOW, tick=False):
        answer = client().get("/trust/state", {"hash": web_safe})
    assert (answer.json(), answer.headers["Cache-Control"]) == ({"state": "REPLACED"}, "no-store")
    assert ask({"hash": base64.b64encode(HASH).decode()}).json() == {"state": "REPLACED"}
    assert not answer.cookies


def test_the_address_takes_a_leaf_too() -> None:
    certificate(CertificateState.ISSUED)
    append_leaves([HASH + bytes(32)], NOW)
    told = [ask({"hash": base64.b64encode(HASH + rest).decode()}).json() for rest in (bytes(32), b"1" * 32)]
    assert told == [{"state": "VALID"}, {"state": "UNKNOWN"}]


def test_answers_differ_in_their_one_word_alone() -> None:
    unknown = ask({"hash": "A" * 22})
    certificate(CertificateState.ISSUED)
    known = ask({"hash": base64.b64encode(HASH).decode()})
    assert {name: value for name, value in unknown.headers.items() if name != "Content-Length"} == {
        name: value for name, value in known.headers.items() if name != "Content-Length"
    }
    assert (unknown.json(), known.json()) == ({"state": "UNKNOWN"}, {"state": "VALID"})


@pytest.mark.parametrize("told", [{}, {"hash": ""}, {"hash": "!!"}, {"hash": "AAAA"}, {"hash": 5}, [], "x"])
def test_what_is_no_hash_is_refused(told: Any) -> None:
    assert ask(told).status_code == 400
