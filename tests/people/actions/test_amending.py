"""What a profile says changes with author and reason, and what it said before stays."""

import datetime as dt
from uuid import UUID

import pytest

from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import amend_profile
from tiemchung.people.models import Identifier, Profile, ProfileVersion
from tiemchung.people.reads import NotFound

from ..conftest import AT, CITIZEN, FAR_NURSE, NURSE, Register

pytestmark = pytest.mark.django_db


def test_a_change_keeps_both_values_the_author_and_the_reason(register: Register) -> None:
    an = register().profile_id
    done = amend_profile(by=NURSE, at=AT, profile_id=an, because="as on the card", full_name="Nguyễn Văn Ấn")
    assert (done.version, done.changed) == (2, ("full_name",))
    version = ProfileVersion.objects.get(profile_id=an, number=2)
    assert version.changes == {"full_name": ["Nguyễn Văn An", "Nguyễn Văn Ấn"]}
    assert (version.actor_id, version.because) == (NURSE.id, "as on the card")
    assert Profile.objects.get(id=an).name_back == "an van nguyen"


def test_equal_values_change_nothing(register: Register) -> None:
    an = register().profile_id
    done = amend_profile(by=NURSE, at=AT, profile_id=an, because="double click", full_name="Nguyễn  Văn An")
    assert (done.version, done.changed) == (1, ())
    assert ProfileVersion.objects.filter(profile_id=an).count() == 1


def test_a_change_over_somebody_elses_change_is_refused(register: Register) -> None:
    an = register().profile_id
    amend_profile(by=NURSE, at=AT, profile_id=an, because="x", expected_version=1, occupation="nông dân")
    with pytest.raises(Refused, match="PROFILE_CHANGED_MEANWHILE"):
        amend_profile(by=NURSE, at=AT, profile_id=an, because="x", expected_version=1, occupation="thợ may")
    assert Profile.objects.get(id=an).occupation == "nông dân"


def test_a_number_is_asked_anew_when_the_sex_is_amended(register: Register) -> None:
    an = register(sex="FEMALE", identifiers=[("CCCD", "079201000001")]).profile_id
    amend_profile(by=NURSE, at=AT, profile_id=an, because="card seen", sex="MALE")
    assert Identifier.objects.get(profile_id=an).state == "CLEAN"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"full_name": "1"}, "NAME_"),
        ({"birth_date": dt.date(2030, 1, 1)}, "BIRTH_IN_FUTURE"),
        ({"died_on": dt.date(2001, 3, 4)}, "DEATH_DATE_IMPOSSIBLE"),
        ({"died_on": dt.date(2026, 3, 2)}, "DEATH_DATE_IMPOSSIBLE"),
        ({"occupation": "y" * 121}, "TEXT_TOO_LONG"),
    ],
)
def test_impossible_values_are_refused(register: Register, changes: dict, code: str) -> None:
    an = register().profile_id
    with pytest.raises(Refused, match=code):
        amend_profile(by=NURSE, at=AT, profile_id=an, because="x", **changes)
    assert Profile.objects.get(id=an).version == 1


def test_a_change_needs_reason_role_sight_and_a_field_that_exists(register: Register) -> None:
    an = register().profile_id
    with pytest.raises(Refused, match="PEOPLE_REASON_REQUIRED"):
        amend_profile(by=NURSE, at=AT, profile_id=an, because=" ", sex="OTHER")
    with pytest.raises(NotFound):
        amend_profile(by=FAR_NURSE, at=AT, profile_id=an, because="x", sex="OTHER")
    with pytest.raises(NotFound):
        amend_profile(by=CITIZEN, at=AT, profile_id=an, because="x", sex="OTHER")
    with pytest.raises(NotFound):
        amend_profile(by=NURSE, at=AT, profile_id=UUID(int=5), because="x", sex="OTHER")
    with pytest.raises(TypeError):
        amend_profile(by=NURSE, at=AT, profile_id=an, because="x", version=9)


def test_the_audit_names_fields_and_no_value(register: Register) -> None:
    an = register().profile_id
    amend_profile(by=NURSE, at=AT, profile_id=an, because="x", died_on=dt.date(2026, 2, 1))
    line = AuditLine.objects.get(subject_id=an, action="people.amend_profile")
    assert line.facts == {"fields": ["died_on"], "version": 2}
