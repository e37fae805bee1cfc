"""The desk moves a reporter to another phone: the old one chosen by its last digits, before and after shown."""

import re
from html import unescape

import pytest
from django.test import Client

from tests import builders
from tests.web.cases.conftest import GIVEN, LATER, Office, address, fields, shown
from tiemchung.cases import reads
from tiemchung.cases.rules import CaseState, ClaimedDose
from tiemchung.core.actor import SYSTEM
from tiemchung.core.outbox import contact_key
from tiemchung.people import actions as people
from tiemchung.people.reads import persons_on_phone


@pytest.fixture
def phone(office: Office) -> str:
    """Give a phone of the office's person."""
    number = builders.a_phone()
    people.add_phone(by=SYSTEM, at=LATER, profile_id=office.person_id, phone=number, relation="FAMILY")
    return number


def test_the_form_asks_for_the_old_phone_and_the_check_shows_both(
    office: Office, as_lead: Client, phone: str
) -> None:
    ref, new = office.claimed(office.wrong_dose()), builders.a_phone()
    where = address("manual", ref=ref, kind="move_phone")
    page = as_lead.get(f"{where}?nguoi={office.person_id}")
    assert phone[-9:] not in page.content.decode()
    seen = people.open_person(by=office.lead, at=LATER, person_id=office.person_id, purpose="CORRECT")
    (old,) = [one for one in seen.phones if one.shown.endswith(phone[-3:])]
    typed = {"contact": str(old.contact_id), "number": new, "system": "OWN", "step": "check"}
    check = as_lead.post(where, {**fields(page, where), **typed})
    assert check.status_code == 200
    assert old.shown in shown(check)
    assert new in shown(check)
    decide = address("decide", ref=ref)
    done = as_lead.post(decide, {**fields(check, decide), "because": "Đã xem căn cước của người này",
                                 "answer": "Đã chuyển hồ sơ sang số mới của bạn", "step": "do"})  # fmt: skip
    assert "Phản ánh không gửi từ số nào trong hồ sơ" in shown(done)
    done = as_lead.post(decide, {**fields(done, decide), "override": "Đã xem căn cước tại quầy", "step": "do"})
    assert done.status_code == 302
    assert reads.desk_file(office.lead, LATER, ref).state == CaseState.UPDATED
    assert persons_on_phone(contact_key(phone)) == set()
    assert persons_on_phone(contact_key(new)) == {office.person_id}


@pytest.mark.parametrize("typed", [{"number": ""}, {"contact": "x"}])
def test_what_is_missing_is_named(
    office: Office, as_lead: Client, phone: str, typed: dict[str, str]
) -> None:
    where = address("manual", ref=office.claimed(office.wrong_dose()), kind="move_phone")
    page = as_lead.get(f"{where}?nguoi={office.person_id}")
    form = {**fields(page, where), "contact": "", "number": builders.a_phone(), "system": "OWN", "step": "check"}
    answer = as_lead.post(where, {**form, **typed})
    assert (answer.status_code, "nhsuk-error-message" in answer.content.decode()) == (422, True)


def test_a_lost_phone_is_left_by_one_click_and_the_new_one_is_never_shown_whole(
    office: Office, as_lead: Client, phone: str
) -> None:
    new = builders.a_phone()
    told = ClaimedDose(1, "PFIZER", "FA1O34", GIVEN, facility_id=office.facility.id)
    case = office.report(
        "OTHER_PHONE_OR_NUMBER", (told,), person_id=office.person_id, phone=new, text="Tôi bị mất điện thoại cũ.",
        other_phone=phone,
    )  # fmt: skip
    ref = office.claimed(case)
    page = as_lead.get(address("file", ref=ref))
    assert "Người phản ánh nói số cũ đã mất" in shown(page)
    packets = re.findall(r'name="what" value="([^"]*)"', page.content.decode())
    packet = next(one for one in packets if "MOVE_PHONE" in one)
    decide = address("decide", ref=ref)
    version = reads.desk_file(office.lead, LATER, ref).version
    check = as_lead.post(decide, {"what": unescape(packet), "version": version, "step": "check"})
    assert "Số đã gửi phản ánh (" in shown(check)
    for seen in (page, check):
        assert new[-9:] not in seen.content.decode()
    done = as_lead.post(decide, {**fields(check, decide), "because": "Đã xem căn cước của người này", "step": "do"})
    assert done.status_code == 302
    assert persons_on_phone(contact_key(phone)) == set()
    assert persons_on_phone(contact_key(new)) == {office.person_id}
