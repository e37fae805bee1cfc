"""A change of nationality is no way round the register: who may, what it needs, and who settles the identity then."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from tests.people.conftest import AT, BEN_NGHE, CORRECTOR, NURSE, OFFICER, Register, staff
from tiemchung.core.actor import Actor, Role
from tiemchung.core.alarms import alarms
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import (
    add_identifier,
    amend_profile,
    check_identities,
    confirm_identity,
    note_nobody_found,
    retire_identifier,
)
from tiemchung.people.models import Identifier, IdentityCheck, Profile, ProfileVersion
from tiemchung.people.reads import identity_states
from tiemchung.people.rules import IdentityState

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(days=1)
LEAD = staff(Role.FACILITY_LEAD, 8)
SECOND = staff(Role.DATA_CORRECTOR, 9, None, (BEN_NGHE,))
SAID = {"officer": "Thượng úy Lê Văn Tâm", "minute_ref": "XNC-12/2026"}
PAPER = "bản sao hộ chiếu, hồ sơ 12"


def made_foreign(person: UUID, by: Actor = LEAD, **more: Any) -> None:
    amend_profile(by=by, at=LATER, profile_id=person, because="khách nước ngoài", nationality="KR", **more)
    check_identities(person_ids=[person], at=LATER)


def state(person: UUID) -> tuple[str, str]:
    view = identity_states([person])[person]
    return view.state.value, view.why


@pytest.fixture
def contradicted(register: Register) -> UUID:
    """Give a citizen whom the register contradicts."""
    person = register(identifiers=[("CCCD", "079201000001")]).person_id
    check_identities(person_ids=[person], at=AT)
    IdentityCheck.objects.update(state="MISMATCHED", due_at=None, answered_at=AT)
    return person


def test_a_foreigner_registered_as_a_citizen_is_mended_by_the_lead(register: Register) -> None:
    person = register().person_id
    check_identities(person_ids=[person], at=AT)
    assert state(person) == ("NOT_SENT", "NUMBER_MISSING")
    made_foreign(person)
    assert state(person) == ("NOT_APPLICABLE", "FOREIGNER")
    assert alarms(code="NATIONALITY_CHANGED") == ()


def test_nobody_alone_at_the_table_changes_a_nationality(register: Register) -> None:
    person = register().person_id
    with pytest.raises(Refused, match="NATIONALITY_NOT_ALLOWED"):
        made_foreign(person, by=NURSE, paper=PAPER)
    assert Profile.objects.get().nationality == "VN"


def test_whom_the_register_contradicts_stays_unsettled_as_a_foreigner(contradicted: UUID) -> None:
    for paper in ("", " ", "x" * 121):
        with pytest.raises(Refused, match="NATIONALITY_PAPER"):
            made_foreign(contradicted, paper=paper)
    made_foreign(contradicted, paper=PAPER)
    add_identifier(by=LEAD, at=LATER, profile_id=contradicted, system="PASSPORT", value="M12345678", because="xem")
    check_identities(person_ids=[contradicted], at=LATER)
    assert state(contradicted) == ("LOCAL_REVIEW", "FOREIGNER")
    (alarm,) = alarms(code="NATIONALITY_CHANGED")
    assert (alarm.subject_id, alarm.facts) == (contradicted, {})
    assert PAPER in ProfileVersion.objects.get(number=2).because


def test_taking_the_number_away_first_changes_nothing(contradicted: UUID) -> None:
    number = Identifier.objects.get()
    retire_identifier(by=LEAD, at=LATER, profile_id=contradicted, identifier_id=number.id, because="gõ nhầm")
    check_identities(person_ids=[contradicted], at=LATER)
    assert state(contradicted) == ("NOT_SENT", "NUMBER_MISSING")
    made_foreign(contradicted, paper=PAPER)
    assert state(contradicted) == ("LOCAL_REVIEW", "FOREIGNER")


@pytest.mark.parametrize("before", ["MATCHED", "WAITING", "SENT", "NOT_FOUND", "DUPLICATE", "POLICE_CONFIRMED"])
def test_wherever_the_check_stood_the_province_looks(contradicted: UUID, before: str) -> None:
    IdentityCheck.objects.update(state=before)
    made_foreign(contradicted, paper=PAPER)
    assert state(contradicted) == ("LOCAL_REVIEW", "FOREIGNER")
    assert IdentityCheck.objects.get().due_at is None


def test_another_officer_of_the_province_settles_it(contradicted: UUID) -> None:
    made_foreign(contradicted, by=CORRECTOR, paper=PAPER)
    for by, code in ((LEAD, "IDENTITY_PROVINCE"), (OFFICER, "IDENTITY_PROVINCE"), (CORRECTOR, "IDENTITY_SECOND")):
        with pytest.raises(Refused, match=code):
            confirm_identity(by=by, at=LATER, person_id=contradicted, **SAID)
    assert state(contradicted) == ("LOCAL_REVIEW", "FOREIGNER")
    assert confirm_identity(by=SECOND, at=LATER, person_id=contradicted, **SAID) is IdentityState.NOT_APPLICABLE
    check_identities(person_ids=[contradicted], at=LATER)
    assert state(contradicted) == ("NOT_APPLICABLE", "FOREIGNER")
    with pytest.raises(Refused, match="IDENTITY_NOT_THERE"):
        confirm_identity(by=SECOND, at=LATER, person_id=contradicted, **SAID)


def test_what_was_settled_is_doubted_again_with_other_fields(contradicted: UUID) -> None:
    made_foreign(contradicted, paper=PAPER)
    confirm_identity(by=SECOND, at=LATER, person_id=contradicted, **SAID)
    amend_profile(by=LEAD, at=LATER, profile_id=contradicted, because="x", full_name="Lê Văn Khác")
    check_identities(person_ids=[contradicted], at=LATER)
    assert state(contradicted) == ("LOCAL_REVIEW", "FOREIGNER")


def test_a_search_that_finds_nobody_is_no_way_out(contradicted: UUID) -> None:
    made_foreign(contradicted, paper=PAPER)
    note_nobody_found(by=LEAD, at=LATER, person_id=contradicted, note="không ai biết")
    check_identities(person_ids=[contradicted], at=LATER)
    assert state(contradicted) == ("NOT_FOUND", "FOREIGNER")
    with pytest.raises(Refused, match="IDENTITY_PROVINCE"):
        confirm_identity(by=LEAD, at=LATER, person_id=contradicted, **SAID)


def test_who_is_vietnamese_again_is_asked_about(contradicted: UUID) -> None:
    made_foreign(contradicted, paper=PAPER)
    amend_profile(by=LEAD, at=LATER, profile_id=contradicted, because="nhầm", nationality="VN")
    check_identities(person_ids=[contradicted], at=LATER)
    assert state(contradicted) == ("WAITING", "")


def test_a_desk_that_changes_many_fills_no_page_of_alarms(register: Register) -> None:
    for n in range(7):
        made_foreign(register(identifiers=[("CCCD", f"07920100010{n}")]).person_id, paper=PAPER)
    assert len(alarms(code="NATIONALITY_CHANGED")) == 5
