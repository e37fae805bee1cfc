"""A central key is published before it signs, and its successor takes over without anybody noticing (M27)."""

import datetime as dt
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.conftest import NOW
from tiemchung.certificates import actions, reads
from tiemchung.certificates.formats import Outcome, cose, dcc, hc1, trust_list, uvci
from tiemchung.certificates.formats import read as read_code
from tiemchung.certificates.formats.trust import key_of_certificate
from tiemchung.certificates.keys import central, signer_of, stores, x509s
from tiemchung.certificates.keys.authorities import authority_here
from tiemchung.certificates.keys.files import point_of
from tiemchung.certificates.models import SigningKey
from tiemchung.certificates.ports import KeyStoreGone, NoCentralKey
from tiemchung.certificates.reads.trusted import verifier_list
from tiemchung.certificates.rules import (
    PUBLISH_AHEAD,
    AuthorityKind,
    KeyPurpose,
    KeyStanding,
    expiry,
    first_in_need,
    standing_alone,
)
from tiemchung.certificates.rules.expiry import last_whole_day
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind, Role
from tiemchung.core.audit import looks_at
from tiemchung.core.verdict import Refused

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ADMIN = Actor(kind=Kind.STAFF, role=Role.ADMIN)
HOLDER = dcc.Holder("Nguyễn", "Thị An", "1985-03-05")
DOSE = dcc.VaccineDose("1119349007", "EU/1/20/1528", "ORG-100030215", 2, 2, dt.date(2021, 9, 2))


def key_at(at: dt.datetime, purpose: KeyPurpose = KeyPurpose.PASSPORT) -> SigningKey:
    """Give the key that signs at a moment."""
    return actions.central_key(purpose, by=SYSTEM, at=at)


def code_at(at: dt.datetime) -> str:
    """Sign a passport's code with the key of a moment."""
    key = key_at(at)
    signer = signer_of(bytes(key.kid), key.store)
    return hc1.issue(
        dcc.vaccination(HOLDER, DOSE, uvci.new_uvci()), signer=signer, kid=signer.kid, issued_at=at,
        expires_at=expiry(at, key.valid_to),
    )  # fmt: skip


def outcome(code: str, listed_at: dt.datetime, at: dt.datetime) -> Outcome:
    """Read a code at a moment with the list that was published at another."""
    keys = [key_of_certificate(key.certificate) for key in reads.published_abroad(listed_at) if key.usage == "DSC"]
    return read_code(code, keys=trust_list(keys), now=at).outcome


def test_the_first_key_signs_at_once() -> None:
    key = key_at(NOW)
    assert (key.published_at, key.usable_from) == (NOW, NOW)
    assert key_at(NOW + 30 * DAY).id == key.id


def test_each_purpose_has_its_own_key_and_the_logs_cannot_pass_for_a_certificate() -> None:
    kids = {bytes(key_at(NOW, purpose).kid) for purpose in KeyPurpose}
    assert len(kids) == 3
    log = key_of_certificate(bytes(key_at(NOW, KeyPurpose.LOG).certificate))
    assert bytes(key_at(NOW, KeyPurpose.LOG).kid) not in {k.certificate for k in reads.published_abroad(NOW)}
    loaded = x509.load_der_x509_certificate(bytes(key_at(NOW, KeyPurpose.LOG).certificate))
    usage = loaded.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert x509s.VACCINATION not in usage
    assert log.country == "VN"


def test_the_signers_chain_ends_at_the_root_and_does_not_outlive_it() -> None:
    key = key_at(NOW)
    (root,) = [a for a in reads.authorities(NOW) if x509s.is_below(bytes(key.certificate), a.certificate)]
    assert root.kind is AuthorityKind.CSCA
    assert root.here
    assert key.valid_to <= root.valid_to
    assert not x509s.is_below(root.certificate, bytes(key.certificate))


def test_a_successor_is_published_two_weeks_before_it_signs_and_then_takes_over_by_itself() -> None:
    first = key_at(NOW)
    published = next(
        NOW + n * DAY for n in range(800)
        if key_at(NOW + n * DAY) and SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).count() == 2
    )  # fmt: skip
    second = SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).exclude(id=first.id).get()
    assert (second.published_at, second.usable_from) == (published, published + PUBLISH_AHEAD)
    assert key_at(published + PUBLISH_AHEAD - dt.timedelta(seconds=1)).id == first.id
    assert key_at(published + PUBLISH_AHEAD).id == second.id
    # The last certificate of the first key still has its full year.
    last = published + PUBLISH_AHEAD - dt.timedelta(seconds=1)
    assert expiry(last, first.valid_to) == last_whole_day(last.replace(year=last.year + 1))


def test_codes_from_before_during_and_after_a_rotation_verify_all_the_time() -> None:
    before = code_at(NOW)
    turned = NOW + DAY
    actions.rotate_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=turned, because="đổi khóa định kỳ")
    codes = {NOW: before, turned + DAY: code_at(turned + DAY), turned + 15 * DAY: code_at(turned + 15 * DAY)}
    assert len({cose_kid(code) for code in codes.values()}) == 2
    for signed_at, code in codes.items():
        for days in range(0, 364, 7):
            at = signed_at + days * DAY
            # also with a list that is a week old
            assert outcome(code, at, at) is outcome(code, max(at - 7 * DAY, NOW), at) is Outcome.VALID, (signed_at, at)


def cose_kid(code: str) -> bytes:
    """Give the key id in a code."""
    return hc1.unpack(code).message.kid


def test_a_rotation_that_has_begun_is_not_begun_twice() -> None:
    key_at(NOW)
    first = actions.rotate_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW, because="đổi khóa định kỳ")
    again = actions.rotate_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW + DAY, because="bấm thêm một lần nữa")
    assert first.id == again.id


def test_standings_say_what_each_key_is_good_for() -> None:
    key_at(NOW)
    second = actions.rotate_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW, because="đổi khóa định kỳ")

    def told(at: dt.datetime) -> list[str]:
        return [str(k.standing) for k in reads.central_keys(at, KeyPurpose.PASSPORT)]

    assert sorted(told(NOW)) == ["SIGNING", "WAITING"]
    assert sorted(told(NOW + PUBLISH_AHEAD)) == ["RETIRED", "SIGNING"]
    SigningKey.objects.filter(id=second.id).update(compromised_since=NOW)
    assert sorted(told(NOW + PUBLISH_AHEAD)) == ["COMPROMISED", "SIGNING"]
    assert set(told(NOW + 731 * DAY)) == {"COMPROMISED", "ENDED"}


def test_a_key_that_was_given_up_signs_no_more_and_leaves_the_lists_at_once() -> None:
    first = key_at(NOW)
    waiting = actions.rotate_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW, because="đổi khóa định kỳ")
    SigningKey.objects.filter(id=first.id).update(compromised_since=NOW)
    # the one that waits is known to most verifiers already, so it is used before its day
    assert key_at(NOW + DAY).id == waiting.id
    assert bytes(first.certificate) not in {key.certificate for key in reads.published_abroad(NOW + DAY)}
    assert bytes(first.kid) not in {bytes(k["kid"], "ascii") for k in reads.trust_list(NOW + DAY)["keys"]}


def spares(at: dt.datetime) -> list[SigningKey]:
    """Give the passports' spare keys."""
    found = SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).order_by("published_at")
    return [key for key in found if standing_alone(key, at) is KeyStanding.SPARE]


def spare_at(at: dt.datetime) -> SigningKey:
    """Do what the worker does about the spare, and give the newest."""
    actions.keep_spare(KeyPurpose.PASSPORT, by=SYSTEM, at=at)
    return spares(at)[-1]


def give_up(key: SigningKey, since: dt.datetime) -> None:
    SigningKey.objects.filter(id=key.id).update(compromised_since=since)


def test_after_a_key_is_given_up_the_next_codes_verify_with_the_list_of_the_day_before() -> None:
    first, spare = key_at(NOW), spare_at(NOW)
    fallen = NOW + 40 * DAY
    assert key_at(fallen).id == first.id
    offline = [key_of_certificate(b64decode(key["certificate"])) for key in verifier_list(fallen - DAY)["keys"]]
    give_up(first, fallen)
    assert key_at(fallen).id == spare.id
    code = code_at(fallen)
    assert read_code(code, keys=trust_list(offline), now=fallen).outcome is Outcome.VALID
    assert outcome(code, fallen, fallen) is Outcome.VALID
    assert spares(fallen) == []
    assert spare_at(fallen).id not in {first.id, spare.id}


def test_one_spare_is_kept_and_none_for_cards_and_the_log() -> None:
    for purpose in KeyPurpose:
        key_at(NOW, purpose)
    kept = {spare_at(NOW + days * DAY).id for days in range(0, 300, 30)}
    assert len(kept) == 1
    assert reads.spares_missing(NOW) == ()
    assert SigningKey.objects.count() == len(KeyPurpose) + 1


def test_a_spare_never_signs_of_itself_and_no_rotation_takes_it() -> None:
    first, spare = key_at(NOW), spare_at(NOW)
    turned = actions.rotate_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW, because="đổi khóa định kỳ")
    assert turned.id not in {first.id, spare.id}
    assert turned.usable_from == NOW + PUBLISH_AHEAD
    assert key_at(NOW + PUBLISH_AHEAD).id == turned.id
    assert {key_at(NOW + days * DAY).id for days in range(20, 729, 20)}.isdisjoint({spare.id})
    assert standing_alone(spare, spare.valid_to) is KeyStanding.ENDED


def test_a_worn_spare_is_followed_by_another_and_stands_in_until_verifiers_have_it() -> None:
    first, old = key_at(NOW), spare_at(NOW)
    late = NOW + 360 * DAY
    new = spare_at(late)
    assert [key.id for key in spares(late)] == [old.id, new.id]
    every = [first, old, new]
    give_up(first, late)
    every[0].refresh_from_db()
    assert first_in_need(every, late + DAY) == old
    assert first_in_need(every, late + PUBLISH_AHEAD) == new


def test_of_two_that_wait_the_one_that_verifiers_have_signs_in_need() -> None:
    first, spare = key_at(NOW), spare_at(NOW)
    at = NOW + 40 * DAY
    actions.rotate_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=at, because="đổi khóa định kỳ")
    give_up(first, at)
    assert key_at(at + DAY).id == spare.id


def test_where_no_spare_can_be_made_the_present_key_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    first = key_at(NOW)

    def gone() -> Any:
        raise KeyStoreGone("TEST")

    monkeypatch.setattr(central, "new_key_store", gone)
    with pytest.raises(KeyStoreGone):
        actions.keep_spare(KeyPurpose.PASSPORT, by=SYSTEM, at=NOW)
    assert key_at(NOW).id == first.id
    assert reads.spares_missing(NOW) == (KeyPurpose.PASSPORT,)


def test_with_a_root_elsewhere_a_spare_is_missing_until_its_certificate_comes() -> None:
    above = Elsewhere(AuthorityKind.CSCA)
    actions.take_authority(AuthorityKind.CSCA, above.certificate, by=ADMIN, at=NOW)

    def taken() -> SigningKey:
        request = actions.request_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW)
        answer = above.answer(request)
        return actions.take_central_certificate(KeyPurpose.PASSPORT, answer, by=ADMIN, at=NOW, spare=True)

    first = taken()  # as a spare it would leave nothing to sign with
    assert key_at(NOW).id == first.id
    actions.keep_spare(KeyPurpose.PASSPORT, by=SYSTEM, at=NOW)
    assert reads.spares_missing(NOW) == (KeyPurpose.PASSPORT,)
    second = taken()
    assert reads.spares_missing(NOW) == ()
    assert key_at(NOW + 300 * DAY).id == first.id
    give_up(first, NOW)
    assert key_at(NOW + 300 * DAY).id == second.id


def test_a_retired_key_signs_no_more_and_the_last_one_cannot_retire() -> None:
    first = key_at(NOW)
    with pytest.raises(Refused, match="LAST_KEY"):
        actions.retire_central_key(first.id, by=ADMIN, at=NOW, because="thử cho khóa nghỉ")
    code = code_at(NOW)
    second = actions.rotate_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW, because="đổi khóa định kỳ")
    later = NOW + PUBLISH_AHEAD
    actions.retire_central_key(first.id, by=ADMIN, at=later, because="đã có khóa mới rồi")
    assert key_at(later).id == second.id
    assert outcome(code, later, later) is Outcome.VALID


def test_without_a_store_the_present_key_goes_on_and_the_successor_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    first = key_at(NOW)
    worn = first.valid_to - 405 * DAY

    def gone() -> Any:
        raise KeyStoreGone("TEST")

    monkeypatch.setattr(central, "new_key_store", gone)
    assert key_at(worn).id == first.id
    monkeypatch.undo()
    assert key_at(worn).id == first.id
    assert SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).count() == 2


def test_a_root_is_followed_by_another_before_it_would_not_outlive_a_signer() -> None:
    key_at(NOW)
    root = authority_here(AuthorityKind.CSCA, by=SYSTEM, at=NOW)
    assert root is not None
    late = root.valid_to - 500 * DAY
    newer = authority_here(AuthorityKind.CSCA, by=SYSTEM, at=late)
    assert newer is not None
    assert newer.id != root.id
    listed = [key for key in reads.published_abroad(NOW) if key.usage == "DSC"]
    assert [key.above for key in listed] == [bytes(root.certificate)]


@pytest.mark.parametrize("back", [dt.timedelta(seconds=1), dt.timedelta(minutes=3), dt.timedelta(minutes=5)], ids=str)
def test_keys_made_after_the_clock_was_set_back_a_little_are_believed(own_home: None, back: dt.timedelta) -> None:
    """A key whose certificate began before its root's would be believed by nobody, and each call would make another."""
    authority_here(AuthorityKind.CSCA, by=SYSTEM, at=NOW)
    first = key_at(NOW - back)
    assert x509s.days_of(bytes(first.certificate))[0] <= NOW - back
    assert key_at(NOW - back).id == key_at(NOW).id == first.id
    assert [key.kid for key in SigningKey.objects.all()] == [first.kid]


@pytest.mark.parametrize(
    "by",
    [PUBLIC, *(Actor(kind=Kind.STAFF, role=role) for role in Role if role not in {Role.ADMIN, Role.MINISTRY_OFFICER})],
)
def test_nobody_but_the_administrator_and_the_ministry_turns_keys(by: Actor) -> None:
    key = key_at(NOW)
    turns: list[Callable[[], object]] = [
        lambda: actions.rotate_central_key(KeyPurpose.PASSPORT, by=by, at=NOW, because="không phải việc tôi"),
        lambda: actions.retire_central_key(key.id, by=by, at=NOW, because="không phải việc tôi"),
        lambda: actions.request_central_key(KeyPurpose.PASSPORT, by=by, at=NOW),
        lambda: actions.take_authority(AuthorityKind.CSCA, b"", by=by, at=NOW),
    ]
    for turn in turns:
        with pytest.raises(Refused, match="KEYS_NOT_YOURS"):
            turn()


def test_every_event_of_a_key_leaves_a_line_with_its_reason() -> None:
    key_at(NOW)
    second = actions.rotate_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW, because="đổi khóa định kỳ")
    lines = {line.action: line for line in looks_at([second.id])}
    assert set(lines) == {"make_signing_key", "rotate_central_key"}
    assert lines["rotate_central_key"].because == "đổi khóa định kỳ"


class Elsewhere:
    """An authority whose key lies on another machine."""

    def __init__(self, kind: AuthorityKind) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = x509s.authority_certificate(
            self.key, x509s.Subject(f"Elsewhere {kind}"), NOW - DAY, 1500 * DAY
        )

    def answer(self, request: bytes, usage: x509.ObjectIdentifier = x509s.VACCINATION) -> bytes:
        """Give the certificate that a request asks for."""
        point, subject = x509s.requested(request)
        profile = x509s.Profile(730 * DAY, (usage,))
        return x509s.signer_certificate(self.certificate, self.key, point, subject, profile, NOW)


def test_with_a_root_elsewhere_the_first_key_comes_by_request_and_certificate() -> None:
    above = Elsewhere(AuthorityKind.CSCA)
    actions.take_authority(AuthorityKind.CSCA, above.certificate, by=ADMIN, at=NOW)
    with pytest.raises(NoCentralKey):
        key_at(NOW)
    request = actions.request_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW)
    taken = actions.take_central_certificate(KeyPurpose.PASSPORT, above.answer(request), by=ADMIN, at=NOW)
    assert key_at(NOW).id == taken.id
    assert outcome(code_at(NOW), NOW, NOW) is Outcome.VALID


def test_a_certificate_that_does_not_fit_is_refused_by_name() -> None:
    above, stranger = Elsewhere(AuthorityKind.CSCA), Elsewhere(AuthorityKind.CSCA)
    actions.take_authority(AuthorityKind.CSCA, above.certificate, by=ADMIN, at=NOW)
    request = actions.request_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW)

    def take(certificate: bytes, at: dt.datetime = NOW) -> None:
        actions.take_central_certificate(KeyPurpose.PASSPORT, certificate, by=ADMIN, at=at)

    with pytest.raises(Refused, match="UNKNOWN_AUTHORITY"):
        take(stranger.answer(request))
    with pytest.raises(Refused, match="CERTIFICATE_UNREADABLE"):
        take(b"not a certificate")
    with pytest.raises(Refused, match="CERTIFICATE_ENDED"):
        take(above.answer(request), NOW + 731 * DAY)
    foreign = point_of(ec.generate_private_key(ec.SECP256R1()).public_key())
    profile = x509s.Profile(DAY)
    with pytest.raises(Refused, match="KEY_NOT_HERE"):
        take(x509s.signer_certificate(above.certificate, above.key, foreign, x509s.Subject("x"), profile, NOW))
    with pytest.raises(Refused, match="NOT_AN_AUTHORITY"):
        actions.take_authority(AuthorityKind.CSCA, above.answer(request), by=ADMIN, at=NOW)


def test_a_signature_is_checked_against_its_certificate() -> None:
    key = key_at(NOW)
    signature = signer_of(bytes(key.kid), key.store).sign(b"x")
    assert stores.verifies(bytes(key.certificate), b"x", signature)
    assert not stores.verifies(bytes(key.certificate), b"y", signature)
    assert not stores.verifies(b"no certificate", b"x", signature)
    assert cose.verify_es256(None, signature, b"x") is False


def test_a_waiting_key_stands_as_waiting() -> None:
    key_at(NOW)
    key = actions.rotate_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW, because="đổi khóa định kỳ")
    found = next(k for k in reads.central_keys(NOW) if k.id == key.id)
    assert found.standing is KeyStanding.WAITING
