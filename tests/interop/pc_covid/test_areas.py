"""A place of no list comes with its area: by code or name, of today or of the dose's day, and its authority answers."""

import datetime as dt
from dataclasses import asdict
from typing import Any
from uuid import UUID

import pytest

from tests import builders
from tests.builders import country  # noqa: F401 - a fixture
from tests.conftest import NOW
from tests.interop.pc_covid.test_proposals import (
    BORN,
    DOSE,
    NAME,
    PHONE,
    case_of,
    just_now,  # noqa: F401 - a fixture
    post,
    proposal,
)
from tiemchung.cases.rules import Claim
from tiemchung.cases.sealed import open_claim
from tiemchung.core.actor import Role
from tiemchung.core.clock import local
from tiemchung.interop.pc_covid.areas import area_meant
from tiemchung.interop.pc_covid.proposal import BadProposal, ProposedDose, read_proposal
from tiemchung.places import reads as places
from tiemchung.places.rules import Level

TODAY = local(NOW).date()
THEN = dt.date(2021, 9, 1)


def told(answer: Any) -> Claim:
    """Give what the case of this answer tells."""
    case = case_of(answer)
    return open_claim(case.id, case.sealed_claim)


def hanoi() -> places.AreaView:
    """Give the province of Hà Nội today."""
    return builders.an_area("01", level=Level.PROVINCE)


@pytest.mark.parametrize("province", ["01", "Hà Nội", "Thành phố Hà Nội", "ha noi"])
def test_a_province_is_known_by_code_and_by_name(country: None, db: None, province: str) -> None:
    assert area_meant(ProposedDose(1, province=province), TODAY) == hanoi().id


def test_every_commune_of_a_province_is_known_by_its_code_and_by_its_whole_name(country: None, db: None) -> None:
    communes = places.areas_named("phuong", on=TODAY, within=hanoi().id, limit=30)
    assert communes
    for one in communes:
        for words in (one.code, one.full_name):
            assert area_meant(ProposedDose(1, province="01", commune=words), TODAY) == one.id


def test_an_area_of_the_doses_day_is_found_as_what_it_is_today(country: None, db: None) -> None:
    dose = ProposedDose(1, given_on=THEN, province="Bình Dương")
    gone = places.area_by_code("74", Level.PROVINCE, THEN)
    assert gone is not None
    assert gone.full_name == "Tỉnh Bình Dương"
    now = places.current_of(gone.id, TODAY)
    assert now is not None
    assert area_meant(dose, TODAY) == now.id != gone.id


def test_a_commune_of_another_province_is_not_found(country: None, db: None) -> None:
    commune = builders.an_area()
    with pytest.raises(BadProposal, match="AREA_UNKNOWN"):
        area_meant(ProposedDose(1, province="01", commune=commune.code), TODAY)


def test_a_name_of_several_areas_gives_them_to_choose_from(country: None, db: None) -> None:
    with pytest.raises(BadProposal, match="AREA_MANY") as bad:
        area_meant(ProposedDose(1, province="01", commune="Phường"), TODAY)
    choices = bad.value.facts["choices"]
    assert len(choices) > 1
    chosen = area_meant(ProposedDose(1, commune=choices[0]["code"]), TODAY)
    assert chosen is not None
    assert places.path_name(chosen) == choices[0]["name"]


def test_the_case_goes_to_the_authority_of_the_place(country: None, db: None) -> None:
    builders.an_officer(Role.DATA_CORRECTOR, hanoi())
    answer = post(proposal(doses=[DOSE | {"area": {"province": "Hà Nội"}}]))
    case = case_of(answer)
    assert (case.unit_id, case.route_why) == (hanoi().id, "PLACE_KNOWN")
    assert told(answer).doses[0].area_id == hanoi().id


def test_a_declared_dose_keeps_the_area_of_its_place(country: None, db: None) -> None:
    builders.a_person(NAME, BORN, phones=[(PHONE, "OWN")])
    answer = post(proposal(doses=[DOSE | {"area": {"province": "01"}}]))
    assert answer.json()["declared"] is True
    assert (told(answer).doses[0].place_name, told(answer).doses[0].area_id) == (DOSE["place_name"], hanoi().id)


def test_a_facility_that_we_know_goes_before_the_area(country: None, db: None) -> None:
    facility = builders.a_facility("Trạm Y tế Bến Nghé")
    answer = post(proposal(doses=[DOSE | {"facility_code": facility.code, "area": {"province": "01"}}]))
    (dose,) = told(answer).doses
    assert (dose.facility_id, dose.area_id) == (facility.id, None)


def test_a_proposal_without_area_is_remembered_as_before_areas_could_be_told() -> None:
    asked = read_proposal(b"""{"id": "p", "phone": "0900054321", "full_name": "Hoa", "birth_date": "1990",
        "doses": [{"product": "PFIZER", "given_on": "2021-09-01"}]}""")
    whole = asdict(asked)
    new: set[str] = {"confirmed"}
    assert asked.as_asked().keys() == whole.keys() - new
    assert [dose.keys() for dose in asked.as_asked()["doses"]] == [whole["doses"][0].keys() - {"province", "commune"}]
    assert isinstance(asked.as_asked()["doses"][0]["order"], int)
    assert not any(isinstance(value, UUID) for value in asked.as_asked().values())
