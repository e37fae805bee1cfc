"""Joining two profiles, parting them, and saying that they are two people; and correcting a profile."""

import datetime as dt

import pytest
from django.test import Client

from tests import builders
from tests.web.authority.conftest import House, hidden, shown
from tiemchung.people import reads
from tiemchung.people.actions import open_person

WHY = "Cùng một người, đã xem căn cước"


@pytest.fixture
def twin(house: House):
    """Put the same woman on record once more, her birth day a digit off and without a number."""
    return builders.a_person("Nguyễn Thị An", dt.date(1985, 5, 3), identifiers=())


def test_the_two_are_laid_side_by_side_and_what_differs_is_marked(house: House, as_lead: Client, twin) -> None:
    page = as_lead.get(house.address("compare", other_id=twin.person_id)).content.decode()
    assert "tc-differs" in page
    assert "05/03/1985" in page
    assert "03/05/1985" in page


def test_the_twin_is_found_and_leads_to_the_comparison(house: House, as_lead: Client, twin) -> None:
    answer = as_lead.post(house.address("find_twin"), {"text": "nguyen thi an"})
    assert house.address("compare", other_id=twin.person_id) in answer.content.decode()
    assert house.address("compare", other_id=house.person_id) not in answer.content.decode()


def test_joining_warns_first_then_joins_and_can_be_undone(house: House, as_lead: Client, twin) -> None:
    page = house.address("compare", other_id=twin.person_id)
    form = {**hidden(as_lead.get(page)), "choice": "link", "because": WHY}
    checked = as_lead.post(page, {**form, "step": "check"})
    assert "Ngày sinh của hai hồ sơ khác nhau" in shown(checked)
    assert reads.person_of(twin.profile_id) == twin.person_id
    as_lead.post(page, {**hidden(checked), "step": "do"})
    assert reads.person_of(twin.profile_id) == house.person_id
    text = as_lead.get(house.address("person")).content.decode()
    assert WHY in text
    undo = text.split("/tach/")[1].split('"')[0]
    where = f"{house.address('person')}/tach/{undo}"
    refused = as_lead.post(where, {"because": " "})
    assert refused.status_code == 422
    as_lead.post(where, {"because": "Xem lại thì là hai chị em"})
    assert reads.person_of(twin.profile_id) == twin.person_id
    assert as_lead.get(where).status_code == 404


def test_two_people_are_marked_and_cannot_be_joined_any_more(house: House, as_lead: Client, twin) -> None:
    page = house.address("compare", other_id=twin.person_id)
    form = {**hidden(as_lead.get(page)), "because": "Hai chị em, đã gặp cả hai"}
    as_lead.post(page, {**form, "choice": "forbid", "step": "do"})
    answer = as_lead.post(page, {**form, "choice": "link", "step": "check"})
    assert answer.status_code == 422
    assert "hai người khác nhau" in shown(answer)


def test_a_joined_persons_old_address_leads_to_the_kept_one(house: House, as_lead: Client, twin) -> None:
    page = house.address("compare", other_id=twin.person_id)
    as_lead.post(page, {**hidden(as_lead.get(page)), "choice": "link", "because": WHY, "step": "do"})
    assert as_lead.get(house.address("person", person_id=twin.person_id))["Location"] == house.address("person")


def filled(house: House, **changes: str) -> dict[str, str]:
    """Give the profile's form as it stands, with changes."""
    form = {
        "full_name": "Nguyễn Thị An", "birth_day": "5", "birth_month": "3", "birth_year": "1985", "sex": "FEMALE",
        "address_text": "", "version": "1", "because": "Theo căn cước mới", "step": "check",
    }  # fmt: skip
    return {**form, **changes}


def test_a_profile_is_corrected_after_before_and_after_were_seen(house: House, as_lead: Client) -> None:
    page = house.address("amend_person", profile_id=house.person_id)
    assert as_lead.get(page).status_code == 200
    checked = as_lead.post(page, filled(house, full_name="Nguyễn Thị Ân"))
    assert "Nguyễn Thị Ân" in shown(checked)
    assert reads.holder_of(house.person_id).full_name == "Nguyễn Thị An"
    as_lead.post(page, {**hidden(checked), "step": "do"})
    assert reads.holder_of(house.person_id).full_name == "Nguyễn Thị Ân"


def test_a_stale_correction_of_a_profile_shows_what_it_is_now(house: House, as_lead: Client) -> None:
    page = house.address("amend_person", profile_id=house.person_id)
    as_lead.post(page, filled(house, full_name="Nguyễn Thị Ân", step="do"))
    answer = as_lead.post(page, filled(house, full_name="Nguyễn Thị Ấn"))
    assert answer.status_code == 422
    assert "Nguyễn Thị Ân" in shown(answer)
    assert 'value="Nguyễn Thị Ấn"' in answer.content.decode()


def test_a_correction_without_a_reason_changes_nothing(house: House, as_lead: Client) -> None:
    page = house.address("amend_person", profile_id=house.person_id)
    answer = as_lead.post(page, filled(house, full_name="Nguyễn Thị Ân", because="", step="do"))
    assert answer.status_code == 422
    assert reads.holder_of(house.person_id).full_name == "Nguyễn Thị An"
    assert open_person(by=house.lead, at=builders.NOW, person_id=house.person_id, purpose="x").main.version == 1
