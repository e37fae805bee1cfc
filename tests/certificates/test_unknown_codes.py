"""A code with our signature that our register does not hold is heard of at once; everything else is passed over."""

import datetime as dt
import json
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from tests.certificates.stranger_cast import below_our_root
from tests.certificates.test_trust_import import ForeignSignerCast
from tests.conftest import NOW
from tiemchung.access.rules import UNKNOWN_CODE_NETWORK
from tiemchung.certificates.actions.unknown_codes import report_unknown_code
from tiemchung.certificates.actions.watching import MOST_OF_A_KEY
from tiemchung.certificates.formats import hc1
from tiemchung.certificates.keys import kid_of
from tiemchung.certificates.log import append_leaves, leaf_of_text
from tiemchung.certificates.models import Certificate, CertificateByHash, SigningKey
from tiemchung.certificates.rules import CertificateState, KeyPurpose
from tiemchung.core.alarms import alarms

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def ours() -> ForeignSignerCast:
    cast = ForeignSignerCast("VN")
    cast.der = below_our_root(cast.key.public_key(), NOW)
    cast.kid = kid_of(cast.der)
    SigningKey.objects.create(
        kid=cast.kid, purpose=KeyPurpose.PASSPORT, certificate=cast.der, valid_from=NOW - DAY, valid_to=NOW + 700 * DAY
    )
    return cast


def report(text: str, network: str = "192.0.2.1") -> bool:
    return report_unknown_code(text=text, network=network, at=NOW)


def test_a_code_that_nobody_issued_raises_one_alarm_however_often_it_is_seen(ours: ForeignSignerCast) -> None:
    text = ours.code()
    assert report(text)
    assert report(text, "192.0.2.2")
    (alarm,) = alarms(unseen=True)
    assert alarm.code == "UNKNOWN_CERTIFICATE"
    assert "Tran" not in json.dumps(dict(alarm.facts))


def test_a_thief_who_makes_many_codes_buries_no_other_alarm(ours: ForeignSignerCast) -> None:
    assert all(report(ours.code()) for _ in range(MOST_OF_A_KEY + 2))
    assert len(alarms(unseen=True)) == MOST_OF_A_KEY


def test_a_code_that_was_issued_raises_none(ours: ForeignSignerCast) -> None:
    text = ours.code()
    number = hc1.unpack(text).content.doses[0].certificate_id
    row = Certificate.objects.create(
        person_id=uuid4(), uvci=number, kid=ours.kid, content=b"", dose_id=uuid4(), state=CertificateState.ISSUED,
        issued_at=NOW - DAY, expires_at=NOW + DAY, log_position=append_leaves([leaf_of_text(number, text)], NOW),
    )  # fmt: skip
    hashed = sha256(number.encode()).digest()[:16]
    CertificateByHash.objects.create(hash=hashed, person_id=row.person_id, certificate_id=row.id)
    assert not report(text)
    assert alarms(unseen=True) == ()
    clone = ours.code(name="Doe", number=number)
    assert report(clone)  # the number of an honest one, over somebody else
    assert [alarm.code for alarm in alarms(unseen=True)] == ["UNKNOWN_CERTIFICATE"]


def test_a_strangers_code_a_forged_one_and_no_code_at_all_raise_none(ours: ForeignSignerCast) -> None:
    forger = ForeignSignerCast("VN")
    forger.kid = ours.kid
    for text in (ForeignSignerCast("FR").code(), forger.code(), "HC1:6BF", "", "x" * 8000, "HC1:" + "Z" * 3000):
        assert not report(text)
    assert alarms(unseen=True) == ()


def test_a_key_that_was_given_up_is_still_ours_to_hear_of(ours: ForeignSignerCast) -> None:
    SigningKey.objects.update(compromised_since=NOW - DAY)
    assert report(ours.code())


def post(told: Any) -> Any:
    with time_machine.travel(NOW, tick=False):
        client = Client(headers={"host": "localhost"}, SERVER_NAME="localhost", **{"wsgi.url_scheme": "https"})
        return client.post("/trust/unknown", json.dumps(told), content_type="application/json")


def test_the_address_says_the_same_whatever_it_was_sent(ours: ForeignSignerCast) -> None:
    answers = [post(told) for told in ({"text": ours.code()}, {"text": "x"}, {"text": 5}, {}, [], {"text": "x" * 9000})]
    assert {(answer.status_code, answer.content, answer.headers["Cache-Control"]) for answer in answers} == {
        (204, b"", "no-store")
    }
    assert len(alarms(unseen=True)) == 1


def test_one_address_cannot_keep_us_busy(ours: ForeignSignerCast) -> None:
    codes = [post({"text": "HC1:x"}).status_code for _ in range(UNKNOWN_CODE_NETWORK.count + 2)]
    assert codes[0] == 204
    assert codes[-1] == 429
