"""The holder confirms the name that they saw, and no other."""

import pytest

from tests.builders import a_facility, a_nurse, country  # noqa: F401 - a fixture
from tests.certificates.passport_cast import NOW, a_signed_person, issue_passport
from tiemchung.certificates.actions import confirm_name
from tiemchung.certificates.reads import passport_of
from tiemchung.core.actor import SYSTEM, Actor, Kind
from tiemchung.core.models import AuditLine
from tiemchung.people.actions import amend_profile
from tiemchung.people.reads import NotFound

pytestmark = pytest.mark.usefixtures("country", "db")


def holder(person_id):  # type: ignore[no-untyped-def]
    return Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id}))


def test_it_is_kept_once_however_often_it_is_said() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    mark = passport_of(SYSTEM, person_id, NOW).name.mark
    for _ in range(2):
        assert confirm_name(by=holder(person_id), at=NOW, person_id=person_id, mark=mark).allowed
    assert passport_of(SYSTEM, person_id, NOW).name.confirmed
    assert AuditLine.objects.filter(subject_id=person_id, action="confirm_passport_name").count() == 1


def test_a_name_that_changed_meanwhile_is_not_confirmed_unseen() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    mark = passport_of(SYSTEM, person_id, NOW).name.mark
    amend_profile(by=SYSTEM, at=NOW, profile_id=person_id, full_name="Trần Văn Bình", because="sai")
    verdict = confirm_name(by=holder(person_id), at=NOW, person_id=person_id, mark=mark)
    assert [reason.code for reason in verdict.refusals] == ["NAME_CHANGED"]


def test_a_correction_of_the_name_asks_again() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    confirm_name(by=holder(person_id), at=NOW, person_id=person_id, mark=passport_of(SYSTEM, person_id, NOW).name.mark)
    amend_profile(by=SYSTEM, at=NOW, profile_id=person_id, full_name="Trần Văn Bình", because="sai")
    assert not passport_of(SYSTEM, person_id, NOW).name.confirmed


def test_before_the_first_review_there_is_nothing_to_confirm() -> None:
    person_id = a_signed_person()
    mark = passport_of(SYSTEM, person_id, NOW).name.mark
    verdict = confirm_name(by=holder(person_id), at=NOW, person_id=person_id, mark=mark)
    assert [reason.code for reason in verdict.refusals] == ["PASSPORT_UNKNOWN"]


def test_nobody_confirms_for_somebody_else() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    with pytest.raises(NotFound):
        confirm_name(by=Actor(kind=Kind.CITIZEN), at=NOW, person_id=person_id, mark=b"")


def test_staff_write_down_the_holders_word_under_their_own_name() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    nurse = a_nurse(a_facility())
    mark = passport_of(SYSTEM, person_id, NOW).name.mark
    assert confirm_name(by=nurse, at=NOW, person_id=person_id, mark=mark).allowed
    line = AuditLine.objects.get(subject_id=person_id, action="confirm_passport_name")
    assert line.actor_id == nurse.id
