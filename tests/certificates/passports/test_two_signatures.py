"""No passport without both signatures: each facility's upon each dose, then the centre's."""

import pytest

from tests.builders import NOW, a_facility, a_lead
from tests.certificates.central_cast import a_vaccinated_person, centre_signs, certificate_of
from tests.certificates.passports.test_facility_signing import LATER, finish, run_of
from tiemchung.certificates.actions import make_facility_keys, refresh_passports
from tiemchung.certificates.models import Certificate, Passport
from tiemchung.certificates.rules import PassportState

pytestmark = pytest.mark.django_db


def test_the_centre_signs_when_the_last_facility_has_and_not_before() -> None:
    here, there = a_facility(), a_facility()
    make_facility_keys(facility_ids=[here.id, there.id], at=NOW)
    person = a_vaccinated_person(facilities=[here, there])
    for facility, issued in ((None, 0), (here, 0), (there, 1)):
        if facility is not None:
            finish(run_of(a_lead(facility)))
        centre_signs(at=LATER)
        assert Certificate.objects.filter(person_id=person, kind="PASSPORT", state="ISSUED").count() == issued
    assert Passport.objects.get(person_id=person).state == PassportState.ISSUED


def test_what_the_centre_issued_stays_issued_when_everything_is_looked_at_again() -> None:
    here = a_facility()
    make_facility_keys(facility_ids=[here.id], at=NOW)
    person = a_vaccinated_person(facilities=[here])
    finish(run_of(a_lead(here)))
    centre_signs(at=LATER)
    issued = certificate_of(person)
    assert refresh_passports(person_ids=[person], at=LATER)[person] is PassportState.ISSUED
    assert certificate_of(person).id == issued.id
