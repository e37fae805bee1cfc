"""The builders give possible people only, with synthetic numbers."""

import datetime as dt

import pytest

from tests import builders
from tiemchung.core.actor import Role
from tiemchung.core.verdict import Refused
from tiemchung.people.rules.identifiers import check_identifier
from tiemchung.people.rules.phones import normalise_phone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]


def test_a_nurse_gives_a_dose_and_the_card_turns_yellow_then_green() -> None:
    nurse, person = builders.a_nurse(), builders.a_person("Nguyễn Thị An")
    first = builders.a_dose(person.profile_id, given_on=dt.date(2026, 9, 1), by=nurse)
    second = builders.a_dose(person.profile_id, by=nurse)
    assert (first.record.card.colour, second.record.card.colour) == ("YELLOW", "GREEN")


def test_an_impossible_dose_is_refused_as_at_the_desk() -> None:
    person = builders.a_person()
    with pytest.raises(Refused, match="LOT_RECALLED"):
        builders.a_dose(person.profile_id, lot=builders.a_lot(recalled=True))


def test_a_citizen_owns_whom_the_phone_and_the_facts_prove() -> None:
    phone = builders.a_phone()
    mine = builders.a_person(phones=[(phone, "OWN")])
    other = builders.a_person()
    citizen = builders.a_citizen(phone, mine.person_id)
    assert citizen.person_ids == {mine.person_id}
    with pytest.raises(Refused, match="PROOF_FAILED"):
        builders.a_citizen(phone, other.person_id)


def test_an_officer_sees_the_areas_of_the_posting() -> None:
    officer = builders.an_officer(Role.DISTRICT_OFFICER)
    assert builders.an_area().id in officer.area_ids
    assert builders.an_area("00070").id not in officer.area_ids


def test_a_point_stands_where_its_facility_stands() -> None:
    facility = builders.a_facility()
    assert builders.a_point(facility).stays[0].area_id == facility.stays[0].area_id
    assert builders.a_lead(facility).facility_id == facility.id


def test_numbers_are_right_and_lie_in_the_reserved_ranges() -> None:
    born = dt.date(2004, 2, 29)
    number = builders.a_cccd("MALE", born)
    assert check_identifier("CCCD", number, sex="MALE", birth_date=born)[1].reasons == ()
    assert int(number[-6:]) < 10_000
    assert normalise_phone(builders.a_phone())[1] is None
    assert builders.a_phone().startswith("+849000")
    assert len({builders.a_phone() for _ in range(50)}) == 50
