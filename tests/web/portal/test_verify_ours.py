"""Whatever form we give a passport in, our own page believes it, and our register knows it by what the page asks."""

import base64
import datetime as dt
import json
from typing import Any

import pytest

from tests.builders import NOW
from tests.certificates.passport_cast import a_signed_person, issue_passport
from tests.web.portal.test_verify_browser import NODE, run_node
from tiemchung.certificates.actions import emitting, unknown_codes
from tiemchung.certificates.actions.emitting import emit_certificate
from tiemchung.certificates.actions.revocation_lists import publish_revocations
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.actions.unknown_codes import report_unknown_code
from tiemchung.certificates.models import Certificate, SigningKey
from tiemchung.certificates.reads import revoked
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.reads.trusted import verifier_list
from tiemchung.certificates.rules import CertificateKind
from tiemchung.core.actor import SYSTEM
from tiemchung.core.alarms import alarms

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(NODE is None, reason="Node is not installed")]
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def switched_on(settings: Any) -> None:
    settings.EMITTERS = frozenset({"icvp", "ddcc", "shc", "vdsnc"})
    settings.PUBLIC_ADDRESS = "https://tiemchung.example"


def browsers_answer(text: str, kept: dict[str, Any] | None = None) -> dict[str, Any]:
    asked = [{"text": text, "trust": verifier_list(LATER), "now": LATER.timestamp(), "kept": kept}]
    done = run_node("answers.js", stdin=json.dumps(asked))
    assert done.returncode == 0, done.stderr
    (answer,) = json.loads(done.stdout)
    return dict(answer)


def known_as(answer: dict[str, Any]) -> str:
    return str(state_of_number(base64.b64decode(answer["leaf"]), LATER))


def test_a_passport_is_valid_named_as_one_and_known_to_the_register() -> None:
    passport = issue_passport(a_signed_person())
    answer = browsers_answer(passport.hc1)
    assert (answer["verdict"], answer["own"], answer["purpose"]) == ("VALID", True, "PASSPORT")
    assert known_as(answer) == "VALID"


@pytest.mark.parametrize("form", ["icvp", "ddcc", "shc", "vdsnc"])
def test_another_form_of_it_is_valid_and_known_too(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    books = (("PASSPORT", "C1234567"),)  # a seal of ICAO's binds to the holder's one passport book
    monkeypatch.setattr(emitting, "numbers_of", lambda holders: dict.fromkeys(holders, books))
    person_id = a_signed_person()
    issue_passport(person_id)
    answer = browsers_answer(emit_certificate(by=SYSTEM, person_id=person_id, form=form, at=LATER).text)
    assert (answer["verdict"], answer["reason"], answer["own"]) == ("VALID", "", True)
    assert answer["name"].upper() in ("NGUYỄN THỊ MINH CHÂU", "NGUYEN THI MINH CHAU")
    assert known_as(answer) == "VALID"


@pytest.mark.parametrize("form", ["icvp", "ddcc", "shc", "vdsnc"])
def test_a_form_of_it_that_no_register_holds_raises_an_alarm(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    books = (("PASSPORT", "C1234567"),)
    monkeypatch.setattr(emitting, "numbers_of", lambda holders: dict.fromkeys(holders, books))
    person_id = a_signed_person()
    issue_passport(person_id)
    text = emit_certificate(by=SYSTEM, person_id=person_id, form=form, at=LATER).text
    assert not report_unknown_code(text=text, network="192.0.2.1", at=LATER)
    monkeypatch.setattr(unknown_codes, "state_of_number", lambda hashed, at: NumberState.UNKNOWN)
    assert report_unknown_code(text=text, network="192.0.2.1", at=LATER)
    (alarm,) = alarms(unseen=True)
    assert (alarm.code, alarm.facts["number_hash"]) == (
        "UNKNOWN_CERTIFICATE", base64.b64decode(browsers_answer(text)["numberHash"]).hex()
    )  # fmt: skip


@pytest.mark.parametrize("form", ["icvp", "ddcc", "shc", "vdsnc"])
def test_a_revoked_form_is_refused_without_a_network_by_the_slices_alone(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A health card names its key by thumbprint, and was looked for under that name, where no list has it."""
    books = (("PASSPORT", "C1234567"),)
    monkeypatch.setattr(emitting, "numbers_of", lambda holders: dict.fromkeys(holders, books))
    person_id = a_signed_person()
    passport = issue_passport(person_id)
    text = emit_certificate(by=SYSTEM, person_id=person_id, form=form, at=LATER).text
    before = browsers_answer(text, slices_now())
    revoke_certificates(certificates=[passport], because="ORDER", at=LATER, by=SYSTEM)
    assert publish_revocations(at=LATER) >= 1
    after = browsers_answer(text, slices_now())
    assert [(one["verdict"], one["reason"]) for one in (before, after)] == [("VALID", ""), ("INVALID", "REVOKED")]


def slices_now() -> dict[str, Any]:
    """Give every list as a device keeps it: [place, name] of each slice by key, and the bytes by name in base64."""
    lists, bodies = {}, {}
    for line in revoked.lists():
        slices = list(revoked.slices_of(base64.b64decode(line["kid"])))
        lists[line["kid"]] = {"mode": line["mode"], "slices": [[one.place, one.name] for one in slices]}
        bodies |= {one.name: base64.b64encode(one.body).decode() for one in slices}
    return {"index": {"madeAt": LATER.timestamp(), "lists": lists}, "bodies": bodies}


def test_what_is_revoked_is_in_the_slices_under_its_key() -> None:
    passport = issue_passport(a_signed_person())
    rows = list(Certificate.objects.filter(person_id=passport.person_id, kind=CertificateKind.PASSPORT))
    revoke_certificates(certificates=rows, because="ORDER", at=LATER, by=SYSTEM)
    assert publish_revocations(at=LATER) == 1
    assert len(list(revoked.slices_of(bytes(passport.kid)))) == 1
    assert known_as(browsers_answer(passport.hc1)) == "REVOKED"


def test_a_key_that_was_given_up_reaches_the_page() -> None:
    passport = issue_passport(a_signed_person())
    SigningKey.objects.filter(kid=passport.kid).update(compromised_since=NOW - dt.timedelta(days=1))
    answer = browsers_answer(passport.hc1)
    assert (answer["verdict"], answer["reason"]) == ("INVALID", "REVOKED")
