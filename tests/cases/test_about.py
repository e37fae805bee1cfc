"""The other reports about a person, as the desk that answers one of them sees them."""

import pytest

from tests.builders import a_person
from tests.cases.conftest import Office
from tiemchung.cases.reads import cases_beside
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.ids import new_id

pytestmark = pytest.mark.django_db


def test_the_other_cases_of_a_person_stand_beside_one_newest_first(office: Office) -> None:
    person = a_person().person_id
    kinds = ("DOSE1_MISSING", "DOSE2_MISSING", "RECORD_VANISHED")
    first, second, third = (office.report(kind, person_id=person) for kind in kinds)
    told = cases_beside(office.lead, person, first.case_id)
    assert {case.ref for case in told} == {second.ref, third.ref}
    assert [case.recorded_at for case in told] == sorted((case.recorded_at for case in told), reverse=True)
    assert {case.desk for case in told} == {second.desk, third.desk}


def test_a_repeat_has_the_desk_of_the_case_that_it_follows(office: Office) -> None:
    person = a_person().person_id
    lead, repeat = (office.report("DOSE1_MISSING", person_id=person) for _ in range(2))
    assert repeat.joined
    (told,) = cases_beside(office.lead, person, lead.case_id)
    assert (told.ref, told.desk) == (repeat.ref, lead.desk)


def test_a_citizen_hears_of_nobody_elses_cases(office: Office) -> None:
    person = a_person().person_id
    case = office.report("DOSE1_MISSING", person_id=person)
    own, other = (Actor(kind=Kind.CITIZEN, person_ids=frozenset({one})) for one in (person, a_person().person_id))
    assert [one.ref for one in cases_beside(own, person, new_id())] == [case.ref]
    assert cases_beside(other, person, new_id()) == ()
