"""A passport is shown as its signed text states it, to its holder and to staff, and to nobody else."""

import datetime as dt

import pytest

from tests.builders import a_person, country  # noqa: F401 - a fixture
from tests.certificates.central_cast import a_passport, a_vaccinated_person, certificate_of
from tests.certificates.passport_cast import (
    NAME,
    NOW,
    a_signed_person,
    await_step,
    issue_passport,
    lack,
    renew_passport,
    revoke_passport,
)
from tiemchung.certificates.formats import hc1
from tiemchung.certificates.reads import News, passport_of, passports_in_force
from tiemchung.certificates.rules import Lack, PassportState
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind
from tiemchung.people.actions import amend_profile
from tiemchung.people.reads import NotFound

pytestmark = pytest.mark.usefixtures("country", "db")
LATER = NOW + dt.timedelta(days=340)


def test_the_eleven_fields_are_what_the_code_states() -> None:
    person_id = a_signed_person()
    made = issue_passport(person_id)
    view = passport_of(SYSTEM, person_id, NOW)
    signed, fields = hc1.unpack(made.hc1).content, view.fields
    assert fields is not None
    assert (fields.full_name, fields.birth) == (signed.holder_name, "23/11/1984") == (NAME, "23/11/1984")
    assert (fields.nationality, fields.disease) == ("VN", "COVID-19")
    assert (fields.doses_received, fields.dose_number) == (2, "2/2")
    assert fields.given_on.isoformat() == signed.doses[0].given_on
    assert (fields.product, fields.number) == ("Comirnaty", made.uvci)
    assert "mRNA" in fields.vaccine
    assert "Biontech" in fields.maker


def test_nationality_is_on_the_page_and_never_in_the_code() -> None:
    person_id = a_signed_person()
    assert '"VN"' not in repr(hc1.unpack(issue_passport(person_id).hc1).health["nam"])
    assert set(hc1.unpack(passport_of(SYSTEM, person_id, NOW).hc1).health) == {"v", "dob", "nam", "ver"}


def test_each_dose_says_which_facility_signed_it_and_when() -> None:
    person_id = a_signed_person()
    doses = passport_of(SYSTEM, person_id, NOW).doses
    assert [(d.number, d.signed and d.signed.facility_name, d.signed and d.signed.signed_at) for d in doses] == [
        (1, "Trạm Y tế phường Bến Nghé", NOW),
        (2, "Trạm Y tế phường Bến Nghé", NOW),
    ]


def test_a_citizen_gets_their_own_and_of_nobody_else() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    mine = Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id}))
    assert passport_of(mine, person_id, NOW).number
    for other in (Actor(kind=Kind.CITIZEN), PUBLIC):
        with pytest.raises(NotFound):
            passport_of(other, person_id, NOW)


def test_somebody_whose_doses_were_never_looked_at_has_no_state_and_no_certificate() -> None:
    view = passport_of(SYSTEM, a_person(at=NOW).person_id, NOW)
    assert (view.state, view.hc1, view.fields, view.gaps) == (None, "", None, ())


def test_what_is_in_the_way_keeps_its_dose_and_its_facility() -> None:
    person_id = a_signed_person()
    lack(person_id, Lack.DOSE_UNVERIFIED, Lack.IDENTITY_NOT_FOUND)
    gaps = passport_of(SYSTEM, person_id, NOW).gaps
    assert [gap.code for gap in gaps] == [Lack.DOSE_UNVERIFIED, Lack.IDENTITY_NOT_FOUND]
    assert gaps[0].dose_id is not None
    assert gaps[0].facility_id is not None


def test_on_its_way_it_has_a_state_and_nothing_in_force() -> None:
    person_id = a_signed_person()
    await_step(person_id, PassportState.FACILITY_SIGNED)
    view = passport_of(SYSTEM, person_id, NOW)
    assert (view.state, view.in_force(NOW)) == (PassportState.FACILITY_SIGNED, False)


def test_after_a_renewal_the_new_one_is_shown_and_the_old_one_named_until_its_own_end() -> None:
    person_id = a_signed_person()
    old = issue_passport(person_id)
    new = renew_passport(person_id, at=LATER)
    view = passport_of(SYSTEM, person_id, LATER)
    assert view.number == new.uvci
    assert [(one.number, one.expires_at) for one in view.former] == [(old.uvci, old.expires_at)]
    assert passport_of(SYSTEM, person_id, old.expires_at).former == ()


def test_a_revoked_one_is_not_shown() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    revoke_passport(person_id, at=LATER)
    view = passport_of(SYSTEM, person_id, LATER)
    assert (view.state, view.hc1, view.in_force(LATER)) == (PassportState.REVOKED, "", False)


def test_it_is_in_force_up_to_its_end_and_no_longer() -> None:
    person_id = a_signed_person()
    end = issue_passport(person_id).expires_at
    view = passport_of(SYSTEM, person_id, NOW)
    assert view.in_force(end - dt.timedelta(seconds=1))
    assert not view.in_force(end)


def test_both_forms_of_the_name_change_their_mark_together() -> None:
    person_id = a_signed_person("Đặng Thị Ánh Tuyết")
    before = passport_of(SYSTEM, person_id, NOW).name
    assert (before.written, before.latin) == ("Đặng Thị Ánh Tuyết", "DANG THI ANH TUYET")
    amend_profile(by=SYSTEM, at=NOW, profile_id=person_id, full_name="Đặng Thị Ánh Tuyến", because="sai tên")
    assert passport_of(SYSTEM, person_id, NOW).name.mark != before.mark


def test_what_the_three_steps_really_issue_is_shown_signed_and_followed() -> None:
    person_id = a_passport("Đặng Thị Ánh Tuyết")
    view, made = passport_of(SYSTEM, person_id, NOW), certificate_of(person_id)
    assert (view.state, view.number, view.hc1) == (PassportState.ISSUED, made.uvci, made.hc1)
    assert view.fields is not None
    assert view.fields.full_name == "Đặng Thị Ánh Tuyết"
    assert all(dose.signed and dose.signed.facility_name for dose in view.doses)
    assert view.waits_for == ()
    assert passports_in_force([person_id], NOW)[person_id].hc1 == made.hc1
    assert News.objects.filter(person_id=person_id).count() == 1


def test_what_waits_for_its_facility_names_that_facility() -> None:
    person_id = a_vaccinated_person()
    view = passport_of(SYSTEM, person_id, NOW)
    assert view.state is PassportState.ELIGIBLE
    assert view.waits_for == (view.doses[0].facility_id,)
