"""A phone shows only whom one more fact proved, and tells nothing to who guesses."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tiemchung.access.actions import remember_device
from tiemchung.access.reads import known_device
from tiemchung.core.actor import PUBLIC
from tiemchung.core.models import AuditLine
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import (
    end_citizen_sign_ins,
    end_proof,
    link_profiles,
    prove_by_staff,
    prove_dependants,
    prove_person,
    set_guardian,
    undo_link,
    use_proofs,
)
from tiemchung.people.actions.proving import Proved
from tiemchung.people.reads import NotFound, proven_persons

from ..conftest import AT, CITIZEN, CORRECTOR, FAR_NURSE, NURSE, PHONE, Register

pytestmark = pytest.mark.django_db
BORN = dt.date(2001, 3, 5)
CCCD = "079201000001"
STRANGERS_PHONE = contact_key("+84900000009")


def _prove(phone: bytes, **claim: Any) -> Proved:
    return prove_person(by=CITIZEN, at=AT, contact_key=phone, **claim)


def test_a_phone_alone_shows_nobody(register: Register, phone_key: bytes) -> None:
    register(phones=[(PHONE, "OWN")])
    assert proven_persons(phone_key, AT) == ()


@pytest.mark.parametrize(
    "claim",
    [
        {"full_name": "Nguyễn Văn An", "birth_date": BORN},
        {"full_name": "nguyen van an", "birth_date": BORN},
        {"number": CCCD},
        {"number": "079 201 000 001"},
    ],
)
def test_a_matching_claim_shows_that_person_and_not_the_sibling(
    register: Register, phone_key: bytes, claim: dict
) -> None:
    an = register(phones=[(PHONE, "OWN")], identifiers=[("CCCD", CCCD)]).person_id
    register("Nguyễn Văn Bình", phones=[(PHONE, "FAMILY")])
    proved = _prove(phone_key, **claim)
    assert (proved.verdict.allowed, proved.person_ids) == (True, (an,))
    assert proven_persons(phone_key, AT) == (an,)


def test_twins_whose_names_differ_by_a_mark_are_proved_one_by_one(register: Register, phone_key: bytes) -> None:
    twins = [register(name, phones=[(PHONE, "FAMILY")]).person_id for name in ("Lê Minh Ánh", "Lê Minh Ảnh")]
    assert not _prove(phone_key, full_name="le minh anh", birth_date=BORN).verdict.allowed
    assert _prove(phone_key, full_name="Lê Minh Ảnh", birth_date=BORN).person_ids == (twins[1],)


@pytest.mark.parametrize(
    ("phone", "claim"),
    [
        ("own", {"full_name": "Nguyễn Văn An", "birth_date": dt.date(2001, 3, 6)}),
        ("own", {"full_name": "Nguyễn Văn An", "birth_date": BORN, "birth_precision": "YEAR"}),
        ("own", {"full_name": "Nguyễn Văn Ẩn", "birth_date": BORN}),
        ("own", {"full_name": "Nguyễn Văn An"}),
        ("own", {"birth_date": BORN}),
        ("own", {"full_name": "", "birth_date": BORN}),
        ("own", {"number": "079201000009"}),
        ("own", {"number": "001"}),
        ("own", {"number": "x"}),
        ("own", {}),
        ("strange", {"full_name": "Nguyễn Văn An", "birth_date": BORN}),
        ("strange", {"number": CCCD}),
    ],
)
def test_wrong_unknown_and_elsewhere_are_one_answer(
    register: Register, phone_key: bytes, phone: str, claim: dict
) -> None:
    register(phones=[(PHONE, "OWN")], identifiers=[("CCCD", CCCD)])
    key = phone_key if phone == "own" else STRANGERS_PHONE
    assert _prove(key, **claim) == _prove(contact_key("+84900000008"), number="079201000008")
    assert proven_persons(key, AT) == ()


def test_wrong_and_unknown_ask_the_same_statements(register: Register, phone_key: bytes) -> None:
    register(phones=[(PHONE, "OWN")], identifiers=[("CCCD", CCCD)])
    counts = []
    for claim in ({"number": "079201000009"}, {"full_name": "Ai Đó", "birth_date": BORN}):
        with CaptureQueriesContext(connection) as asked:
            _prove(phone_key, **claim)
        counts.append(len(asked))
    assert len(set(counts)) == 1


def test_a_failed_claim_is_kept_without_what_was_typed(register: Register, phone_key: bytes) -> None:
    register(phones=[(PHONE, "OWN")])
    _prove(phone_key, full_name="Kẻ Lạ", birth_date=BORN)
    lines = AuditLine.objects.filter(subject_id__isnull=False, action="people.prove_person")
    assert [line.facts["reasons"] for line in lines] == [["refuse:PROOF_FAILED"]]
    assert "Lạ" not in str(lines[0].__dict__)


def test_on_a_crowded_phone_only_staff_proves(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")]).person_id
    _prove(phone_key, full_name="Nguyễn Văn An", birth_date=BORN)
    for _ in range(8):
        register("Lê Văn Khác", phones=[(PHONE, "FACILITY")])
    assert proven_persons(phone_key, AT) == ()
    right = _prove(phone_key, full_name="Nguyễn Văn An", birth_date=BORN)
    assert right == _prove(phone_key, full_name="Sai Tên", birth_date=BORN)
    assert [r.code for r in right.verdict.refusals] == ["PROOF_STAFF_REVIEW"]
    prove_by_staff(by=NURSE, at=AT, contact_key=phone_key, person_id=an, because="card and phone seen")
    assert proven_persons(phone_key, AT) == (an,)


def test_eight_people_on_a_phone_still_serve_themselves(register: Register, phone_key: bytes) -> None:
    for number in range(8):
        register(f"Lê Văn {'ABCDEGHI'[number]}", phones=[(PHONE, "FAMILY")])
    assert _prove(phone_key, full_name="Lê Văn C", birth_date=BORN).verdict.allowed


def test_90_days_of_silence_end_a_proof_and_a_sign_in_renews_it(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")]).person_id
    _prove(phone_key, full_name="Nguyễn Văn An", birth_date=BORN)
    later = AT + dt.timedelta(days=89)
    assert use_proofs(by=CITIZEN, at=later, contact_key=phone_key) == (an,)
    assert proven_persons(phone_key, later + dt.timedelta(days=90)) == (an,)
    assert proven_persons(phone_key, later + dt.timedelta(days=91)) == ()
    assert use_proofs(by=CITIZEN, at=later + dt.timedelta(days=91), contact_key=phone_key) == ()


def test_a_proof_follows_a_join_and_its_undoing(register: Register, phone_key: bytes) -> None:
    an, again = register(phones=[(PHONE, "OWN")]).person_id, register().person_id
    _prove(phone_key, full_name="Nguyễn Văn An", birth_date=BORN)
    link = link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=again, join_person=an, because="same card")
    assert proven_persons(phone_key, AT) == (again,)
    undo_link(by=CORRECTOR, at=AT, profile_id=an, link_id=link.link_id, because="wrong")
    assert proven_persons(phone_key, AT) == (an,)


def test_a_proven_guardian_is_shown_the_child_and_not_the_grandchild(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")]).person_id
    binh, chi = register("Nguyễn Thị Bình").person_id, register("Lê Thị Chi").person_id
    set_guardian(by=NURSE, at=AT, dependant_id=binh, guardian_id=an, relation="FATHER")
    set_guardian(by=NURSE, at=AT, dependant_id=chi, guardian_id=binh, relation="MOTHER")
    assert prove_dependants(by=CITIZEN, at=AT, contact_key=phone_key) == ()
    _prove(phone_key, full_name="Nguyễn Văn An", birth_date=BORN)
    assert prove_dependants(by=CITIZEN, at=AT, contact_key=phone_key) == (binh,)
    assert set(proven_persons(phone_key, AT)) == {an, binh}


def test_staff_proves_only_whom_they_see_and_with_a_reason(register: Register, phone_key: bytes) -> None:
    an = register().person_id
    facts = {"at": AT, "contact_key": phone_key, "person_id": an}
    with pytest.raises(NotFound):
        prove_by_staff(by=FAR_NURSE, because="x", **facts)
    with pytest.raises(Refused, match="PEOPLE_REASON_REQUIRED"):
        prove_by_staff(by=NURSE, because="", **facts)
    with pytest.raises(Refused, match="PEOPLE_NOT_ALLOWED"):
        prove_by_staff(by=replace(CITIZEN, person_ids=frozenset({an})), because="x", **facts)


def test_an_ended_proof_shows_nobody_until_it_is_proved_again(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")]).person_id
    _prove(phone_key, full_name="Nguyễn Văn An", birth_date=BORN)
    citizen = replace(CITIZEN, person_ids=frozenset({an}))
    assert end_proof(by=citizen, at=AT, contact_key=phone_key, person_id=an)
    assert not end_proof(by=citizen, at=AT, contact_key=phone_key, person_id=an)
    assert proven_persons(phone_key, AT) == ()
    assert _prove(phone_key, full_name="Nguyễn Văn An", birth_date=BORN).person_ids == (an,)


def test_an_elder_with_a_year_is_proved_by_the_year(register: Register, phone_key: bytes) -> None:
    register("Trần Thị Cụ", birth_date=dt.date(1945, 1, 1), birth_precision="YEAR", phones=[(PHONE, "FAMILY")])
    claim = {"full_name": "Trần Thị Cụ", "birth_date": dt.date(1945, 6, 7)}
    assert _prove(phone_key, **claim).verdict.allowed
    assert not _prove(phone_key, **claim | {"birth_date": dt.date(1946, 1, 1)}).verdict.allowed


def test_signing_out_everywhere_ends_the_sign_ins_until_then_and_keeps_the_proofs(
    register: Register, phone_key: bytes
) -> None:
    register(phones=[(PHONE, "OWN")], identifiers=[("CCCD", CCCD)])
    (an,) = _prove(phone_key, number=CCCD).person_ids
    end_citizen_sign_ins(by=CITIZEN, at=AT, contact_key=phone_key)
    after = AT + dt.timedelta(seconds=1)
    assert proven_persons(phone_key, after, signed_in_at=AT) == ()
    assert proven_persons(phone_key, after, signed_in_at=after) == (an,)
    assert proven_persons(phone_key, after) == (an,)


def test_signing_out_everywhere_makes_the_phones_devices_strangers(register: Register, phone_key: bytes) -> None:
    register(phones=[(PHONE, "OWN")])
    device = remember_device(by=PUBLIC, at=AT, phone=PHONE)
    end_citizen_sign_ins(by=CITIZEN, at=AT, contact_key=phone_key)
    assert known_device(PHONE, device, AT) is None


def test_a_person_proved_later_opens_to_no_sign_in_from_before(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")], identifiers=[("CCCD", CCCD)]).person_id
    binh = register("Nguyễn Văn Bình", birth_date=dt.date(1999, 1, 2), phones=[(PHONE, "FAMILY")]).person_id
    _prove(phone_key, number=CCCD)
    end_citizen_sign_ins(by=CITIZEN, at=AT, contact_key=phone_key)
    end_proof(by=NURSE, at=AT, contact_key=phone_key, person_id=an)
    _prove(phone_key, full_name="Nguyễn Văn Bình", birth_date=dt.date(1999, 1, 2))
    after = AT + dt.timedelta(seconds=1)
    assert proven_persons(phone_key, after, signed_in_at=AT) == ()
    assert proven_persons(phone_key, after, signed_in_at=after) == (binh,)


def test_asking_about_a_sign_in_costs_no_statement_more(register: Register, phone_key: bytes) -> None:
    register(phones=[(PHONE, "OWN")], identifiers=[("CCCD", CCCD)])
    _prove(phone_key, number=CCCD)
    counts = []
    for signed_in_at in (None, AT):
        with CaptureQueriesContext(connection) as asked:
            proven_persons(phone_key, AT, signed_in_at=signed_in_at)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_no_staff_signs_a_citizen_out(register: Register, phone_key: bytes) -> None:
    with pytest.raises(Refused, match="PEOPLE_NOT_ALLOWED"):
        end_citizen_sign_ins(by=NURSE, at=AT, contact_key=phone_key)
