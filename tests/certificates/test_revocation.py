"""Revocation by certificate, by a facility's key since a moment, by a central key with two people."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, a_dose, a_facility, a_lead, a_person, a_staff_member, an_officer
from tests.certificates.central_cast import (
    a_ministry_officer,
    a_passkey_shown,
    a_passport,
    a_ready_person,
    a_vaccinated_person,
    centre_signs,
    certificate_of,
    facility_signs,
)
from tiemchung.certificates.actions import refresh_card
from tiemchung.certificates.actions.central_signing import reissue_passport, work_central_runs
from tiemchung.certificates.actions.order_work import work_orders
from tiemchung.certificates.actions.orders import decide_order, order_revocation
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.log import hash_of_number
from tiemchung.certificates.models import (
    Certificate,
    DoseSignature,
    FacilityKey,
    Passport,
    PassportTask,
    Revocation,
    RevocationOrder,
    SigningKey,
)
from tiemchung.certificates.reads import runs
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.rules import (
    CertificateState,
    Factor,
    FactorProof,
    KeyPurpose,
    OrderTarget,
    PassportState,
)
from tiemchung.certificates.rules.central import PROOF_LASTS
from tiemchung.core.actor import Role
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.doses.models import Dose

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)
WHY = "khóa bị lấy cắp khỏi trạm"


def work_all(at: dt.datetime = LATER) -> None:
    for _ in range(20):
        if not work_orders(at) + work_central_runs(at):
            return
    raise AssertionError("the work does not end")


def state_online(certificate: Certificate, at: dt.datetime = LATER) -> NumberState:
    return state_of_number(hash_of_number(certificate.uvci), at)


def codes_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.verdict.reasons]


def test_one_certificate_is_taken_back_at_once_by_one_officer() -> None:
    person = a_passport()
    made = certificate_of(person)
    order = order_revocation(
        target=OrderTarget.CERTIFICATE, person_id=person, certificate_id=made.id, by=a_ministry_officer(), at=LATER,
        because="người khác dùng mã này",
    )  # fmt: skip
    assert state_online(made) is NumberState.REVOKED
    assert Revocation.objects.get(hash=hash_of_number(made.uvci)).expires_at == made.expires_at
    assert Passport.objects.get(person_id=person).state == PassportState.REVOKED
    assert RevocationOrder.objects.get(id=order).reached == 1
    centre_signs(at=LATER)
    assert not Certificate.objects.filter(person_id=person, kind="PASSPORT", state="ISSUED").exists()


def test_what_was_taken_away_comes_back_by_a_new_certificate_alone() -> None:
    person = a_passport()
    made, officer = certificate_of(person), a_ministry_officer()
    order_revocation(
        target=OrderTarget.CERTIFICATE, person_id=person, certificate_id=made.id, by=officer, at=LATER, because=WHY
    )
    reissue_passport(person_id=person, by=officer, at=LATER, because="đã xác minh tại đồn công an")
    again = certificate_of(person)
    assert again.uvci != made.uvci
    assert Passport.objects.get(person_id=person).state == PassportState.ISSUED
    assert state_online(made) is NumberState.REVOKED


def test_a_lost_code_is_replaced_by_another_number() -> None:
    person = a_passport()
    made = certificate_of(person)
    order_revocation(
        target=OrderTarget.CERTIFICATE, person_id=person, certificate_id=made.id, by=a_ministry_officer(), at=LATER,
        because="mã bị đăng lên mạng", reissue=True,
    )  # fmt: skip
    assert state_online(made) is NumberState.REPLACED
    centre_signs(at=LATER)
    assert state_online(certificate_of(person)) is NumberState.VALID


def test_an_officer_elsewhere_a_lead_and_a_nurse_may_not_take_a_certificate_back() -> None:
    facility = a_facility()
    person = a_passport(facilities=[facility])
    made = certificate_of(person)
    elsewhere = a_staff_member(Role.PROVINCE_OFFICER, area=_hanoi())
    for by in (elsewhere, a_lead(facility), a_staff_member(Role.VACCINATOR, facility=facility)):
        with pytest.raises(Refused) as refused:
            order_revocation(
                target=OrderTarget.CERTIFICATE, person_id=person, certificate_id=made.id, by=by, at=LATER, because=WHY
            )
        assert codes_of(refused) == ["REVOCATION_NOT_YOURS"]
    order_revocation(
        target=OrderTarget.CERTIFICATE, person_id=person, certificate_id=made.id, at=LATER, because=WHY,
        by=an_officer(Role.PROVINCE_OFFICER),
    )  # fmt: skip
    assert state_online(made) is NumberState.REVOKED


def test_a_facilitys_key_falls_since_a_moment_and_takes_only_what_it_signed_since() -> None:
    facility, other = a_facility(), a_facility()
    before = a_passport(facilities=[facility])
    bad_since = NOW + dt.timedelta(minutes=10)
    elsewhere = a_ready_person(facilities=[other])
    after = a_vaccinated_person(facilities=[facility, other])
    facility_signs(after, at=bad_since)
    centre_signs(at=bad_since)
    made = {person: certificate_of(person) for person in (before, after, elsewhere)}
    key = FacilityKey.objects.get(facility_id=facility.id)
    order = order_revocation(
        target=OrderTarget.FACILITY_KEY, kid=bytes(key.kid), since=bad_since, by=a_lead(facility), at=LATER, because=WHY
    )
    work_all()
    assert state_online(made[after]) is NumberState.VALID  # one person asked, nobody has decided
    decide_order(order_id=order, agree=True, by=a_ministry_officer(), at=LATER, proof=a_passkey_shown(LATER))
    work_all()
    assert [state_online(made[person]) for person in (before, after, elsewhere)] == [
        NumberState.VALID, NumberState.REVOKED, NumberState.VALID,
    ]  # fmt: skip
    assert Passport.objects.get(person_id=after).state == PassportState.ELIGIBLE
    fallen = DoseSignature.objects.filter(profile_id=after).exclude(voided_at=None)
    assert [one.facility_id for one in fallen] == [facility.id]
    assert sorted(Dose.objects.filter(profile_id=after).values_list("state", flat=True)) == ["CONFIRMED", "SIGNED"]
    task = PassportTask.objects.get(person_id=after, reason="TO_SIGN", done_at=None)
    assert task.unit_id == facility.id
    done = RevocationOrder.objects.get(id=order)
    assert (done.reached, done.done_at) == (1, LATER)


def test_signed_again_with_a_new_key_the_passport_comes_back() -> None:
    facility = a_facility()
    person = a_passport(facilities=[facility])
    key = FacilityKey.objects.get(facility_id=facility.id)
    order = order_revocation(
        target=OrderTarget.FACILITY_KEY, kid=bytes(key.kid), since=NOW, by=a_lead(facility), at=LATER, because=WHY
    )
    decide_order(order_id=order, agree=True, by=a_ministry_officer(), at=LATER, proof=a_passkey_shown(LATER))
    work_all()
    facility_signs(person, at=LATER)
    centre_signs(at=LATER)
    assert state_online(certificate_of(person)) is NumberState.VALID


def test_a_central_key_needs_two_people_and_the_second_may_not_be_the_first() -> None:
    a_passport()
    key = SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)
    first, second = a_ministry_officer(), a_staff_member(Role.ADMIN)
    order = order_revocation(
        target=OrderTarget.CENTRAL_KEY, kid=bytes(key.kid), since=NOW, by=first, at=LATER, because=WHY
    )
    assert SigningKey.objects.get(id=key.id).compromised_since is None
    with pytest.raises(Refused) as refused:
        decide_order(order_id=order, agree=True, by=first, at=LATER, proof=a_passkey_shown(LATER))
    assert codes_of(refused) == ["SECOND_PERSON_NEEDED"]
    with pytest.raises(Refused):
        decide_order(
            order_id=order, agree=True, by=an_officer(Role.PROVINCE_OFFICER), at=LATER, proof=a_passkey_shown(LATER)
        )
    decide_order(order_id=order, agree=True, by=second, at=LATER, proof=a_passkey_shown(LATER))
    assert SigningKey.objects.get(id=key.id).compromised_since == NOW
    with pytest.raises(Refused) as decided:
        decide_order(order_id=order, agree=False, by=second, at=LATER, proof=a_passkey_shown(LATER))
    assert codes_of(decided) == ["ORDER_DECIDED"]


def test_refusing_needs_a_reason_and_a_factor_and_no_passkey() -> None:
    a_passport()
    key = SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)
    order = order_revocation(
        target=OrderTarget.CENTRAL_KEY, kid=bytes(key.kid), since=NOW, by=a_ministry_officer(), at=LATER, because=WHY
    )
    by, code = a_staff_member(Role.ADMIN), FactorProof(Factor.CODE, LATER)
    for proof, because, why in ((code, " ", "REASON_MISSING"), (None, WHY, "FACTOR_NEEDED")):
        with pytest.raises(Refused) as refused:
            decide_order(order_id=order, agree=False, by=by, at=LATER, proof=proof, because=because)
        assert codes_of(refused) == [why]
    decide_order(order_id=order, agree=False, by=by, at=LATER, proof=code, because=WHY)
    assert RevocationOrder.objects.get(id=order).refused
    assert SigningKey.objects.get(id=key.id).compromised_since is None


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        (None, "FACTOR_NEEDED"),
        (FactorProof(Factor.PASSKEY, LATER - PROOF_LASTS - dt.timedelta(seconds=1)), "FACTOR_NEEDED"),
        (FactorProof(Factor.PASSKEY, LATER + dt.timedelta(seconds=1)), "FACTOR_NEEDED"),
        (FactorProof(Factor.CODE, LATER), "PASSKEY_NEEDED"),
    ],
)
def test_a_central_key_is_not_decided_without_a_passkey_shown_just_now(proof: FactorProof | None, code: str) -> None:
    a_passport()
    key = SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)
    order = order_revocation(
        target=OrderTarget.CENTRAL_KEY, kid=bytes(key.kid), since=NOW, by=a_ministry_officer(), at=LATER, because=WHY
    )
    with pytest.raises(Refused) as refused:
        decide_order(order_id=order, agree=True, by=a_staff_member(Role.ADMIN), at=LATER, proof=proof)
    assert codes_of(refused) == [code]
    assert SigningKey.objects.get(id=key.id).compromised_since is None
    assert RevocationOrder.objects.get(id=order).decided_at is None


def test_a_facilitys_key_is_decided_with_a_code_only_by_who_has_no_passkey() -> None:
    facility = a_facility()
    a_passport(facilities=[facility])
    key = FacilityKey.objects.get(facility_id=facility.id)
    order = order_revocation(
        target=OrderTarget.FACILITY_KEY, kid=bytes(key.kid), since=NOW, by=a_lead(facility), at=LATER, because=WHY
    )
    has, has_not, code = a_ministry_officer(), a_ministry_officer(), FactorProof(Factor.CODE, LATER)
    Authenticator.objects.create(user_id=has.id, type=Authenticator.Type.WEBAUTHN, data={})
    for by, proof, why in ((has, code, "PASSKEY_NEEDED"), (has_not, None, "FACTOR_NEEDED")):
        with pytest.raises(Refused) as refused:
            decide_order(order_id=order, agree=True, by=by, at=LATER, proof=proof)
        assert codes_of(refused) == [why]
    decide_order(order_id=order, agree=True, by=has_not, at=LATER, proof=code)
    assert FacilityKey.objects.get(id=key.id).revoked_at == LATER
    line = AuditLine.objects.get(action="agree_revocation", object_id=order)
    assert line.facts["factor"] == "CODE"


def test_every_certificate_of_a_compromised_central_key_is_made_anew_and_cards_are_left_alone() -> None:
    persons = [a_passport() for _ in range(3)]
    card_of = a_person()
    a_dose(card_of.profile_id)
    refresh_card(person_id=card_of.person_id, at=NOW)
    card = Certificate.objects.get(person_id=card_of.person_id)
    old = [certificate_of(person) for person in persons]
    key = SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)
    order = order_revocation(
        target=OrderTarget.CENTRAL_KEY, kid=bytes(key.kid), since=NOW, by=a_ministry_officer(), at=LATER, because=WHY
    )
    decide_order(order_id=order, agree=True, by=a_staff_member(Role.ADMIN), at=LATER, proof=a_passkey_shown(LATER))
    assert [state_online(one) for one in old] == [NumberState.REVOKED] * 3  # at once, before any batch
    work_all()
    new = [certificate_of(person) for person in persons]
    assert {bytes(one.kid) for one in new}.isdisjoint({bytes(key.kid)})
    assert [state_online(one) for one in (*new, card)] == [NumberState.VALID] * 4
    assert RevocationOrder.objects.get(id=order).reached == 3


def test_a_card_key_that_is_given_up_gives_every_card_a_new_number() -> None:
    person = a_person()
    a_dose(person.profile_id)
    refresh_card(person_id=person.person_id, at=NOW)
    old = Certificate.objects.get(person_id=person.person_id)
    order = order_revocation(
        target=OrderTarget.CENTRAL_KEY, kid=bytes(old.kid), since=NOW, by=a_ministry_officer(), at=LATER, because=WHY
    )
    decide_order(order_id=order, agree=True, by=a_staff_member(Role.ADMIN), at=LATER, proof=a_passkey_shown(LATER))
    work_all()
    assert state_online(old) is NumberState.REVOKED
    new = Certificate.objects.get(person_id=person.person_id, state=CertificateState.ISSUED)
    assert state_online(new) is NumberState.VALID


def test_how_many_fall_with_a_central_key_is_counted_in_an_index_of_what_is_in_use() -> None:
    """At a campaign's size a count over the whole table takes minutes, on the page where a second person decides."""
    for _ in range(2):
        a_passport()
    taken = certificate_of(a_passport())
    Certificate.objects.filter(id=taken.id).update(state=CertificateState.REVOKED)
    order = order_revocation(
        target=OrderTarget.CENTRAL_KEY, kid=bytes(taken.kid), since=NOW, by=(officer := a_ministry_officer()),
        at=LATER, because=WHY,
    )  # fmt: skip
    view = runs.order(officer, order)
    assert view is not None
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE certificates_certificate")  # else other tests' rows have a say in the plan
        cursor.execute("SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as asked:
        assert runs.fall_of_order(view) == (2, 0)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + asked[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "certificate_in_use_of_key" in plan


def test_an_order_needs_a_reason_a_past_moment_a_target_and_waits_once() -> None:
    facility, officer = a_facility(), a_ministry_officer()
    a_passport(facilities=[facility])
    kid = bytes(FacilityKey.objects.get(facility_id=facility.id).kid)

    def code(**changed: object) -> list[str]:
        asked = {"target": OrderTarget.FACILITY_KEY, "kid": kid, "since": NOW, "because": WHY} | changed
        with pytest.raises(Refused) as refused:
            order_revocation(by=officer, at=LATER, **asked)  # type: ignore[arg-type]
        return codes_of(refused)

    assert code(because="  ngắn ") == ["REASON_MISSING"]
    assert code(since=LATER + dt.timedelta(seconds=1)) == ["SINCE_IN_FUTURE"]
    assert code(kid=b"unknown!") == ["NOTHING_TO_REVOKE"]
    order_revocation(target=OrderTarget.FACILITY_KEY, kid=kid, since=NOW, by=officer, at=LATER, because=WHY)
    assert code() == ["ORDER_WAITS"]


def test_revoking_twice_counts_once_and_takes_the_renewed_one_along() -> None:
    person = a_passport()
    made = certificate_of(person)
    assert revoke_certificates(certificates=[made], because="REPLACED", at=LATER) == 1
    assert revoke_certificates(certificates=[made], because="REPLACED", at=LATER) == 0
    assert Revocation.objects.count() == 1


def _hanoi():  # type: ignore[no-untyped-def]
    from tests.builders import an_area
    from tiemchung.places.rules import Level

    return an_area("01", level=Level.PROVINCE)
