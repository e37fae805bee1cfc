"""A row of the database alone makes no key of ours: what no root of this installation signed is believed nowhere."""

import base64
import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from tests.builders import NOW
from tests.certificates.central_cast import a_passport, certificate_of
from tests.certificates.passport_cast import a_signed_person, issue_passport
from tests.certificates.stranger_cast import DAY, Stranger, a_stranger, below_our_root, put_key
from tests.web.portal.test_verify_ours import NODE, browsers_answer
from tiemchung.certificates import actions, reads
from tiemchung.certificates.actions.kept_lists import keep_lists
from tiemchung.certificates.actions.unknown_codes import report_unknown_code
from tiemchung.certificates.formats import Outcome, read
from tiemchung.certificates.keys import config
from tiemchung.certificates.keys.files import point_of
from tiemchung.certificates.keys.roots import is_ours, pinned_roots, strangers
from tiemchung.certificates.keys.stores import kid_of
from tiemchung.certificates.models import Authority, Certificate, SignedList, SigningKey
from tiemchung.certificates.ports import KeyMissing
from tiemchung.certificates.reads import trusted
from tiemchung.certificates.rules import AuthorityKind, CertificateKind, KeyPurpose
from tiemchung.certificates.showing import key_of, verified_only
from tiemchung.certificates.tasks import keys as tasks
from tiemchung.certificates.watch_certificates import faults_of
from tiemchung.core.actor import SYSTEM, Actor, Kind, Role
from tiemchung.core.alarms import alarms
from tiemchung.core.kept import forget_all
from tiemchung.core.verdict import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
ADMIN = Actor(kind=Kind.STAFF, role=Role.ADMIN)
LATER = NOW + dt.timedelta(hours=1)
USED = NOW - dt.timedelta(hours=1)  # a key whose turn came later than this installation's own first one


@pytest.fixture(autouse=True)
def every_key(own_home: None) -> None:
    """Give this installation its own keys first."""
    for purpose in KeyPurpose:
        actions.central_key(purpose, by=SYSTEM, at=NOW - DAY)


def published(name: str) -> str:
    """Give what is handed out now, as text."""
    return json.dumps(Client(headers={"host": "localhost"}).get(name, secure=True).json())


def every_list_at(at: dt.datetime) -> str:
    """Give everything that tells others whom to believe, as one text."""
    keep_lists(at=at)
    return " ".join(bytes(row.body).decode() for row in SignedList.objects.all())


def marks(certificate: bytes) -> list[str]:
    """Give how a certificate and its id look in what is published."""
    kid = kid_of(certificate)
    return [base64.b64encode(certificate).decode(), base64.b64encode(kid).decode()]


def in_list(certificate: bytes) -> bool:
    """Tell whether a key is in the list for verifiers."""
    return kid_of(certificate) in [base64.b64decode(line["kid"]) for line in trusted.verifier_list(LATER)["keys"]]


@pytest.mark.parametrize("purpose", list(KeyPurpose))
def test_a_row_of_the_register_is_in_no_list(purpose: KeyPurpose, settings: Any) -> None:
    settings.EMITTERS = frozenset({"shc"})
    stranger = a_stranger(purpose)
    lists = [every_list_at(LATER), json.dumps(reads.trust_list(LATER)), json.dumps(trusted.verifier_list(LATER))]
    lists += [published(where) for where in ("/.well-known/jwks.json", "/trust/dsc.json", "/.well-known/did.json")]
    assert not [mark for mark in marks(stranger.certificate) for told in lists if mark in told]
    assert stranger.certificate not in [key.certificate for key in reads.published_abroad(LATER)]
    own = actions.central_key(purpose, by=SYSTEM, at=LATER)
    assert any(mark in told for mark in marks(bytes(own.certificate)) for told in lists)  # they can hold one


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
def test_what_it_signed_is_valid_on_no_device_and_on_no_server() -> None:
    stranger = a_stranger(KeyPurpose.PASSPORT)
    answer = browsers_answer(stranger.code())
    assert (answer["verdict"], answer["reason"]) != ("VALID", "")
    assert not answer["own"]
    reading = read(stranger.code(), keys=trusted.believed(LATER), now=LATER)
    assert reading.outcome is not Outcome.VALID
    assert not report_unknown_code(text=stranger.code(), network="192.0.2.1", at=LATER)
    assert key_of(stranger.kid) is None


def test_a_certificate_that_it_signed_is_shown_to_nobody_and_seen_by_the_watch() -> None:
    passport = certificate_of(a_passport())
    assert [row.id for row in verified_only([passport], LATER)] == [passport.id]
    assert faults_of([passport]) == {}
    stranger = a_stranger(KeyPurpose.PASSPORT)
    Certificate.objects.filter(person_id=passport.person_id, id=passport.id).update(
        kid=stranger.kid, hc1=stranger.code()
    )
    forged = Certificate.objects.get(person_id=passport.person_id, kind=CertificateKind.PASSPORT)
    assert verified_only([forged], LATER) == []
    assert faults_of([forged]) == {forged.id: "KEY_UNKNOWN"}


@pytest.mark.parametrize("purpose", list(KeyPurpose))
def test_it_never_signs_and_never_stands_in_for_a_successor(purpose: KeyPurpose) -> None:
    own = actions.central_key(purpose, by=SYSTEM, at=LATER)
    a_stranger(purpose, usable_from=USED)
    waiting = a_stranger(purpose)
    assert actions.central_key(purpose, by=SYSTEM, at=LATER).id == own.id
    successor = actions.rotate_central_key(purpose, by=ADMIN, at=LATER, because="đổi khóa định kỳ")
    assert bytes(successor.kid) != waiting.kid
    assert actions.central_key(purpose, by=SYSTEM, at=LATER + 20 * DAY).id == successor.id


def test_a_key_under_the_id_of_another_is_none() -> None:
    """The true certificate of a key that nobody has, beside an id that another one's codes name."""
    stranger, kid = Stranger(), b"8 bytes!"
    put_key(KeyPurpose.PASSPORT, below_our_root(stranger.key.public_key(), NOW), kid, usable_from=USED)
    assert base64.b64encode(kid).decode() not in json.dumps(trusted.verifier_list(LATER))
    assert key_of(kid) is None


def test_a_root_of_the_register_alone_is_none() -> None:
    """Somebody who writes into the database puts a root there as easily as a key below it."""
    stranger = Stranger()
    Authority(
        kind=AuthorityKind.CSCA, certificate=stranger.certificate, fingerprint=b"f" * 32, store="",
        valid_from=NOW - DAY, valid_to=NOW + 3000 * DAY, taken_at=NOW - DAY,
    ).save(force_insert=True)  # fmt: skip
    put_key(KeyPurpose.PASSPORT, stranger.below(), usable_from=USED)
    own = actions.central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=LATER)
    assert bytes(own.certificate) != stranger.below()
    lists = [every_list_at(LATER), json.dumps(trusted.own_roots(LATER)), json.dumps(trusted.verifier_list(LATER))]
    point = point_of(stranger.key.public_key())
    roots = [base64.b64decode(root) for root in trusted.own_roots(LATER)]
    assert len(roots) == 1
    assert not roots[0].endswith(point)
    assert not [told for told in lists for mark in marks(stranger.certificate) if mark in told]
    assert actions.central_key(KeyPurpose.CARD, by=SYSTEM, at=LATER)  # nor does it keep our own root from its work
    assert read(stranger.code(), keys=trusted.believed(LATER), now=LATER).outcome is not Outcome.VALID
    with pytest.raises(Refused, match="UNKNOWN_AUTHORITY"):
        actions.take_central_certificate(KeyPurpose.PASSPORT, stranger.below(), by=ADMIN, at=NOW)


def test_a_root_that_was_taken_in_lies_beside_the_keys_and_is_believed_from_there() -> None:
    above = Stranger()
    signer = above.below()
    put_key(KeyPurpose.CARD, signer, usable_from=LATER)
    assert not in_list(signer)
    for _ in range(2):
        actions.take_authority(AuthorityKind.CSCA, above.certificate, by=ADMIN, at=NOW)
    assert in_list(signer)
    (path,) = [path for path in config.folder().glob("csca-*.der") if path.read_bytes() == above.certificate]
    path.unlink()
    forget_all()
    assert not in_list(signer)
    assert {(one.what, one.kid) for one in strangers(LATER)} == {("CARD", kid_of(signer)), ("ROOT", above.kid)}


def test_a_root_that_the_folder_has_lost_signs_no_more_and_is_not_made_anew() -> None:
    """Copied without its folder of keys, an installation says so: another root would leave every verifier behind."""
    for path in config.folder().glob("csca*.der"):
        path.unlink()
    forget_all()
    with pytest.raises(KeyMissing):
        actions.central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=LATER)
    assert Authority.objects.filter(kind=AuthorityKind.CSCA).count() == 1


def test_a_root_signs_certificates_and_is_no_signer_itself() -> None:
    (root,) = pinned_roots(AuthorityKind.CSCA)
    put_key(KeyPurpose.PASSPORT, root, usable_from=USED)
    assert not in_list(root)


def test_a_facilitys_root_answers_for_no_key_of_the_centre() -> None:
    above = Stranger()
    actions.take_authority(AuthorityKind.FACILITY, above.certificate, by=ADMIN, at=NOW)
    signer = above.below()
    put_key(KeyPurpose.PASSPORT, signer, usable_from=LATER)
    assert not in_list(signer)
    assert is_ours(signer, kid_of(signer), AuthorityKind.FACILITY)


def test_each_such_row_is_told_once_a_day() -> None:
    stranger = a_stranger(KeyPurpose.PASSPORT)
    row = SigningKey.objects.get(kid=stranger.kid)
    for minute in range(3):
        keep_lists(at=LATER + dt.timedelta(minutes=minute))
    tasks.look_after_central_keys(LATER)
    told = [(one.code, one.subject_id, one.facts["kid"]) for one in alarms(unseen=True)]
    assert told == [("KEY_NOT_OURS", row.id, stranger.kid.hex())]


def test_an_honest_installation_is_told_of_nothing() -> None:
    issue_passport(a_signed_person())
    keep_lists(at=LATER)
    assert alarms(unseen=True) == ()
    assert len(trusted.verifier_list(LATER)["keys"]) == 2
