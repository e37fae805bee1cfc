"""Somebody comes to the desk: their report is a case like any other, and its number is on paper."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, enter_as, fields, shown
from tests.web.cases.test_letter import paper
from tiemchung.cases import reads
from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.cases.models import Case, Evidence
from tiemchung.cases.rules import Claim, DeskLevel, due_at, shown_ref
from tiemchung.cases.sealed import open_claim
from tiemchung.core.actor import Role
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.core.verdict import Refused, refuse
from tiemchung.places.rules import Level
from tiemchung.web.cases.intake import kinds_here


def told(**more: Any) -> dict[str, Any]:
    """Give the form of a missing first dose as Tư tells it."""
    return {
        "kind": "DOSE1_MISSING", "full_name": "Trần Văn Tư", "birth_day": "1", "birth_month": "9", "birth_year": "1950",
        "number": "990012345", "address": "Ấp Đông", "place": "here", "product_1": "PFIZER", "given_1_day": "14",
        "given_1_month": "8", "given_1_year": "2026", "lot_1": "FA0123", "text": "Tiêm buổi sáng", "spoken": "vi",
        "key": "0199a0e0-0000-4000-8000-000000000001",
    } | more  # fmt: skip


def test_a_report_in_person_is_a_case_of_this_desk_and_its_number_is_printed(office: Office, as_lead: Client) -> None:
    assert f'href="{address("intake")}"' in as_lead.get(address("queue")).content.decode()
    assert 'value="DOSE1_MISSING"' in as_lead.get(address("intake")).content.decode()
    answer = as_lead.post(address("intake"), told(evidence=paper()))
    case = Case.objects.get()
    assert (case.kind, case.door, case.unit_id) == ("DOSE1_MISSING", "DESK", office.facility.id)
    assert (case.sealed_phone, case.due_at) == (None, due_at(LATER))
    assert len(evidence_of(case.id)) == 1
    text = shown(answer)
    assert f"Giấy hẹn: phản ánh {shown_ref(case.ref)}" in text
    assert [one for one in ("990012345", "1950", "FA0123", "Tiêm buổi sáng") if one in text] == []
    assert not OutboxMessage.objects.exists()
    file = reads.desk_file(office.lead, LATER, case.ref)
    assert file is not None
    assert (file.claim.numbers, file.claim.doses[0].facility_id) == ((("CMND9", "990012345"),), office.facility.id)


def test_sending_the_form_twice_is_one_report_with_one_photo(office: Office, as_lead: Client) -> None:
    where = address("intake")
    page = as_lead.get(where, {"kind": "DOSE1_MISSING"})
    key = fields(page, where)["key"]
    refs = {shown(as_lead.post(where, told(key=key, evidence=paper()))).partition("phản ánh PA")[2][:13] for _ in "12"}
    assert Case.objects.count() == len(refs) == 1
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("kind", sorted(kinds_here()))
def test_every_kind_is_taken_down_at_the_desk(office: Office, as_lead: Client, kind: str) -> None:
    second = {"product_2": "PFIZER", "given_2_day": "14", "given_2_month": "9", "given_2_year": "2026"}
    more = second if kind == "BOTH_MISSING" else {}
    assert as_lead.get(address("intake"), {"kind": kind}).status_code == 200
    assert as_lead.post(address("intake"), told(kind=kind, **more)).status_code == 200
    assert Case.objects.get().kind == kind


def test_a_dose_is_not_declared_at_the_desk(office: Office, as_lead: Client) -> None:
    assert as_lead.post(address("intake"), told(kind="DOSE_DECLARED")).status_code == 422
    assert not Case.objects.exists()


def test_what_lies_elsewhere_goes_to_the_authority_of_the_desks_area(office: Office, as_lead: Client) -> None:
    commune = builders.an_officer(Role.COMMUNE_OFFICER, builders.an_area())
    answer = as_lead.post(address("intake"), told(place="elsewhere", words="Nhà văn hóa thôn Đông"))
    case = Case.objects.get()
    assert (case.unit_level, case.unit_id) == (DeskLevel.COMMUNE, builders.an_area().id)
    assert shown_ref(case.ref) in shown(answer)
    assert address("file", ref=case.ref) not in answer.content.decode()  # another desk's: no dead end behind the paper
    file = reads.desk_file(commune, LATER, case.ref)
    assert file is not None
    assert file.claim.doses[0].place_name == "Nhà văn hóa thôn Đông"


@pytest.mark.parametrize("role", [Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR])
def test_an_authority_takes_down_what_people_bring_too(office: Office, role: Role) -> None:
    area = builders.an_area() if role is Role.COMMUNE_OFFICER else builders.an_area("79", level=Level.PROVINCE)
    officer = enter_as(builders.an_officer(role, area))
    assert officer.post(address("intake"), told(words="Trạm lưu động")).status_code == 200
    assert Case.objects.get().door == "DESK"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"full_name": ""}, ""),
        ({"birth_day": "", "birth_month": "", "birth_year": ""}, ""),
        ({"birth_year": "2031"}, ""),
        ({"number": "12x"}, "Số giấy tờ chưa đúng dạng"),
        ({"given_1_day": "31", "given_1_month": "2"}, "Ngày tiêm cần đủ ngày, tháng, năm"),
        ({"given_1_year": "2031"}, ""),
        ({"given_1_year": "1999"}, ""),
        ({"text": "x" * 2001}, ""),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    office: Office, as_lead: Client, wrong: dict[str, str], words: str
) -> None:
    answer = as_lead.post(address("intake"), told(**wrong, words="Thôn Đông"))
    assert answer.status_code == 422
    assert words in shown(answer)
    assert 'value="Thôn Đông"' in answer.content.decode()
    assert not Case.objects.exists()


def test_all_that_lacks_is_said_at_once(office: Office, as_lead: Client) -> None:
    body = as_lead.post(address("intake"), {"place": "here", "kind": "DOSE1_MISSING"}).content.decode()
    assert [field for field in ("full_name", "birth-day") if f'href="#{field}"' not in body] == []


@pytest.mark.parametrize("kind", ["", "NO_SUCH_KIND", "DOSE_DECLARED"])
def test_what_it_is_about_is_chosen_first(office: Office, as_lead: Client, kind: str) -> None:
    answer = as_lead.post(address("intake"), told(kind=kind))
    assert answer.status_code == 422
    assert "Chọn điều người dân phản ánh" in shown(answer)
    assert not Case.objects.exists()


def claim_of(office: Office) -> Claim:
    """Give what the one case tells."""
    case = Case.objects.get()
    return open_claim(case.id, case.sealed_claim)


def test_right_personal_data_are_taken_down_as_data(office: Office, as_lead: Client) -> None:
    right = {"wanted_full_name": "Trần Văn Tự", "wanted_birth_day": "2", "wanted_birth_month": "9",
             "wanted_birth_year": "1950", "wanted_number": "079150001234"}  # fmt: skip
    as_lead.post(address("intake"), told(kind="PERSONAL_DATA", **right))
    assert claim_of(office).wanted == {
        "full_name": "Trần Văn Tự", "birth_date": "1950-09-02", "birth_precision": "DAY", "system": "CCCD",
        "number": "079150001234",
    }  # fmt: skip


def test_the_other_phone_is_taken_down_as_a_phone(office: Office, as_lead: Client) -> None:
    refused = as_lead.post(address("intake"), told(kind="OTHER_PHONE_OR_NUMBER", wanted_phone="12"))
    assert 'href="#wanted_phone"' in refused.content.decode()
    as_lead.post(address("intake"), told(kind="OTHER_PHONE_OR_NUMBER", wanted_phone="0900 012 345"))
    assert claim_of(office).other_phone == "+84900012345"


def test_as_many_doses_are_taken_down_as_the_kind_takes(office: Office, as_lead: Client) -> None:
    body = as_lead.post(address("intake"), told(kind="RECORD_VANISHED", step="more", blocks="3")).content.decode()
    assert 'name="product_4"' in body
    assert 'value="more"' not in body
    more = {f"{field}_{n}": value for n in (2, 3, 4) for field, value in
            (("product", "PFIZER"), ("given", ""), ("lot", f"FA000{n}"))}  # fmt: skip
    as_lead.post(address("intake"), told(kind="RECORD_VANISHED", **more))
    assert [(d.order, d.lot_number) for d in claim_of(office).doses] == [
        (1, "FA0123"), (2, "FA0002"), (3, "FA0003"), (4, "FA0004"),
    ]  # fmt: skip


def test_a_place_elsewhere_that_is_in_the_list_is_chosen_from_it(office: Office, as_lead: Client) -> None:
    other = builders.a_facility("Trạm Y tế Cầu Kho")
    found = as_lead.post(address("intake"), told(place="elsewhere", words="cau kho", step="find"))
    assert f'value="FACILITY:{other.id}"' in found.content.decode()
    as_lead.post(address("intake"), told(place="elsewhere", words="cau kho", where=f"FACILITY:{other.id}"))
    assert claim_of(office).doses[0].facility_id == other.id


def test_a_place_in_no_list_goes_to_the_authority_of_its_province(office: Office, as_lead: Client) -> None:
    far = builders.an_area("01", level=Level.PROVINCE)
    builders.an_officer(Role.DATA_CORRECTOR, far)
    as_lead.post(address("intake"), told(place="elsewhere", words="Nhà văn hóa", province=str(far.id)))
    case = Case.objects.get()
    assert (case.unit_id, case.route_why) == (far.id, "PLACE_KNOWN")


@pytest.mark.parametrize(("kind", "name", "field"), [
    ("DOSE1_MISSING", "full_name", "plain_name"), ("PERSONAL_DATA", "wanted_full_name", "plain_wanted"),
])  # fmt: skip
def test_a_name_without_its_marks_is_asked_for_again_at_the_desk_too(
    office: Office, as_lead: Client, kind: str, name: str, field: str
) -> None:
    asked = as_lead.post(address("intake"), told(kind=kind, **{name: "Trần Van Tư"}))
    assert asked.status_code == 422
    assert f'href="#{field}"' in asked.content.decode()
    assert as_lead.post(address("intake"), told(kind=kind, **{name: "Trần Van Tư", field: "1"})).status_code == 200
    assert Case.objects.count() == 1


def newest_code(phone: str) -> str:
    """Give the newest code on its way to this phone."""
    row = OutboxMessage.objects.filter(contact_key=contact_key(phone)).latest("created_at")
    return re.findall(r"\b\d{6}\b", unseal("outbox.text", row.sealed_text, str(row.id)))[0]


def test_a_phone_is_answered_once_its_code_was_read_out(office: Office, as_lead: Client) -> None:
    where, phone = address("intake"), builders.a_phone()
    typed = told(phone="0" + phone[3:])
    without = as_lead.post(where, typed)
    assert 'href="#code"' in without.content.decode()
    assert as_lead.post(where, typed | {"step": "code"}).status_code == 200
    code = newest_code(phone)
    wrong = as_lead.post(where, typed | {"code": f"{(int(code) + 1) % 1_000_000:06}"})
    assert wrong.status_code == 422
    assert not Case.objects.exists()
    for _ in range(2):
        assert as_lead.post(where, typed | {"code": code}).status_code == 200
    case = Case.objects.get()
    assert bytes(case.contact_key) == contact_key(phone)
    assert OutboxMessage.objects.filter(contact_key=contact_key(phone), kind="case_received").count() == 1


def test_a_code_is_not_spent_on_a_report_that_is_refused(office: Office, as_lead: Client) -> None:
    where, phone = address("intake"), builders.a_phone()
    typed = told(phone="0" + phone[3:])
    as_lead.post(where, typed | {"step": "code"})
    code = newest_code(phone)
    with patch("tiemchung.cases.actions.open_case", side_effect=Refused(refuse("CASE_BUSY"))):
        assert as_lead.post(where, typed | {"code": code}).status_code == 422
    assert as_lead.post(where, typed | {"code": code, "key": "0199a0e0-0000-4000-8000-000000000002"}).status_code == 422
    assert as_lead.post(where, typed | {"code": code}).status_code == 200


@pytest.mark.parametrize("phone", ["12", "0281 234 567"])
def test_no_code_is_sent_to_what_is_no_mobile_phone(office: Office, as_lead: Client, phone: str) -> None:
    for step in ("code", ""):
        answer = as_lead.post(address("intake"), told(phone=phone, step=step))
        assert 'href="#phone"' in answer.content.decode()
    assert not OutboxMessage.objects.exists()


def test_a_bad_photo_is_said_at_its_field_and_leaves_nothing(office: Office, as_lead: Client) -> None:
    bad = SimpleUploadedFile("a.jpg", b"<?php evil(); ?>", "image/jpeg")
    answer = as_lead.post(address("intake"), told(evidence=bad))
    assert answer.status_code == 422
    assert "không phải ảnh JPEG" in shown(answer)
    assert not Case.objects.exists()
    assert not Evidence.objects.exists()


def test_the_receipt_speaks_the_readers_language(office: Office, as_lead: Client) -> None:
    text = shown(as_lead.post(address("intake"), told(spoken="en")))
    assert "Receipt: report PA" in text
    assert Case.objects.get().language == "en"
