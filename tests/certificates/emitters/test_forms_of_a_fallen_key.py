"""A form that a later key signed beside a passport falls with that key, and is made anew by the next."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from tests.builders import NOW, a_staff_member
from tests.certificates.central_cast import a_ministry_officer, a_passkey_shown, a_passport, certificate_of
from tiemchung.certificates import actions
from tiemchung.certificates.actions import order_work
from tiemchung.certificates.actions.central_signing import work_central_runs
from tiemchung.certificates.actions.comparing_revocations import compare_revocations
from tiemchung.certificates.actions.emitting import EmissionView, emit_certificate
from tiemchung.certificates.actions.order_work import work_orders
from tiemchung.certificates.actions.orders import decide_order, order_revocation
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import Certificate, Emission, Passport, Revocation, RevocationOrder
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.rules import CertificateState, KeyPurpose, OrderTarget, PassportState
from tiemchung.core.actor import SYSTEM, Role

pytestmark = pytest.mark.django_db
ROTATED, EMITTED = NOW + dt.timedelta(days=1), NOW + dt.timedelta(days=20)
LATER = EMITTED + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def switched_on(settings: Any) -> None:
    settings.EMITTERS = frozenset({"icvp", "ddcc", "shc"})
    settings.PUBLIC_ADDRESS = "https://tiemchung.example"


def form_of(person: UUID, form: str, at: dt.datetime = EMITTED) -> EmissionView:
    return emit_certificate(by=SYSTEM, person_id=person, form=form, at=at)


def under_a_later_key(*forms: str) -> UUID:
    """Give somebody whose passport the first key signed, and these forms of it the second."""
    person = a_passport()
    officer = a_ministry_officer()
    actions.rotate_central_key(KeyPurpose.PASSPORT, by=officer, at=ROTATED, because="đổi khóa định kỳ")
    for form in forms:
        form_of(person, form)
    assert {bytes(one.kid) for one in Emission.objects.all()} == {bytes(Emission.objects.all()[0].kid)}
    assert bytes(Emission.objects.all()[0].kid) != bytes(certificate_of(person).kid)
    return person


def give_up(kid: bytes, since: dt.datetime = EMITTED - dt.timedelta(days=5)) -> UUID:
    order = order_revocation(
        target=OrderTarget.CENTRAL_KEY, kid=kid, since=since, by=a_ministry_officer(), at=LATER,
        because="khóa bị lấy cắp khỏi kho",
    )  # fmt: skip
    decide_order(order_id=order, agree=True, by=a_staff_member(Role.ADMIN), at=LATER, proof=a_passkey_shown(LATER))
    return order


def work_all() -> None:
    for _ in range(20):
        if not work_orders(LATER) + work_central_runs(LATER):
            return
    raise AssertionError("the work does not end")


def online(hash16: bytes) -> NumberState:
    return state_of_number(hash16, LATER)


@pytest.mark.parametrize("form", ["icvp", "shc"])
def test_it_is_revoked_online_at_once_and_listed_by_the_work_and_its_passport_stays(form: str) -> None:
    person = under_a_later_key(form)
    passport, made = certificate_of(person), Emission.objects.get()
    order = give_up(bytes(made.kid))
    assert [online(bytes(made.hash)), online(hash_of_number(passport.uvci))] == [
        NumberState.REVOKED, NumberState.VALID,
    ]  # fmt: skip
    work_all()
    listed = Revocation.objects.get()
    assert (bytes(listed.hash), bytes(listed.kid), listed.expires_at) == (
        bytes(made.hash), bytes(made.kid), made.expires_at,
    )  # fmt: skip
    assert certificate_of(person).id == passport.id
    done = RevocationOrder.objects.get(id=order)
    assert (done.reached, done.done_at) == (1, LATER)


def test_asked_for_again_it_is_made_anew_by_a_key_that_is_believed() -> None:
    person = under_a_later_key("icvp")
    first = Emission.objects.get()
    give_up(bytes(first.kid))
    again = form_of(person, "icvp", LATER)
    assert (again.new, again.text != first.text) == (True, True)
    second = Emission.objects.exclude(id=first.id).get(person_id=person)
    assert bytes(second.kid) != bytes(first.kid)
    assert [online(bytes(one.hash)) for one in (first, second)] == [NumberState.REVOKED, NumberState.VALID]
    assert form_of(person, "icvp", LATER).text == again.text


def test_a_form_that_bears_its_passports_number_takes_it_along_and_both_are_made_anew() -> None:
    person = under_a_later_key("ddcc")
    passport, made = certificate_of(person), Emission.objects.get()
    assert bytes(made.hash) == hash_of_number(passport.uvci)
    give_up(bytes(made.kid))
    assert online(bytes(made.hash)) is NumberState.REVOKED
    work_all()
    assert {bytes(row.kid) for row in Revocation.objects.filter(hash=made.hash)} == {
        bytes(made.kid), bytes(passport.kid),
    }  # fmt: skip
    assert certificate_of(person, CertificateState.REVOKED).revoked_because == "KEY_COMPROMISED"
    new = certificate_of(person)
    assert online(hash_of_number(new.uvci)) is NumberState.VALID
    assert Passport.objects.get(person_id=person).state == PassportState.ISSUED
    assert form_of(person, "ddcc", LATER).new


def test_in_small_batches_certificates_come_first_and_then_every_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_work, "BATCH", 1)
    person = under_a_later_key("icvp", "shc")
    kid = bytes(Emission.objects.all()[0].kid)
    later = a_passport(at=EMITTED)
    assert bytes(certificate_of(later).kid) == kid
    order = give_up(kid)
    work_all()
    assert Certificate.objects.get(person_id=later, state=CertificateState.REVOKED).revoked_because == "KEY_COMPROMISED"
    assert Revocation.objects.count() == 3
    assert RevocationOrder.objects.get(id=order).reached == 3
    assert certificate_of(person)
    assert certificate_of(later)


def test_a_passport_that_falls_takes_its_forms_along_under_their_own_key() -> None:
    person = under_a_later_key("ddcc", "icvp")
    passport = certificate_of(person)
    revoke_certificates(certificates=[passport], because="REPLACED", at=LATER)
    kid = bytes(Emission.objects.all()[0].kid)
    assert {(bytes(row.hash), bytes(row.kid)) for row in Revocation.objects.all()} == {
        (hash_of_number(passport.uvci), bytes(passport.kid)),
        *((bytes(one.hash), kid) for one in Emission.objects.all()),
    }


def test_the_nightly_comparison_finds_a_form_that_came_when_the_order_was_over() -> None:
    person = under_a_later_key("icvp")
    made = Emission.objects.get()
    give_up(bytes(made.kid))
    work_all()
    assert compare_revocations(at=LATER).unlisted == 0
    late = Emission.objects.create(
        person_id=person, certificate_id=certificate_of(person).id, form="shc", text="shc:/1", kid=made.kid,
        hash=bytes(16), hash_type="SIGNATURE", log_position=0, emitted_at=EMITTED, expires_at=made.expires_at,
    )  # fmt: skip
    assert compare_revocations(at=LATER).unlisted == 1
    assert Revocation.objects.filter(hash=late.hash, kid=made.kid).exists()


def test_whoever_gives_the_key_up_waits_for_what_is_being_written() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    person = a_passport()
    with CaptureQueriesContext(connection) as statements:
        form_of(person, "icvp", NOW)
    assert any("certificates_signingkey" in one["sql"] and "FOR SHARE" in one["sql"] for one in statements)
